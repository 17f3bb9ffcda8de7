"""Drawings, models and pictures: kept with number, revision and hash, found by part and drawing; what is attached to a mail."""

from email.message import EmailMessage

import pytest

from plait.kernel.problems import Problem
from plait.manufacturing.desk.inbox.attachments import AttachmentEdit
from tests.manufacturing.desk.inbox.desk import Desk, excel
from tests.manufacturing.house import ME, PARTNER

STEP = b"ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


def mail() -> bytes:
    """A mail with an order list, a model, and a picture."""
    made = EmailMessage()
    made["From"] = "Purchasing <buy@meridian.example>"
    made["To"] = "sales@helix.example"
    made["Subject"] = "Order 4500123"
    made["Date"] = "Mon, 02 Mar 2026 08:00:00 +0100"
    made["Message-ID"] = "<1@meridian.example>"
    made.set_content("Please find our order attached.\n\nKind regards\n")
    made.add_attachment(excel(), maintype="application", subtype="octet-stream", filename="orders.xlsx")
    made.add_attachment(STEP, maintype="application", subtype="octet-stream", filename="D-100 Rev.C.step")
    made.add_attachment(PNG, maintype="image", subtype="png", filename="../photo.png")
    return made.as_bytes()


async def test_a_drawing_is_kept_with_its_part(desk: Desk) -> None:
    """Tests that a model that is uploaded is kept with number, revision, hash and the part whose drawing it is."""
    item = await desk.come(STEP, "d-100_revC.step")
    assert (item.state, item.summary) == ("nothing", "kept as an attachment")
    (kept,) = await desk.attachments.kept(ME)
    assert (kept.drawing_no, kept.revision, kept.part_id, kept.sha256, kept.item) == ("d-100", "C", "SHAFT", item.sha256, item.id)
    assert await desk.attachments.content(ME, kept.id) == (kept, STEP)
    await desk.inbox.process(item.id)
    assert await desk.attachments.kept(ME, part_id="SHAFT") == [kept]
    with pytest.raises(Problem) as refused:
        await desk.attachments.content(PARTNER, kept.id)
    assert refused.value.code == "forbidden"


async def test_a_person_says_what_it_is(desk: Desk) -> None:
    """Tests that number, revision and part can be given, and only parts that there are."""
    await desk.come(STEP, "model.step")
    (kept,) = await desk.attachments.kept(ME)
    assert (kept.part_id, kept.revision) == ("", "")
    now = await desk.attachments.describe(ME, kept.id, AttachmentEdit("D-200", "B", "HUB"))
    assert await desk.attachments.kept(ME, drawing_no="D-200") == [now]
    for id, edit, code in ((kept.id, AttachmentEdit(part_id="X"), "no-such-part"), ("x", AttachmentEdit(), "no-such-attachment")):
        with pytest.raises(Problem) as refused:
            await desk.attachments.describe(ME, id, edit)
        assert refused.value.code == code


async def test_what_a_mail_brings(desk: Desk) -> None:
    """Tests that an attached list is an item of its own under its mail and sender, and that models and pictures are kept beside the mail."""
    content = mail()
    item = await desk.come(content, "order.eml", "")
    assert item.sender == "buy@meridian.example"
    kept = {each.name: each for each in await desk.attachments.kept(ME, item=item.id)}
    assert set(kept) == {"D-100 Rev.C.step", "photo.png"}
    assert (kept["D-100 Rev.C.step"].part_id, kept["D-100 Rev.C.step"].revision) == ("SHAFT", "C")
    (child,) = await desk.inbox.items(ME, parent=item.id)
    assert (child.name, child.sender, child.via, child.state) == ("orders.xlsx", "buy@meridian.example", "attachment", "new")
    child = await desk.inbox.process(child.id)
    assert (await desk.inbox.apply(ME, child.id)).counts == {"new": 3}
    seen = await desk.inbox.preview(ME, item.id)
    assert ([each.id for each in seen.children], len(seen.attachments)) == ([child.id], 2)
    again = await desk.come(content, "again.eml", "")
    assert again.id == item.id
    assert len(await desk.inbox.items(ME)) == 2
