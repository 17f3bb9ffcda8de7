"""Names and revisions of drawings, names of files, headers of downloads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.manufacturing.desk.inbox.attachments import download_headers
from plait.manufacturing.desk.inbox.rules import clean_name, drawing_of, kept_type


@pytest.mark.parametrize(
    ("name", "number", "revision"),
    [
        ("4711_revB.pdf", "4711", "B"),
        ("4711-2 Rev.C.step", "4711-2", "C"),
        ("4711-2_Rev_03.STP", "4711-2", "03"),
        ("Welle 4711 Index B.dxf", "Welle 4711", "B"),
        ("D-100.A_rev1.2.pdf", "D-100.A", "1.2"),
        ("零件4711_版本B.pdf", "零件4711", "B"),
        ("4711_B.pdf", "4711", "B"),
        ("4711-A (Rev. D).pdf", "4711-A", "D"),
        ("4711.pdf", "4711", ""),
        ("4711-2.step", "4711-2", ""),
        ("reverse-bracket.pdf", "reverse-bracket", ""),
        ("drawing.pdf.step", "drawing", ""),
        ("Version 2 of cover.pdf", "of cover", "2"),
        ("photo.jpg", "photo", ""),
    ],
)
def test_number_and_revision(name: str, number: str, revision: str) -> None:
    """Tests that number and revision are told from a file's name, and none is made up."""
    assert drawing_of(name) == (number, revision)


@pytest.mark.parametrize(("name", "kept"), [("a.STEP", "model/step"), ("a.pdf", "application/pdf"), ("a.xlsx", ""), ("step", ""), ("a.html", ""), ("", "")])
def test_what_is_kept(name: str, kept: str) -> None:
    """Tests that drawings, models and pictures are known by their ending."""
    assert kept_type(name) == kept


@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_name_becomes_a_plain_one(name: str) -> None:
    """Tests that whatever a file is called, its kept name has no folder in it, can be shown and written, and downloads under plain headers."""
    made = clean_name(name)
    assert made
    assert len(made) <= 200
    assert made.isprintable()
    assert not {"/", "\\"} & set(made)
    made.encode()
    for value in download_headers(made).values():
        assert value.isascii()
        assert value.isprintable()


def test_a_download_is_saved_and_nothing_else() -> None:
    """Tests that a browser is told to save the file under its name, and that a quote in it does not end the header's value."""
    headers = download_headers('a"; filename="evil.exe.pdf')
    assert headers["Content-Disposition"].count('"') == 2
    assert headers["Content-Disposition"].startswith("attachment; ")
    assert "sandbox" in headers["Content-Security-Policy"]
