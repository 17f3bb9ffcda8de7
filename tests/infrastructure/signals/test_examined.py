"""What `plait doctor` says of the lake's files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from plait.upkeep.health.contents import examine, opened
from tests.infrastructure.signals.support import lake_in, wave


async def test_the_doctor_names_damaged_and_missing_files(tmp_path: Path) -> None:
    """Tests that whole files pass, and that a changed and a missing Parquet file are each named."""
    async with lake_in(tmp_path) as (signals, _):
        number = (await signals.numbers(["m.0"]))["m.0"]
        await signals.record_block(wave(number, 0, 200))
        await signals.roll()
        await signals.tend()

    @contextmanager
    def facts() -> Iterator[Connection]:
        with opened(tmp_path / "plait.db") as conn:
            yield conn

    def said() -> tuple[str, str]:
        check = next(check for check in examine(tmp_path, facts, facts) if check.name == "files")
        return check.verdict, check.what

    assert said()[0] == "ok"
    (raw,) = (tmp_path / "lake").glob("raw-*.parquet")
    (minute,) = (tmp_path / "lake").glob("minute-*.parquet")
    content = bytearray(raw.read_bytes())
    content[40] ^= 1
    raw.write_bytes(content)
    minute.unlink()
    verdict, text = said()
    assert verdict == "bad"
    assert f"lake/{raw.name} was changed" in text
    assert f"lake/{minute.name} is missing" in text
