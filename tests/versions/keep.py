"""Keep the data folders of a release for good: ``python -m tests.versions.keep`` after the version number was raised.

It runs the demo once and packs the folders of the gear shop and its customer, with what must be found in them for ever.
The keys in them belong to firms that exist nowhere else.
"""

import json
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

from plait import __version__

HERE = Path(__file__).parent
FIRMS = ("helix", "meridian")
LEFT_OUT = (".lock", "-wal", "-shm", "address")


def found(folder: Path) -> dict[str, object]:
    """Return what stands in the databases of a stopped node: rows of each table, number and hash of the last fact."""
    rows: dict[str, int] = {}
    for name in ("plait.db", "events.db"):
        with closing(sqlite3.connect(folder / name)) as conn:
            for (table,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall():
                rows[table] = conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            if name == "plait.db":
                head = conn.execute("SELECT seq, hash FROM store_fact ORDER BY seq DESC LIMIT 1").fetchone()
    return {"rows": dict(sorted(rows.items())), "head": list(head)}


def pack(data: Path, target: Path) -> None:
    """Write the archive and the list of what is in it."""
    target.mkdir()
    expected = {name: found(data / name) for name in FIRMS}
    (target / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", "utf-8")
    with tarfile.open(target / "folders.tar.xz", "w:xz") as archive:
        for name in FIRMS:
            for path in sorted((data / name).rglob("*")):
                if path.is_file() and not path.name.endswith(LEFT_OUT):
                    archive.add(path, str(path.relative_to(data)))


def main() -> None:
    """Run the demo and keep its folders under this version's number."""
    target = HERE / __version__
    if target.exists():
        sys.exit(f"{target} is kept already: a release is never changed")
    with tempfile.TemporaryDirectory() as name:
        subprocess.run([sys.executable, "-m", "plait", "demo", "--once", "--json", "--data", name], check=True, stdout=subprocess.DEVNULL)
        pack(Path(name), target)


if __name__ == "__main__":
    main()
