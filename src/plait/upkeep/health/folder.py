"""What can be said of a node by looking at its data folder, whether it runs or not. Nothing in it is changed."""

import sqlite3
import stat
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from plait.identity.jws import SigningKey
from plait.kernel.clock import SYSTEM
from plait.kernel.os import WINDOWS, free_bytes
from plait.kernel.problems import Problem
from plait.kernel.settings import Settings
from plait.upkeep.health.model import Check

__all__ = ["examine", "local", "look_at"]

LOW = 1_000_000_000
EMPTY = 100_000_000
BACKWARDS = timedelta(minutes=2)
WIDE = {4: 16, 6: 48}
TRIED = (3, 11)


def look_at(file: Path) -> sqlite3.Connection:
    """Open an SQLite file to read only, without making anything beside it; sqlite3.Error when it cannot be read."""
    journal = file.with_name(f"{file.name}-wal")
    how = "mode=ro" if journal.exists() and journal.stat().st_size else "mode=ro&immutable=1"
    return sqlite3.connect(f"{file.resolve().as_uri()}?{how}", uri=True)


def _disk(folder: Path, settings: Settings) -> Check:
    del settings
    free = free_bytes(folder)
    figures: dict[str, int | float | str] = {"free_bytes": free}
    what = f"{free / 1e9:.1f} GB are free where the data folder lies."
    if free < EMPTY:
        return Check("disk", "bad", what, "Make room now: the node takes no more work on a full disk.", figures)
    return Check("disk", "look", what, "Make room soon.", figures) if free < LOW else Check("disk", "ok", what, "", figures)


def _keys(folder: Path, settings: Settings) -> Check:
    keys = folder / "keys"
    found = sorted(keys.iterdir()) if keys.is_dir() else []
    if not found:
        return Check("keys", "bad", "The signing key is missing from the folder `keys`.", "Restore the last backup: partners know the node by this key.")
    private = [*found, folder / "admin.token"]
    loose = [] if WINDOWS else [path.name for path in private if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    if loose:
        return Check("keys", "bad", f"Others on this computer can read {', '.join(loose)}.", "Take the rights of group and others away (chmod go= FILE).")
    known = _known_key(folder, settings)
    if known is not None and SigningKey.load(keys, make=False).public != known:
        return Check("keys", "bad", "The signing key is not the one the firm is known by.", "Put keys/es256.pem back from the last backup.")
    return Check("keys", "ok", "The signing key is the firm's, and only its owner can read it.", "", {"files": len(found)})


def _clock(folder: Path, settings: Settings) -> Check:
    try:
        ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:
        return Check("clock", "bad", "This computer has no time zone data.", "Install the package tzdata.")
    if settings.store.url:
        return Check("clock", "ok", "Time zone data are there.")
    with closing(look_at(folder / "plait.db")) as conn:
        row = conn.execute("SELECT recorded FROM store_fact ORDER BY seq DESC LIMIT 1").fetchone()
    if row is None:
        return Check("clock", "ok", "Time zone data are there; no fact has been recorded yet.")
    ahead = datetime.fromisoformat(row[0]).astimezone(UTC) - SYSTEM.now()
    figures: dict[str, int | float | str] = {"last_recorded": str(row[0])}
    if ahead > BACKWARDS:
        what = f"The clock stands {ahead.total_seconds():.0f} s before the last recorded fact."
        return Check("clock", "bad", what, "Set the computer's clock, best by a time server, before the node goes on.", figures)
    return Check("clock", "ok", "The clock goes on from the last recorded fact.", "", figures)


def _known_key(folder: Path, settings: Settings) -> dict[str, str] | None:
    """Return the public key the firm is known by (a JWK), None when the log does not tell."""
    if settings.store.url or not (folder / "plait.db").exists():
        return None
    with closing(look_at(folder / "plait.db")) as conn:
        row = conn.execute("SELECT body FROM store_fact WHERE kind = 'identity.firm_founded' ORDER BY seq LIMIT 1").fetchone()
    return None if row is None or row[0] is None else msgspec.json.decode(row[0], type=dict[str, Any]).get("key")


def _files(folder: Path, settings: Settings) -> Check:
    figures: dict[str, int | float | str] = {}
    for name, elsewhere in (("plait.db", settings.store.url), ("events.db", settings.store.events_url)):
        if elsewhere:
            continue
        file = folder / name
        if not file.exists():
            return Check("store", "bad", f"{name} is missing.", "Start the node once if it is new; otherwise restore the last backup.")
        with closing(look_at(file)) as conn:
            conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
        figures[name] = file.stat().st_size
    return Check("store", "ok", "The databases are there and can be opened.", "", figures)


def _settings(folder: Path, settings: Settings) -> Check:
    del folder
    http, risks = settings.http, []
    if not local(http.host) and not http.public_url.startswith("https://"):
        risks.append(f"it listens on {http.host} without an https address")
    for cidr in settings.network.trusted:
        net = ip_network(cidr)
        if net.prefixlen < WIDE[net.version]:
            risks.append(f"it trusts the very wide range {cidr}")
    if not risks:
        return Check("settings", "ok", "No setting is a known risk.")
    return Check("settings", "look", f"The settings carry a risk: {'; '.join(risks)}.", "Put a proxy with https before it, or narrow the range in plait.toml.")


def local(host: str) -> bool:
    """Tell whether ``host`` is an address of this computer alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _python(folder: Path, settings: Settings) -> Check:
    del folder, settings
    version = sys.version_info[:2]
    figures: dict[str, int | float | str] = {"python": sys.version.split()[0], "system": sys.platform}
    what = f"Python {figures['python']} on {sys.platform}."
    if version == TRIED and sys.platform == "linux":
        return Check("computer", "ok", what, "", figures)
    return Check("computer", "look", f"{what} This was not tried.", "Run the tests on this computer before relying on it.", figures)


_CHECKS: tuple[tuple[str, Callable[[Path, Settings], Check]], ...] = (
    ("disk", _disk),
    ("keys", _keys),
    ("store", _files),
    ("clock", _clock),
    ("settings", _settings),
    ("computer", _python),
)


def examine(folder: Path, settings: Settings) -> list[Check]:
    """Return what the folder says; a check that cannot be made is itself bad and says why."""
    checks: list[Check] = []
    for name, check in _CHECKS:
        try:
            checks.append(check(folder, settings))
        except (OSError, sqlite3.Error, ValueError, Problem, msgspec.MsgspecError) as error:
            checks.append(Check(name, "bad", f"It cannot be looked at: {error}.", "See that the folder is readable and its disk is whole."))
    return checks
