"""The format ``pdf`` against the suite of all formats."""

from plait.manufacturing.desk.reading.formats.pdf.pages import pages
from plait.manufacturing.desk.reading.model import Content, Limits, Place
from tests.conformance.formats.samples import samples
from tests.conformance.formats.suite import FormatSuite


class TestPdf(FormatSuite):
    name = "pdf"

    def inside(self, file: str, content: Content, place: Place) -> bool:
        """Tell whether page and box are in the file and text stands there."""
        found = pages(samples("pdf")[file], Limits()).pages
        if not 1 <= place.page <= len(found) or place.box is None:
            return False
        page, (left, top, right, bottom) = found[place.page - 1], place.box
        around = any(run.box[0] >= left - 0.1 and run.box[3] <= bottom + 0.1 for run in page.passages)
        return 0 <= left < right <= page.width and 0 <= top < bottom <= page.height and around
