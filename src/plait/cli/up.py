"""``plait up``: start the node in a folder, making it first if the folder is empty."""

from pathlib import Path

__all__ = ["up"]


def up(*, data: Path = Path("plait-data"), port: int | None = None, host: str | None = None, name: str | None = None, seed: str | None = None) -> None:
    """Start this firm's node and keep it running until stopped.

    Parameters
    ----------
    data
        The folder that holds everything; made on first use.
    port
        Where it listens (default 8400).
    host
        The address it binds to (default 127.0.0.1: this computer only).
    name
        What the firm is called, at first start.
    seed
        The address of a node to join the network by.
    """
    import anyio

    from plait.cli.report import greet
    from plait.node import run

    flags: dict[str, dict[str, object]] = {}
    for section, key, value in (("http", "port", port), ("http", "host", host), ("firm", "name", name), ("network", "seed", seed)):
        if value is not None:
            flags.setdefault(section, {})[key] = value
    anyio.run(run, data, flags, greet)
