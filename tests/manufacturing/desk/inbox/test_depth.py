"""Mails in mails in mails: read as deep as the limit says, and no deeper."""

from email.message import EmailMessage

from plait.manufacturing.desk.inbox.model import Item
from plait.manufacturing.desk.reading.model import Limits
from tests.manufacturing.desk.inbox.desk import Desk
from tests.manufacturing.house import ME

TABLE = b"Order no.;Pos.;Customer;Part no.;Quantity;Due date\n4711;10;Meridian;Z-1;5;20.03.2026\n"


def nested(depth: int) -> bytes:
    """Return a mail with a mail in it, ``depth`` deep, a table in the innermost."""
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "a@meridian.example", "level 0"
    inner.set_content("see attachment")
    inner.add_attachment(TABLE, maintype="text", subtype="csv", filename="orders.csv")
    for level in range(1, depth):
        outer = EmailMessage()
        outer["From"], outer["Subject"] = "a@meridian.example", f"level {level}"
        outer.set_content("see the mail attached")
        outer.add_attachment(inner, filename=f"level{level - 1}.eml")
        inner = outer
    return inner.as_bytes()


async def all_of(desk: Desk, content: bytes) -> list[Item]:
    """Take a mail, read it and everything that comes out of it; return the new items."""
    before = {item.id for item in await desk.inbox.items(ME)}
    await desk.come(content, "mail.eml")
    while waiting := await desk.inbox.items(ME, state="new"):
        for item in waiting:
            await desk.inbox.process(item.id)
    return [item for item in await desk.inbox.items(ME) if item.id not in before]


async def test_depth_is_counted_from_the_first_mail(desk: Desk) -> None:
    """Tests that an attached mail is read with what is in it, and that nesting ends at the limit instead of being counted anew for each item."""
    assert "orders.csv" in {item.name for item in await all_of(desk, nested(2)) if item.rows}
    deep = await all_of(desk, nested(12).replace(b"4711", b"4712"))
    assert 1 < len(deep) <= Limits().depth + 1
