"""``node.signals_20k``: a whole node that takes 20,000 signals at 1 Hz by Sparkplug B: share of one core, and resident memory.

20 edge nodes with 10 devices of 100 metrics each, in a process of their own, publish to the node's own listener; after they are born, a minute is measured.
Then the node is asked whether the last value of each signal is there.

python -m bench.node_signals [seconds]
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from bench.node_ready import usage
from plait.infrastructure.mqtt.packets import publish, varint
from plait.infrastructure.sparkplug import write
from plait.infrastructure.sparkplug.write import Told
from plait.kernel.clock import SYSTEM
from plait.kernel.os import free_port
from plait.store import ms_of

EDGES, DEVICES, METRICS = 20, 10, 100
SIGNALS = EDGES * DEVICES * METRICS
SETTLE_S = 5


def connect(port: int, client: str) -> socket.socket:
    name = client.encode()
    made = socket.create_connection(("127.0.0.1", port))
    body = b"\x00\x04MQTT\x04\x02\x00\x00" + len(name).to_bytes(2, "big") + name
    made.sendall(b"\x10" + varint(len(body)) + body)
    if made.recv(4) != b"\x20\x02\x00\x00":
        raise RuntimeError("not let in")
    return made


def told(device: int, value: float, ms: int) -> list[Told]:
    return [Told(f"metric {number}", ms, value + number / 128, alias=device * METRICS + number + 1) for number in range(METRICS)]


def load(port: int, seconds: int) -> None:
    """Be the edge nodes: births, then for so many seconds every metric once a second."""
    edges = [connect(port, f"edge-{number}") for number in range(EDGES)]
    seqs = [0] * EDGES
    now = ms_of(SYSTEM.now())

    def say(edge: int, kind: str, device: int, content: bytes) -> None:
        topic = f"spBv1.0/bench/{kind}/edge-{edge}{f'/device-{device}' if kind[0] == 'D' else ''}"
        edges[edge].sendall(publish(topic.encode(), content, 4))

    for edge in range(EDGES):
        say(edge, "NBIRTH", 0, write.birth(0, now, (), 0))
        for device in range(DEVICES):
            seqs[edge] += 1
            say(edge, "DBIRTH", device, write.birth(seqs[edge], now, told(device, 0.5, now)))
    SYSTEM.pause(SETTLE_S)
    print("born", flush=True)
    began = SYSTEM.monotonic()
    for second in range(seconds):
        for edge in range(EDGES):
            for device in range(DEVICES):
                seqs[edge] = (seqs[edge] + 1) % 256
                now = ms_of(SYSTEM.now())
                say(edge, "DDATA", device, write.data(seqs[edge], now, told(device, second + 1.25 + edge, now)))
            SYSTEM.pause(max(0.0, began + second + (edge + 1) / EDGES - SYSTEM.monotonic()))
    print("said", flush=True)
    sys.stdin.readline()


def there(url: str, token: str, seconds: int) -> int:
    """Return of how many signals the last value is there."""
    asked = urllib.request.Request(f"{url}/api/v1/signals", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        listed = json.load(answer)
    series = listed if isinstance(listed, list) else listed.get("items", listed.get("series", []))
    return sum((each.get("value") or 0) > seconds for each in series if each["name"].startswith("bench/"))


def main() -> None:
    """Print the figure."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory(dir=".") as folder:
        http, mqtt = free_port(), free_port()
        env = {**os.environ, "PLAIT_MQTT__ANONYMOUS": "true"}
        command = [sys.executable, "-m", "plait", "up", "--data", folder, "--port", str(http), "--mqtt-port", str(mqtt)]
        node = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
        edges = None
        try:
            for _ in range(1000):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{http}/health/ready", timeout=1).read()
                    break
                except OSError:
                    SYSTEM.pause(0.05)
            load_it = [sys.executable, "-m", "bench.node_signals", "load", str(mqtt), str(seconds)]
            edges = subprocess.Popen(load_it, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            assert edges.stdout is not None
            edges.stdout.readline()
            before, _ = usage(node.pid)
            began = SYSTEM.monotonic()
            edges.stdout.readline()
            SYSTEM.pause(1)
            after, memory = usage(node.pid)
            wall = SYSTEM.monotonic() - began
            found = there(f"http://127.0.0.1:{http}", (Path(folder) / "admin.token").read_text().strip(), seconds)
        finally:
            for process in (edges, node):
                if process is not None:
                    process.terminate()
                    process.wait(30)
    if found != SIGNALS:
        raise RuntimeError(f"of {SIGNALS} signals the last values of {found} are there")
    spent = after - before
    figures = {"value": round(100 * spent / wall, 1), "unit": "% of one core", "rss_mb": round(memory), "cpu_s": round(spent, 2), "seconds": round(wall)}
    print(json.dumps({"name": "node.signals_20k", **figures, "signals": found}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["load"]:
        load(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
