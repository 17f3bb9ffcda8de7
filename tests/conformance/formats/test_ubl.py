"""The format ``ubl`` against the suite of all formats."""

from lxml import etree

from plait.manufacturing.desk.reading.model import Content, Place
from plait.manufacturing.trade.ubl_common import NAMES
from tests.conformance.formats.samples import samples
from tests.conformance.formats.suite import FormatSuite


class TestUbl(FormatSuite):
    name = "ubl"

    def inside(self, file: str, content: Content, place: Place) -> bool:
        """Tell whether the XPath finds one node."""
        root = etree.fromstring(samples("ubl")[file])
        _, _, steps = place.path[1:].partition("/")
        return len(root.xpath(steps, namespaces=NAMES)) == 1
