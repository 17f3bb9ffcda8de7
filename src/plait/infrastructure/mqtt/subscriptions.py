"""What clients subscribe to: granted filter by filter, on disk before it is answered, then what is retained."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from plait.infrastructure.mqtt import packets
from plait.infrastructure.mqtt.journal import SUBSCRIBED, entry
from plait.infrastructure.mqtt.packets import Subscribe
from plait.infrastructure.mqtt.session import Session
from plait.infrastructure.mqtt.topics import is_filter

if TYPE_CHECKING:
    from plait.infrastructure.mqtt.broker import Broker
    from plait.infrastructure.mqtt.connection import Connection

__all__ = ["subscribe", "unsubscribe"]

MOST_FILTERS = 1_000


def subscribe(broker: "Broker", connection: "Connection", session: Session, asked: Subscribe) -> None:
    """Subscribe where that may be, answer filter by filter, then send what is retained."""
    assert connection.account is not None
    five = connection.level == 5
    codes: list[int] = []
    granted: dict[str, int | None] = {}
    fresh: list[tuple[str, int]] = []
    for wanted, option in asked.filters:
        if not is_filter(wanted):
            codes.append(0x8F if five else 0x80)
        elif wanted.startswith("$share/"):
            codes.append(0x9E if five else 0x80)
        elif not connection.account.may_hear(wanted):
            codes.append(0x87 if five else 0x80)
        elif wanted not in session.filters and len(session.filters) >= MOST_FILTERS:
            codes.append(0x97 if five else 0x80)
        else:
            level = min(option & 3, 1)
            handling = option >> 4 & 3
            if not handling or (handling == 1 and wanted not in session.filters):
                fresh.append((wanted, level))
            granted[wanted] = level | (option & 12)
            broker.state.change(session, wanted, level | (option & 12))
            codes.append(level)
    broker.forget_routes()
    answer = packets.suback(0x90, asked.number, codes, connection.level)
    _answer(broker, connection, session, granted, answer, lambda: _retained(broker, session, fresh))


def unsubscribe(broker: "Broker", connection: "Connection", session: Session, asked: Subscribe) -> None:
    """End subscriptions; one that is not there is no error."""
    codes = [0 if wanted in session.filters else 0x11 for wanted, _ in asked.filters]
    for wanted, _ in asked.filters:
        broker.state.change(session, wanted, None)
    broker.forget_routes()
    answer = packets.suback(0xB0, asked.number, codes, connection.level)
    _answer(broker, connection, session, {wanted: None for wanted, _ in asked.filters}, answer, lambda: None)


def _answer(broker: "Broker", connection: "Connection", session: Session, changed: dict[str, int | None], answer: bytes, then: Callable[[], None]) -> None:
    """Answer once the change is on disk; one of a session that ends with its connection need not be."""

    def stored(error: Exception | None) -> None:
        if error is None:
            connection.send(answer)
            then()
        else:
            connection.abort()

    if session.expiry and changed:
        broker.journal.put(entry(SUBSCRIBED, 0, session.key, msgspec.json.encode(changed), broker.ms()), stored)
    else:
        stored(None)


def _retained(broker: "Broker", session: Session, wanted: list[tuple[str, int]]) -> None:
    for each, level in wanted:
        for topic, payload, _ in broker.state.retained.under(each):
            broker.give(session, topic, payload, level, retain=True)
    broker.send_due(session)
