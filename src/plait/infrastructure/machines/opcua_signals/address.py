"""Node ids as text that stays true when a server numbers its namespaces anew (OPC 10000-6, 5.1.12): ``nsu=<URI>;s=Name``, ``i=2258``."""

from collections.abc import Mapping, Sequence
from typing import Any

from plait.infrastructure.machines.model import BAD_MACHINE
from plait.infrastructure.machines.opcua.lib import UaError, ua
from plait.kernel.problems import Problem

__all__ = ["parse", "shown"]

_MARKS = {"Numeric": "i", "TwoByte": "i", "FourByte": "i", "String": "s", "Guid": "g", "ByteString": "b"}


def _escape(uri: str) -> str:
    return uri.replace("%", "%25").replace(";", "%3B")


def _plain(uri: str) -> str:
    return uri.replace("%3B", ";").replace("%3b", ";").replace("%25", "%")


def shown(node: Any, uris: Sequence[str]) -> str:
    """Return a node id of a server with namespaces ``uris`` as text."""
    bare = ua.NodeId(node.Identifier, 0, node.NodeIdType) if node.NamespaceIndex else node
    text = str(bare.to_string())
    if not node.NamespaceIndex:
        return text
    uri = uris[node.NamespaceIndex] if node.NamespaceIndex < len(uris) else ""
    return f"nsu={_escape(uri)};{text}" if uri else f"ns={node.NamespaceIndex};{text}"


def parse(text: str, indices: Mapping[str, int], what: str) -> Any:
    """Read a node id for a server whose namespaces have these ``indices``; raise ``bad-machine`` naming ``what`` is wrong."""
    index, rest = 0, text.strip()
    if rest.startswith("nsu="):
        uri, _, rest = rest[4:].partition(";")
        found = indices.get(_plain(uri))
        if found is None:
            raise Problem(BAD_MACHINE, f"{what}: the server has no namespace {_plain(uri)[:200]!r}; browse it again.", field="signals")
        index = found
    try:
        node = ua.NodeId.from_string(rest if index == 0 else f"ns={index};{rest}")
    except (UaError, ValueError, IndexError, TypeError) as error:
        raise Problem(
            BAD_MACHINE, f"{what}: {text[:200]!r} is no node id; it looks like nsu=urn:maker:machine;s=Spindle.Load or i=2258.", field="signals"
        ) from error
    return node
