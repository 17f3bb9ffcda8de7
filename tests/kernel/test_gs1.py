"""GS1 keys in all their spellings."""

import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.kernel import gs1
from plait.kernel.gs1_ai import AIS, KEYS, SET_82, check_pair, check_value
from plait.kernel.problems import Problem
from tests.support.require import conformance_data

# EPC URN, path of the Digital Link (GS1 EPC Tag Data Standard, section 7; examples of EPCIS 2.0).
PAIRS = [
    ("urn:epc:id:sgtin:0614141.107346.2017", "/01/10614141073464/21/2017"),
    ("urn:epc:class:lgtin:4012345.012345.998877", "/01/04012345123456/10/998877"),
    ("urn:epc:idpat:sgtin:0614141.107346.*", "/01/10614141073464"),
    ("urn:epc:id:sscc:0614141.1234567890", "/00/106141412345678908"),
    ("urn:epc:id:sgln:0614141.07346.1234", "/414/0614141073467/254/1234"),
    ("urn:epc:id:sgln:0614141.07346.0", "/414/0614141073467"),
    ("urn:epc:id:pgln:0614141.00777", "/417/0614141007776"),
    ("urn:epc:id:grai:0614141.12345.400", "/8003/00614141123452400"),
    ("urn:epc:id:giai:0614141.12345400", "/8004/061414112345400"),
    ("urn:epc:id:gsrn:0614141.1234567890", "/8018/061414112345678902"),
    ("urn:epc:id:gsrnp:0614141.1234567890", "/8017/061414112345678902"),
    ("urn:epc:id:gdti:0614141.12345.400", "/253/0614141123452400"),
    ("urn:epc:id:cpi:0614141.5PQ7%2FZ43.12345", "/8010/06141415PQ7%2FZ43/8011/12345"),
    ("urn:epc:id:sgcn:4012345.67890.04711", "/255/401234567890104711"),
    ("urn:epc:id:ginc:0614141.xyz47%2F11", "/401/0614141xyz47%2F11"),
    ("urn:epc:id:gsin:0614141.123456789", "/402/06141411234567890"),
    ("urn:epc:id:itip:4012345.012345.01.02.987", "/8006/040123451234560102/21/987"),
    ("urn:epc:id:upui:1234567.098765.51qIgY)%3C%26Jp3*j7", "/01/01234567987651/235/51qIgY%29%3C%26Jp3%2Aj7"),
    ("urn:epc:idpat:grai:0614141.12345.*", "/8003/00614141123452"),
]


@pytest.mark.parametrize(("urn", "path"), PAIRS, ids=[urn.split(":")[3] + urn.split(":")[2] for urn, _ in PAIRS])
def test_urn_and_link(urn, path):
    """Tests that each scheme's URN has the right Digital Link and comes back with the prefix length."""
    key = gs1.read(urn)
    assert key.uri == f"https://id.gs1.org{path}"
    assert key.urn(7) == urn
    assert gs1.canonical(urn) == key.uri


SPELLINGS = [
    ("https://id.gs1.org/01/09506000134352/21/12345", "https://id.gs1.org/01/09506000134352/21/12345"),
    ("https://example.com/some/path/01/9506000134352/21/12345?17=261231", "https://id.gs1.org/01/09506000134352/21/12345"),
    ("http://helix.example:8080/01/09506000134352/", "https://id.gs1.org/01/09506000134352"),
    ("https://id.gs1.org/01/09506000134352/22/A/10/B/21/C", "https://id.gs1.org/01/09506000134352/22/A/10/B/21/C"),
    ("https://id.gs1.org/01/09506000134352/10/a%2fb%28c%29", "https://id.gs1.org/01/09506000134352/10/a%2Fb%28c%29"),
    ("https://id.gs1.org/01/09506000134352/10/a(c)", "https://id.gs1.org/01/09506000134352/10/a%28c%29"),
    ("https://id.gs1.org/01/09506000134352/21/00", "https://id.gs1.org/01/09506000134352/21/00"),
    ("https://x.example/01/96385074", "https://id.gs1.org/01/00000096385074"),
    ("https://x.example/01/01/01/09506000134352", "https://id.gs1.org/01/09506000134352"),
]


@pytest.mark.parametrize(("uri", "wanted"), SPELLINGS)
def test_canonical(uri, wanted):
    """Tests that any domain and path, padding and escaping lead to one form, and that form to itself."""
    assert gs1.canonical(uri) == wanted
    assert gs1.canonical(wanted) == wanted


