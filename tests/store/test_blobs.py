"""Blobs: a name is the hash of the content."""

import hashlib
from pathlib import Path

import pytest

from plait.kernel.problems import Problem
from plait.store import Blobs


def test_put_and_get(tmp_path: Path) -> None:
    """Tests that content comes back under its SHA-256, and putting it twice keeps one file."""
    blobs = Blobs(tmp_path / "blobs")
    name = blobs.put(b"content")
    assert name == hashlib.sha256(b"content").hexdigest()
    assert blobs.put(b"content") == name
    assert Blobs(tmp_path / "blobs").get(name) == b"content"
    assert blobs.has(name)
    assert sum(path.is_file() for path in (tmp_path / "blobs").rglob("*")) == 1


@pytest.mark.parametrize(
    "name", ["", "abc", "../../etc/passwd", "A" * 64, "0" * 63 + "/", "0" * 64], ids=["empty", "short", "path", "upper case", "slash", "absent"]
)
def test_bad_names(tmp_path: Path, name: str) -> None:
    """Tests that what is no name of a stored file is not found, and no path leaves the folder."""
    with pytest.raises(Problem, match="not-found"):
        Blobs(tmp_path).get(name)


def test_damage_is_found(tmp_path: Path) -> None:
    """Tests that a file whose bytes were changed is refused."""
    blobs = Blobs(tmp_path)
    name = blobs.put(b"content")
    blobs.path(name).write_bytes(b"other")
    with pytest.raises(Problem, match="blob-damaged"):
        blobs.get(name)
