"""PDF: tables, what stands above them, title blocks; places, limits, damage."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pypdfium2
import pytest
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plait.kernel.problems import Problem
from plait.manufacturing.desk.reading.context import Context
from plait.manufacturing.desk.reading.formats.pdf import PLUGIN
from plait.manufacturing.desk.reading.model import Limits
from plait.manufacturing.desk.reading.read import read_content

PAGE = '#set page(paper: "a4", margin: 2cm{extra})\n#set text(size: 9pt)\n'


def made(text, extra=""):
    return typst.compile((PAGE.replace("{extra}", extra) + text).encode())


def read(content, limits=None):
    return PLUGIN.read(content, "order.pdf", limits or Limits())


def codes(content):
    return {issue.code for issue in content.issues}


def cells(rows):
    return ", ".join(f"[{cell}]" for row in rows for cell in row)


TITLES = ["Pos.", "Artikel-Nr.", "Bezeichnung", "Menge", "Einheit", "Preis", "Liefertermin"]
WORDS = st.text(st.sampled_from("abcdefgäöüß"), min_size=3, max_size=9).map(str.capitalize)
NAMES = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)
ROWS = st.tuples(st.from_regex(r"[A-Z]-[0-9]{2,4}", fullmatch=True), NAMES, st.integers(1, 99_999), st.decimals("0.01", 9999, places=2))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(ROWS, min_size=1, max_size=45),
    lines=st.sampled_from(["none", "0.5pt", "(x, y) => (bottom: 0.4pt)"]),
    align=st.sampled_from(["left", "horizon", "(x, y) => if x in (3, 5) { right } else { left }"]),
    size=st.sampled_from([8, 9, 11]),
)
def test_any_table_comes_back(rows, lines, align, size):
    """Tests that tables of any length, over pages, with cells that wrap, with or without ruled lines, are read cell for cell."""
    table = [[10 * number, code, name, quantity, "Stk", price, "14.03.2026"] for number, (code, name, quantity, price) in enumerate(rows, 1)]
    text = f"#set text(size: {size}pt)\n= Bestellung 4711\n#table(columns: (auto, auto, 1fr, auto, auto, auto, auto), stroke: {lines}, align: {align},\n"
    content = read(made(f"{text}table.header({cells([TITLES])}), {cells(table)})\nSumme 1,00 EUR\n"))
    (sheet,) = content.sheets
    assert sheet.rows == [TITLES, *[[str(cell) for cell in row] for row in table]]
    assert content.header["order_no"] == "4711"
    assert content.suggestion
    for (row, column), place in sheet.places.items():
        inside = [run.text for run in content.passages if run.page == place.page and place.box[0] <= run.box[0] and run.box[3] <= place.box[3] + 0.1]
        assert any(run in sheet.rows[row][column] for run in inside)


def test_values_reach_the_rows_with_page_and_box():
    """Tests that typed rows of a PDF know page and box of each value, also of what stands above the table."""
    text = (
        f"= Bestellung 4711\nBestelldatum: 02.03.2026\n#table(columns: 4, {cells([['Pos', 'Artikel', 'Menge', 'Liefertermin'], [1, 'Z-1', 5, '14.03.2026']])})"
    )
    result = read_content(read(made(text)), "order.pdf", Context(date(2026, 3, 2)))
    ((_, (record,)),) = result.tables
    assert record.values["quantity"] == 5
    assert (record.values["order_no"], record.values["ordered"], record.values["due"]) == ("4711", date(2026, 3, 2), date(2026, 3, 14))
    assert all(record.places[field].page == 1 and record.places[field].box for field in ("quantity", "order_no", "ordered", "due"))
    assert result.suggestion


def turned(content, turn):
    """Return the file with its first page turned."""
    document = pypdfium2.PdfDocument(content)
    document[0].set_rotation(turn)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


TABLE = cells([["Artikel", "Menge", "Liefertermin"], ["Z-1", 5, "14.03.2026"]])


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_pages_are_read_as_they_are_seen(turn):
    """Tests that a page that is written turned and shown upright is read with places on the page as it is seen."""
    content = read(turned(made(f"#rotate(-{turn}deg, reflow: true, table(columns: 3, {TABLE}))"), turn))
    width, height = (842, 595) if turn in (90, 270) else (595, 842)
    assert content.sheets[0].rows == [["Artikel", "Menge", "Liefertermin"], ["Z-1", "5", "14.03.2026"]]
    assert all(0 <= run.box[0] < run.box[2] <= width + 1 and 0 <= run.box[1] < run.box[3] <= height + 1 for run in content.passages)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_text_on_its_side_stays_whole(turn):
    """Tests that text that runs upwards or upside down is kept in words, and is no part of a table."""
    content = read(made(f"#rotate({turn}deg, reflow: true)[Schutzvermerk nach ISO]\n#table(columns: 3, {TABLE})"))
    assert "Schutzvermerk nach ISO" in {run.text for run in content.passages}
    assert len(content.sheets[0].rows) == 2


def test_what_stands_under_a_line_gets_columns():
    """Tests that drawing, revision and the like under an item become columns, and that text after the table is none of it."""
    rows = [TITLES[:4], ["10", "Z-100", "Zahnrad \\ Zeichnung: 4711-2 Rev. B \\ gehärtet", "120"], ["20", "W-200", "Welle", "50"]]
    content = read(
        made(f"#table(columns: (auto, auto, 1fr, auto), stroke: none, {cells(rows)})\n\nBitte bestätigen Sie den Auftrag.\n\nMit freundlichen Grüßen")
    )
    (sheet,) = content.sheets
    assert sheet.rows == [
        [*TITLES[:4], "Zeichnung", "Rev."],
        ["10", "Z-100", "Zahnrad gehärtet", "120", "4711-2", "B"],
        ["20", "W-200", "Welle", "50", None, None],
    ]


@pytest.mark.parametrize("lines", ["none", "0.5pt"])
@pytest.mark.parametrize("align", ["top", "horizon", "bottom", "center + horizon"])
def test_titles_may_be_broken_over_lines(lines, align):
    """Tests that titles of two lines, beside titles of one, are whole, wherever they stand in their cells, and that rows stay together."""
    titles = ["Pos", "Article \\ No.", "Description", "Qty", "Unit \\ price", "Liefer- \\ termin"]
    rows = [[10, "Z-100", "Impeller \\ Werkstoff: 1.4408 \\ polished", "1.200", "85,00", "14.03.2026"], [20, "W-200", "Shaft", "12", "9.95", "Apr 10, 2026"]]
    content = read(made(f"Order 4711\n#table(columns: 6, stroke: {lines}, align: {align}, {cells([titles, *rows])})\n#align(right)[Total 12,00]"))
    (sheet,) = content.sheets
    assert sheet.rows == [
        ["Pos", "Article No.", "Description", "Qty", "Unit price", "Liefertermin", "Werkstoff"],
        ["10", "Z-100", "Impeller polished", "1.200", "85,00", "14.03.2026", "1.4408"],
        ["20", "W-200", "Shaft", "12", "9.95", "Apr 10, 2026", None],
    ]


def test_the_header_is_doubted_where_it_is_unsure():
    """Tests that a customer taken from the letterhead, and a number said in two ways, bear a warning with its place."""
    table = f"#table(columns: 3, {cells([['Artikel', 'Menge', 'Termin'], ['Z-1', 5, '14.03.2026']])})"
    content = read(made(f"oakmill GmbH\n\nBestellnummer: 4711\n\nBestellnummer: 4712\n\n{table}"))
    assert content.header["customer"] == "oakmill GmbH"
    assert content.header["order_no"] == "4711"
    assert {"customer-guessed", "header-twice"} <= codes(content)
    assert all(issue.place.page == 1 for issue in content.issues)
    assert "customer-guessed" not in codes(read(made(f"northforge GmbH\n\nKunde: oakmill\n\n{table}")))


BLOCKS = {
    "labels above, German": (
        "#let f(l, v) = [#text(size: 6pt)[#l] \\ #text(size: 11pt)[#v]]\n#place(bottom + right, block(width: 16cm, table(columns: 4,"
        'f("Maßstab", "1:2"), f("Gewicht", "2,35 kg"), table.cell(colspan: 2, f("Werkstoff", "42CrMo4 +QT")), f("Datum", "02.03.2026"),'
        'f("Blatt", "1/1"), table.cell(colspan: 2, f("Benennung", "Antriebswelle")), f("gez.", "Muster"), f("geprüft", "Probe"),'
        'f("Zeichnungs-Nr.", "4711-002"), f("Rev.", "C"))))',
        {"drawing_no": "4711-002", "name": "Antriebswelle", "material": "42CrMo4 +QT", "revision": "C", "weight_kg": Decimal("2.35")},
    ),
    "labels left, English": (
        "#place(bottom + right, table(columns: 4, [TITLE:], table.cell(colspan: 3)[BEARING HOUSING], [DWG NO.:], [BH-2210], [REV:], [2],"
        "[MATERIAL:], [EN-GJL-250], [MASS:], [850 g], [SCALE:], [1:1], [SHEET:], [1 OF 2]))\nNote: Material must be certified.",
        {"drawing_no": "BH-2210", "name": "BEARING HOUSING", "material": "EN-GJL-250", "revision": "2", "weight_kg": Decimal("0.85")},
    ),
    "in one text": (
        "#place(bottom + right, block(width: 8cm)[Drawing No.: A-17 \\ Title: Flange \\ Material: S235JR \\ Scale 1:5 \\ Rev. A])",
        {"drawing_no": "A-17", "name": "Flange", "material": "S235JR", "revision": "A"},
    ),
}


@pytest.mark.parametrize("name", sorted(BLOCKS))
def test_title_blocks_become_parts(name):
    """Tests that title blocks in several manners give a part, each value with its place, and the scale."""
    text, values = BLOCKS[name]
    content = read(made(text, ", flipped: true"))
    assert content.kind == "parts"
    assert content.sheets == []
    (record,) = content.records
    assert record.values == values
    assert record.places.keys() == values.keys()
    assert content.header["scale"].startswith("1:")
    for field, place in record.places.items():
        at = [run.text for run in content.passages if run.page == place.page and run.box == place.box]
        assert field == "weight_kg" or any(str(values[field]) in run for run in at)


def test_a_list_of_parts_on_a_drawing_is_a_table():
    """Tests that the parts list above a title block is a sheet beside the record."""
    parts = cells([["Pos", "Menge", "Benennung", "Werkstoff"], [1, 2, "Bolzen", "C45"], [2, 4, "Scheibe", "S235"]])
    content = read(made(f"#table(columns: 4, {parts})\n" + BLOCKS["labels left, English"][0], ", flipped: true"))
    assert len(content.records) == 1
    assert content.sheets[0].rows[1] == ["1", "2", "Bolzen", "C45"]
    assert read_content(content, "x.pdf", Context(date(2026, 3, 2))).tables[0][0].kind == "parts"


def test_a_mass_that_is_not_plain_is_no_value():
    """Tests that a mass without unit, or that may mean two numbers, is told and not taken."""
    for mass in ("2,35", "1.250 kg"):
        content = read(made(f"#place(bottom + right, table(columns: 2, [Drawing No.:], [A-1], [Scale:], [1:1], [Mass:], [{mass}], [Material:], [C45]))"))
        (record,) = content.records
        assert "weight_kg" not in record.values
        assert record.issues[0].code == "mass-unclear"


def test_pictures_only_are_told():
    """Tests that a page without text gives a word on what to do."""
    content = read(made("#rect(width: 5cm, height: 5cm)"))
    assert content.passages == []
    (issue,) = content.issues
    assert issue.code == "no-text"
    assert issue.fix


def test_a_letter_proposes_rows():
    """Tests that a letter that asks without a table gives rows with page and box of each value, completed by what stands above."""
    words = "bitte senden Sie uns Ihr Angebot bis zum 10.3.2026 für 120 Stück Zahnrad Z-100 nach Zeichnung 4711-2 Rev. B aus 42CrMo4, Liefertermin KW 14."
    content = read(made(f"oakmill GmbH\n\nDatum: 02.03.2026\n\n*Anfrage A-17*\n\nSehr geehrte Damen und Herren,\n\n{words}\n\nGruß"))
    assert (content.kind, content.suggestion) == ("request", True)
    (record,) = content.records
    assert record.values == {
        "request_no": "A-17",
        "customer": "oakmill GmbH",
        "name": "Zahnrad Z-100",
        "quantity": 120,
        "unit": "C62",
        "drawing_no": "4711-2",
        "revision": "B",
        "material": "42CrMo4",
        "due": date(2026, 4, 3),
        "respond_by": date(2026, 3, 10),
    }
    assert record.places.keys() == record.values.keys()
    assert all(place.page == 1 and place.box for place in record.places.values())
    assert {"date-week", "date-year-missing"} <= {issue.code for issue in record.issues}


def test_text_without_a_table_is_told():
    """Tests that a letter without a table says that nothing was recognised, and keeps its text."""
    content = read(made("Vielen Dank für Ihre Nachricht."))
    assert "no-table" in codes(content)
    assert "Vielen Dank" in content.text


def test_pages_are_limited():
    """Tests that only so many pages are read, and that this is said."""
    content = read(made("#for n in range(5) [Seite #n #pagebreak(weak: true)]"), Limits(pages=2))
    assert {run.page for run in content.passages} == {1, 2}
    assert "pages-limit" in codes(content)


def test_what_cannot_be_opened_is_refused():
    """Tests that what is no PDF and what is cut off is refused as broken."""
    whole = made("x")
    for content in (b"%PDF-1.7\n", whole[:200]):
        with pytest.raises(Problem, match="file-broken"):
            read(content)


def filled_form():
    """Return a PDF with a form into which a number was filled."""
    shown, text = b"/Tx BMC q BT /F 10 Tf 2 3 Td (4711) Tj ET Q EMC", b"BT /F 10 Tf 100 703 Td (Bestellnummer:) Tj ET"
    font = b"<</Font<</F 4 0 R>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]/DA(/F 10 Tf)/DR%s>>>>" % font,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 7 0 R/Annots[5 0 R]/Resources%s>>" % font,
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(order)/V(4711)/Rect[200 700 300 715]/F 4/DA(/F 10 Tf)/AP<</N 6 0 R>>/P 3 0 R>>",
        b"<</Type/XObject/Subtype/Form/BBox[0 0 100 15]/Resources%s/Length %d>>stream\n%s\nendstream" % (font, len(shown), shown),
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
    ]
    out, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, table, len(objects) + 1, len(out))
    return out + end


def test_what_was_filled_into_a_form_is_read():
    """Tests that the fields of a form are text like any other, with their place."""
    content = read(filled_form())
    assert content.header["order_no"] == "4711"
    place = content.places["order_no"]
    assert 200 <= place.box[0] < place.box[2] <= 300
    assert 842 - 715 <= place.box[1] < place.box[3] <= 842 - 700 + 3


def test_files_are_read_one_at_a_time():
    """Tests that threads that read at once all get their own content."""
    files = [made(f"Number {number} " * 50) for number in range(4)]
    with ThreadPoolExecutor(8) as pool:
        texts = [content.text for content in pool.map(read, files * 6)]
    assert all(f"Number {index % 4} " in text and f"Number {(index + 1) % 4} " not in text for index, text in enumerate(texts))
