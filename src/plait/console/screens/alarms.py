"""Alarms: what needs me now; acknowledge, shelve; and the alarms there are, set with a look at the last day."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from plait.console.html import Markup, chip, details, icon, link, pairs, since, table, tag, when
from plait.console.page import Empty, Field, Page
from plait.console.screen import Screen
from plait.console.screens.lists import tabs
from plait.infrastructure.alarms.model import Alarm, AlarmView, Notice, Preview
from plait.kernel.actor import Actor
from plait.kernel.problems import INVALID, Problem
from plait.kernel.texts import Texts
from plait.overview import paths

__all__ = ["SCREENS", "alarm_card", "alarms_acts", "named"]

SEVERITY = {"critical": "critical", "high": "high", "medium": "medium", "low": "low"}
LOOK = {"critical": "bad", "high": "bad", "medium": "warn", "low": "note"}
STATES = {
    "normal": "quiet",
    "unacknowledged": "not acknowledged",
    "acknowledged": "acknowledged",
    "returned": "over, not acknowledged",
    "shelved": "shelved",
    "suppressed": "machine is down",
    "out-of-service": "out of service",
}
KINDS = {
    "high": "above the limit",
    "high-high": "far above the limit",
    "low": "below the limit",
    "low-low": "far below the limit",
    "word": "says the word",
    "state": "the machine is in the state",
    "silence": "nothing heard",
}
SHELF = {"15": "15 min", "60": "1 h", "480": "8 h", "1440": "1 day", "10080": "7 days"}
LIVE = ("alarm.", "machine.state")
MOST_SHOWN = 200
ANSWERED = ("acknowledged", "shelved")


async def _build(page: Page) -> None:
    t, rooms = page.t, page.rooms
    show = "all" if page.query.get("show") == "all" else "open"
    page.head(t("Alarms"), t("What needs me now?") if show == "open" else t("Which alarms are there?"))
    page.show(tabs(page, paths.alarms, "show", show, {"open": t("Now"), "all": t("All alarms")}))

    async def read(actor: Actor) -> list[AlarmView]:
        return (await (rooms.alarms.inbox(actor) if show == "open" else rooms.alarms.all(actor)))[:MOST_SHOWN]

    acts = await alarms_acts(page)
    if show == "open":
        empty = Empty(t("Nothing calls for anybody now."), t("All alarms"), href=paths.alarms(show="all"))
    else:
        empty = Empty(t("No alarm is set yet. Say beyond which value somebody should be called."), t("Set an alarm") if "new" in acts else "", act="new")
    block = await page.block(
        read,
        lambda found: _listed(page, found, acts, show),
        empty=empty,
        live=LIVE,
        every_s=15,
        key=f"{show}{t.language}{sorted(acts)}",
        on={name: act for name, act in acts.items() if name != "_doing"},
    )
    if "_doing" in acts:
        acts["_doing"].after = block.load
    if show == "all":
        await page.block(rooms.alarms.notices, lambda found: _messages(page, found), live=("alarm.",), every_s=30, key=t.language)


async def alarms_acts(page: Page) -> dict[str, Any]:
    """Return what this person may do with alarms, by name."""
    doing = _Doing(page)
    names: tuple[str, ...] = ()
    if await page.me.may("machines.alarm"):
        names += ("ack", "shelve", "unshelve")
    if await page.me.may("machines.write"):
        names += ("new", "edit", "remove", "service", "undo", "trial")
    acts: dict[str, Any] = {name: getattr(doing, name) for name in names}
    return acts | {"_doing": doing} if acts else {}


class _Doing:
    """What people do with alarms; ``after`` reads what is shown again."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._t = page.t
        self._alarms = page.rooms.alarms
        self.after: Callable[[], Awaitable[None]] | None = None

    async def _done(self) -> None:
        if self.after is not None:
            await self.after()

    async def ack(self, id: str) -> None:
        await self._page.act(lambda actor: self._alarms.acknowledge(actor, id), self._t("Acknowledged."))
        await self._done()

    async def shelve(self, id: str) -> None:
        t = self._t
        fields = [
            Field("minutes", t("For how long"), "choice", "60", required=True, options={key: t(word) for key, word in SHELF.items()}),
            Field("reason", t("Why"), required=True),
        ]

        async def do(actor: Actor, said: dict[str, Any]) -> AlarmView:
            return await self._alarms.shelve(actor, id, float(said["minutes"]), str(said["reason"]))

        note = t("Nobody is called for it until then.")
        await self._page.form(t("Shelve {alarm}", alarm=id), fields, do, yes=t("Shelve"), done=t("Shelved."), note=note)
        await self._done()

    async def unshelve(self, id: str) -> None:
        await self._page.act(lambda actor: self._alarms.unshelve(actor, id), self._t("It calls again."))
        await self._done()

    async def service(self, id: str) -> None:
        t, page = self._t, self._page
        out = (await self._alarms.one(await page.me.actor(), id)).state != "out-of-service"
        if not out or await page.ask(t("Take {alarm} out of service?", alarm=id), t("Nobody is called for it until somebody puts it back."), t("Take it out")):
            await page.act(lambda actor: self._alarms.service(actor, id, out, ""), t("Done."))
            await self._done()

    async def new(self, _: str) -> None:
        await _edit(self._page, None)
        await self._done()

    async def edit(self, id: str) -> None:
        await _edit(self._page, (await self._alarms.one(await self._page.me.actor(), id)).alarm)
        await self._done()

    async def remove(self, id: str) -> None:
        t, page = self._t, self._page
        if await page.ask(t("Take {alarm} away?", alarm=id), t("Nobody is called for it any more. Its history stays."), t("Take it away")):
            await page.act(lambda actor: self._alarms.remove(actor, id), t("Done."))
            await self._done()

    async def undo(self, id: str) -> None:
        await self._page.act(lambda actor: self._alarms.undo(actor, id), self._t("It is as it was before."))
        await self._done()

    async def trial(self, _: str) -> None:
        await self._page.act(self._alarms.test, self._t("A message is on its way."))


