"""E-mail: encodings, new and quoted text, hostile HTML, tables, attachments."""

import base64
from decimal import Decimal
from email.message import EmailMessage

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plait.kernel.problems import Problem
from plait.manufacturing.desk.reading.formats.email import PLUGIN
from plait.manufacturing.desk.reading.model import Limits, Place

HEAD = "From: Einkauf <einkauf@oakmill.example>\nSubject: %s\nDate: Mon, 02 Mar 2026 08:00:00 +0100\n"


def read(content, limits=None):
    return PLUGIN.read(content if isinstance(content, bytes) else content.encode(), "mail.eml", limits or Limits())


def html(body, subject="Anfrage"):
    return read(HEAD % subject + f"Content-Type: text/html; charset=utf-8\n\n<html><body>{body}</body></html>")


def codes(content):
    return {issue.code for issue in content.issues}


def test_headers_are_told():
    """Tests that sender, subject, date and the numbers of this mail and the one answered are in the header, and who passed it on."""
    content = read(
        HEAD % "WG: Anfrage"
        + "Message-ID: <1@oakmill.example>\nIn-Reply-To: <0@northforge.example>\nReply-To: other@oakmill.example\nAuto-Submitted: auto-generated\n\n"
        + "Von: Kunde <kunde@meridian.example>\nGesendet: heute\nBetreff: Anfrage\n\nBitte Angebot: 40 Stück Bolzen, Lieferung 1.5.2026"
    )
    assert content.header["from"] == "einkauf@oakmill.example"
    assert content.header["from_name"] == "Einkauf"
    assert content.header["reply_to"] == "other@oakmill.example"
    assert content.header["date"] == "2026-03-02T08:00:00+01:00"
    assert content.header["message_id"] == "1@oakmill.example"
    assert content.header["in_reply_to"] == "0@northforge.example"
    assert content.header["automatic"] == "yes"
    assert content.header["forwarded_from"] == "kunde@meridian.example"
    assert content.records[0].values["quantity"] == 40
    assert content.suggestion


ENCODINGS = ["utf-8", "gb2312", "gbk", "gb18030", "big5", "iso-8859-1", "windows-1252", "utf-16", "shift_jis", "koi8-r", "utf-7"]


@settings(max_examples=200, deadline=None)
@given(charset=st.sampled_from(ENCODINGS), cte=st.sampled_from(["base64", "quoted-printable"]), data=st.data())
def test_text_of_any_encoding_comes_back(charset, cte, data):
    """Tests that subject and text in any encoding that the mail names are read as they were written."""
    letters = {
        "iso-8859-1": "äöüßÄÖÜéñ",
        "windows-1252": "äöü€–„“",
        "koi8-r": "заказ",
        "shift_jis": "注文歯車",
        "big5": "詢價齒輪",
    }.get(charset, "询价单齿轮件" if charset.startswith("gb") else "äß询价齒éЖ")
    text = data.draw(st.text(st.sampled_from(letters + "abc 1.,:"), min_size=1, max_size=60).map(str.strip).filter(bool))
    raw = text.encode(charset)
    word = base64.b64encode(raw).decode()
    if cte == "base64":
        body = base64.encodebytes(raw).decode()
    else:
        body = "".join(f"={byte:02X}" + ("=\n" if place % 20 == 19 else "") for place, byte in enumerate(raw))
    head = HEAD % f"=?{charset}?B?{word}?=" + f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {cte}\n\n"
    content = read(head + body)
    assert content.text == text
    assert content.header["subject"] == text
    assert "encoding-unclear" not in codes(content)


def test_bytes_without_an_encoding_are_guessed():
    """Tests that Chinese in the wrong encoding, or in none, is readable, and that the mail's untruth is told."""
    words = "请报价：齿轮轴 200件，交期3月20日"
    content = read((HEAD % "询价").encode("gb18030") + b"Content-Type: text/plain; charset=utf-8\n\n" + words.encode("gb18030"))
    assert content.header["subject"] == "询价"
    assert content.text == words
    assert "encoding-unclear" in codes(content)


REPLIES = {
    "marks": "Neu\n> alt 1 Stück\n> alt 2\nauch neu",
    "english": "Neu\n\nOn Mon, 2 Mar 2026 at 10:00, Sales <sales@northforge.example> wrote:\nalt",
    "english in two lines": "Neu\n\nOn Mon, 2 Mar 2026 at 10:00, Sales\n<sales@northforge.example> wrote:\nalt",
    "german": "Neu\n\nAm 02.03.2026 um 10:00 schrieb Vertrieb:\nalt",
    "german outlook": "Neu\n\n________________________________\nVon: Vertrieb <s@northforge.example>\nGesendet: Montag\nAn: x\nBetreff: Angebot\n\nalt",
    "outlook": "Neu\n\n-----Original Message-----\nFrom: Sales\nalt",
    "chinese": "Neu\n\n------------------ 原始邮件 ------------------\n发件人: 销售\nalt",
    "chinese wrote": "Neu\n\n在 2026-03-02 10:00:00，销售 写道：\nalt",
}


