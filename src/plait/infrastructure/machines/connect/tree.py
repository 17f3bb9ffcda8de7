"""The equipment hierarchy of ISA-95 (IEC 62264-1, 5.3) made from where machines say they stand, and one machine's signals in it: pure functions."""

from collections.abc import Mapping, Sequence

from plait.infrastructure.machines.connect.meanings import known
from plait.infrastructure.machines.connect.model import Equipment, KeptSignal, Level, SignalsView
from plait.infrastructure.machines.connect.rules import where
from plait.infrastructure.machines.connect.units import shown
from plait.infrastructure.machines.model import Choice, MachineStatus
from plait.infrastructure.machines.plugins import ADAPTERS
from plait.infrastructure.signals.model import Series

__all__ = ["kept_view", "tree"]

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


def kept_view(firm: str, status: MachineStatus, told: Mapping[str, Series]) -> SignalsView:
    """Return what is kept of a machine; ``told``: all series that bear its name, those that are not chosen are ``others``."""
    machine = status.machine
    plugin = ADAPTERS.load(machine.adapter)
    path = "/".join(filter(None, (firm, machine.site, machine.place, machine.id)))
    host, port = where(machine.config)
    chosen = {f"{machine.id}.{each.name}" for each in machine.signals}
    return SignalsView(
        machine,
        plugin.title or plugin.name,
        f"{host}:{port}" if host and port else host,
        path,
        status.state if status.linked else "silent",
        status.reason,
        status.linked,
        browses=plugin.browse is not None,
        chooses=plugin.browse is not None or bool(machine.signals),
        signals=tuple(_kept(path, each, told.get(f"{machine.id}.{each.name}")) for each in machine.signals),
        others=tuple(each for name, each in sorted(told.items()) if name not in chosen),
    )


def _kept(path: str, choice: Choice, last: Series | None) -> KeptSignal:
    meaning = known(choice.semantic)
    words = "" if meaning is None else meaning.words
    if last is None:
        return KeptSignal(choice, f"{path}/{choice.name}", words)
    return KeptSignal(choice, f"{path}/{choice.name}", words, last.at, last.value, last.quality)
