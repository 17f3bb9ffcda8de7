"""Tests that need an engine or official data skip with the reason, or fail where everything is demanded."""

import os
from pathlib import Path

import pytest


def require(name: str, ok: object, how: str) -> None:
    """Go on when ``ok``; else skip saying that ``name`` is absent and ``how`` to get it, or fail when PLAIT_REQUIRE=all."""
    if ok:
        return
    reason = f"{name} is absent: {how}"
    if os.environ.get("PLAIT_REQUIRE") == "all":
        pytest.fail(reason)
    pytest.skip(reason)


def conformance_data(folder: str) -> Path:
    """Return the folder of official data, or skip (fail) when PLAIT_CONFORMANCE_DATA does not hold it."""
    root = os.environ.get("PLAIT_CONFORMANCE_DATA", "")
    path = Path(root or "/nonexistent") / folder
    require(f"official data {folder}", root and path.is_dir(), "set PLAIT_CONFORMANCE_DATA to the folder that holds it")
    return path
