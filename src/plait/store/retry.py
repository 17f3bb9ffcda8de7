"""How long to wait after a failure, how long that keeps the process busy, and when "too early" has become "never"."""

__all__ = ["EARLY_TRIES", "HELD_TRIES", "LONGEST", "SHORTEST", "backoff"]

SHORTEST = 0.1
LONGEST = 60.0
HELD_TRIES = 20
EARLY_TRIES = 14


def backoff(tries: int) -> float:
    """Return the seconds to wait after ``tries`` failures in a row: 0.1 doubling to 60."""
    return float(min(LONGEST, SHORTEST * 2 ** min(tries - 1, 16)))
