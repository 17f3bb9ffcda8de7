"""What the doctor says."""

from typing import Literal

import msgspec

__all__ = ["Check", "Report", "Verdict", "worst"]

Verdict = Literal["ok", "look", "bad"]


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at: what is so (one sentence), what to do about it (one sentence, empty when ok), and figures."""

    name: str
    verdict: Verdict
    what: str
    do: str = ""
    figures: dict[str, int | float | str] = {}


class Report(msgspec.Struct, frozen=True):
    """All checks; ``verdict`` is the worst of them."""

    verdict: Verdict
    checks: list[Check]


def worst(checks: list[Check]) -> Verdict:
    """Return the worst verdict, ``ok`` when there are no checks."""
    verdicts = {check.verdict for check in checks}
    return "bad" if "bad" in verdicts else "look" if "look" in verdicts else "ok"
