"""The schedule as a picture: a work centre a row, closed time shaded, bars that say why they stand where they stand, promise flags, now (pure)."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from plait.console.html import Markup, join, tag
from plait.kernel.texts import Texts
from plait.overview import paths
from plait.overview.chart.model import Bar, Chart, Flag, Lane, Span

__all__ = ["bar_words", "draw", "state_of"]

WIDTH = 1104
LEFT = 148
TOP = 28
ROW = 34
BAR = 20
STACK = 24
MOST_STACK = 12
LETTER = 7.6
LEAST = 2.0
STEPS_H = (1, 2, 4, 6, 12, 24, 48, 168)
MOST_MARKS = 14
STATES = {"started": "running", "ended": "done", "planned": "planned", "held": "held", "proposed": "proposed"}


def state_of(bar: Bar) -> str:
    """Return what a bar looks like: late comes before all but what is over."""
    return "late" if bar.late and bar.state != "ended" else STATES.get(bar.state, "planned")


def bar_words(bar: Bar, t: Texts, said: Callable[[str], str]) -> str:
    """Return in one text what a bar is, when it runs, and why it stands where it stands."""
    words = {
        "started": t("running"),
        "ended": t("done"),
        "planned": t("planned"),
        "held": t("held for an offer"),
        "proposed": t("planned, not booked"),
    }[bar.state]
    head = f"{bar.number or bar.job_id} – {bar.name}, {t.quantity(bar.quantity)}"
    times = t("{start} to {end}", start=t.moment(bar.start), end=t.moment(bar.end))
    late = f"{t('its order will be late')}. " if bar.late and bar.state != "ended" else ""
    put = t("A person put it here.")
    pinned = f" {put}" if bar.frozen and said(bar.why) != put else ""
    return f"{head}\n{bar.customer}{' – ' if bar.customer else ''}{words}, {times}. {late}{said(bar.why)}{pinned}".replace("\n – ", "\n").strip()


def draw(chart: Chart, t: Texts, said: Callable[[str], str], chosen: str = "", *, movable: bool = False, named: Callable[[str], str] = str) -> Markup:
    """Return the picture. ``said`` says a reason in the language; ``chosen`` is the job looked at.

    ``movable``: bars can be dragged; ``named`` says what a work centre is called.
    """
    scale = _Scale(chart.since, chart.until)
    heights = [_height(lane) for lane in chart.lanes]
    bottom = TOP + sum(heights)
    rows: list[Markup] = []
    at = TOP
    for lane, height in zip(chart.lanes, heights, strict=True):
        rows.append(_row(lane, at, height, scale, t, said, chosen, named(lane.machine_id or lane.id)))
        at += height
    now = ""
    if chart.since <= chart.now < chart.until:
        x = scale.x(chart.now)
        now = tag("g", tag("title", t("now")), tag("line", x1=_n(x), x2=_n(x), y1=_n(TOP - 6), y2=_n(bottom)), cls="g-now volatile")
    label = t("Schedule from {start} to {end}", start=t.moment(chart.since), end=t.moment(chart.until))
    shape = {"viewBox": f"0 0 {WIDTH} {bottom + 4}", "width": str(WIDTH), "height": str(bottom + 4), "role": "group", "aria_label": label}
    drag = {"data_gantt": True, "data_since": chart.since.isoformat(), "data_until": chart.until.isoformat(), "data_left": str(LEFT), "data_width": str(WIDTH)}
    return tag("svg", _patterns(), _marks(scale, bottom, t), rows, now, cls="p-gantt", **shape, **(drag if movable else {}))


class _Scale:
    """From moments to places on the picture."""

    def __init__(self, since: datetime, until: datetime) -> None:
        self.since = since
        self.until = until
        self.seconds = (until - since).total_seconds()

    def x(self, when: datetime) -> float:
        """Return the place of a moment, kept inside the picture."""
        part = (when - self.since).total_seconds() / self.seconds
        return LEFT + min(1.0, max(0.0, part)) * (WIDTH - LEFT)


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _patterns() -> Markup:
    stripe = tag("path", d="M0 6 L6 0", cls="g-stripe")
    made = [tag("pattern", stripe, id=f"g-{name}", width="6", height="6", patternUnits="userSpaceOnUse", cls=f"g-{name}") for name in ("late", "down", "held")]
    return tag("defs", made)


def _marks(scale: _Scale, bottom: float, t: Texts) -> Markup:
    """Return the lines of hours or days with their names."""
    zone = ZoneInfo(t.zone.key)
    hours = scale.seconds / 3600
    step = next((each for each in STEPS_H if hours / each <= MOST_MARKS), STEPS_H[-1])
    first = scale.since.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    first = first.replace(hour=0) if step >= 24 else first.replace(hour=first.hour - first.hour % step)
    made: list[Markup] = []
    at = first
    while at < scale.until:
        if at >= scale.since:
            x = scale.x(at)
            day = at.hour == 0
            text = _day(at, t) if day or step >= 24 else f"{at:%H:%M}"
            made.append(tag("line", x1=_n(x), x2=_n(x), y1=_n(TOP - 4), y2=_n(bottom), cls="g-day" if day else "g-hour"))
            if x < WIDTH - 30:
                made.append(tag("text", text, x=_n(x + 3), y="14", cls="g-time is-day" if day else "g-time"))
        following = (at.replace(tzinfo=None) + timedelta(hours=step)).replace(tzinfo=zone)
        at = following if following > at else at + timedelta(hours=step)
    return join(made)


def _day(when: datetime, t: Texts) -> str:
    weekday = t(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[when.weekday()])
    return (
        f"{weekday} {when.day}.{when.month}." if t.language == "de" else f"{weekday} {when.month}/{when.day}" if t.language == "zh" else f"{weekday} {when.day}"
    )


def _stacked(bars: Sequence[Bar]) -> list[tuple[Bar, int]]:
    """Return bars with the line of the row each lies on; those that overlap lie below one another."""
    free: list[datetime] = []
    placed = []
    for bar in sorted(bars, key=lambda each: (each.start, each.job_id)):
        line = next((index for index, end in enumerate(free) if end <= bar.start), len(free))
        if line >= MOST_STACK:
            line = MOST_STACK - 1
        if line == len(free):
            free.append(bar.end)
        else:
            free[line] = max(free[line], bar.end)
        placed.append((bar, line))
    return placed


def _height(lane: Lane) -> int:
    deep = max((line for _, line in _stacked(lane.bars)), default=0)
    return ROW + deep * STACK


def _row(lane: Lane, y: float, height: int, scale: _Scale, t: Texts, said: Callable[[str], str], chosen: str, name: str) -> Markup:
    name = name or t("other firms")
    head = tag("text", _short(name, 19), tag("title", name), x="0", y=_n(y + 15), cls="g-name")
    if lane.machine_id:
        head = tag("a", head, href=paths.machine(lane.machine_id))
    below = f"{t.number(round(lane.booked * 100))} %" if lane.id else ""
    group = " · ".join(each for each in (_short(lane.group, 14) if lane.group != lane.id else "", below) if each)
    parts = [
        tag("rect", x="0", y=_n(y), width=str(WIDTH), height=str(height), cls="g-row"),
        head,
        tag("text", group, x="0", y=_n(y + 28), cls="g-below"),
        [_shade(span, y, height, scale, t, "g-closed") for span in lane.closed],
        [_shade(span, y, height, scale, t, "g-down") for span in lane.down],
        [_bar(bar, y + 7 + line * STACK, scale, t, said, chosen) for bar, line in _stacked(lane.bars)],
        [_flag(flag, y, height, scale, t) for flag in lane.flags],
    ]
    return tag("g", parts, data_centre=lane.id or None, data_group=lane.group or None)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _shade(span: Span, y: float, height: int, scale: _Scale, t: Texts, cls: str) -> Markup:
    x, end = scale.x(span.start), scale.x(span.end)
    word = t("out of service: {reason}", reason=span.reason) if cls == "g-down" else ""
    title = tag("title", word) if word else ""
    return tag("rect", title, x=_n(x), y=_n(y), width=_n(max(1.0, end - x)), height=str(height), cls=cls) if end > x else Markup("")


def _bar(bar: Bar, y: float, scale: _Scale, t: Texts, said: Callable[[str], str], chosen: str) -> Markup:
    x = scale.x(bar.start)
    wide = max(LEAST, scale.x(bar.end) - x - 1)
    state = state_of(bar)
    words = bar_words(bar, t, said)
    body = [tag("title", words), tag("rect", x=_n(x), y=_n(y), width=_n(wide), height=str(BAR), rx="3", cls="g-body")]
    if state == "late" or bar.state == "held":
        body.append(tag("rect", x=_n(x), y=_n(y), width=_n(wide), height=str(BAR), rx="3", fill=f"url(#g-{'late' if state == 'late' else 'held'})"))
    sign = {"late": "!", "running": "▶", "done": "✓"}.get(state, "") + ("◆" if bar.frozen else "")
    room = int((wide - 8) / LETTER)
    text = f"{sign} {bar.number}".strip()
    if room >= 2:
        shown = text if len(text) <= room else sign if room < 5 else _short(text, room)
        body.append(tag("text", shown, x=_n(x + 4), y=_n(y + 14), cls="g-label"))
    cls = f"g-bar is-{state}{' is-chosen' if bar.job_id == chosen else ''}{' is-fixed' if bar.state != 'planned' or bar.outside else ''}"
    return tag("g", body, cls=cls, tabindex="0", role="button", aria_label=words, data_act="bar", data_arg=bar.job_id, data_start=bar.start.isoformat())


def _flag(flag: Flag, y: float, height: int, scale: _Scale, t: Texts) -> Markup:
    x = scale.x(flag.at)
    said = t("{order} is due {when}", order=flag.number, when=t.moment(flag.at))
    words = t("{due}; it will be late", due=said) if flag.late else said
    pole = tag("line", x1=_n(x), x2=_n(x), y1=_n(y + 2), y2=_n(y + height - 2))
    cloth = tag("path", d=f"M{_n(x)} {_n(y + 2)} l9 3.5 l-9 3.5 z")
    made = tag("g", tag("title", words), pole, cloth, cls=f"g-flag {'is-late' if flag.late else 'is-good'}")
    return tag("a", made, href=paths.order(flag.order), aria_label=words)
