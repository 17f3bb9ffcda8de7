"""Where each thing is shown in the console: one function a thing, so that every link to it is the same."""

from urllib.parse import quote

__all__ = [
    "alarms",
    "backups",
    "calls",
    "capabilities",
    "connect",
    "contract",
    "deliveries",
    "document",
    "file",
    "files",
    "firm",
    "health",
    "labels",
    "machine",
    "machine_signals",
    "machines",
    "network",
    "observatory",
    "oee",
    "offer",
    "offers",
    "order",
    "orders",
    "part",
    "partner",
    "partners",
    "parts",
    "passport",
    "passports",
    "people",
    "phones",
    "repair",
    "rfq",
    "rfqs",
    "rules",
    "run",
    "schedule",
    "sharing",
    "today",
    "trace",
    "traces",
]

ROOT = "/console"


def _path(*parts: str) -> str:
    return "/".join((ROOT, *(quote(part, safe="") for part in parts)))


def today() -> str:
    """Return the page that says what needs doing."""
    return ROOT


def orders(**shown: str) -> str:
    """Return the list of orders, narrowed by ``shown`` (``late="1"``, ``state="open"``)."""
    return _path("orders") + _query(shown)


def order(id: str) -> str:
    """Return an order line (``SO-00001``) with its braid."""
    return _path("orders", id)


def document(id: str) -> str:
    """Return a trade document of any other type by its id."""
    return _path("documents", id)


def run(number: str) -> str:
    """Return a run of the line."""
    return _path("runs", number)


def rfqs(**shown: str) -> str:
    """Return the list of requests for quotation, narrowed by ``shown`` (``side="sent"``)."""
    return _path("rfqs") + _query(shown)


def rfq(id: str) -> str:
    """Return a request for quotation by the id of its document."""
    return _path("rfqs", id)


def offers(**shown: str) -> str:
    """Return the list of offers, narrowed by ``shown`` (``state="sent"``)."""
    return _path("quotes") + _query(shown)


def offer(number: str) -> str:
    """Return an offer by its number (``R-00001``)."""
    return _path("quotes", number)


def files(**shown: str) -> str:
    """Return the inbox, where files are dropped too, narrowed by ``shown`` (``state="waiting"``)."""
    return _path("desk") + _query(shown)


def file(id: str) -> str:
    """Return an item of the inbox (``IN-00001``)."""
    return _path("desk", id)


def schedule(**shown: str) -> str:
    """Return the schedule, narrowed by ``shown`` (``days="week"``, ``site="hall 2"``, ``step="1"``)."""
    return _path("schedule") + _query(shown)


def parts(**shown: str) -> str:
    """Return the list of parts and stock, narrowed by ``shown`` (``shown="short"``)."""
    return _path("parts") + _query(shown)


def part(id: str) -> str:
    """Return a part."""
    return _path("parts", id)


def machines(**shown: str) -> str:
    """Return the wall of machines, narrowed by ``shown`` (``state="down"``)."""
    return _path("machines") + _query(shown)


def oee(**shown: str) -> str:
    """Return OEE of all machines, of the time ``shown`` (``span="week"``)."""
    return _path("oee") + _query(shown)


def machine(id: str) -> str:
    """Return a machine."""
    return _path("machines", id)


def machine_signals(id: str) -> str:
    """Return what is kept of a machine, and how it is connected."""
    return _path("machines", id, "signals")


def alarms(**shown: str) -> str:
    """Return the alarms, narrowed by ``shown`` (``show="all"``)."""
    return _path("alarms") + _query(shown)


def rules(id: str) -> str:
    """Return the rules by which a machine's state follows from its signals."""
    return _path("machines", id, "rules")


def connect() -> str:
    """Return the way to connect a machine."""
    return _path("connect")


def partners() -> str:
    """Return the list of partners."""
    return _path("partners")


def partner(party: str) -> str:
    """Return a partner by its party_id."""
    return _path("partners", party)


def sharing(**shown: str) -> str:
    """Return who sees what, narrowed by ``shown`` (``state="waiting"``)."""
    return _path("sharing") + _query(shown)


def contract(id: str) -> str:
    """Return an agreement, or a negotiation on its way to one, by its id."""
    return _path("sharing", id)


def trace(epc: str) -> str:
    """Return the trace of a thing by its identifier: a Digital Link on id.gs1.org, or any other URI."""
    return f"{_path('trace')}?epc={quote(epc, safe='')}"


def traces(**shown: str) -> str:
    """Return where things are traced, narrowed by ``shown`` (``q="0001"``: what is looked for)."""
    return _path("trace") + _query(shown)


def labels(epc: str = "", **shown: str) -> str:
    """Return where labels are made, or the label of a thing by its identifier with ``name`` and ``quantity`` on it; ``q``: what is looked for."""
    return _path("labels") + _query({"epc": epc} | shown)


def observatory() -> str:
    """Return what the reports of many firms show together."""
    return _path("observatory")


def health() -> str:
    """Return what is wrong with the node."""
    return _path("health")


def repair(check: str) -> str:
    """Return one finding of the doctor by the name of its check."""
    return f"{_path('health')}#{quote(check, safe='')}"


def deliveries() -> str:
    """Return what waits for partners."""
    return repair("deliveries")


def backups() -> str:
    """Return the backups."""
    return repair("backups")


def calls() -> str:
    """Return the calls for help from the line."""
    return _path("line")


def network() -> str:
    """Return the picture of the network."""
    return _path("network")


def firm() -> str:
    """Return the firm's own data: name, place, class."""
    return _path("firm")


def capabilities() -> str:
    """Return what the firm offers to do for others."""
    return _path("firm", "capabilities")


def passports() -> str:
    """Return the list of passports."""
    return _path("passports")


def passport(gtin: str, **shown: str) -> str:
    """Return the passport of an article by its GTIN, or of one ``lot`` or piece (``serial``) of it."""
    return _path("passports", gtin) + _query(shown)


def people() -> str:
    """Return the people who may sign in."""
    return _path("people")


def phones() -> str:
    """Return how telephones in the workshop reach the node."""
    return _path("phones")


def _query(shown: dict[str, str]) -> str:
    asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in shown.items() if value)
    return f"?{asked}" if asked else ""
