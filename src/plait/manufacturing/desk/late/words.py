"""Every sentence the desk says about late orders, in one place, so that it can be said in another language."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

__all__ = ["MOST_NAMES", "TEXTS", "day", "hours", "moment", "named", "say", "span"]

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOST_NAMES = 3

TEXTS = {
    "late": "Late by {count}: {why}",
    "on-time": "Ready on {day}, {count} before its date",
    "just-in-time": "Ready on {day}, the day it is due",
    "nothing-left": "Nothing is left to make",
    "it-is-here": "it is in stock",
    "in-stock": "It is in stock",
    "count-working": "{count} working {days}",
    "count-calendar": "{count} {days}",
    "overdue": "it was due on {due}, before today",
    "time": "it takes {needed:.1f} hours even around the clock on an empty shop, and {left:.1f} are left",
    "supplier": "{supplier} needs {lead} for operation {seq} {name}",
    "some-supplier": "the supplier",
    "material": "{name} comes on {day}",
    "closed": "{centre} is closed from {since} until {until}",
    "closed-any": "there are too few open hours before its date",
    "besides": "; besides, {why}",
    "now": "; now {why}",
    "busy": "{centre} is busy with {orders} until {day}",
    "busy-own": "{centre} is busy with its other batches until {day}",
    "busy-gap": "the free time of {centre} before {day} is too short",
    "then-closed": "; then closed {span}",
    "down": "{centre} is out of service until {day} ({reason})",
    "booked": "its bookings under {run} end on {day}",
    "booked-because": "its bookings under {run} end on {day}: {why}",
    "weekend": "over the weekend",
    "overnight": "overnight",
    "until": "until {moment}",
    "others": "{names} and {count} others",
    "other": "{names} and 1 other",
    "and": "{first} and {last}",
    "fixed-order": "a held slot",
    "unknown-part": "the part {part} is not known here",
    "unknown-part-do": "Enter the part with its operations, or let them be estimated: plait desk estimate --apply",
    "no-part": "the line names no part",
    "no-part-do": "Say under Orders which part is meant",
    "no-routing": "{part} has no operations",
    "no-routing-do": "Enter its operations, or let them be estimated: plait desk estimate --apply",
    "no-centre": "no work centre belongs to the group {group} (operation {seq} {name})",
    "no-centre-do": "Enter a work centre of the group {group}, or correct the operation",
    "no-fit": "one piece takes {needed:.1f} hours at operation {seq} {name}, and {group} is never open so long at once",
    "no-fit-do": "Let a work centre of {group} pause overnight or run unattended, or correct the time",
    "too-many": "{pieces} pieces would be more than {most} batches",
    "too-many-do": "Give the part a larger batch size, or check the quantity",
    "never-open": "{detail}",
    "never-open-do": "Correct the shifts of the work centre",
    "not-stocked": "{part} is bought, is not in stock, and no days until it comes are known",
    "not-stocked-do": "Enter the days until the part comes, or take it into stock",
    "bad-quantity": "the quantity {quantity} cannot be made",
    "bad-quantity-do": "Correct the quantity of the line",
    "other-unit": "{quantity} {unit} of {part} are ordered, which is counted in {own}",
    "other-unit-do": "Say how many {own} that is: correct the quantity of the line",
    "note-estimated": "its times are estimated, nobody has confirmed them",
    "note-assumed": "the hours of {centre} are assumed, nobody has entered them",
    "note-promised": "it was promised for {day}",
    "note-lead": "no lead time is stated for operation {seq} {name}: {days:g} working days are assumed",
    "note-material": "{name}: neither stock nor lead time is known, taken as here",
    "note-short": "{name}: {short} {unit} short, they come on {day}",
    "note-stock": "{pieces} of {quantity} are in stock",
    "note-batches": "made in {count} batches of up to {size}, so that each fits between opening and closing",
    "note-begun": "{pieces} pieces have been begun",
    "date": "{day} is the earliest date that disturbs no open order: {why}",
    "date-free": "{day} is the earliest date: nothing stands before it but the work itself",
    "overtime": "{centre}: {hours} of overtime on {days}",
    "overtime-each": "{centre}: {hours} of overtime each on {days}",
    "overtime-span": "{centre}: {hours} of overtime from {first} to {last}",
    "overtime-weekend": "{centre}: a shift of {hours} on {days}",
    "alternative": "Operation {seq} {name} on {centre} instead of {instead}",
    "routing": "Make it by another routing, on {centres}",
    "split": "Split each batch in {parts}, so that operations overlap",
    "swap": "Move it before {orders}",
    "swap-keeps": "Move it before {orders}, in time nevertheless",
    "subcontract": "Let {firm} do operation {seq} {name}: about {days:g} working days with the way there and back",
    "why-free": "It begins as soon as it can.",
    "why-machine": "The work centre is busy with {order} before.",
    "why-own": "The work centre is busy with another batch of the order before.",
    "why-down": "The work centre is out of service before ({reason}).",
    "why-closed": "The work centre is closed before.",
    "why-gap": "The free time of the work centre before is too short.",
    "hour": "1 hour",
    "hours": "{count:g} hours",
    "new-date": "Tell the customer {day}",
}


def say(key: str, **values: object) -> str:
    """Return the sentence ``key`` with its values filled in."""
    return TEXTS[key].format(**values)


def hours(count: float) -> str:
    """Return a number of hours as ``2 hours``."""
    return say("hour") if count == 1 else say("hours", count=count)


def day(when: date) -> str:
    """Return a date as ``Tue 10 Mar``."""
    return f"{WEEKDAYS[when.weekday()]} {when.day} {MONTHS[when.month - 1]}"


def moment(when: datetime) -> str:
    """Return a local time as ``Tue 10 Mar 14:00``."""
    return f"{day(when)} {when:%H:%M}"


def span(since: datetime, until: datetime) -> str:
    """Return a closed span of local time in words: overnight, over the weekend, or until when."""
    days = (until.date() - since.date()).days
    if days <= 1 and until - since < timedelta(days=1):
        return say("overnight")
    if since.weekday() in (4, 5) and until.weekday() in (0, 1) and days <= 4:
        return say("weekend")
    return say("until", moment=moment(until))


def named(names: Sequence[str]) -> str:
    """Return names as ``A, B and C``; of many the first and how many others."""
    if len(names) > MOST_NAMES:
        rest = len(names) - MOST_NAMES + 1
        return say("others", names=", ".join(names[: MOST_NAMES - 1]), count=rest)
    if len(names) > 1:
        return say("and", first=", ".join(names[:-1]), last=names[-1])
    return names[0] if names else ""
