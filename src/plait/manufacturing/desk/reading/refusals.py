"""The refusals of whole files; what is wrong with a value or row is an ``Issue``."""

from plait.kernel.problems import Problem, register
from plait.manufacturing.desk.reading.model import Limits

__all__ = ["FILE_BROKEN", "FILE_ENCRYPTED", "FILE_TOO_LARGE", "FILE_UNKNOWN", "FILE_ZIP_BOMB", "TABLE_TOO_LARGE", "check_size"]

FILE_BROKEN = register(
    "file-broken", 422, "The file is damaged or not what its name says", "Open it in the program it was made with, save it again, and send that."
)
FILE_ENCRYPTED = register("file-encrypted", 422, "The file is protected by a password", "Remove the password and send it again.")
FILE_TOO_LARGE = register("file-too-large", 413, "The file is too large to be read", "Split it, or remove what is not needed (pictures, empty rows).")
FILE_UNKNOWN = register(
    "file-unknown", 415, "Files of this format are not read here", "Send Excel, CSV, e-mail, PDF or UBL; other files are kept as attachments."
)
FILE_ZIP_BOMB = register(
    "file-zip-bomb", 422, "The file unpacks to far more than it should", "Open it in the program it was made with, save it again, and send that."
)
TABLE_TOO_LARGE = register(
    "table-too-large", 413, "The table has more rows or columns than are read at once", "Send only the rows that matter, or split the table into several files."
)


def check_size(content: bytes, limits: Limits) -> None:
    """Raise ``file-too-large`` when there are more bytes than the limit, ``file-broken`` when there are none."""
    if not content:
        raise Problem(FILE_BROKEN, "the file is empty")
    if len(content) > limits.bytes:
        raise Problem(FILE_TOO_LARGE, f"{len(content)} bytes are more than {limits.bytes}")
