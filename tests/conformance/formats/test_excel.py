"""The format ``excel`` against the suite of all formats."""

from tests.conformance.formats.suite import FormatSuite


class TestExcel(FormatSuite):
    name = "excel"
