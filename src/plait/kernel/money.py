"""Money: a decimal amount and an ISO 4217 currency."""

from decimal import ROUND_HALF_UP, Decimal

import msgspec

__all__ = ["Money"]

_EXPONENT = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "OMR": 3, "TND": 3, "JOD": 3}


class Money(msgspec.Struct, frozen=True):
    """An amount of one currency; amounts of two currencies never add."""

    amount: Decimal
    currency: str

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount + other.amount, self.currency)

    def times(self, factor: Decimal | int) -> "Money":
        """Return this amount times ``factor``, not rounded."""
        return Money(self.amount * factor, self.currency)

    def rounded(self) -> "Money":
        """Return this amount in whole minor units, half up."""
        step = Decimal(1).scaleb(-_EXPONENT.get(self.currency, 2))
        return Money(self.amount.quantize(step, ROUND_HALF_UP), self.currency)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
