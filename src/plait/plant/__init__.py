"""A simulated plant that speaks the real protocols and knows nothing of the node. docs/plant-address-space.md says what it shows.

``main`` runs it as a process; ``load`` reads its configuration::

    name = "helix"
    seed = 7
    robot = true            # a cell "robot" carries each batch before its job may start
    robot_min = 2.0
    sample_min = 15         # signals of running cells, in business minutes

    [[cell]]
    id = "lathe1"
    name = "CNC lathe"
    kind = "lathe"
    spread = 0.05           # standard deviation of the logarithm of a piece's time
    scrap = 0.01
    scrap_wear = 0.02       # more scrap at the end of the tool's life
    tool_life_min = 480     # cutting minutes; 0: the tool does not wear
    tool_change_min = 5
    in_buffer = 4           # batches; 0: unlimited
    out_buffer = 4
    kw = { idle = 1.2, setup = 2.0, run = 9.5, down = 0.3 }
    failures = { shape = 1.5, scale_h = 200, repair_min = 60 }   # left out: none

    [[fault]]               # the script
    at = 5.5                # hours since the plant's start, or a time with offset
    cell = "lathe1"
    minutes = 240
    reason = "spindle bearing"
    kind = "breakdown"
"""

from pathlib import Path

from plait.plant.config import PlantConfig, load

__all__ = ["PlantConfig", "load", "main"]


def main(
    config_path: Path | str,
    port: int,
    name: str = "",
    conductor: str | None = None,
    *,
    factor: float = 1.0,
    leash: bool = False,
    sensors: Path | None = None,
) -> int:
    """As ``run.main``; the protocol library is loaded only now."""
    from plait.plant import run

    return run.main(config_path, port, name, conductor, factor=factor, leash=leash, sensors=sensors)
