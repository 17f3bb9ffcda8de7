"""The page of an invoice, as people read it."""

import msgspec
import pypdfium2
import pytest

from plait.manufacturing.desk.invoices.page import page
from plait.manufacturing.desk.papers.commercial import Terms
from plait.manufacturing.desk.papers.model import Letterhead
from tests.manufacturing.desk.invoices.test_xml import CREDIT, GOOD
from tests.manufacturing.house import FIRM

TERMS = Terms(FIRM, Letterhead(name="Helix Gears"))


def words(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)


@pytest.mark.parametrize(
    ("language", "title", "total"),
    [("en", "Invoice 2026-0017", "EUR 10,024.74"), ("de", "Rechnung 2026-0017", "10.024,74 EUR"), ("zh", "发票 2026-0017", "EUR 10,024.74")],
)
def test_says_what_is_to_be_paid(language, title, total):
    """Tests that title, taxes, total, account and references stand there in the customer's language."""
    said = words(page(GOOD, TERMS, language))
    for each in (title, total, "04011000-12345-34", "DN-1", "DE987654321", "DE89 3704 0044 0532 0130 00"):
        assert each in said


def test_credit():
    """Tests that what is given back is called so."""
    assert "Credit note 2026-0017" in words(page(CREDIT, TERMS, "en"))


def test_is_an_archive_page():
    """Tests that the page says of itself that it is PDF/A-3b, and is the same each time it is made."""
    made = page(GOOD, TERMS, "en")
    assert b"<pdfaid:part>3</pdfaid:part>" in made
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in made
    assert made == page(GOOD, TERMS, "en")


def test_text_is_text():
    """Tests that markup in a customer's words is printed as it stands."""
    hostile = msgspec.structs.replace(GOOD, note='#import "x" $a$ *b* [c]')
    assert '#import "x" $a$ *b* [c]' in words(page(hostile, TERMS, "en"))
