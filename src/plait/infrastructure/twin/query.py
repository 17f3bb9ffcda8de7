"""What a request to the twins asks for: identifiers, filters, cursors (AAS part 2; all of it pure)."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import msgspec

from plait.infrastructure.twin.model import BAD_REQUEST, JSON
from plait.kernel.problems import Problem

__all__ = ["decode_id", "encode_id", "means", "read_asset_ids", "read_cursor", "read_limit", "read_reference", "shell_matches", "write_cursor"]

USUAL_LIMIT = 100


def encode_id(text: str) -> str:
    """Return the base64url form of an identifier, without padding."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_id(coded: str, what: str = "identifier") -> str:
    """Read base64url text, with or without padding; raise ``bad-twin-request``."""
    bare = coded.rstrip("=")
    try:
        if not bare.isascii() or set(bare) & set("+/"):
            raise ValueError
        text = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True).decode()
        if not text:
            raise ValueError
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise Problem(BAD_REQUEST, f"{what}: {coded!r} is not base64url of UTF-8 text.") from error
    return text


def _json(coded: str, what: str) -> Any:
    try:
        return msgspec.json.decode(decode_id(coded, what))
    except msgspec.DecodeError as error:
        raise Problem(BAD_REQUEST, f"{what}: not JSON once decoded ({error}).") from error


def read_asset_ids(given: Sequence[str]) -> list[tuple[str, str]]:
    """Read the parameter ``assetIds``: per value (repeated or comma-separated) one {name, value}, or an array of them."""
    pairs = []
    for coded in (part for text in given for part in text.split(",")):
        found = _json(coded, "assetIds")
        for one in found if isinstance(found, list) else [found]:
            if not isinstance(one, dict) or not isinstance(one.get("name"), str) or not isinstance(one.get("value"), str):
                raise Problem(BAD_REQUEST, "assetIds: each is an object with name and value.")
            pairs.append((one["name"], one["value"]))
    return pairs


def read_reference(coded: str) -> list[tuple[str, str]]:
    """Read the parameter ``semanticId``: a serialised Reference; return its keys as (type, value)."""
    found = _json(coded, "semanticId")
    try:
        return [(str(key["type"]), str(key["value"])) for key in found["keys"]]
    except (TypeError, KeyError) as error:
        raise Problem(BAD_REQUEST, "semanticId: not a serialised Reference.") from error


def read_limit(text: str | None) -> int:
    """Read the parameter ``limit``."""
    if text is None:
        return USUAL_LIMIT
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 10_000:
        raise Problem(BAD_REQUEST, f"limit: {text!r} is no whole number from 1 to 10000.")
    return int(text)


def write_cursor(*place: int) -> str:
    """Return where the next page begins, opaque."""
    return encode_id(",".join(map(str, place)))


def read_cursor(text: str | None, parts: int) -> tuple[int, ...] | None:
    """Read a cursor made by ``write_cursor`` with that many parts; None for the first page."""
    if text is None:
        return None
    fields = decode_id(text, "cursor").split(",")
    if len(fields) != parts or not all(field.isascii() and field.isdigit() for field in fields):
        raise Problem(BAD_REQUEST, "cursor: not one of ours.")
    return tuple(map(int, fields))


def means(submodel: JSON, keys: list[tuple[str, str]]) -> bool:
    """Whether ``submodel`` bears the semantic id, as its own or a supplemental one."""
    borne = [submodel["semanticId"]] if "semanticId" in submodel else []
    borne += submodel.get("supplementalSemanticIds", [])
    return any([(key["type"], key["value"]) for key in one["keys"]] == keys for one in borne)


def shell_matches(shell: JSON, pairs: list[tuple[str, str]], name: str | None) -> bool:
    """Whether ``shell`` bears all the asset ids and the idShort asked for."""
    about = shell["assetInformation"]
    specific = {(one["name"], one["value"]) for one in about.get("specificAssetIds", ())}
    has = all((about["globalAssetId"] == value) if key == "globalAssetId" else (key, value) in specific for key, value in pairs)
    return has and name in (None, shell["idShort"])