def _button(act: str, arg: str, sign: str, word: str, cls: str = "p-quiet") -> Markup:
    return tag("button", icon(sign), word, type="button", cls=cls, data_act=act, data_arg=arg)


def alarm_card(t: Texts, each: AlarmView, acts: Mapping[str, Any], *, all_of_it: bool = False, who: str = "") -> Markup:
    """Return one alarm: what is wrong, since when, what to do, what can be done about it, and ``who`` has answered it."""
    alarm = each.alarm
    quiet = each.state in ("normal", "shelved", "suppressed", "out-of-service")
    head = tag(
        "header",
        tag("h2", alarm.text or alarm.id),
        tag("span", chip("note" if quiet else LOOK[alarm.severity], t(SEVERITY[alarm.severity])), " ", chip("wait", t(STATES[each.state]))),
    )
    value = "" if each.value is None else str(each.value) if isinstance(each.value, str) else f"{each.value:.4g}"
    shelved = when(each.shelved_until, t) if each.shelved_until is not None else ""
    rows = (
        (t("Machine"), link(each.machine, paths.machine(alarm.machine_id))),
        (t("Signal"), link(alarm.signal, paths.machine(alarm.machine_id)) if alarm.signal else ""),
        (t("Condition"), _condition(t, alarm)),
        (t("Value"), value),
        (t("Since"), since(each.since, t) if each.since is not None and not (quiet and each.state != "suppressed") else ""),
        (t("Shelved until"), shelved),
        (t("Answered by"), who),
        (t("Reason"), each.reason),
        (t("Note"), each.note),
    )
    hint = tag("p", icon("warning"), " ", t(each.hint), cls="p-warn p-small") if each.hint else ""
    advice = tag("p", tag("strong", t("What to do"), ": "), alarm.advice) if alarm.advice else ""
    buttons = []
    if "ack" in acts and each.state in ("unacknowledged", "returned"):
        buttons.append(_button("ack", alarm.id, "check", t("Acknowledge"), "p-button"))
    if "shelve" in acts and each.state != "out-of-service":
        shelf = each.state == "shelved"
        buttons.append(_button("unshelve" if shelf else "shelve", alarm.id, "snooze", t("Take from the shelf") if shelf else t("Shelve")))
    if "edit" in acts and all_of_it:
        out = each.state == "out-of-service"
        buttons += [
            _button("edit", alarm.id, "tune", t("Change")),
            _button("undo", alarm.id, "undo", t("As before")),
            _button("service", alarm.id, "power_settings_new", t("Put back into service") if out else t("Out of service")),
            _button("remove", alarm.id, "delete", t("Take away")),
        ]
    return tag("section", head, advice, hint, pairs(rows), tag("div", buttons, cls="p-row"), cls="p-card p-stack", data_key=alarm.id)


def _condition(t: Texts, alarm: Alarm) -> str:
    much = alarm.word if alarm.kind in ("word", "state") else f"{alarm.on_delay_s:g} s" if alarm.kind == "silence" else f"{alarm.limit:g}"
    return f"{t(KINDS[alarm.kind])}: {much}"


def _listed(page: Page, found: Sequence[AlarmView], acts: dict[str, Any], show: str) -> Markup:
    t = page.t
    waiting = sum(each.state in ("unacknowledged", "returned") for each in found)
    words = t("{count} alarms wait for somebody.", count=t.number(waiting)) if waiting > 1 else t("One alarm waits for somebody.")
    words = words if waiting else t("Every alarm is acknowledged.")
    top: Any = tag("p", words, cls="p-answer") if show == "open" else ""
    if show == "all" and "new" in acts:
        top = tag("div", _button("new", "", "add", t("Set an alarm"), "p-button"), _button("trial", "", "send", t("Send a message of trial")), cls="p-row")
    cards = [alarm_card(t, each, acts, all_of_it=show == "all", who=named(page, each.by) if each.state in ANSWERED else "") for each in found]
    return tag("div", top, cards, cls="p-stack p-wide-stack")


