"""The format ``email`` against the suite of all formats."""

from plait.manufacturing.desk.reading.model import Content, Place
from tests.conformance.formats.suite import FormatSuite

HEADERS = {"from", "to", "reply-to", "subject", "date", "message-id", "in-reply-to", "body", "attachments"}


class TestEmail(FormatSuite):
    name = "email"

    def inside(self, file: str, content: Content, place: Place) -> bool:
        """Tell whether a line of the text, a header or a cell of a table is named."""
        if place.path.startswith("body:"):
            line = content.text.split("\n")[int(place.path.removeprefix("body:")) - 1]
            return bool(line.strip())
        return place.path in HEADERS or super().inside(file, content, place)
