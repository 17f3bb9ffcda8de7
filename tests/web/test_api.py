"""The typed HTTP layer, asked from outside."""

from datetime import datetime
from typing import Annotated

import jsonschema_rs
import msgspec
import pytest
from starlette.responses import Response
from starlette.routing import Route as ExtraRoute

from plait.kernel.activity import Activity
from plait.kernel.actor import Actor
from plait.kernel.problems import CONFLICT, Problem
from plait.web import Api, Reply, Request
from tests.web.door import HELLO, asking, make


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A thing."""

    name: str
    count: Annotated[int, msgspec.Meta(ge=0)] = 1


class Page(msgspec.Struct, frozen=True):
    """Which things."""

    limit: int = 10
    tag: list[str] = []
    since: datetime | None = None


class Shop:
    """The service behind the routes."""

    def __init__(self):
        self.activity = Activity()
        self.busy = {}


API = Api("things", Shop)


@API.get("/things", action="thing.read", summary="List things")
async def listing(service: Shop, query: Page) -> dict:
    """List."""
    service.busy = service.activity.busy()
    return {"limit": query.limit, "tag": query.tag, "since": query.since}


@API.post("/things", action="thing.write", ok=201, summary="Make a thing", limit=200)
async def make_thing(service: Shop, actor: Actor, body: Item) -> Item:
    """Make."""
    if body.name == "taken":
        raise Problem(CONFLICT, "taken is taken", name=body.name)
    assert actor.id == "ada"
    return body


@API.get("/things/{id}", action=None, summary="Show a thing")
async def show(actor: Actor, id: str) -> dict:
    """Show."""
    return {"id": id, "who": actor.label}


@API.get("/things/first", action=None, summary="Show the first")
async def first() -> str:
    """Show."""
    return "first"


@API.delete("/things/{id}", action="thing.write", summary="Drop a thing")
async def drop(id: str) -> None:
    """Drop."""


@API.put("/things/{id}/file", action=None, summary="Keep a file", accepts=("text/plain",), limit=10)
async def keep(id: str, body: bytes, request: Request) -> Reply:
    """Keep."""
    return Reply(body[::-1], 202, {"X-Id": id}, request.headers["content-type"])


@API.post("/maybe", action=None, summary="With or without content")
async def maybe(body: Item | None) -> dict:
    """Echo."""
    return {"given": body is not None}


@API.get("/tree/{rest:path}/leaf", action=None, summary="Show a path")
async def tree(rest: str) -> str:
    """Show."""
    return rest


@API.get("/secret", action="secret.read", summary="Never")
async def secret() -> None:
    """Hide."""


@API.get("/broken", action=None, summary="Breaks")
async def broken() -> None:
    """Break."""
    raise RuntimeError("the password is hunter2")


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
async def node(shop):
    app = make([API], {Shop: shop}, activity=shop.activity, extra=[ExtraRoute("/extra", lambda request: Response("extra"))])
    async with asking(app) as client:
        yield client


async def test_reads_and_answers_json(node):
    """Tests that content becomes the Struct, and the answer JSON with the route's status."""
    answer = await node.post("/things", json={"name": "gear", "count": 3}, headers=HELLO)
    assert (answer.status_code, answer.json()) == (201, {"name": "gear", "count": 3})
    assert answer.headers["content-type"] == "application/json"


async def test_query(node):
    """Tests that a query string becomes the Struct, repeated names a list."""
    answer = await node.get("/things?limit=5&tag=a&tag=b&since=2026-03-02T06:00:00Z", headers=HELLO)
    assert answer.json() == {"limit": 5, "tag": ["a", "b"], "since": "2026-03-02T06:00:00Z"}


BAD = [
    ("not JSON", b"{", "application/json", 400, "malformed", None),
    ("not UTF-8", b'{"name":"\xff"}', "application/json", 400, "malformed", None),
    ("no content", b"", "application/json", 400, "malformed", None),
    ("nested too deeply", b"[" * 190, "application/json", 400, "malformed", None),
    ("wrong type", b'{"name":1}', "application/json", 422, "invalid", "$.name"),
    ("field missing", b"{}", "application/json", 422, "invalid", "$"),
    ("field unknown", b'{"name":"a","weight":1}', "application/json", 422, "invalid", "$"),
    ("out of range", b'{"name":"a","count":-1}', "application/json", 422, "invalid", "$.count"),
    ("media type", b"{}", "text/plain", 415, "media-type", None),
    ("no media type", b"{}", "", 415, "media-type", None),
    ("too large", b'{"name":"' + b"a" * 200 + b'"}', "application/json", 413, "too-large", None),
    ("refused by the service", b'{"name":"taken"}', "application/json", 409, "conflict", None),
]


