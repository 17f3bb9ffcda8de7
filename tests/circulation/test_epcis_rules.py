"""What is a valid event."""

import json

import pytest

from plait.circulation.epcis import rules
from plait.circulation.epcis.document import read_batch, stamp
from plait.kernel.problems import Problem

A = "https://id.gs1.org/01/09521001000017/21/A1"
LOT = {"epcClass": "https://id.gs1.org/01/09521001000017/10/L1", "quantity": 5}
BASE = {"eventTime": "2026-03-02T08:00:00+02:00", "eventTimeZoneOffset": "+02:00"}
OBJECT = BASE | {"type": "ObjectEvent", "action": "OBSERVE", "epcList": [A]}
MADE = BASE | {"type": "TransformationEvent", "inputQuantityList": [LOT], "outputEPCList": [A]}
PACKED = BASE | {"type": "AggregationEvent", "action": "ADD", "parentID": "urn:epc:id:sscc:9521001.1234567890", "childEPCs": [A]}
TIED = BASE | {"type": "TransactionEvent", "action": "ADD", "epcList": [A], "bizTransactionList": [{"type": "po", "bizTransaction": "urn:x:1"}]}


def check(event: dict, context: object = None) -> None:
    rules.read(json.dumps(event).encode(), rules.prefixes_of(context))


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (OBJECT | {"eventTime": "2026-03-02T08:00:00"}, "eventTime"),
        (OBJECT | {"eventTime": "2026-03-02"}, "eventTime"),
        (OBJECT | {"eventTimeZoneOffset": "+14:30"}, "eventTimeZoneOffset"),
        (OBJECT | {"eventTimeZoneOffset": "Z"}, "eventTimeZoneOffset"),
        (OBJECT | {"action": "WATCH"}, "action"),
        (OBJECT | {"bizStep": "shiping"}, "bizStep"),
        (OBJECT | {"bizStep": "urn:epcglobal:cbv:bizstep:shipping"}, "bare words"),
        (OBJECT | {"disposition": "fine"}, "disposition"),
        (OBJECT | {"epcList": ["not a uri"]}, "epcList"),
        (OBJECT | {"epcList": [A, A]}, "twice"),
        (OBJECT | {"epcList": A}, "Expected `array"),
        ({key: value for key, value in OBJECT.items() if key != "epcList"}, "epcList"),
        ({key: value for key, value in OBJECT.items() if key != "action"}, "action"),
        (OBJECT | {"ilmd": {"cbvmda:lotNumber": "1"}}, "ilmd"),
        (OBJECT | {"color": "red"}, "namespace"),
        (OBJECT | {"ex:color": "red"}, "not declared"),
        (OBJECT | {"quantityList": [LOT | {"uom": "kg"}]}, "uom"),
        (OBJECT | {"quantityList": [{"epcClass": LOT["epcClass"], "uom": "KGM"}]}, "no quantity"),
        (OBJECT | {"quantityList": [{"quantity": 1}]}, "epcClass"),
        (OBJECT | {"persistentDisposition": {}}, "persistentDisposition"),
        (OBJECT | {"sourceList": [{"source": "urn:x:1"}]}, "type"),
        (OBJECT | {"sourceList": [{"type": "seller", "source": "urn:x:1"}]}, "source type"),
        (OBJECT | {"sensorElementList": [{"sensorReport": []}]}, "sensorReport"),
        (OBJECT | {"sensorElementList": [{"sensorReport": [{"type": "Hotness"}]}]}, "sensorReport type"),
        (OBJECT | {"sensorElementList": [{"sensorReport": [{"type": "Temperature", "value": "26"}]}]}, "no number"),
        (OBJECT | {"errorDeclaration": {"reason": "did_not_occur"}}, "declarationTime"),
        (OBJECT | {"errorDeclaration": {"declarationTime": BASE["eventTime"], "reason": "oops"}}, "reason"),
        (OBJECT | {"type": "MagicEvent"}, "MagicEvent"),
        (PACKED | {"parentID": None, "action": "ADD"}, "parentID"),
        ({key: value for key, value in PACKED.items() if key != "childEPCs"}, "children"),
        ({key: value for key, value in PACKED.items() if key != "parentID"} | {"type": "AssociationEvent"}, "parentID"),
        ({key: value for key, value in TIED.items() if key != "epcList"}, "epcList"),
        (TIED | {"bizTransactionList": []}, "bizTransactionList"),
        (TIED | {"bizTransactionList": [{"type": "letter", "bizTransaction": "urn:x:1"}]}, "bizTransaction type"),
        ({key: value for key, value in MADE.items() if key != "outputEPCList"}, "inputs and outputs"),
    ],
)
def test_refused(event: dict, said: str) -> None:
    """Tests that an event that breaks a rule is refused and the rule named."""
    with pytest.raises(Problem) as refusal:
        check(event)
    assert refusal.value.code == "epcis-validation"
    assert said in refusal.value.detail