OTHERS = [
    "urn:epc:id:gid:95100000.12345.400",
    "urn:epc:id:bic:CSQU3054383",
    "urn:epc:idpat:sgtin:0614141.*.*",
    "urn:epcglobal:cbv:bt:5200001000008:1152",
    "urn:uuid:97f62a1d-6eb7-4ba3-8ef6-e9ac2d1f8f2d",
    "did:web:helix.example",
    "https://example.com/00/report",
    "https://example.com/products/01/today/notes",
    "https://id.gs1.org/",
    "",
]


@pytest.mark.parametrize("uri", OTHERS)
def test_other_names_are_kept(uri):
    """Tests that what is no GS1 key is returned as it is."""
    assert gs1.read(uri) is None
    assert gs1.canonical(uri) == uri


BAD = [
    ("https://id.gs1.org/01/09506000134353", "should be 2"),
    ("https://other.example/01/09506000134353", "should be 2"),
    ("https://id.gs1.org/01/0950600013435A", "14 digits"),
    ("https://id.gs1.org/01/09506000134352/21/A/10/B", "in this order"),
    ("https://id.gs1.org/01/09506000134352/235/A/21/B", "in this order"),
    ("https://id.gs1.org/01/09506000134352/21/A/21/B", "in this order"),
    ("https://id.gs1.org/01/09506000134352/254/A", "in this order"),
    ("https://id.gs1.org/01/09506000134352/99/A", "no key or qualifier"),
    ("https://id.gs1.org/01/09506000134352/21/" + "a" * 21, "1 to 20 characters"),
    ("https://id.gs1.org/01/09506000134352/21/%C3%A9", "1 to 20 characters"),
    ("https://id.gs1.org/01/09506000134352/21/%FF", "UTF-8"),
    ("https://id.gs1.org/01/09506000134352/21", "no value"),
    ("https://id.gs1.org/415/9506000134352", "needs (8020)"),
    ("https://id.gs1.org/8006/040123451234560302/21/987", "piece 03 of 02"),
    ("https://id.gs1.org/8013/1987654Ad4X4bL5ttr2310c2J", "should be 2K"),
    ("https://id.gs1.org/8003/10614141123452400", "0, 13 digits"),
    ("https://id.gs1.org/8010/06141415PQ7/8011/012", "not beginning with 0"),
    ("https://[id.gs1.org/01/1", "no address"),
    ("urn:epc:id:sgtin:0614141.107346", "3 fields"),
    ("urn:epc:id:sgtin:061414.107346.1", "13 digits together"),
    ("urn:epc:id:sgtin:06141.10734678.1", "6 to 12 digits"),
    ("urn:epc:id:sgtin:0614141.10734x.1", "13 digits together"),
    ("urn:epc:id:sscc:0614141.123", "17 digits together"),
]


@pytest.mark.parametrize(("uri", "reason"), BAD, ids=[f"{uri[-30:]} {reason}" for uri, reason in BAD])
def test_bad_keys(uri, reason):
    """Tests that a broken rule is refused with the rule, as a ValueError and as a problem."""
    with pytest.raises(ValueError, match=re.escape(reason)) as caught:
        gs1.read(uri)
    assert isinstance(caught.value, Problem)
    assert caught.value.status == 422


def test_elements():
    """Tests that an element string is read in any order of its parts, brackets inside values too."""
    key = gs1.read_elements("(01)09506000134352(21)A(9)(10)B(c")
    assert key == gs1.Key("01", "09506000134352", (("10", "B(c"), ("21", "A(9)")))
    assert key.elements == "(01)09506000134352(10)B(c(21)A(9)"
    assert key.on("https://r.example/x/") == "https://r.example/x/01/09506000134352/10/B%28c/21/A%289%29"


@pytest.mark.parametrize(
    "text", ["", "09506000134352", "(10)A", "(01)09506000134352(00)106141412345678908", "(17)261231", "(01)09506000134353", "x(01)09506000134352"]
)
def test_bad_elements(text):
    """Tests that an element string without one valid primary key is refused."""
    with pytest.raises(gs1.BadKey):
        gs1.read_elements(text)


def test_helpers():
    """Tests that keys are made from their parts."""
    assert gs1.sgtin("9506000134352", "1/2") == "https://id.gs1.org/01/09506000134352/21/1%2F2"
    assert gs1.lgtin("09506000134352", "L1") == "https://id.gs1.org/01/09506000134352/10/L1"
    assert gs1.gln("9506000134352", "dock 1".replace(" ", "-")) == "https://id.gs1.org/414/9506000134352/254/dock-1"
    assert gs1.party("9506000134352") == "https://id.gs1.org/417/9506000134352"
    assert gs1.gtin14("96385074") == "00000096385074"
    assert gs1.sscc_number("0614141", 234567890, 1) == "106141412345678908"
    assert gs1.sscc(gs1.sscc_number("9521002", 1)) == "https://id.gs1.org/00/095210020000000016"
    for call in (lambda: gs1.sscc_number("9521002", 10**9), lambda: gs1.sscc_number("952100x", 1), lambda: gs1.lgtin("9506000134352", ""), lambda: gs1.gln("")):
        with pytest.raises(gs1.BadKey):
            call()


