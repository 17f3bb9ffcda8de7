"""The only place where strands meet: one file a concern, one function a reaction ("when this fact is known, do that")."""

from plait.braid.house import House, Reaction

__all__ = ["House", "Reaction", "reactions"]


def reactions() -> tuple[Reaction, ...]:
    """Return every reaction, in the order in which they run when several wait for the same fact."""
    from plait.braid import book, goods, guests, machines, network, offers, past, times, trade

    return (
        *network.REACTIONS,
        *trade.REACTIONS,
        *goods.REACTIONS,
        *machines.REACTIONS,
        *past.REACTIONS,
        *times.REACTIONS,
        *book.REACTIONS,
        *offers.REACTIONS,
        *guests.REACTIONS,
    )
