"""Where in the console the things of a braid have their pages: the one place that knows these paths."""

from urllib.parse import quote

__all__ = ["document", "goods", "machine", "order", "partner", "passport", "run"]


def _path(room: str, id: str) -> str:
    return f"/console/{room}/{quote(id, safe='')}"


def order(id: str) -> str:
    """Return the page of an order."""
    return _path("orders", id)


def document(id: str) -> str:
    """Return the page of a trade document."""
    return _path("documents", id)


def run(number: str) -> str:
    """Return the page of a run of the line."""
    return _path("runs", number)


def machine(id: str) -> str:
    """Return the page of a machine."""
    return _path("machines", id)


def goods(epc: str) -> str:
    """Return the page that traces a thing."""
    return f"/console/trace?epc={quote(epc, safe='')}"


def partner(party: str) -> str:
    """Return the page of a partner."""
    return _path("partners", party)


def passport(gtin: str) -> str:
    """Return the page of an article's passport."""
    return _path("passports", gtin)
