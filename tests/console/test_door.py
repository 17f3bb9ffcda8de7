"""The door of the console, over a whole node."""

import io

import pytest
from PIL import Image
from starlette.responses import PlainTextResponse

from plait.console.door import Console, policy
from plait.labour.studio.codes import qr
from tests.support.nodes import nodes

WORD = "several words are better 7"


@pytest.fixture
async def node(tmp_path):
    async with nodes(tmp_path, "helix") as (made,):
        yield made


async def sign_in(node, name="office", role="manager"):
    """Return the cookie of a new person's session."""
    person = await node.ok("POST", "/api/v1/people", {"name": name, "role": role})
    code = await node.ok("POST", f"/api/v1/people/{person['id']}/code")
    answer = await node.http.post("/api/v1/session/activate", json={"code": code["code"], "password": WORD})
    node.http.cookies.clear()
    return answer.headers["set-cookie"].partition(";")[0]


async def test_strangers_are_sent_to_the_login(node):
    """Tests that a page leads to the login and back, that nothing else is answered, and that a token is no session."""
    page = await node.http.get("/console/orders?late=1", headers={"Accept": "text/html"})
    assert page.status_code == 303
    assert page.headers["location"] == "/login?next=/console/orders%3Flate%3D1"
    for path in ("/console/static/console.js", "/console/_nicegui/x", "/console/decode", "/console/orders"):
        assert (await node.http.get(path)).status_code == 401
    assert (await node.call("GET", "/console/orders")).status_code == 401
    assert (await node.http.get("/console")).headers["location"] == "/console/"


async def test_static_files(node):
    """Tests that the console's own files are served to people, and nothing beside them."""
    cookie = {"Cookie": await sign_in(node)}
    script = await node.http.get("/console/static/console.js", headers=cookie)
    assert script.headers["content-type"].startswith("text/javascript")
    for name in ("%2e%2e/door.py", "nothing.css", "console.py"):
        assert (await node.http.get(f"/console/static/{name}", headers=cookie)).status_code in {401, 404}


async def test_decode(node):
    """Tests that a photo of a code is read, and that what is no picture, too large or another site's is refused."""
    cookie = {"Cookie": await sign_in(node)}
    picture = io.BytesIO()
    qr("https://id.gs1.org/01/09506000134352", 6).save(picture, "PNG")
    assert (await node.http.post("/console/decode", content=picture.getvalue(), headers=cookie)).json() == ["https://id.gs1.org/01/09506000134352"]
    plain = io.BytesIO()
    Image.new("L", (80, 80), 255).save(plain, "PNG")
    assert (await node.http.post("/console/decode", content=plain.getvalue(), headers=cookie)).json() == []
    assert (await node.http.post("/console/decode", content=b"no picture", headers=cookie)).status_code == 422
    assert (await node.http.post("/console/decode", content=b"x" * 12_000_001, headers=cookie)).status_code == 413
    assert (await node.http.post("/console/decode", content=b"x", headers=cookie | {"Sec-Fetch-Site": "cross-site"})).status_code == 409
    assert (await node.http.get("/console/decode", headers=cookie)).status_code == 409


async def test_a_page_is_whose_it_is(node):
    """Tests that going on with an open page takes a page that is open."""
    cookie = {"Cookie": await sign_in(node)}
    assert (await node.http.post("/console/again?client=guessed", headers=cookie)).status_code == 404


async def test_the_policy_leaves_open_what_nicegui_needs():
    """Tests that every page has the console's policy: scripts of this node alone, though such as stand in a page; nothing from elsewhere, no frame around."""
    console, sent = Console(None), []
    console._app = PlainTextResponse("a page")

    async def send(message):
        sent.append(message)

    await console._inside({"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"helix:8400")]}, None, send)
    assert (b"content-security-policy", policy("helix:8400").encode()) in sent[0]["headers"]
    words = {name: set(values) for name, *values in (part.split() for part in policy("helix:8400").split(";"))}
    assert words["default-src"] == words["frame-ancestors"] == words["base-uri"] == {"'none'"}
    assert words["script-src"] == {"'self'", "'unsafe-inline'", "'unsafe-eval'"}
    assert words["connect-src"] == {"'self'", "ws://helix:8400", "wss://helix:8400"}
    assert set().union(*words.values()) - words["connect-src"] == {"'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"}


@pytest.mark.parametrize("host", ["", "helix; script-src *", "helix *", "a/b", "[::1", "helix:x", "'unsafe-inline'"])
def test_no_name_widens_the_policy(host):
    """Tests that what is no host's name does not get into the policy."""
    assert policy(host) == policy("")
