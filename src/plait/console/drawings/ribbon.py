"""The states of a machine over time as a ribbon: colour, hatching for silence, and the word on hover."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from plait.console.html import Markup, tag
from plait.infrastructure.machines.model import StateChanged
from plait.kernel.texts import Texts

__all__ = ["ribbon"]

WIDTH, HEIGHT = 960, 36
STATES = frozenset({"running", "idle", "down", "setup", "silent"})


def ribbon(changes: Sequence[StateChanged], since: datetime, until: datetime, t: Texts) -> Markup:
    """Return the ribbon from ``since`` to ``until``; ``changes`` may come in any order and reach back before it."""
    span = max(1.0, (until - since).total_seconds())
    found = sorted((each for each in changes if each.at < until), key=lambda each: each.at)
    bars = []
    for index, each in enumerate(found):
        end = found[index + 1].at if index + 1 < len(found) else until
        if end <= since:
            continue
        left = max(0.0, (each.at - since).total_seconds()) / span * WIDTH
        right = (end - since).total_seconds() / span * WIDTH
        said = f"{t(each.state)} {t.moment(each.at)} – {t.moment(end)}{f': {each.reason}' if each.reason else ''}"
        state = each.state if each.state in STATES else "silent"
        shape = {"x": f"{left:.1f}", "y": "0", "width": f"{max(1.0, right - left):.1f}", "height": f"{HEIGHT}"}
        bars.append(tag("rect", tag("title", said), **shape, cls=f"p-state is-{state}"))
    marks = [_mark(index, since, span, t) for index in range(5)]
    frame = {"viewBox": f"0 0 {WIDTH} {HEIGHT}", "role": "img", "aria_label": t("States of the machine over time"), "preserveAspectRatio": "none"}
    return tag("div", tag("svg", bars, **frame, cls="p-ribbon"), tag("div", marks, cls="p-ribbon-marks volatile"))


def _mark(index: int, since: datetime, span: float, t: Texts) -> Markup:
    at = since + timedelta(seconds=span * index / 4)
    return tag("span", f"{at.astimezone(t.zone):%H:%M}")
