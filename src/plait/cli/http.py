"""Talking to the running node of a data folder, with the administrator's token that lies in it."""

from pathlib import Path
from typing import Any

import msgspec

from plait.kernel.problems import INTERNAL, REGISTRY, Problem, register

__all__ = ["address_of", "call"]

STANDARD = frozenset({"type", "title", "status", "detail", "code", "advice"})
NOT_RUNNING = register("not-running", 503, "No node answers for this data folder", "Start it with `plait up --data DIR`.")


def address_of(data: Path) -> str:
    """Return the local address of the node that last ran in ``data``; raise ``not-running`` when none has."""
    file = data / "address"
    if not file.exists():
        raise Problem(NOT_RUNNING, f"{data} holds no node that has been started")
    return file.read_bytes().decode("ascii", "ignore").strip()


def call(data: Path, method: str, path: str, body: Any = None, *, patience_s: float = 30, media_type: str = "") -> Any:
    """Call the node's own API and return the decoded answer (bytes when it is no JSON); refusals are raised as the Problem they are, with what else they say.

    ``body`` goes as JSON, bytes as they are (as ``media_type``).
    """
    import httpx

    token = (data / "admin.token").read_bytes().decode("ascii", "ignore").strip() if (data / "admin.token").exists() else ""
    content = body if body is None or isinstance(body, bytes) else msgspec.json.encode(body)
    media = media_type or ("application/octet-stream" if isinstance(body, bytes) else "application/json")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": media}
    try:
        answer = httpx.request(method, address_of(data) + path, content=content, headers=headers, timeout=patience_s, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Problem(NOT_RUNNING, str(error)) from error
    if answer.status_code >= 400:
        details = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        extra = {name: value for name, value in details.items() if name not in STANDARD}
        raise Problem(_known(details), details.get("detail", answer.text[:200]), **extra)
    if "json" not in answer.headers.get("content-type", ""):
        return answer.content or None
    return answer.json()


def _known(details: dict[str, Any]) -> str:
    """Return the code of a refusal; one whose room is not loaded in this process is entered as the node describes it."""
    code = str(details.get("code", INTERNAL))
    if code not in REGISTRY:
        register(code, int(details.get("status", 500)), str(details.get("title", code)), str(details.get("advice", "")))
    return code
