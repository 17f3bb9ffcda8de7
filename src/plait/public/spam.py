"""Who may send the request form, and how often: tickets that a page must have shown before, and counts for each address."""

import base64
import hashlib
import hmac
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable

from plait.kernel.clock import SYSTEM
from plait.kernel.problems import LIMITED, Problem, register

__all__ = ["STALE", "Guesses", "SpamGuard"]

STALE = register("form-stale", 409, "The form was not shown by this node, or too long ago", "Open the page again; what you typed is still in the form.")
TOO_FAST = register("form-too-fast", 429, "The form was sent faster than a person types", "Wait a few seconds and send it again.")

LEAST_S = 3.0
MOST_S = 12 * 3600.0
HOUR_S, DAY_S = 3600.0, 86_400.0
REMEMBERED = 5000


class SpamGuard:
    """Tickets are signed with a secret of this run and good once; ``per_hour`` requests of one address, ``per_day`` of all are taken."""

    def __init__(self, per_hour: int = 6, per_day: int = 300, now: Callable[[], float] = SYSTEM.monotonic) -> None:
        self.per_hour = per_hour
        self.per_day = per_day
        self._now = now
        self._secret = secrets.token_bytes(32)
        self._used: OrderedDict[str, str] = OrderedDict()
        self._by_address: OrderedDict[str, deque[float]] = OrderedDict()
        self._all: deque[float] = deque()

    def ticket(self) -> str:
        """Return a ticket for a page that is shown now."""
        text = f"{self._now():.3f}.{secrets.token_hex(8)}"
        return f"{text}.{self._sign(text)}"

    def _sign(self, text: str) -> str:
        return base64.urlsafe_b64encode(hmac.digest(self._secret, text.encode(), hashlib.sha256)[:16]).decode().rstrip("=")

    def answered(self, ticket: str) -> str:
        """Return the number that a form with this ticket was given before, "" when it was not sent yet."""
        return self._used.get(ticket, "")

    def admit(self, ticket: str, address: str) -> None:
        """Let a form through; raise ``form-stale``, ``form-too-fast`` or ``rate-limited``."""
        text, _, mark = ticket.rpartition(".")
        if not text or not hmac.compare_digest(self._sign(text).encode(), mark.encode("utf-8", "replace")):
            raise Problem(STALE, "The ticket of the form is not known here.")
        age = self._now() - float(text.partition(".")[0])
        if age > MOST_S:
            raise Problem(STALE, f"The page was opened {age / 3600:.0f} hours ago.")
        if age < LEAST_S:
            raise Problem(TOO_FAST, f"The page was opened {age:.1f} s ago.")
        self._count(address)

    def _count(self, address: str) -> None:
        now = self._now()
        mine = self._by_address.setdefault(address, deque())
        self._by_address.move_to_end(address)
        for times, span in ((mine, HOUR_S), (self._all, DAY_S)):
            while times and times[0] < now - span:
                times.popleft()
        if len(mine) >= self.per_hour or len(self._all) >= self.per_day:
            wait = round(HOUR_S - (now - mine[0])) if len(mine) >= self.per_hour else 3600
            raise Problem(LIMITED, "More requests have come than one firm sends; please telephone, or try again later.", retry_after=max(1, wait))
        mine.append(now)
        self._all.append(now)
        while len(self._by_address) > REMEMBERED:
            self._by_address.popitem(last=False)

    def done(self, ticket: str, number: str) -> None:
        """Remember what a ticket was used for: sent again, the form gets the same answer."""
        self._used[ticket] = number
        while len(self._used) > REMEMBERED:
            self._used.popitem(last=False)


class Guesses:
    """Wrong codes by address: after ``per_hour`` of them an address is shown nothing until an hour has passed, right codes neither."""

    def __init__(self, per_hour: int = 20, now: Callable[[], float] = SYSTEM.monotonic) -> None:
        self.per_hour = per_hour
        self._now = now
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, address: str) -> None:
        """Raise ``rate-limited`` for an address that has tried too many wrong codes."""
        times = self._wrong.get(address)
        while times and times[0] < self._now() - HOUR_S:
            times.popleft()
        if times and len(times) >= self.per_hour:
            wait = max(1, round(HOUR_S - (self._now() - times[0])))
            raise Problem(LIMITED, "Too many links that open nothing were tried from here; try again later.", retry_after=wait)

    def wrong(self, address: str) -> None:
        """Count a wrong code."""
        self._wrong.setdefault(address, deque()).append(self._now())
        self._wrong.move_to_end(address)
        while len(self._wrong) > REMEMBERED:
            self._wrong.popitem(last=False)