@pytest.mark.parametrize("name", sorted(REPLIES))
def test_quoted_text_is_kept_apart(name):
    """Tests that what a mail quotes of earlier ones is not taken for new, in the ways of several programs and languages."""
    content = read(HEAD % "AW: Angebot" + "Content-Type: text/plain; charset=utf-8\n\n" + REPLIES[name])
    assert "Neu" in content.text
    assert "alt" not in content.text
    assert "alt" in content.quoted
    if name == "marks":
        assert content.text.split("\n")[3] == "auch neu"


def test_signatures_order_nothing():
    """Tests that numbers in a signature are no quantities, but stay in the text."""
    content = read(HEAD % "Bestellung" + "\nWir bestellen 5 Stück Bolzen zum 1.5.2026.\n-- \n100 Stück Erfahrung mit Zahnrädern\n")
    assert len(content.records) == 1
    assert "Erfahrung" in content.text


HOSTILE = {
    "script": "<script>fetch('http://evil.example')</script>",
    "style": "<style>body{background:url(http://evil.example)}</style>",
    "hidden": "<div style='display:none'>10 Stück geheim</div><span hidden>geheim</span><p style='font-size:0'>geheim</p>",
    "picture": "<img src='http://evil.example/pixel.png' alt=''>",
    "frame": "<iframe src='http://evil.example'>geheim</iframe><object data='x'>geheim</object>",
    "entities": "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>&a;",
    "deep": "<div>" * 5000,
    "unclosed": "<table><tr><td><table><a href='",
    "comment": "<!-- geheim --><!--[if mso]>geheim<![endif]-->",
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_html_is_harmless(name):
    """Tests that nothing of scripts, hidden parts, frames and entities gets into the text, and that the rest does."""
    content = html("<p>Wir bestellen 5 Stück Bolzen zum 1.5.2026.</p>" + HOSTILE[name] + "<p>Ende</p>")
    assert "5 Stück Bolzen" in content.text
    assert not any(word in content.text for word in ("geheim", "evil", "root:", "fetch", "background"))
    assert content.records[0].values["quantity"] == 5


def test_html_becomes_text_with_its_lines():
    """Tests that paragraphs, breaks, lists, preformatted text and quoted parts of HTML keep their lines."""
    content = html("<p>a<br>b</p><ul><li>c</li><li>d</li></ul><pre>e\n  f</pre><blockquote>alt<p>alt</p></blockquote><div>g <b>h</b>i</div>")
    assert [line for line in content.text.split("\n") if line] == ["a", "b", "- c", "- d", "e", "  f", "g hi"]
    assert content.quoted.split("\n")[:2] == ["> alt", "> alt"]


def test_html_tables_are_sheets():
    """Tests that a table of data is a sheet with its spans, that layout and quoted tables are none, and that it proposes no rows of text."""
    first = "<tr><th>Pos</th><th>Artikel</th><th>Menge</th></tr>"
    rows = first + "<tr><td>1</td><td rowspan=2>Z-<b>100</b><br>Rad</td><td>10 Stück</td></tr><tr><td>2</td><td>20</td></tr>"
    content = html(f"<table><tr><td><table>{rows}</table></td></tr></table><table><tr><td>Tel</td><td>1</td></tr><tr><td>Fax</td><td>2</td></tr></table>")
    (sheet,) = content.sheets
    assert sheet.rows == [["Pos", "Artikel", "Menge"], ["1", "Z-100 Rad", "10 Stück"], ["2", None, "20"]]
    assert sheet.merged == ((1, 1, 2, 1),)
    assert sheet.place(1, 2) == Place(sheet=sheet.name, cell="C2")
    assert content.records == []
    assert html(f"<blockquote><table>{rows}</table></blockquote>").sheets == []


@pytest.mark.parametrize("between", ["\t", " | ", ";", "    "])
def test_tables_in_plain_text(between):
    """Tests that a table written in plain text is a sheet whose cells stand in lines of the text."""
    rows = [["Pos", "Artikel", "Menge", "Termin"], ["1", "Z-100", "10 Stück", "01.04.2026"], ["2", "W-200", "20 Stück", "02.04.2026"]]
    content = read(HEAD % "Bestellung" + "\nWir bestellen:\n\n" + "\n".join(between.join(row) for row in rows) + "\n\nGruß\n")
    (sheet,) = content.sheets
    assert sheet.rows == rows
    assert sheet.place(2, 1) == Place(path="body:5")


def with_files(*files, subject="Anfrage"):
    made = EmailMessage()
    made["From"], made["Subject"] = "a@oakmill.example", subject
    made.set_content("Bitte Angebot: 5 Stück Bolzen zum 1.5.2026")
    for name, kind, content in files:
        main, _, sub = kind.partition("/")
        made.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return made


def test_attachments_come_with_names_and_content():
    """Tests that attached files come byte by byte, names of any script decoded and stripped of folders, and pictures in the text are noted."""
    made = with_files(("图纸 4711-2 Änderung.pdf", "application/pdf", b"%PDF-1.4\r\n\x00\xff"), ("../../etc/x.step", "model/step", b"ISO-10303"))
    made.add_attachment(b"\x89PNG" + b"0" * 5000, maintype="image", subtype="png", filename="logo.png", disposition="inline", cid="<1>")
    made.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="dot.png", disposition="inline", cid="<2>")
    content = read(made.as_bytes())
    assert [(each.name, each.media_type) for each in content.attachments] == [
        ("图纸 4711-2 Änderung.pdf", "application/pdf"),
        ("x.step", "model/step"),
        ("logo.png", "image/png"),
    ]
    assert content.attachments[0].content == b"%PDF-1.4\r\n\x00\xff"
    note = next(issue for issue in content.issues if issue.code == "inline-pictures")
    assert "logo.png" in note.text
    assert "dot.png" in note.text


