"""A PostgreSQL server of the tests' own, made from the binaries of the distribution; PostgreSQL refuses to run as root."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.net import free_port
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


@contextmanager
def server() -> Iterator[str]:
    """Run a server on a free loopback port and give its URL; its data go with it."""
    bin = binaries()
    require("PostgreSQL", bin, "install it (Debian: apt-get install postgresql)")
    assert bin is not None
    who = _as_user()
    root = Path(tempfile.mkdtemp(prefix="plait-pg-"))
    if who:
        shutil.chown(root, "postgres", "postgres")
    data, port = root / "data", free_port()
    run = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT, "cwd": root, "timeout": 60, **who}
    options = f"-c listen_addresses=127.0.0.1 -c unix_socket_directories={root} -p {port}"
    try:
        subprocess.run([bin / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-instructions"], **run)
        subprocess.run([bin / "pg_ctl", "-D", data, "-o", options, "-l", root / "log", "-w", "start"], **run)
        try:
            yield f"postgresql+psycopg://{USER}@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([bin / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"], **run)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def new_database(url: str, name: str) -> str:
    """Make an empty database on the server at ``url`` and return its URL."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as conn:
        conn.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload,unused-ignore]
    return url.rsplit("/", 1)[0] + "/" + name
