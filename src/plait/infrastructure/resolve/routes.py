"""HTTP of the resolver: Digital Link paths for everybody, ``/api/v1/links`` for the firm."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request

from plait.infrastructure.resolve.model import Asked, Link
from plait.infrastructure.resolve.rules import KEYS
from plait.infrastructure.resolve.service import ResolveService
from plait.kernel.actor import Actor
from plait.web import Api, Reply

__all__ = ["ROUTES"]

API = Api("resolver", ResolveService)


async def resolve(service: ResolveService, request: Request) -> Reply:
    """Lead a Digital Link to its target, or answer with the linkset."""
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    wanted = next((value for name, value in pairs if name == "linkType"), "")
    rest = urlencode([pair for pair in pairs if pair[0] != "linkType"])
    headers = request.headers
    path = request.scope.get("raw_path", b"").decode("ascii", "replace").partition("?")[0] or request.url.path
    answer = await service.resolve(Asked(path, wanted, headers.get("accept", ""), headers.get("accept-language", ""), rest))
    kept = {name: value for name, value in answer.headers.items() if name != "Content-Type"}
    return Reply(answer.body if answer.body is not None else b"", answer.status, kept, answer.headers.get("Content-Type", ""))


for _key in KEYS:
    API.get(
        f"/{_key}/{{rest:path}}", action=None, summary=f"Resolve a Digital Link with primary key {_key}", produces=("application/linkset+json", "text/html")
    )(resolve)


@API.get("/.well-known/gs1resolver", action=None, summary="What this resolver can do")
async def about(service: ResolveService) -> dict[str, object]:
    """Answer with the resolver description file."""
    return service.about()


@API.get("/api/v1/links", action="resolve.read", summary="All links of this resolver")
async def links(service: ResolveService, actor: Actor) -> Sequence[Link]:
    """Answer with every link."""
    return await service.links(actor)


@API.post("/api/v1/links", action="resolve.write", ok=201, summary="Put a link; the same relation, language and type again replaces it")
async def put(service: ResolveService, actor: Actor, body: Link, once: str | None) -> Link:
    """Put a link."""
    return await service.put_link(actor, body.anchor, body.rel, body.href, body.title, body.lang, body.type, body.description, once)


@API.post("/api/v1/links/remove", action="resolve.write", summary="Take a link out, found by anchor, relation, language and type")
async def remove(service: ResolveService, actor: Actor, body: Link) -> None:
    """Take a link out."""
    await service.remove_link(actor, body)


ROUTES = API
