"""A node with something to make links for, and a guest with a browser's manners."""

import re

from tests.support.shop import furnish

__all__ = ["accepting", "code_of", "link", "offered", "ordered", "page", "send"]

REQUEST = {"customer": "meridian", "email": "buyer@meridian.example", "language": "de", "lines": [{"part_no": "SHAFT", "quantity": "20"}]}


async def offered(node, language="en", *, send=True, **more):
    """Furnish a node and put an offer out; return its number."""
    await furnish(node)
    number = (await node.ok("POST", "/api/v1/desk/offers", REQUEST | {"language": language} | more))["number"]
    if send:
        await node.ok("POST", f"/api/v1/desk/offers/{number}/send")
    return number


async def ordered(node, *, due="2099-12-24", line_no="10", **more):
    """Enter an order line and return its number."""
    new = {"customer": "meridian", "order_no": "PO-77", "line_no": line_no, "part_id": "SHAFT", "name": "Shaft", "quantity": "20", "due": due}
    return (await node.ok("POST", "/api/v1/desk/orders", new | more))["id"]


async def link(node, kind, id="", **more):
    """Make a link and return what the maker is told."""
    return await node.ok("POST", "/api/v1/guest/links", {"kind": kind, "id": id, "name": "Meridian GmbH", "language": "en"} | more)


def code_of(made):
    """Return the path of a link's page."""
    return "/g/" + made["url"].rpartition("/")[2]


async def page(node, path, **headers):
    """Open a page as somebody without a token."""
    return await node.http.get(path, headers=headers)


async def send(node, path, act, files=(), *, shown=None, **fields):
    """Fill in one of the page's forms as it was shown, and send it."""
    text = shown or (await page(node, path)).text
    hidden = {name: re.search(rf'name="{name}" value="([^"]*)"', text)[1] for name in ("version", "ticket")}
    parts = [("files", each) for each in files] or [("files", ("", b""))]
    return await node.http.post(path, data={"act": act} | hidden | fields, files=parts)


def accepting(text):
    """Tell whether a page has the form by which an offer is accepted."""
    return 'name="act" value="accept"' in text
