"""EPC URNs and GS1 keys (GS1 EPC Tag Data Standard 2.0, sections 6.3 and 7)."""

from collections.abc import Callable, Sequence
from typing import TypeAlias
from urllib.parse import quote, unquote

from plait.kernel.gs1_ai import BadKey, check_digit

__all__ = ["from_urn", "to_urn"]

Parts: TypeAlias = tuple[tuple[str, str], ...]

PREFIX = "urn:epc:"
SAFE = "!'()*+,-.:;=_"

# scheme: (digits of prefix and reference together, fields after the company prefix, AI)
_FIXED = {
    "sgtin": (13, 2, "01"),
    "sscc": (17, 1, "00"),
    "sgln": (12, 2, "414"),
    "pgln": (12, 1, "417"),
    "grai": (12, 2, "8003"),
    "gsrn": (17, 1, "8018"),
    "gsrnp": (17, 1, "8017"),
    "gdti": (12, 2, "253"),
    "sgcn": (12, 2, "255"),
    "gsin": (16, 1, "402"),
    "itip": (13, 4, "8006"),
    "upui": (13, 2, "01"),
    "lgtin": (13, 2, "01"),
    "cpi": (0, 2, "8010"),
    "giai": (0, 1, "8004"),
    "ginc": (0, 1, "401"),
}
_TURNED = {"sgtin", "sscc", "itip", "upui", "lgtin"}
_SERIAL = {"sgtin": "21", "lgtin": "10", "upui": "235", "sgln": "254", "itip": "21", "cpi": "8011"}


def from_urn(urn: str) -> Parts | None:
    """Return the application identifiers and values a pure identity, class or pattern URN stands for.

    None for a URN whose scheme has no GS1 key (gid, usdod, adi, bic, imovn) or that leaves more than the serial open;
    BadKey when it breaks its scheme's rules.
    """
    kind, _, rest = urn.removeprefix(PREFIX).partition(":")
    scheme, _, text = rest.partition(":")
    if not urn.startswith(PREFIX) or scheme not in _FIXED or kind not in {"idpat", "class" if scheme == "lgtin" else "id"}:
        return None
    length, after, ai = _FIXED[scheme]
    fields = text.split(".", after)
    if len(fields) != after + 1:
        raise BadKey(f"{urn}: {scheme} has {after + 1} fields")
    if "*" in fields[:-1]:
        return None
    open_serial = kind == "idpat" and fields[-1] == "*"
    prefix, reference, *more = [unquote(field) for field in fields]
    if not (prefix.isascii() and prefix.isdigit() and 6 <= len(prefix) <= 12):
        raise BadKey(f"{urn}: the company prefix {prefix!r} is not 6 to 12 digits")
    if open_serial:
        if not more:
            return None
        more[-1] = ""
    return _key(urn, scheme, ai, length, prefix, reference, more)


def _key(urn: str, scheme: str, ai: str, length: int, prefix: str, reference: str, more: list[str]) -> Parts:
    value = prefix + reference
    if length:
        if len(value) != length or not (reference.isascii() and (reference.isdigit() or not reference)):
            raise BadKey(f"{urn}: prefix and reference are not {length} digits together")
        value = reference[0] + prefix + reference[1:] if scheme in _TURNED and reference else value
        if scheme in _TURNED and not reference:
            raise BadKey(f"{urn}: the reference is empty")
        value += check_digit(value)
    if scheme == "itip":
        value += more[0] + more[1]
    serial = more[-1] if more else ""
    if scheme == "grai":
        return ((ai, f"0{value}{serial}"),)
    if scheme in {"gdti", "sgcn"}:
        return ((ai, value + serial),)
    if not more or not serial or (scheme == "sgln" and serial == "0"):
        return ((ai, value),)
    return ((ai, value), (_SERIAL[scheme], serial))


def _q(text: str) -> str:
    return quote(text, safe=SAFE)


def _split(value: str, prefix: int) -> str:
    return f"{value[:prefix]}.{value[prefix:-1]}"


def _turned(value: str, prefix: int) -> str:
    return f"{value[1 : 1 + prefix]}.{value[0]}{value[1 + prefix : -1]}"


def _gtin(value: str, rest: dict[str, str], prefix: int) -> str | None:
    base = _turned(value, prefix)
    if "235" in rest:
        return f"id:upui:{base}.{_q(rest['235'])}"
    if "21" in rest:
        return f"id:sgtin:{base}.{_q(rest['21'])}"
    if "10" in rest:
        return f"class:lgtin:{base}.{_q(rest['10'])}"
    return f"idpat:sgtin:{base}.*"


def _location(value: str, rest: dict[str, str], prefix: int) -> str | None:
    return None if "7040" in rest else f"id:sgln:{_split(value, prefix)}.{_q(rest.get('254', '0'))}"


def _with_serial(scheme: str, start: int = 0) -> Callable[[str, dict[str, str], int], str | None]:
    def make(value: str, rest: dict[str, str], prefix: int) -> str | None:
        del rest
        base, serial = value[start : start + 13], value[start + 13 :]
        return f"id:{scheme}:{_split(base, prefix)}.{_q(serial)}" if serial else f"idpat:{scheme}:{_split(base, prefix)}.*"

    return make


def _plain(scheme: str, cut: Callable[[str, int], str]) -> Callable[[str, dict[str, str], int], str | None]:
    def make(value: str, rest: dict[str, str], prefix: int) -> str | None:
        return None if rest else f"id:{scheme}:{cut(value, prefix)}"

    return make


def _free(value: str, prefix: int) -> str:
    return f"{value[:prefix]}.{_q(value[prefix:])}"


def _component(value: str, rest: dict[str, str], prefix: int) -> str | None:
    return f"id:cpi:{_free(value, prefix)}.{rest['8011']}" if "8011" in rest else f"idpat:cpi:{_free(value, prefix)}.*"


def _piece(value: str, rest: dict[str, str], prefix: int) -> str | None:
    base = f"{_turned(value[:14], prefix)}.{value[14:16]}.{value[16:18]}"
    return f"id:itip:{base}.{_q(rest['21'])}" if "21" in rest else f"idpat:itip:{base}.*"


_MAKERS: dict[str, Callable[[str, dict[str, str], int], str | None]] = {
    "00": _plain("sscc", _turned),
    "01": _gtin,
    "253": _with_serial("gdti"),
    "255": _with_serial("sgcn"),
    "401": _plain("ginc", _free),
    "402": _plain("gsin", _split),
    "414": _location,
    "417": _plain("pgln", _split),
    "8003": _with_serial("grai", 1),
    "8004": _plain("giai", _free),
    "8006": _piece,
    "8010": _component,
    "8017": _plain("gsrnp", _split),
    "8018": _plain("gsrn", _split),
}


def to_urn(parts: Sequence[tuple[str, str]], prefix: int) -> str:
    """Return the EPC URN of a key with its qualifiers, its company prefix having ``prefix`` digits (6 to 12).

    BadKey when there is no URN for it (a GMN, a bill address, a key with an EU import qualifier).
    """
    (ai, value), *rest = parts
    if not 6 <= prefix <= 12:
        raise BadKey(f"a company prefix has 6 to 12 digits, not {prefix}")
    made = _MAKERS[ai](value, dict(rest), prefix) if ai in _MAKERS else None
    if made is None:
        raise BadKey(f"({ai}) {value} has no EPC URN")
    return PREFIX + made
