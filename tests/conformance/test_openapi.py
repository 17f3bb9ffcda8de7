"""The whole interface as it describes itself (OpenAPI 3.1), asked with what its own schemas allow and with what they do not.

Never a 5xx, never an answer that was not described. ``PLAIT_OPENAPI_EXAMPLES`` sets how many requests each operation is asked with.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from plait.cli.http import address_of
from plait.kernel.clock import SYSTEM
from plait.routes import APIS
from tests.support.shop import CENTRE, PART

EXAMPLES = int(os.environ.get("PLAIT_OPENAPI_EXAMPLES", "12"))
# Not ours: a partner, or a part of the node, that does not answer now.
ELSEWHERE = {"partner-unreachable": 502, "unavailable": 503}
PATIENCE_S = 60.0
# A live answer has no end; a backup writes wherever its administrator says; a stopped line would not be asked further.
LEFT_OUT = {("GET", "/api/v1/facts/stream"), ("POST", "/api/v1/backups")}
OPERATIONS = sorted(
    {(route.method, route.path.replace(":path}", "}")) for api in APIS for route in api.routes if route.method != "OPTIONS"} - LEFT_OUT,
    key=lambda each: (each[1], each[0]),
)
SETTINGS = b"[limits]\nown_per_s = 0\nanonymous_per_s = 0\npartner_per_s = 0\n"


@schemathesis.serializer("application/jose")
def _as_it_is(context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _no_server_error(context: Any, response: Any, case: Any) -> None:
    if response.status_code >= 500:
        told = response.json()
        assert ELSEWHERE.get(told["code"]) == response.status_code, told


CHECKS = [_no_server_error, content_type_conformance, response_schema_conformance]


class Shop:
    """A node of its own process with something in every room; ``pool`` are the identifiers it shows."""

    def __init__(self, folder: Path) -> None:
        self.url = address_of(folder)
        self.headers = {"Authorization": f"Bearer {(folder / 'admin.token').read_text('utf-8').strip()}"}
        self.http = httpx.Client(base_url=self.url, headers=self.headers, timeout=PATIENCE_S, trust_env=False)
        self.session = requests.Session()
        self.session.trust_env = False
        self._furnish()
        self.schema = schemathesis.openapi.from_dict(self.http.get("/api/openapi.json").json())
        self.pool = sorted(self._identifiers())

    def _furnish(self) -> None:
        self._ok("PUT", "/api/v1/parts/SHAFT", PART)
        self._ok("PUT", "/api/v1/work-centres/bench-1", CENTRE)
        self._ok("POST", "/api/v1/people", {"name": "Shop floor", "role": "operator"})
        self._ok("POST", "/api/v1/tokens", {"role": "viewer", "label": "clock"})
        self._ok("POST", "/api/v1/sharing/datasets", {"id": "trace", "kind": "traceability", "title": "trace", "policy": {"membership": True}})

    def _ok(self, method: str, path: str, body: Any) -> None:
        answer = self.http.request(method, path, json=body)
        assert answer.status_code < 300, answer.text

    def _identifiers(self) -> set[str]:
        """Return what the lists call their things."""
        found = {"SHAFT", "bench-1", "trace", "09521002000016"}
        for method, path in OPERATIONS:
            if method == "GET" and "{" not in path and path.startswith("/api/"):
                _ids(self.http.get(path).text, found)
        return found


def _ids(text: str, found: set[str]) -> None:
    try:
        told = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return
    waiting = [told]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            found |= {value for key, value in one.items() if key in {"id", "party", "party_id", "number", "epc"} and isinstance(value, str) and value}
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A running node."""
    folder = tmp_path_factory.mktemp("shop") / "node"
    folder.mkdir()
    (folder / "plait.toml").write_bytes(SETTINGS)
    log = folder.with_suffix(".log").open("wb")
    process = subprocess.Popen([sys.executable, "-m", "plait", "up", "--data", str(folder), "--name", "shop", "--port", "0"], stdout=log, stderr=log)
    try:
        until = SYSTEM.monotonic() + PATIENCE_S
        while not _ready(folder):
            assert process.poll() is None, folder.with_suffix(".log").read_text()
            assert SYSTEM.monotonic() < until
            SYSTEM.pause(0.1)
        made = Shop(folder)
        yield made
        made.http.close()
        made.session.close()
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _ready(folder: Path) -> bool:
    if not (folder / "address").exists():
        return False
    try:
        return httpx.get(f"{address_of(folder)}/health/ready", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[f"{method} {path}" for method, path in OPERATIONS])
def test_no_server_error(shop: Shop, method: str, path: str) -> None:
    """Tests that whatever an operation is asked, it answers as it describes itself and never with a 5xx."""
    operation = shop.schema[path][method]
    modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]

    @given(st.data(), st.sampled_from(modes), st.booleans())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    def ask(data: Any, mode: Any, known: bool) -> None:
        try:
            case = data.draw(operation.as_strategy(generation_mode=mode))
        except schemathesis.errors.InvalidSchema:
            case = data.draw(operation.as_strategy(generation_mode=modes[0]))
        if known and case.path_parameters:
            case.path_parameters = {name: data.draw(st.sampled_from(shop.pool)) for name in case.path_parameters}
        response = case.call(base_url=shop.url, headers=shop.headers, timeout=PATIENCE_S, session=shop.session)
        case.validate_response(response, checks=CHECKS)

    ask()
    assert shop.http.get("/health/live").status_code == 200
