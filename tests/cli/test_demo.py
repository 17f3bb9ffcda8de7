"""The demo's end: nothing of it is left running, however it ends."""

import asyncio
import contextlib
import signal
import socket
import struct
import sys

import msgspec
import pytest

from plait.cli.demo.play import until_stopped
from plait.cli.demo.scene import START
from plait.kernel.activity import Activity
from plait.kernel.clock import SteppedClock
from plait.kernel.conductor import Conductor
from plait.kernel.os import WINDOWS, child_options, free_port
from plait.kernel.stepped import ENV, Participant

LINGER_NONE = struct.pack("hh" if WINDOWS else "ii", 1, 0)


@contextlib.contextmanager
def signals_kept():
    """Put back what this process does when it is asked to end."""
    names = [name for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]
    before = {name: signal.getsignal(getattr(signal, name)) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


@pytest.mark.parametrize("asked", ["SIGINT", pytest.param("SIGTERM", marks=pytest.mark.skipif(WINDOWS, reason="ends the process there"))])
async def test_asked_to_end_everything_is_taken_down(asked):
    """Tests that Ctrl-C and a service manager's signal both let the demo take down what it has brought up, however often they come."""
    down, up = [], asyncio.Event()

    async def playing():
        try:
            up.set()
            await asyncio.Event().wait()
        finally:
            signal.raise_signal(getattr(signal, asked))
            await asyncio.sleep(0)
            down.append("all")
        return True

    with signals_kept():
        task = asyncio.create_task(_outcome(until_stopped(playing())))
        await up.wait()
        signal.raise_signal(getattr(signal, asked))
        assert await task == "stopped"
    assert down == ["all"]


async def _outcome(playing):
    # KeyboardInterrupt in a task would end the loop of the tests.
    try:
        return await playing
    except KeyboardInterrupt:
        return "stopped"


async def test_a_story_that_ends_by_itself_says_how():
    """Tests that what the story returns is returned when nobody stops it."""

    async def playing():
        return False

    with signals_kept():
        assert await until_stopped(playing()) is False


async def test_a_broken_connection_is_the_conductors_end():
    """Tests that a participant whose conductor is torn away, with or without a word half said, ends as with one that says good-bye."""
    for last in (b"", b'{"pro'):
        torn = asyncio.Event()

        async def conduct(reader, writer, last=last, torn=torn):
            await reader.readline()
            writer.write(msgspec.json.encode({"time": "2026-03-02T05:00:00Z"}) + b"\n" + last)
            await writer.drain()
            await torn.wait()
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
            writer.transport.abort()

        async with await asyncio.start_server(conduct, "127.0.0.1", 0) as server:
            activity = Activity()
            address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
            participant = Participant("helix", address, "secret", SteppedClock(activity, START), activity)
            await participant.join()
            running = asyncio.create_task(participant.run())
            torn.set()
            await asyncio.wait_for(running, 60)


async def test_a_node_ends_with_its_conductor(tmp_path, monkeypatch):
    """Tests that a node of the demo ends in good order once the demo's process is gone, however it went."""
    conductor = Conductor(START)
    await conductor.open()
    conductor.expect("helix")
    for name, value in {ENV: conductor.address, "PLAIT_FIRM__NAME": "helix", "PLAIT_CLOCK__KIND": "stepped"}.items():
        monkeypatch.setenv(name, value)
    arguments = ["-m", "plait", "up", "--data", str(tmp_path / "helix"), "--port", str(free_port())]
    quiet = {"stdin": asyncio.subprocess.DEVNULL, "stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.PIPE}
    node = await asyncio.create_subprocess_exec(sys.executable, *arguments, **quiet, **child_options())
    try:
        await asyncio.wait_for(conductor.settle(), 60)
        for seat in conductor._seats.values():
            seat.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
            seat.writer.transport.abort()
        _, said = await asyncio.wait_for(node.communicate(), 60)
        assert node.returncode == 0, said[-2000:]
    finally:
        if node.returncode is None:
            node.kill()
            await node.wait()
        await conductor.close()
