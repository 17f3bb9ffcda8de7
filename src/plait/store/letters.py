"""The rows of the outbox: what is to be brought to which partner, and how far that has come."""

from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Row, case, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from plait.kernel.facts import fact
from plait.kernel.problems import CONFLICT, NOT_FOUND, Problem
from plait.store.retry import EARLY_TRIES, LONGEST, backoff
from plait.store.tables import outbox

__all__ = [
    "Letter",
    "LetterGivenUp",
    "LetterRefused",
    "LetterRetried",
    "Queue",
    "State",
    "count_waiting",
    "enter",
    "heads",
    "is_due",
    "postpone",
    "prune",
    "put_back",
    "queues",
    "refusal",
    "rows",
    "settle",
    "single",
    "verdict",
]

State = Literal["waiting", "delivered", "refused", "given-up"]

TOO_EARLY = 425
AGAIN = frozenset({401, 408, TOO_EARLY, 429})  # 401: a clock that is wrong, or keys that cannot be fetched, for a while
ANSWER_LIMIT = 4096
FARTHEST = 2 * LONGEST


class Letter(msgspec.Struct, frozen=True):
    """One row. ``due``: when it may next be tried (ms since 1970, system clock; None once settled); ``status`` and ``answer`` are the last reply's.

    ``status`` 0 means that the partner was not reached; ``answer`` then says why.
    """

    id: int
    party: str
    path: str
    body: bytes
    media_type: str
    key: str
    at: str
    state: State
    tries: int
    due: int | None
    status: int
    answer: bytes


@fact("store.letter_refused")
class LetterRefused(msgspec.Struct, frozen=True):
    """A partner refused what was sent (a dead letter): it is not tried again until a person says so."""

    letter: int
    party: str
    path: str
    key: str
    status: int
    detail: str


@fact("store.letter_given_up")
class LetterGivenUp(msgspec.Struct, frozen=True):
    """A person decided that a partner is not told; what stood behind it goes on."""

    letter: int
    party: str
    path: str
    reason: str


@fact("store.letter_retried")
class LetterRetried(msgspec.Struct, frozen=True):
    """A person had a letter tried again."""

    letter: int
    party: str
    path: str


class Queue(msgspec.Struct, frozen=True):
    """What there is for one partner: rows that wait, when the oldest was posted, how many were refused."""

    party: str
    waiting: int
    oldest: str
    refused: int


def _letter(row: Row[Any]) -> Letter:
    values = dict(row._mapping)
    values["body"], values["answer"] = bytes(values["body"]), bytes(values["answer"])
    return Letter(**values)


def enter(conn: Connection, at: str, due: int, party: str, path: str, body: bytes, media_type: str, key: str) -> bool:
    """Enter a row; False when this partner already has one under ``key``."""
    insert = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    row = {"party": party, "path": path, "body": body, "media_type": media_type, "key": key, "at": at}
    fresh = {"state": "waiting", "tries": 0, "due": due, "status": 0, "answer": b""}
    made = insert(outbox).values(**row, **fresh).on_conflict_do_nothing(index_elements=["party", "key"]).returning(outbox.c.id)
    return conn.execute(made).first() is not None


def rows(conn: Connection, party: str | None = None, state: str | None = None, limit: int = 500) -> list[Letter]:
    """Return the latest rows, newest first, of one partner and in one state if named."""
    query = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
    if party is not None:
        query = query.where(outbox.c.party == party)
    if state is not None:
        query = query.where(outbox.c.state == state)
    return [_letter(row) for row in conn.execute(query)]


def heads(conn: Connection, party: str | None = None) -> list[Letter]:
    """Return the first waiting row of each partner (or of one), in the order they were entered."""
    first = select(func.min(outbox.c.id)).where(outbox.c.due.is_not(None)).group_by(outbox.c.party)
    if party is not None:
        first = first.where(outbox.c.party == party)
    return [_letter(row) for row in conn.execute(select(outbox).where(outbox.c.id.in_(first)).order_by(outbox.c.id))]