def named(page: Page, label: str) -> str:
    """Return an actor as people know it: a person by name, a program by that it came with a token."""
    person = page.rooms.people.person(label.removeprefix("person:"))
    return person.name if person is not None else page.t("a program, by its token") if label.startswith("person:") else label


def _messages(page: Page, found: Sequence[Notice]) -> Markup:
    t = page.t
    if not found:
        return tag("p", t("No message has gone out yet. Webhook and mail server are set in plait.toml under [alarms]."), cls="p-soft")
    rows = [(each.subject, each.channel, t(each.state), str(each.tries), when(each.at, t), each.error) for each in found[:50]]
    names = (t("Message"), t("By"), t("State"), t("Tries"), t("When"), t("What went wrong"))
    return details(t("Messages"), table(names, rows, label=t("Messages"), numbers=(3,)))


async def _edit(page: Page, known: Alarm | None) -> None:
    """Ask for an alarm, show what it would have done in the last day, and set it."""
    t, rooms = page.t, page.rooms
    actor = await page.me.actor()
    machines = {each.machine.id: each.machine.name for each in await rooms.machines.all(actor)}
    series = [each.name for each in await rooms.signals.series(actor) if each.name.partition(".")[0] in machines]
    old = known or Alarm("", next(iter(machines), ""), "high")
    chosen = f"{old.machine_id}.{old.signal}" if old.signal else ""
    signals = {"": "–"} | {name: f"{machines[name.partition('.')[0]]}: {name.partition('.')[2]}" for name in series}
    fields = [
        Field("id", t("Name"), value=old.id, required=True),
        Field("machine_id", t("Machine"), "choice", old.machine_id, required=True, options=machines),
        Field("signal", t("Signal"), "choice", chosen, options=signals),
        Field("kind", t("Calls when"), "choice", old.kind, required=True, options={key: t(word) for key, word in KINDS.items()}),
        Field("limit", t("Limit"), "number", old.limit),
        Field("word", t("Word or state"), value=old.word),
        Field("hysteresis", t("How far it must come back"), "number", old.hysteresis),
        Field("on_delay_s", t("Must hold for (seconds)"), "number", old.on_delay_s),
        Field("off_delay_s", t("Must be over for (seconds)"), "number", old.off_delay_s),
        Field("severity", t("Severity"), "choice", old.severity, required=True, options={key: t(word) for key, word in SEVERITY.items()}),
        Field("text", t("What is wrong"), value=old.text),
        Field("advice", t("What to do"), "long", old.advice),
        Field("suppress_when_down", t("Quiet while the machine is down"), "tick", old.suppress_when_down),
    ]

    async def look(actor: Actor, said: dict[str, Any]) -> tuple[Alarm, Preview]:
        alarm = _alarm(said)
        return alarm, await rooms.alarms.preview(actor, alarm)

    found = await page.form(t("Set an alarm"), fields, look, yes=t("See the last day"))
    if found is None:
        return
    alarm, preview = found
    words = t("In the last day it would have been raised {count} times, for {minutes} minutes.", count=preview.raised, minutes=round(preview.minutes))
    if await page.ask(t("Set {alarm}?", alarm=alarm.id), f"{words} {t(preview.hint) if preview.hint else ''}", t("Set it")):
        await page.act(lambda actor: rooms.alarms.define(actor, alarm), t("Set."))


def _alarm(said: dict[str, Any]) -> Alarm:
    """Return the alarm of a form's fields; raise ``invalid``."""
    numbers = {}
    for name in ("limit", "hysteresis", "on_delay_s", "off_delay_s"):
        try:
            numbers[name] = float(str(said[name] or 0).replace(",", "."))
        except ValueError as error:
            raise Problem(INVALID, f"{name}: {str(said[name])[:40]!r} is no number.", field=name) from error
    signal = str(said["signal"] or "")
    machine = signal.partition(".")[0] if signal and said["kind"] != "state" else str(said["machine_id"])
    return Alarm(
        str(said["id"]).strip(),
        machine,
        said["kind"],
        signal.partition(".")[2],
        word=str(said["word"] or "").strip(),
        severity=said["severity"],
        text=str(said["text"] or ""),
        advice=str(said["advice"] or ""),
        suppress_when_down=bool(said["suppress_when_down"]),
        **numbers,
    )


SCREENS = (Screen("/alarms", "Alarms", _build, action="machines.read", group="infrastructure", icon="notifications_active", key="j", howto="alarms"),)
