"""How long to wait after a failure, and how long that keeps the process busy."""

__all__ = ["HELD_TRIES", "LONGEST", "SHORTEST", "backoff"]

SHORTEST = 0.1
LONGEST = 60.0
HELD_TRIES = 20


def backoff(tries: int) -> float:
    """Return the seconds to wait after ``tries`` failures in a row: 0.1 doubling to 60."""
    return float(min(LONGEST, SHORTEST * 2 ** min(tries - 1, 16)))
