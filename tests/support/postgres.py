"""A PostgreSQL server of the tests' own, made from the binaries of the distribution; PostgreSQL refuses to run as root."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from plait.kernel.os import free_port
from tests.support.require import require

USER = "plait"


def binaries() -> Path | None:
    """Return the folder with the newest initdb of the machine, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    other = shutil.which("initdb")
    return Path(other).parent if other else None


def _as_user() -> dict[str, Any]:
    """Return how to start a process as somebody who is not root."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if hasattr(os, "geteuid") and os.geteuid() == 0 else {}


class Server:
    """A server on a free loopback port, its data in a folder of its own."""

    def __init__(self, bin: Path, root: Path, who: dict[str, Any], *, durable: bool = True) -> None:
        self._bin = bin
        self._data, self._port = root / "data", free_port()
        self._log = root / "log"
        self._run = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT, "cwd": root, "timeout": 60, **who}
        self._options = f"-c listen_addresses=127.0.0.1 -c unix_socket_directories={root} -p {self._port}{'' if durable else ' -c fsync=off'}"
        self.url = f"postgresql+psycopg://{USER}@127.0.0.1:{self._port}/postgres"
        subprocess.run([bin / "initdb", "-D", self._data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-instructions"], **self._run)

    def start(self) -> None:
        """Start it, recovering what a crash left; return when it takes connections."""
        subprocess.run([self._bin / "pg_ctl", "-D", self._data, "-o", self._options, "-l", self._log, "-w", "start"], **self._run)

    def crash(self) -> None:
        """End it at once, without a checkpoint; connections are cut."""
        subprocess.run([self._bin / "pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop"], **self._run)


@contextmanager
def running(*, durable: bool = True) -> Iterator[Server]:
    """Run a server; its data go with it. One that is not ``durable`` is quicker, and loses something only when the computer itself stops."""
    bin = binaries()
    require("PostgreSQL", bin, "install it (Debian: apt-get install postgresql)")
    assert bin is not None
    who = _as_user()
    root = Path(tempfile.mkdtemp(prefix="plait-pg-"))
    if who:
        shutil.chown(root, "postgres", "postgres")
    try:
        made = Server(bin, root, who, durable=durable)
        made.start()
        try:
            yield made
        finally:
            made.crash()
    finally:
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def server(*, durable: bool = True) -> Iterator[str]:
    """Run a server, as ``running``, and give its URL."""
    with running(durable=durable) as made:
        yield made.url


def new_database(url: str, name: str) -> str:
    """Make an empty database on the server at ``url`` and return its URL."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as conn:
        conn.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload,unused-ignore]
    return url.rsplit("/", 1)[0] + "/" + name
