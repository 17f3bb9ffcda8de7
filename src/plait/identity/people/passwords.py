"""Argon2id (RFC 9106) off the event loop, a few at once: a flood of sign-ins must not eat the machine."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from plait.kernel.problems import LIMITED, Problem

__all__ = ["Passwords"]

R = TypeVar("R")

AT_ONCE = 2
WAITING = 20


class Passwords:
    """Hashes and checks passwords. Parameters after OWASP's Password Storage: 19 MiB, two passes, one lane, or stronger."""

    def __init__(self, memory_kib: int = 19_456, passes: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobody = ""

    async def hash(self, password: str) -> str:
        """Return the hash with its parameters; raise ``rate-limited`` when too many wait."""
        return await self._run(self._hasher.hash, password)

    async def fits(self, hashed: str | None, password: str) -> bool:
        """Tell whether ``password`` is the one; nobody's takes as long as somebody's."""
        if not self._nobody:
            self._nobody = await self.hash("nobody has this password")
        return await self._run(self._check, hashed or self._nobody, password) and hashed is not None

    def outdated(self, hashed: str) -> bool:
        """Tell whether it was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(hashed)

    def _check(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, call: Callable[..., R], *args: str) -> R:
        if self._waiting >= WAITING:
            raise Problem(LIMITED, "Too many people sign in at once.")
        self._waiting += 1
        try:
            async with self._gate:
                return await asyncio.to_thread(call, *args)
        finally:
            self._waiting -= 1
