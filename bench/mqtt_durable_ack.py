"""``mqtt.durable_ack``: QoS 1 publications a second of CPU until each is acknowledged, which the node's listener does after fdatasync.

Three clients in a process of their own each keep 500 messages of 229 bytes on the way. Beside it mosquitto (where it is installed) on the same load, which
acknowledges from memory. Latency is from the sending of a stretch of messages to the acknowledgement of its last.

python -m bench.mqtt_durable_ack [messages]
"""

import asyncio
import json
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
from collections import deque
from pathlib import Path

from bench.node_ready import usage
from plait.infrastructure.mqtt import Broker
from plait.infrastructure.mqtt.packets import varint
from plait.kernel.activity import Activity
from plait.kernel.clock import SYSTEM
from plait.kernel.os import free_port
from plait.kernel.settings import Mqtt

CLIENTS, WINDOW, NUMBERS = 3, 500, 60_000
PAYLOAD = bytes(range(33, 33 + 64)) * 3 + b"x" * 37


def packets(topic: bytes) -> tuple[bytes, int]:
    """Return QoS 1 publications numbered 1 to ``NUMBERS`` one behind the other, and the size of each."""
    head = len(topic).to_bytes(2, "big") + topic
    front = b"\x32" + varint(len(head) + 2 + len(PAYLOAD)) + head
    return b"".join(front + number.to_bytes(2, "big") + PAYLOAD for number in range(1, NUMBERS + 1)), len(front) + 2 + len(PAYLOAD)


class Client:
    """A connection that keeps its window full."""

    def __init__(self, port: int, number: int, total: int) -> None:
        self.blob, self.size = packets(f"bench/{number}/data".encode())
        self.total = total
        self.sent = self.acked = self.part = self.read = 0
        self.way: deque[tuple[int, float]] = deque()
        self.times: list[tuple[float, int]] = []
        self.socket = socket.create_connection(("127.0.0.1", port))
        name = f"bench-{number}".encode()
        self.socket.sendall(b"\x10" + bytes([12 + len(name)]) + b"\x00\x04MQTT\x04\x02\x00\x00" + len(name).to_bytes(2, "big") + name)
        if self.socket.recv(4) != b"\x20\x02\x00\x00":
            raise RuntimeError("not let in")
        self.socket.setblocking(False)

    def write(self) -> None:
        """Send what the window lets; note when."""
        room = min(WINDOW - (self.sent - self.acked), self.total - self.sent)
        first = self.sent % NUMBERS
        room = min(room, NUMBERS - first)
        if room <= 0:
            return
        begin = first * self.size + self.part
        try:
            done = self.socket.send(memoryview(self.blob)[begin : begin + room * self.size - self.part]) + self.part
        except BlockingIOError:
            return
        whole, self.part = divmod(done, self.size)
        if whole:
            self.sent += whole
            self.way.append((self.sent, SYSTEM.monotonic()))

    def take(self) -> None:
        """Count acknowledgements (4 bytes each)."""
        got = len(self.socket.recv(1 << 16))
        if not got:
            raise RuntimeError("the connection was closed")
        self.read += got
        self.acked = self.read // 4
        now, before = SYSTEM.monotonic(), 0
        while self.way and self.way[0][0] <= self.acked:
            before, at = self.way.popleft()
            self.times.append((now - at, before))


def load(port: int, total: int) -> None:
    """Be the process that publishes; print seconds and latencies."""
    clients = [Client(port, number, total // CLIENTS) for number in range(CLIENTS)]
    began = SYSTEM.monotonic()
    with selectors.DefaultSelector() as waits:
        for client in clients:
            waits.register(client.socket, selectors.EVENT_READ, client)
            client.write()
        while any(client.acked < client.total for client in clients):
            for key, _ in waits.select():
                key.data.take()
            for client in clients:
                client.write()
    wall = SYSTEM.monotonic() - began
    times = sorted(time for client in clients for time, _ in client.times)
    print(json.dumps({"wall": wall, "p50_ms": times[len(times) // 2] * 1e3, "p99_ms": times[int(len(times) * 0.99)] * 1e3}))


async def serve(folder: str, port: int) -> None:
    """Be the listener."""
    broker = Broker(Path(folder), Mqtt(port=port, anonymous=True), Activity())
    await broker.start()
    await asyncio.Event().wait()


def run(command: list[str], port: int, messages: int) -> dict[str, float]:
    """Run a broker, load it, and return its figures."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                SYSTEM.pause(0.02)
        before, _ = usage(process.pid)
        done = subprocess.run([sys.executable, "-m", "bench.mqtt_durable_ack", "load", str(port), str(messages)], capture_output=True, text=True, check=True)
        after, memory = usage(process.pid)
        told = json.loads(done.stdout)
        rate = round(messages / (after - before))
        return {
            "per_cpu_s": rate,
            "per_s": round(messages / told["wall"]),
            "p50_ms": round(told["p50_ms"], 1),
            "p99_ms": round(told["p99_ms"], 1),
            "rss_mb": round(memory),
        }
    finally:
        process.terminate()
        process.wait(20)


def main() -> None:
    """Print the figure, mosquitto's beside it."""
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 600_000
    messages -= messages % CLIENTS
    with tempfile.TemporaryDirectory(dir=".") as space:
        port = free_port()
        own = run([sys.executable, "-m", "bench.mqtt_durable_ack", "serve", str(Path(space) / "mqtt"), str(port)], port, messages)
        figures = {"name": "mqtt.durable_ack", "value": own["per_cpu_s"], "unit": "acknowledged messages per CPU-second", **own}
        mosquitto = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
        if mosquitto:
            port = free_port()
            config = Path(space) / "mosquitto.conf"
            config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 1000\n", encoding="utf-8")
            peer = run([mosquitto, "-c", str(config)], port, messages)
            figures |= {"mosquitto_in_memory": peer, "of_mosquitto": round(own["per_cpu_s"] / peer["per_cpu_s"], 2)}
        print(json.dumps(figures))


if __name__ == "__main__":
    if sys.argv[1:2] == ["load"]:
        load(int(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(sys.argv[2], int(sys.argv[3])))
    else:
        main()
