"""``http.read`` and ``http.write``: 50 clients at once over loopback, beside a bare Starlette application that answers the same bytes.

A read is one part with an access token; a write releases a revision of a part and is answered once it is on disk. Each client waits for its
answer before it asks again, on a connection it keeps. Figures: requests a second, p50 and p99 in milliseconds, server CPU milliseconds a request.

python -m bench.http [seconds]
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bench.node_ready import usage
from plait.kernel.clock import SYSTEM
from plait.kernel.os import free_port

CLIENTS = 50
BARE = """
import sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
ANSWER = sys.stdin.buffer.read()
async def read(request):
    return Response(ANSWER, media_type="application/json")
async def write(request):
    return JSONResponse(await request.json())
async def ready(request):
    return Response(b"ok")
routes = [Route("/health/ready", ready), Route("/api/v1/parts/{id}", read), Route("/api/v1/parts/{id}", write, methods=["PUT"])]
uvicorn.run(Starlette(routes=routes), host="127.0.0.1", port=PORT, log_level="error", access_log=False, http="h11", loop="asyncio")
"""


def part(id: str, revision: int) -> bytes:
    """Return a part as it is put."""
    routing = [{"seq": 10 * n, "name": "turn", "process": "turning", "group": "lathe", "setup_min": 20, "cycle_min": 3} for n in (1, 2)]
    return json.dumps({"id": id, "revision": str(revision), "name": "Shaft", "supply": "make", "process": "turning", "routing": routing}).encode()


def request(method: str, path: str, port: int, token: str, body: bytes = b"") -> bytes:
    """Return one request as it goes over the wire."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


async def client(port: int, make: Callable[[int], bytes], until: float, times: list[float]) -> None:
    """Ask and wait, again and again; note each time. An answer that is no success ends the run."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    number = 0
    while SYSTEM.monotonic() < until:
        sent = make(number)
        number += 1
        began = SYSTEM.monotonic()
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(head.decode() + (await reader.read(2000)).decode())
        length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
        await reader.readexactly(length)
        times.append(SYSTEM.monotonic() - began)
    writer.close()


async def load(port: int, pid: int, seconds: float, make: Callable[[int, int], bytes]) -> dict[str, float]:
    """Let all clients ask for some seconds, after a second to warm up."""
    for span in (1.0, seconds):
        times: list[float] = []
        began, cpu = SYSTEM.monotonic(), usage(pid)[0]
        await asyncio.gather(*(client(port, lambda n, who=who: make(who, n), began + span, times) for who in range(CLIENTS)))
        wall, spent = SYSTEM.monotonic() - began, usage(pid)[0] - cpu
    times.sort()
    p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
    return {"per_s": round(len(times) / wall), "p50_ms": round(p50 * 1e3, 2), "p99_ms": round(p99 * 1e3, 2), "cpu_ms": round(spent / len(times) * 1e3, 3)}


@asynccontextmanager
async def started(arguments: list[str], port: int, given: bytes = b"") -> AsyncIterator[int]:
    """Start a server, wait until it is ready, and give its process id."""
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: ASYNC220 - before anything runs
    assert process.stdin is not None
    process.stdin.write(given)
    process.stdin.close()
    try:
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(f"GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
                line = await reader.readline()
                writer.close()
                if b" 200 " in line:
                    break
            except OSError:
                if process.poll() is not None:
                    raise
            await SYSTEM.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


async def measure(seconds: float) -> dict[str, dict[str, float]]:
    """Return the figures of the node and of the bare application."""
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as space:
        folder, port = Path(space) / "node", free_port()
        folder.mkdir()
        (folder / "plait.toml").write_text("[limits]\nown_per_s = 0\n", encoding="utf-8")
        async with started([sys.executable, "-m", "plait", "up", "--data", str(folder), "--name", "bench", "--port", str(port)], port) as pid:
            token = (folder / "admin.token").read_text("utf-8").strip()
            put = lambda who, n: request("PUT", f"/api/v1/parts/p{who}", port, token, part(f"p{who}", n))  # noqa: E731
            get = lambda who, n: request("GET", f"/api/v1/parts/p{who}", port, token)  # noqa: E731
            found["write"] = await load(port, pid, seconds, put)
            found["read"] = await load(port, pid, seconds, get)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(get(0, 0))
            head = await reader.readuntil(b"\r\n\r\n")
            answer = await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split()[0]))
            writer.close()
        bare = free_port()
        async with started([sys.executable, "-c", BARE.replace("PORT", str(bare))], bare, answer) as pid:
            found["bare_write"] = await load(bare, pid, seconds, lambda who, n: request("PUT", f"/api/v1/parts/p{who}", bare, "x", part(f"p{who}", n)))
            found["bare_read"] = await load(bare, pid, seconds, lambda who, n: request("GET", f"/api/v1/parts/p{who}", bare, "x"))
    return found


def main() -> None:
    """Print both figures, one JSON line each."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 8.0
    found = asyncio.run(measure(seconds))
    for kind in ("read", "write"):
        own, bare = found[kind], found[f"bare_{kind}"]
        ratio = round(own["per_s"] / bare["per_s"], 2)
        print(json.dumps({"name": f"http.{kind}", "clients": CLIENTS, **own, "bare_starlette": bare, "of_bare": ratio}))


if __name__ == "__main__":
    main()