def is_due(letter: Letter, now: int) -> bool:
    """Tell whether a waiting row may be tried at ``now`` (ms): also when it is due later than any wait lasts, for then the clock was set back."""
    return letter.due is not None and not now < letter.due <= now + round(FARTHEST * 1000)


def queues(conn: Connection) -> list[Queue]:
    """Return the partners for whom something waits or was refused."""
    waits = case((outbox.c.due.is_not(None), 1), else_=0)
    oldest = case((outbox.c.due.is_not(None), outbox.c.at), else_=None)
    refused = case((outbox.c.state == "refused", 1), else_=0)
    query = select(outbox.c.party, func.sum(waits), func.min(oldest), func.sum(refused)).where(outbox.c.state.in_(("waiting", "refused")))
    return [Queue(row[0], int(row[1]), row[2] or "", int(row[3])) for row in conn.execute(query.group_by(outbox.c.party).order_by(outbox.c.party))]


def prune(conn: Connection, before: str) -> int:
    """Forget rows posted before ``before`` (RFC 3339) that were delivered or given up; return how many."""
    return conn.execute(delete(outbox).where(outbox.c.state.in_(("delivered", "given-up")), outbox.c.at < before)).rowcount


def postpone(conn: Connection, letter: Letter, due: int, answer: bytes) -> None:
    """Leave a row until ``due`` (ms) without counting a try: its partner is not called now."""
    conn.execute(update(outbox).where(outbox.c.id == letter.id, outbox.c.due.is_not(None)).values(due=due, status=0, answer=answer[:ANSWER_LIMIT]))


def count_waiting(conn: Connection) -> int:
    """Return how many rows wait."""
    return int(conn.execute(select(func.count()).where(outbox.c.due.is_not(None))).scalar() or 0)


def single(conn: Connection, id: int) -> Letter:
    """Return one row; raise ``not-found``."""
    row = conn.execute(select(outbox).where(outbox.c.id == id)).first()
    if row is None:
        raise Problem(NOT_FOUND, f"There is no letter {id} in the outbox.")
    return _letter(row)


def verdict(status: int, tries: int = 1) -> State:
    """Return what a reply to the ``tries``-th try means: 2xx delivered; 4xx refused but for 401, 408, 425 and 429; anything else is tried again.

    425 (too early) may be a matter of order; after EARLY_TRIES it plainly is not, and counts as refused.
    """
    if 200 <= status < 300:
        return "delivered"
    if status == TOO_EARLY and tries >= EARLY_TRIES:
        return "refused"
    return "refused" if 400 <= status < 500 and status not in AGAIN else "waiting"


def settle(conn: Connection, letter: Letter, status: int, answer: bytes, now: int, verdict: State) -> None:
    """Note the outcome of one try at ``now`` (ms), and when the next one is due if there is to be one."""
    tries = letter.tries + 1
    due = now + round(backoff(tries) * 1000) if verdict == "waiting" else None
    values = {"state": verdict, "tries": tries, "due": due, "status": status, "answer": answer[:ANSWER_LIMIT]}
    conn.execute(update(outbox).where(outbox.c.id == letter.id, outbox.c.due.is_not(None)).values(**values))


def refusal(letter: Letter, status: int, answer: bytes) -> LetterRefused:
    """Return the fact that tells of a dead letter."""
    return LetterRefused(letter.id, letter.party, letter.path, letter.key, status, answer[:ANSWER_LIMIT].decode("utf-8", "replace"))


def put_back(conn: Connection, id: int, state: State, due: int | None) -> Letter:
    """Set a row that is not delivered to ``state`` (``waiting`` or ``given-up``); raise ``conflict`` for a delivered one."""
    letter = single(conn, id)
    if letter.state == "delivered":
        raise Problem(CONFLICT, f"Letter {id} has been delivered.")
    conn.execute(update(outbox).where(outbox.c.id == id).values(state=state, due=due, tries=0 if state == "waiting" else letter.tries))
    return single(conn, id)