def test_check_pair():
    """Tests the example of the General Specifications for a Global Model Number."""
    assert check_pair("1987654Ad4X4bL5ttr2310c") == "2K"


digits = st.text("0123456789")
prefixes = st.integers(6, 12)
serials = st.text(SET_82, min_size=1, max_size=20)


@given(st.text("0123456789", min_size=13, max_size=13), serials, prefixes)
def test_piece_round_trip(body, serial, prefix):
    """Tests that any GTIN and serial survive link, URN and element string."""
    key = gs1.read(gs1.sgtin(body + gs1.check_digit(body), serial))
    assert gs1.read(key.urn(prefix)) == key
    assert gs1.read(key.uri) == key
    assert dict(key.qualifiers)["21"] == serial


@given(st.text("0123456789", min_size=12, max_size=12), serials, prefixes)
def test_place_round_trip(body, extension, prefix):
    """Tests that any GLN with an extension other than 0 survives link and URN."""
    key = gs1.read(gs1.gln(body + gs1.check_digit(body), extension))
    assert gs1.read(key.uri) == key
    if extension != "0":
        assert gs1.read(key.urn(prefix)) == key


@given(st.text("0123456789", min_size=17, max_size=17), prefixes)
def test_unit_round_trip(body, prefix):
    """Tests that any SSCC survives link, URN and element string."""
    key = gs1.read(gs1.sscc(body + gs1.check_digit(body)))
    assert gs1.read(key.urn(prefix)) == key == gs1.read_elements(key.elements)


@given(st.text("0123456789", min_size=1, max_size=17), st.integers(0, 16), st.integers(1, 9))
def test_check_digit_finds_any_wrong_digit(body, place, step):
    """Tests that one wrong digit never goes unseen."""
    place %= len(body)
    wrong = body[:place] + str((int(body[place]) + step) % 10) + body[place + 1 :]
    assert gs1.check_digit(wrong) != gs1.check_digit(body)


@given(st.text(max_size=60))
def test_nothing_else_is_raised(text):
    """Tests that any text is a key, no key, or refused; nothing breaks."""
    for uri in (text, f"https://id.gs1.org/{text}", f"urn:epc:id:{text}", f"urn:epc:id:sgtin:{text}", f"https://{text}"):
        try:
            assert gs1.canonical(gs1.canonical(uri)) == gs1.canonical(uri)
        except gs1.BadKey:
            continue


def _official():
    with (conformance_data("epcis") / "gs1" / "gs1-ai-table.csv").open(encoding="utf-8") as file:
        return {row["ai"]: row for row in csv.DictReader(file)}


def test_table_against_the_official_one():
    """Tests that our keys, qualifier orders and lengths are those of the GS1 syntax dictionary."""
    table = _official()
    assert set(KEYS) == {ai for ai, row in table.items() if row["dl_primary_key"] == "yes"}
    for code, known in KEYS.items():
        order = table[code]["dl_qualifiers_in_order"]
        wanted = tuple(tuple(chain.split(",")) for chain in order.split("|")) if order else ((),)
        assert known.qualifiers == wanted, code
    for code in set(AIS) - set(KEYS):
        found = re.fullmatch(r"X\.\.(\d+)", table[code]["specification"].split(",")[0])
        if found:
            check_value(code, "a" * int(found[1]))
            with pytest.raises(gs1.BadKey):
                check_value(code, "a" * (int(found[1]) + 1))
    for code, known in AIS.items():
        assert known.title == table[code]["title"]
    assert {code for code in AIS if known_check(code)} == {code for code in AIS if re.search("csum|pieceoftotal", table[code]["specification"])}


def known_check(code):
    return AIS[code].check is not None


def test_names_of_the_official_examples():
    """Tests that every EPC URN and Digital Link in the official EPCIS examples has a canonical form on id.gs1.org."""
    root = conformance_data("epcis")
    texts = [path.read_text("utf-8", errors="replace") for folder in ("json", "json-simple-context", "xml") for path in (root / folder).rglob("*.*")]
    found = {urn for text in texts for urn in re.findall(r"urn:epc:(?:id|class|idpat):[^\"<\s]+", text)}
    found |= {uri for text in texts for uri in re.findall(r"https?://[a-z.]+/(?:01|00|253|414|417|8003|8004)/\d[^\"<\s]*", text)}
    assert len(found) > 100
    for uri in found:
        assert gs1.canonical(uri).startswith("https://id.gs1.org/"), uri
