"""Talking to the running node of a data folder, with the administrator's token that lies in it."""

from pathlib import Path
from typing import Any

import msgspec

from plait.kernel.problems import Problem, register

__all__ = ["address_of", "call"]

NOT_RUNNING = register("not-running", 503, "No node answers for this data folder", "Start it with `plait up --data DIR`.")


def address_of(data: Path) -> str:
    """Return the local address of the node that last ran in ``data``; raise ``not-running`` when none has."""
    file = data / "address"
    if not file.exists():
        raise Problem(NOT_RUNNING, f"{data} holds no node that has been started")
    return file.read_text("utf-8").strip()


def call(data: Path, method: str, path: str, body: Any = None) -> Any:
    """Call the node's own API and return the decoded answer; refusals are raised as the Problem they are."""
    import httpx

    token = (data / "admin.token").read_text("utf-8").strip() if (data / "admin.token").exists() else ""
    content = None if body is None else msgspec.json.encode(body)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    try:
        answer = httpx.request(method, address_of(data) + path, content=content, headers=headers, timeout=30, trust_env=False)
    except httpx.HTTPError as error:
        raise Problem(NOT_RUNNING, str(error)) from error
    if answer.status_code >= 400:
        from plait.kernel.problems import REGISTRY

        details = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        code = details.get("code", "internal")
        raise Problem(code if code in REGISTRY else "internal", details.get("detail", answer.text[:200]))
    return answer.json() if answer.content else None