@pytest.mark.parametrize(("why", "content", "media", "status", "code", "path"), BAD, ids=[row[0] for row in BAD])
async def test_refusals(node, why, content, media, status, code, path):
    """Tests that each way of being wrong has its own problem, with the JSON path where there is one."""
    answer = await node.post("/things", content=content, headers=HELLO | ({"Content-Type": media} if media else {}))
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"], problem.get("path")) == (status, status, code, path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["title"] and problem["advice"] and problem["type"] == f"urn:plait:problem:{code}"


async def test_limit_is_kept_while_reading(node):
    """Tests that content without an announced length is refused once it exceeds the limit, before it has all come."""
    sent = []

    async def endless():
        for number in range(1000):
            sent.append(number)
            yield b" " * 50

    answer = await node.post("/things", content=endless(), headers=HELLO | {"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert len(sent) < 10


async def test_encoded_content_is_refused(node):
    """Tests that compressed content, which could unpack to any size, is refused."""
    answer = await node.post("/things", json={"name": "a"}, headers=HELLO | {"Content-Encoding": "gzip"})
    assert answer.status_code == 415


@pytest.mark.parametrize("query", ["limit=x", "limit=1&limit=2", "since=yesterday", "since=%ff"])
async def test_bad_query(node, query):
    """Tests that a query that does not fit is refused."""
    assert (await node.get(f"/things?{query}", headers=HELLO)).status_code in {400, 422}


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing", 404), ("/things/", 404), ("/things/1/2", 404), ("/things/%ff", 400), ("/things/a%00b", 422), ("//things", 404)]
)
async def test_unknown_paths(node, path, status):
    """Tests that an address at which nothing stands, or that cannot be read, is refused."""
    answer = await node.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_methods(node):
    """Tests that a method nobody takes is refused with those that are taken, and OPTIONS and HEAD are answered."""
    answer = await node.put("/things")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")
    answer = await node.options("/things/x")
    assert (answer.status_code, answer.headers["allow"]) == (204, "DELETE, GET, HEAD, OPTIONS")
    answer = await node.head("/things/x")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


async def test_who_may(node):
    """Tests that a route asks for permission first, and an open one takes strangers but no bad credentials."""
    assert (await node.get("/things")).status_code == 401
    assert "Bearer" in (await node.get("/things")).headers["www-authenticate"]
    assert (await node.post("/things", content=b"{")).status_code == 401
    assert (await node.get("/secret", headers=HELLO)).status_code == 403
    assert (await node.get("/things/a")).json()["who"] == "anonymous:-"
    assert (await node.get("/things/a", headers=HELLO)).json()["who"] == "person:ada"
    assert (await node.get("/things/a", headers={"Authorization": "Bearer bad"})).status_code == 401


async def test_paths(node):
    """Tests that a fixed segment goes before a parameter, and that a parameter may hold an encoded slash."""
    assert (await node.get("/things/first")).json() == "first"
    assert (await node.get("/things/PO-1%2F2%C3%A9")).json()["id"] == "PO-1/2é"
    assert (await node.get("/tree/a/b%2Fc/leaf/leaf")).json() == "a/b/c/leaf"
    assert (await node.delete("/things/first", headers=HELLO)).status_code == 204


async def test_raw_content_and_reply(node):
    """Tests that raw content is passed as it is and a Reply goes out as it is."""
    answer = await node.put("/things/7/file", content=b"abc", headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.content, answer.headers["x-id"], answer.headers["content-type"]) == (202, b"cba", "7", "text/plain; charset=utf-8")
    assert (await node.put("/things/7/file", content=b"a" * 11, headers={"Content-Type": "text/plain"})).status_code == 413


async def test_optional_content(node):
    """Tests that content may be left out where the handler takes None."""
    assert (await node.post("/maybe")).json() == {"given": False}
    assert (await node.post("/maybe", json={"name": "a"})).json() == {"given": True}


async def test_unknown_failure(node, capsys):
    """Tests that a failure of ours leaves as a problem with an id that the log bears, and says nothing else."""
    answer = await node.get("/broken")
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    logged = capsys.readouterr()
    assert answer.json()["id"] in logged.out + logged.err


async def test_activity(node, shop):
    """Tests that a request is an activity while it is handled and no longer than that, and that asking for health is none."""
    await node.get("/things", headers=HELLO)
    assert shop.busy == {"http": 1}
    idle = await node.get("/health/idle")
    assert idle.json() == {"idle": True, "busy": {}, "time": "2026-03-02T06:00:00Z"}
    with shop.activity.hold("follow"):
        assert (await node.get("/health/idle")).json()["busy"] == {"follow": 1}


async def test_health(node):
    """Tests that a node that is not ready says what is missing."""
    assert (await node.get("/health/live")).json()["live"] is True
    assert (await node.get("/health/ready")).status_code == 200
    async with asking(make([], {}, ready=lambda: ["directory"])) as other:
        answer = await other.get("/health/ready")
        assert (answer.status_code, answer.json()["missing"]) == (503, ["directory"])


async def test_headers(node):
    """Tests that every answer bears the security headers, refusals and extra routes too."""
    for path in ("/things/a", "/nothing", "/broken", "/extra", "/api/openapi.json"):
        headers = (await node.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
    assert (await node.get("/things", headers=HELLO)).headers["cache-control"] == "no-store"
    assert (await node.get("/extra")).text == "extra"


async def test_own_shape_of_problems():
    """Tests that a protocol may shape its refusals itself, those of the layer too."""
    api = Api("dsp", None, problems=lambda problem, request: Response(f"{problem.code} at {request.url.path}", problem.status))

    @api.post("/dsp/x", action=None, summary="Speak")
    async def speak(body: Item) -> None:
        """Speak."""

    async with asking(make([api], {})) as node:
        answer = await node.post("/dsp/x", content=b"{", headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.text) == (400, "malformed at /dsp/x")


def wrong(path="/x", **annotations):
    api = Api("wrong", Shop)

    async def handler(**given):
        """Do."""

    import inspect

    handler.__annotations__ = annotations
    handler.__signature__ = inspect.Signature([inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind) for name, kind in annotations.items()])
    api.get(path, action=None, summary="Wrong")(handler)
    return api


@pytest.mark.parametrize(
    ("api", "text"),
    [(wrong(service=Shop), "service"), (wrong(other=str), "other"), (wrong("/x/{id}"), "id"), (wrong("/x/{id}", id=int), "id")],
    ids=["no such service", "not in the path", "path parameter not taken", "path parameter no text"],
)
def test_handlers_are_checked_when_mounted(api, text):
    """Tests that a handler with a parameter nothing fills is refused at start, by name."""
    with pytest.raises(TypeError, match=text):
        make([api], {})


def test_mounted_twice():
    """Tests that two handlers of one address are refused at start."""
    with pytest.raises(ValueError, match="mounted twice"):
        make([API, API], {Shop: Shop()})


async def test_description(node):
    """Tests that the description is OpenAPI 3.1 with every route, its Structs, permissions and refusals."""
    document = (await node.get("/api/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    made = document["paths"]["/things"]["post"]
    assert made["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Item"}
    assert made["responses"]["201"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Item"}
    assert made["security"] == [{"bearer": []}]
    assert made["x-plait-action"] == "thing.write"
    assert {"400", "401", "403", "413", "415", "422", "500"} <= set(made["responses"])
    listed = document["paths"]["/things"]["get"]
    assert [(each["name"], each["required"]) for each in listed["parameters"]] == [("limit", False), ("tag", False), ("since", False)]
    assert document["paths"]["/things/{id}"]["get"]["security"] == []
    assert "/tree/{rest}/leaf" in document["paths"]
    assert "/health/idle" in document["paths"]
    assert document["components"]["schemas"]["Item"]["properties"]["count"]["minimum"] == 0
    assert all(jsonschema_rs.meta.is_valid(schema) for schema in document["components"]["schemas"].values())
    ids = [operation["operationId"] for entry in document["paths"].values() for operation in entry.values()]
    assert len(ids) == len(set(ids))
    texts = msgspec.json.encode(document).decode()
    for name in {part.split('"')[0] for part in texts.split("#/components/schemas/")[1:]}:
        assert name in document["components"]["schemas"]


async def test_busy_until_the_answer_is_sent():
    """Tests that the activity is held until the last byte of the answer has been taken over."""
    activity = Activity()
    api = Api("slow")

    @api.get("/slow", action=None, summary="Answer")
    async def slow() -> str:
        """Answer."""
        return "done"

    app = make([api], {}, activity=activity)
    seen = []

    async def send(message):
        seen.append((message["type"], activity.busy()))

    scope = {"type": "http", "method": "GET", "path": "/slow", "raw_path": b"/slow", "query_string": b"", "headers": []}
    await app(scope, None, send)
    assert seen == [("http.response.start", {"http": 1}), ("http.response.body", {"http": 1})]
    assert activity.idle
