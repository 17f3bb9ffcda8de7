"""How a name is resolved: pure functions (GS1-Conformant Resolver Standard 1.1, RFC 9264)."""

import re
from collections.abc import Sequence
from typing import Any

from plait.infrastructure.resolve.model import BAD_NAME, DEFAULT, Link
from plait.kernel import gs1
from plait.kernel.problems import INVALID, Problem

__all__ = ["KEYS", "LINKSET", "best", "forward", "levels", "linkset", "owns", "read_path", "relation", "wants_linkset"]

KEYS = ("00", "01", "253", "255", "401", "402", "414", "417", "8003", "8004", "8006", "8010", "8013", "8017", "8018")
LINKSET = "application/linkset+json"
_ROOT = "https://id.gs1.org"
_VOCABULARY = "https://gs1.org/voc/"
_RELATION = re.compile(r"[a-z][a-z-]*|https?://[A-Za-z0-9./_-]+")
_AFTER_EXTENSION = frozenset({"00", "402", "8017", "8018"})


def read_path(path: str) -> str:
    """Return the canonical path of a Digital Link; raise ``bad-digital-link`` for an invalid key, check digit or order."""
    try:
        found = gs1.canonical(f"{_ROOT}{path}")
    except (Problem, ValueError) as error:
        raise Problem(BAD_NAME, f"{path}: {getattr(error, 'detail', '') or error}") from error
    if not found.startswith(f"{_ROOT}/") or found.removeprefix(_ROOT).split("/")[1] not in KEYS:
        raise Problem(BAD_NAME, f"{path}: not a Digital Link.")
    return found.removeprefix(_ROOT)


def levels(path: str) -> list[str]:
    """Return the names under which links may be kept, finest first: serial, then lot, then the article itself."""
    parts = path.split("/")[1:]
    head, qualifiers = "/" + "/".join(parts[:2]), list(zip(parts[2::2], parts[3::2], strict=False))
    found = [path]
    for ai, value in reversed(qualifiers):
        found.append(f"{head}/{ai}/{value}")
    found.append(head)
    return list(dict.fromkeys(found))


def relation(text: str) -> str:
    """Return a link type in full (``gs1:pip`` is a term of the GS1 web vocabulary); raise ``invalid``."""
    full = _VOCABULARY + text.removeprefix("gs1:") if text.startswith("gs1:") else text
    if not _RELATION.fullmatch(full):
        raise Problem(INVALID, f"rel: {text!r} is neither gs1:..., a registered relation nor a URI.", field="rel")
    return full


def owns(path: str, gcp: str, gln: str) -> bool:
    """Whether the key bears the firm's company prefix, so that its own item page can speak of it; articles must be known."""
    key, value = path.split("/")[1:3]
    if key == "01":
        return False
    if key in ("414", "417") and value == gln != "":
        return True
    start = 1 if key in _AFTER_EXTENSION or key == "8003" else 0
    return bool(gcp) and value.startswith(gcp, start)


def wants_linkset(link_type: str, accept: str) -> bool:
    """Whether the linkset itself is asked for."""
    return link_type in ("linkset", "all") or LINKSET in accept


def _ranked(header: str) -> list[str]:
    """Return the entries of an Accept-Language or Accept header, best first."""
    found = []
    for place, entry in enumerate(header.split(",")):
        name, _, rest = entry.strip().partition(";")
        weight = re.search(r"q=([01](?:\.\d*)?)", rest)
        quality = float(weight[1]) if weight else 1.0
        if name and quality > 0:
            found.append((-quality, place, name.strip().lower()))
    return [name for _, _, name in sorted(found)]


def best(links: Sequence[Link], languages: str, accept: str) -> list[Link]:
    """Return those of ``links`` that fit the client best: its first language that is there, then its first media type."""
    kept = list(links)
    for wanted in _ranked(languages):
        fit = [link for link in kept if link.lang.lower() == wanted or link.lang.lower().partition("-")[0] == wanted.partition("-")[0]]
        if fit:
            exact = [link for link in fit if link.lang.lower() == wanted]
            kept = exact or fit
            break
    for wanted in _ranked(accept):
        fit = [link for link in kept if link.type.lower() == wanted]
        if fit:
            return fit
    return kept


def forward(href: str, query: str) -> str:
    """Return ``href`` with the query string of the request passed on."""
    if not query:
        return href
    bare, hash, fragment = href.partition("#")
    return f"{bare}{'&' if '?' in bare else '?'}{query}{hash}{fragment}"


def linkset(root: str, anchors: Sequence[tuple[str, str, Sequence[Link]]]) -> dict[str, Any]:
    """Return the linkset document of (path, description, links), finest name first (RFC 9264, 4.2; GS1 profile)."""
    return {"linkset": [_context(root, *anchor) for anchor in anchors]}


def _context(root: str, path: str, description: str, links: Sequence[Link]) -> dict[str, Any]:
    context: dict[str, Any] = {"anchor": f"{root}{path}", "itemDescription": description}
    for link in sorted(links, key=lambda link: link.rel != DEFAULT):
        target: dict[str, Any] = {"href": link.href, "title": link.title}
        if link.lang:
            target["hreflang"] = [link.lang]
        if link.type:
            target["type"] = link.type
        context.setdefault(link.rel, []).append(target)
    return context
