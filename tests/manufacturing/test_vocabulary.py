"""Codes of processes and materials, and the words that tell them."""

import pytest

from plait.manufacturing.vocabulary import MATERIALS, PROCESSES, common, is_a, recognise_material, recognise_process

KEPT_PROCESSES = (
    "forging forging.die machining turning milling hobbing grinding grinding.gear gear gear.cylindrical heat heat.case_hardening measuring assembly "
    "assembly.gearbox transport transport.road"
)
KEPT_MATERIALS = "any steel steel.case_hardening steel.quenched_tempered 20CrMnTi 18CrNiMo7-6 16MnCr5 42CrMo4"


def test_trees_are_whole() -> None:
    """Tests that every parent is a code, that no code is in both trees, and that the codes partners know are still there."""
    for tree in (PROCESSES, MATERIALS):
        assert all(term.parent in tree or not term.parent for term in tree.values())
    assert set(PROCESSES) & set(MATERIALS) == set()
    assert set(KEPT_PROCESSES.split()) <= set(PROCESSES)
    assert set(KEPT_MATERIALS.split()) <= set(MATERIALS)
    assert is_a("20CrMnTi", "steel")


@pytest.mark.parametrize("term", [term for term in (*PROCESSES.values(), *MATERIALS.values()) if term.words], ids=lambda term: term.code)
def test_every_word_tells_its_code(term) -> None:
    """Tests that each word of a term, standing alone, gives its code or one below it."""
    recognise = recognise_process if term.code in PROCESSES else recognise_material
    for word in term.words:
        got = recognise(word.strip("*="))
        assert is_a(got, term.code), f"{word} gives {got}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("S355J2+N", "S355"),
        ("S355 J2", "S355"),
        ("Rundstahl C45E +QT", "C45"),
        ("45钢", "C45"),
        ("Edelstahl 1.4301", "1.4301"),
        ("304", "1.4301"),
        ("304不锈钢", "1.4301"),
        ("1.4301 / 1.4571", "steel.stainless"),
        ("AlMgSi1 F31", "EN AW-6082"),
        ("6061-T6", "EN AW-6061"),
        ("Ms58", "CuZn39Pb3"),
        ("POM-C schwarz", "POM"),
        ("PA6", "PA6"),
        ("PA 6.6 GF30", "PA66"),
        ("GG 25", "GJL-250"),
        ("GGG40.3", "GJS-400"),
        ("Stahl", "steel"),
        ("尼龙", "PA6"),
        ("steel or aluminium", ""),
        ("part 304 of 12", ""),
        ("C450", ""),
        ("11.4301", ""),
        ("POMERANIA", ""),
        ("", ""),
    ],
)
def test_materials_in_texts(text: str, code: str) -> None:
    """Tests that grades are told as people write them, and that what only looks like one is left alone."""
    assert recognise_material(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CNC-Drehen", "turning"),
        ("CNC车削", "turning"),
        ("Drehen/Fräsen", "machining"),
        ("Fräsen 5-Achs", "milling.5axis"),
        ("Wälzfräsen", "hobbing"),
        ("Zahnflankenschleifen", "grinding.gear"),
        ("Gewindeschneiden M6", "threading"),
        ("Laserschneiden", "cutting.laser"),
        ("Abkanten", "bending"),
        ("WIG-Schweißen", "welding.arc"),
        ("点焊", "welding.spot"),
        ("feuerverzinken", "coating.hot_dip"),
        ("电镀锌", "plating.zinc"),
        ("Spritzgießen", "moulding.injection"),
        ("case hardening", "heat.case_hardening"),
        ("sawing", "sawing"),
        ("线切割", "edm.wire"),
        ("Endkontrolle", "measuring"),
        ("Drehmoment", ""),
        ("bracket", ""),
        ("Bohrung 8 mm", ""),
    ],
)
def test_processes_in_texts(text: str, code: str) -> None:
    """Tests that operations are told in three languages, several as what they have in common, and that nouns of shape tell nothing."""
    assert recognise_process(text) == code


def test_common() -> None:
    """Tests the nearest code above several."""
    assert common(["turning", "milling.5axis"]) == "machining"
    assert common(["grinding.gear"]) == "grinding.gear"
    assert common(["turning", "welding"]) == ""
    assert common([]) == ""
