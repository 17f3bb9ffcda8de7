"""Machines that write files: CSV, Parquet or JSON in a folder or at an HTTP address, read as they grow, every row once."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from plait.infrastructure.machines.model import AdapterPlugin, Around, Link, Offered

__all__ = ["PLUGIN", "FilesConfig"]

Column = Annotated[str, msgspec.Meta(max_length=200)]


class FilesConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``source``: a folder (absolute path) or an http(s) address; ``pattern``: which files of the folder; ``every_s``: how often it is looked at.

    ``time``: the column of time, or two with + between (``Date+Time``); empty: the first whose name says so, at an address without one the moment
    of asking. ``time_format``: how it is written (auto, unix, excel, or as strptime says); ``zone``: IANA time zone of times without an offset.
    ``signal`` and ``value``: columns of name and value where each row holds one value; empty: every column is a signal. ``decimal`` of numbers.
    ``most_mb``: the largest answer or Parquet file taken.
    """

    source: Annotated[str, msgspec.Meta(pattern=r"^(https?://[^/\s@]+(/\S*)?|/.*|[A-Za-z]:[\\/].*|\\\\.*)$", max_length=1000)]
    pattern: Annotated[str, msgspec.Meta(pattern=r"^[^/\\]+$", max_length=200)] = "*"
    every_s: Annotated[float, msgspec.Meta(ge=0.05, le=86_400)] = 10.0
    time: Column = ""
    time_format: Annotated[str, msgspec.Meta(max_length=60)] = "auto"
    zone: Annotated[str, msgspec.Meta(max_length=60)] = "UTC"
    signal: Column = ""
    value: Column = ""
    decimal: Literal["auto", ".", ","] = "auto"
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=120)] = 10.0
    most_mb: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 64


def _endpoint(config: FilesConfig) -> str:
    return f"{config.source.rstrip('/')}/{config.pattern}" if not config.source.startswith("http") else config.source


def _link(config: FilesConfig, around: Around) -> Link:
    from plait.infrastructure.machines.files.link import FilesLink

    return FilesLink(config, around)


async def _browse(config: FilesConfig, around: Around) -> Sequence[Offered]:
    from plait.infrastructure.machines.files.link import browse

    return await browse(config, around)


PLUGIN = AdapterPlugin(
    name="files",
    title="Files",
    summary="CSV, Parquet or JSON that a machine writes into a folder or shows at an HTTP address",
    config=FilesConfig,
    capabilities=frozenset({"signals"}),
    endpoint=_endpoint,
    link=_link,
    browse=_browse,
    advice=(
        "Let the machine write into a folder that this computer can read; a CSV file begins with a line that names its columns.",
        "Every row needs a time. Say in zone which one it is, where the times have no offset: a machine's own clock is mostly local time.",
    ),
)
