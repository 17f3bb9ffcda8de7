"""Which rules to propose for a machine, from the names of its signals (pure)."""

from collections.abc import Iterable, Mapping

__all__ = ["proposed"]

_EXECUTION = """\
when {name} in ("ACTIVE", "FEED_HOLD") for 1 s then running
when {name} in ("INTERRUPTED", "STOPPED", "PROGRAM_STOPPED") then down because "the program was interrupted"
when {name} in ("READY", "PROGRAM_COMPLETED", "PROGRAM_OPTIONAL_STOP", "OPTIONAL_STOP", "WAIT") then idle
"""
_PACKML = """\
when {name} in ("Execute", "Completing", "Unholding", "Unsuspending") then running
when {name} in ("Starting", "Resetting") then setup
when {name} in ("Idle", "Complete", "Suspending", "Suspended") then idle
when {name} in ("Held", "Holding") then down because "held"
when {name} in ("Aborting", "Aborted") then down because "aborted"
when {name} in ("Stopping", "Stopped", "Clearing") then down because "stopped"
"""
_PACKML_NUMBERS = """\
when {name} in (6, 12, 14, 16) then running
when {name} in (3, 15) then setup
when {name} in (4, 5, 13, 17) then idle
when {name} in (10, 11) then down because "held"
when {name} in (8, 9) then down because "aborted"
when {name} in (1, 2, 7) then down because "stopped"
"""
_CURRENT = """\
# From this current on the machine works: look at its picture and choose a value between standing and working.
when {name} > 2 hysteresis 0.5 for 3 s then running because "it draws current"
when {name} > 0.2 for 10 s then idle because "it is on and does not work"
otherwise idle
"""
_RUNNING = """\
when {name} = 1 then running
otherwise idle
"""


def proposed(signals: Iterable[str], latest: Mapping[str, float | str]) -> str:
    """Return rules that fit signals called so, "" when none is known to; ``latest``: their values, which tell words from numbers.

    MTConnect: the data item EXECUTION of a controller; PackML (OPC 30050, ANSI/ISA-TR88.00.02): the current state as word or number.
    """
    names = sorted(signals, key=len)

    def find(*parts: str) -> str | None:
        return next((name for part in parts for name in names if part in name.lower()), None)

    text = ""
    if (name := find("execution")) is not None:
        text = _EXECUTION.format(name=_quoted(name))
    elif (name := find("statecurrent", "state_current", "packml", "unitstate", "unit_state", "currentstate")) is not None:
        text = (_PACKML if isinstance(latest.get(name), str) else _PACKML_NUMBERS).format(name=_quoted(name))
    elif (name := find("running", "in_cycle", "incycle", "cycle_active")) is not None:
        text = _RUNNING.format(name=_quoted(name))
    elif (name := find("current", "amps", "ampere", "power")) is not None:
        text = _CURRENT.format(name=_quoted(name))
    if not text:
        return ""
    count = find("part_count", "partcount", "parts", "pieces", "prodprocessed")
    scrap = find("scrap", "reject", "defective")
    if count is not None and count != scrap:
        text += f"cycle on step of {_quoted(count)}\nparts from {_quoted(count)}\n"
    if scrap is not None:
        text += f"scrap from {_quoted(scrap)}\n"
    return text


def _quoted(name: str) -> str:
    plain = name.replace("_", "a").replace(".", "a").replace("-", "a").replace(":", "a").replace("/", "a")
    return name if plain.isalnum() and not plain[0].isdigit() else f"`{name}`"
