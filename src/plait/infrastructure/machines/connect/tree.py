"""The equipment hierarchy of ISA-95 (IEC 62264-1, 5.3) made from where machines say they stand: a pure function."""

from collections.abc import Mapping, Sequence

from plait.infrastructure.machines.connect.model import Equipment, Level
from plait.infrastructure.machines.connect.units import shown
from plait.infrastructure.machines.model import MachineStatus
from plait.infrastructure.signals.model import Series

__all__ = ["tree"]

LEVELS: tuple[Level, ...] = ("area", "line", "unit")


def tree(firm: str, machines: Sequence[MachineStatus], series: Mapping[str, Series]) -> Equipment:
    """Return the firm with everything below it, each level in the order of its names; a machine without a place hangs directly under its site or the firm."""
    root = Equipment("enterprise", "", firm, firm)
    own: dict[str, list[Series]] = {}
    for name, each in series.items():
        own.setdefault(name.partition(".")[0], []).append(each)
    for status in machines:
        machine = status.machine
        above = root if not machine.site else _child(root, "site", machine.site)
        for depth, part in enumerate(part for part in machine.place.split("/") if part):
            above = _child(above, LEVELS[min(depth, len(LEVELS) - 1)], part)
        state = status.state if status.linked else "silent"
        node = Equipment("machine", machine.id, machine.name, f"{above.path}/{machine.id}", state)
        chosen = {f"{machine.id}.{each.name}": each for each in machine.signals}
        for name in sorted({*chosen, *(each.name for each in own.get(machine.id, ()))}):
            choice, last = chosen.get(name), series.get(name)
            signal = name.partition(".")[2]
            unit = shown(choice.unit) if choice is not None and choice.unit else shown(last.unit) if last is not None else ""
            title = (choice.title if choice is not None else "") or signal
            node.children.append(Equipment("signal", signal, title, f"{node.path}/{signal}", "", unit, None if last is None else last.value))
        above.children.append(node)
    return root


def _child(above: Equipment, level: Level, name: str) -> Equipment:
    for each in above.children:
        if (each.level, each.name) == (level, name):
            return each
    made = Equipment(level, name, name, f"{above.path}/{name}")
    above.children.append(made)
    above.children.sort(key=lambda each: (each.level == "machine", each.name))
    return made
