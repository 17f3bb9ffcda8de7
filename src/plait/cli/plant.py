"""``plait plant``: a simulated plant that speaks OPC UA, for trying things out."""

from pathlib import Path

__all__ = ["plant"]


def plant(config: Path, *, port: int = 4840, name: str = "plant", factor: float = 1.0) -> None:
    """Run the simulated plant described in CONFIG until stopped.

    Parameters
    ----------
    config
        A TOML file with the cells, their habits and a fault script.
    port
        Where its OPC UA server listens (loopback only).
    name
        The plant's name; part of its namespace.
    factor
        Simulated seconds in one real second.
    """
    from plait.plant import main

    main(config, port=port, name=name, factor=factor)