@pytest.mark.parametrize(
    "event",
    [
        OBJECT,
        OBJECT | {"epcList": []},
        OBJECT | {"action": "ADD", "ilmd": {"cbvmda:lotNumber": "1"}},
        OBJECT | {"bizStep": "https://example.com/steps/polishing"},
        {key: value for key, value in PACKED.items() if key != "childEPCs"} | {"action": "DELETE"},
        {key: value for key, value in PACKED.items() if key != "parentID"} | {"action": "OBSERVE"},
        {key: value for key, value in TIED.items() if key != "epcList"} | {"action": "DELETE"},
        {key: value for key, value in MADE.items() if key != "outputEPCList"} | {"transformationID": "urn:x:run:1"},
        OBJECT | {"type": "https://example.com/MagicEvent"},
        OBJECT | {"@context": {"ex": "https://example.com/"}, "ex:color": "red"},
    ],
)
def test_accepted(event: dict) -> None:
    """Tests that the freedoms of the standard are granted."""
    check(event)


def test_every_broken_rule_is_named() -> None:
    """Tests that one refusal names everything that is wrong."""
    with pytest.raises(Problem) as refusal:
        check(OBJECT | {"bizStep": "x", "eventTimeZoneOffset": "9"})
    assert "bizStep" in refusal.value.detail
    assert "eventTimeZoneOffset" in refusal.value.detail


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"{", "cannot be read"),
        (b"[]", "cannot be read"),
        (b'{"type":"EPCISDocument"}', "@context"),
        (b'{"type":"EPCISDocument","@context":["x"],"schemaVersion":"2.0","creationDate":"yesterday","epcisBody":{"eventList":[]}}', "creationDate"),
        (
            b'{"type":"EPCISDocument","@context":["x"],"schemaVersion":"two","creationDate":"2026-01-01T00:00:00Z","epcisBody":{"eventList":[]}}',
            "schemaVersion",
        ),
        (b'{"type":"EPCISDocument","@context":["x"],"schemaVersion":"2.0","creationDate":"2026-01-01T00:00:00Z","epcisBody":{}}', "eventList"),
    ],
)
def test_no_document(document: bytes, said: str) -> None:
    """Tests that content that is no document is refused at once."""
    with pytest.raises(Problem) as refusal:
        read_batch(document)
    assert said in refusal.value.detail


@pytest.mark.parametrize("raw", [b"{}", b' {"a": 1.50} ', b'{ "a":\t[1e400, "\xc3\xa4"]}'])
def test_stamp_keeps_the_rest(raw: bytes) -> None:
    """Tests that putting a member first leaves every other byte as it was written."""
    stamped = stamp(raw, {"recordTime": "now"})
    assert stamped.startswith(b'{"recordTime":"now"')
    assert stamped.endswith(raw.strip()[1:].lstrip())