def test_attachments_are_limited():
    """Tests that number, size and depth of attachments are limited, each with a word."""
    many = with_files(*((f"{number}.pdf", "application/pdf", b"x" * 100) for number in range(9)))
    few = read(many.as_bytes(), Limits(attachments=4))
    assert len(few.attachments) == 4
    assert "attachments-limit" in codes(few)
    small = read(many.as_bytes(), Limits(unpacked=250))
    assert len(small.attachments) == 2
    inner = with_files(("a.pdf", "application/pdf", b"x"), subject="innermost")
    outer = with_files(subject="outer")
    outer.add_attachment(inner)
    (only,) = read(outer.as_bytes()).attachments
    assert (only.name, only.media_type) == ("innermost.eml", "message/rfc822")
    assert [each.name for each in read(only.content).attachments] == ["a.pdf"]
    shallow = read(outer.as_bytes(), msgspec.structs.replace(Limits(), depth=0))
    assert shallow.attachments == []
    assert "attachment-depth" in codes(shallow)


@pytest.mark.parametrize(
    "kind", ["multipart/encrypted; protocol=x; boundary=b", "application/pkcs7-mime; smime-type=enveloped-data", "application/x-pkcs7-mime"]
)
def test_encrypted_mail_is_refused(kind):
    """Tests that mail that only its addressee can open is refused as such."""
    with pytest.raises(Problem, match="file-encrypted"):
        read(HEAD % "x" + f"Content-Type: {kind}\n\n--b\n\nx\n--b--\n")


def test_what_is_wrapped_by_outlook_is_told():
    """Tests that attachments in winmail.dat are not lost in silence."""
    assert "attachment-winmail" in codes(read(with_files(("winmail.dat", "application/ms-tnef", b"x\x9f\x3e\x22")).as_bytes()))


@pytest.mark.parametrize(
    "content",
    [
        b"hello",
        b"\x00" * 100,
        b"X-Foo: bar\n\nbody",
        b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\nContent-Type: multipart/mixed; boundary=y\n\n" * 9,
    ],
)
def test_what_is_no_mail_is_refused(content):
    """Tests that bytes that are no message are refused in words."""
    with pytest.raises(Problem, match="file-broken"):
        read(content)


def test_deep_nesting_is_refused():
    """Tests that parts nested without end are refused quickly."""
    with pytest.raises(Problem, match="file-broken"):
        read(HEAD % "x" + "".join(f"Content-Type: multipart/mixed; boundary=x{each}\n\n--x{each}\n" for each in range(3000)))


def test_lines_broken_for_the_way_are_joined():
    """Tests that soft line breaks (format=flowed) are undone."""
    head = HEAD % "Bestellung" + "Content-Type: text/plain; charset=utf-8; format=flowed\n\n"
    content = read(head + "Wir bestellen 5 Stück \nBolzen zum \n1.5.2026.\nGruß\n-- \nMax")
    assert content.text.split("\n")[:2] == ["Wir bestellen 5 Stück Bolzen zum 1.5.2026.", "Gruß"]
    assert content.records[0].values["name"] == "Bolzen"


def test_the_subject_gives_the_number():
    """Tests that the number of an order in the subject holds for the rows of the text."""
    content = read(HEAD % "Order PO-77" + "\nWe order 5 pcs bolt, delivery 2026-05-01, price 1,250.50 EUR each")
    (record,) = content.records
    assert record.values["order_no"] == "PO-77"
    assert record.places["order_no"] == Place(path="subject")
    assert record.values["price"] == Decimal("1250.50")
    assert not record.refused


def test_a_mail_that_asks_nothing_says_so():
    """Tests that a mail without rows, tables and files gives a word instead of silence."""
    assert "no-table" in codes(read(HEAD % "Danke" + "\nVielen Dank und viele Grüße"))
