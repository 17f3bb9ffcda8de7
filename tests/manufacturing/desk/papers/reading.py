"""Reading papers back."""

import pypdfium2

__all__ = ["squeezed", "words"]


def words(pdf: bytes) -> str:
    """Return the text of all pages of a PDF."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def squeezed(text: str) -> str:
    """Return text without blanks and line ends: where a line is broken is the paper's business. A hyphen at the end of a line is read back as U+0002."""
    return "".join(text.replace("\u200b", "").replace("\ufffe", "").replace("\x02", "-").split())
