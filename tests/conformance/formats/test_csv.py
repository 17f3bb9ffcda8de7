"""The format ``csv`` against the suite of all formats."""

from tests.conformance.formats.suite import FormatSuite


class TestCsv(FormatSuite):
    name = "csv"
