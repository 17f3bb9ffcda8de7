"""The adapter for files, in a folder and at an address."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.infrastructure.machines.files import FilesConfig
from plait.infrastructure.machines.files.folder import Read, files_of, rows_of
from plait.infrastructure.machines.files.table import Reader, json_rows
from plait.infrastructure.machines.files.times import Times, number
from plait.infrastructure.machines.model import Choice, Link, LinkLost
from tests.conformance.adapters.suite import SignalSuite
from tests.support import free_port

HEADING = "Zeit;Temp [°C];Programm\n"
CHOSEN = (Choice("temp", "Temp [°C]"), Choice("program", "Programm"))


class Oven:
    """An oven that writes a file, into a folder that may vanish."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "node"
        self.place = folder / "log"
        self.place.mkdir()
        self.file = self.place / "oven.csv"
        self.file.write_text(HEADING + "01.03.2026 07:00:00;180,5;P1\n", "utf-8")

    def write(self, text: str) -> None:
        with self.file.open("a", encoding="utf-8") as file:
            file.write(text)

    async def start(self) -> None:
        self.place.with_name("gone").rename(self.place)

    async def kill(self) -> None:
        self.place.rename(self.place.with_name("gone"))


class TestFiles(SignalSuite):
    name = "files"
    chosen = CHOSEN

    @asynccontextmanager
    async def works(self, folder: Path) -> AsyncIterator[Oven]:
        yield Oven(folder)

    def config(self, works: Any) -> dict[str, Any]:
        return {"source": str(works.place), "pattern": "*.*", "every_s": 0.05, "zone": "Europe/Berlin"}

    async def test_a_lost_link_is_told(self, tmp_path: Path) -> None:
        """Tests that a folder that vanishes ends ``next``, that nobody is linked then, and that what is written afterwards comes."""
        async with self.works(tmp_path) as works, self.linked(works) as link:
            await self.hear(link, self.speaks)
            await works.kill()
            with pytest.raises(LinkLost, match="no folder"):
                await self.hear(link, lambda batch: False)
            with pytest.raises(LinkLost):
                async with self.linked(works):
                    pass
            await link.close()
            await works.start()
            works.write("01.03.2026 07:01:00;181;P1\n")
            async with self.linked(works) as again:
                batch = await self.hear(again, self.speaks)
                assert batch.caught_up.keys() == {"m"}

    async def rows(self, link: Link, until: float) -> list[Any]:
        """Return the readings of the temperature up to a value."""
        found: list[Any] = []
        async with asyncio.timeout(60):
            while not any(each.value == until for each in found):
                found += [each for each in (await link.next()).readings.get("m", ()) if each.signal == "temp"]
        return found

    async def test_a_growing_file_is_read_once(self, tmp_path: Path) -> None:
        """Tests that lines come once, with their times in the zone, a torn line when it is whole, and the next link goes on where the last had come to."""
        async with self.works(tmp_path) as works:
            async with self.linked(works) as link:
                (first,) = await self.rows(link, 180.5)
                assert first.at == datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
                works.write("01.03.2026 07:01:00;181\n01.03.2026 07:02:00;18")
                assert [each.value for each in await self.rows(link, 181.0)] == [181.0]
                works.write("2,25\n")
                assert [each.value for each in await self.rows(link, 182.25)] == [182.25]
                works.write("03.2026;1;x\n01.03.2026 07:03:00;183\n")
                assert [each.value for each in await self.rows(link, 183.0)] == [183.0]
                (works.place / "other.parquet").write_bytes(b"PAR1 not whole")
                works.write("01.03.2026 07:04:00;184\n")
                assert [each.value for each in await self.rows(link, 184.0)] == [184.0]
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(self.hear(link, lambda batch: False), 0.3)
            works.write("01.03.2026 07:05:00;185\n")
            async with self.linked(works) as link:
                assert [each.value for each in await self.rows(link, 185.0)] == [185.0]
            works.file.write_text(HEADING + "01.03.2026 07:06:00;186;P2\n", "utf-8")
            async with self.linked(works) as link:
                assert [each.value for each in await self.rows(link, 186.0)] == [186.0]

    async def test_large_and_many_files_come_in_pieces(self, tmp_path: Path) -> None:
        """Tests that a file of several megabytes comes whole, a piece at a time, and other files after it."""
        async with self.works(tmp_path) as works:
            with works.file.open("a", encoding="utf-8") as file:
                for index in range(60_000):
                    file.write(f"{1_772_348_400 + index};{index};P1\n")
            works.file.with_name("second.tsv").write_text("time\tTemp [°C]\n2026-03-02T00:00:00Z\t-1\n", "utf-8")
            os.utime(works.file, (1, 1))
            async with self.linked(works) as link:
                found = await self.rows(link, -1.0)
                assert [each.value for each in found] == [180.5, *(float(index) for index in range(60_000)), -1.0]

    async def test_parquet_comes_by_its_rows(self, tmp_path: Path) -> None:
        """Tests that a Parquet file comes in pages, in its own order, and again from its beginning when it was written anew."""
        import duckdb

        async with self.works(tmp_path) as works:
            works.file.unlink()
            path = works.place / "run.parquet"
            duckdb.sql(
                "COPY (SELECT TIMESTAMP '2026-03-01 07:00:00' + INTERVAL (i) SECOND AS time, i::DOUBLE AS \"Temp [°C]\" FROM range(12000) t(i)) "
                f"TO '{path}' (FORMAT parquet)"
            )
            async with self.linked(works) as link:
                found = await self.rows(link, 11_999.0)
                assert [each.value for each in found] == [float(index) for index in range(12_000)]
                assert found[0].at == datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
            duckdb.sql(f"COPY (SELECT TIMESTAMPTZ '2026-03-01 07:00:00+00' AS time, 7.5 AS \"Temp [°C]\", 'a' AS \"x\"\"y\") TO '{path}' (FORMAT parquet)")
            async with self.linked(works) as link:
                (last,) = await self.rows(link, 7.5)
                assert last.at == datetime(2026, 3, 1, 7, 0, tzinfo=UTC)

    async def test_an_address_is_asked_and_only_news_come(self, tmp_path: Path) -> None:
        """Tests that CSV at an address is read on, JSON counts as of now, and what answers otherwise is said in words."""
        shown = [b"200 OK", b"text/csv", b"time,temp\n2026-03-01T06:00:00Z,1\n2026-03-01T06:01:00Z,2\n2026-03-01T06:02"]

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            status, kind, body = shown
            writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Type: " + kind + b"\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()
            writer.close()

        suite, port = TestFiles(), free_port()
        suite.chosen = (Choice("temp", "temp"),)
        suite.config = lambda works: {"source": f"http://127.0.0.1:{port}/log", "every_s": 0.05}  # type: ignore[method-assign]
        async with await asyncio.start_server(serve, "127.0.0.1", port), self.works(tmp_path) as works, suite.linked(works) as link:
            assert [each.value for each in await self.rows(link, 2.0)] == [1.0, 2.0]
            shown[2] += b":00Z,3\n"
            assert [each.value for each in await self.rows(link, 3.0)] == [3.0]
            shown[1:] = [b"application/json", b'{"temp": 4, "more": {"deep": [1]}}']
            (found,) = await self.rows(link, 4.0)
            assert abs(found.at - datetime.now(UTC)) < timedelta(minutes=5)
            assert [each.name for each in await suite.browsed(works)] == ["temp"]
            shown[0] = b"404 Not Found"
            with pytest.raises(LinkLost, match="HTTP 404"):
                await self.hear(link, lambda batch: False)

    async def test_what_is_no_source_is_said(self, tmp_path: Path) -> None:
        """Tests that a node's own folder, link-local addresses and files that are links are not read."""
        async with self.works(tmp_path) as works:
            (works.place / "link.csv").symlink_to("/etc/passwd")
            config = msgspec.convert(self.config(works), FilesConfig)
            assert [path.name for path, _, _ in files_of(config, self.around(works))] == ["oven.csv"]
            (tmp_path / "admin.token").write_text("x", "utf-8")
            with pytest.raises(LinkLost, match="own data"):
                await self.browsed(works)
        suite = TestFiles()
        suite.config = lambda works: {"source": "http://169.254.169.254/latest"}  # type: ignore[method-assign]
        with pytest.raises(LinkLost, match="no machine is read"):
            await suite.browsed(works)

    async def test_names_in_a_column(self, tmp_path: Path) -> None:
        """Tests files that hold a name and a value in each row, and that columns that are missing are named."""
        rows = [{"ts": "2026-03-01 06:00", "tag": "a", "val": "1"}, {"ts": "2026-03-01 06:00", "tag": "b", "val": "on"}]
        config = FilesConfig("/x", signal="tag", value="val")
        assert [(each.signal, each.value) for each in Reader(config, {"a": "A", "b": "B"}).readings(rows)] == [("A", 1.0), ("B", "on")]
        for wrong, said in ((FilesConfig("/x", signal="tag", value="nothing"), "nothing"), (FilesConfig("/x", time="when"), "no column 'when'")):
            with pytest.raises(LinkLost, match=said):
                Reader(wrong, None).readings(rows)
        with pytest.raises(LinkLost, match="no time zone"):
            Reader(FilesConfig("/x", zone="Mars/Base"), None)
        with pytest.raises(LinkLost):
            json_rows(b"[1]")


def test_a_file_at_rest_gives_its_last_line(tmp_path: Path) -> None:
    """Tests that a last line without an end is taken once the file has been at rest, and a file that is no table is refused."""
    path = tmp_path / "a.csv"
    path.write_text("time,x\n2026-03-01,1\n2026-03-02,2", "utf-8")
    config = FilesConfig(str(tmp_path))

    def read(known: Read | None) -> tuple[list[Any], Read | None]:
        stat = path.stat()
        rows, now = rows_of(path, known, (stat.st_size, stat.st_mtime_ns), config)
        return [row["x"] for row in rows], now

    rows, known = read(None)
    assert rows == ["1"]
    os.utime(path, (1, 1))
    rows, known = read(known)
    assert rows == ["2"]
    assert known is not None
    assert known.mark == (path.stat().st_size, path.stat().st_mtime_ns)
    for content in (b"x" * 200_000, b"\xff\xfet\0", b"only\n1\n"):
        path.write_bytes(content)
        with pytest.raises(LinkLost):
            read(None)


TIMES = [
    ("2026-03-29T01:30:00", "2026-03-29T00:30:00Z"),
    ("2026-07-01 12:00", "2026-07-01T10:00:00Z"),
    ("2026-07-01T12:00:00+05:00", "2026-07-01T07:00:00Z"),
    ("01.07.2026 12:00:00,250", "2026-07-01T10:00:00.250Z"),
    ("1.7.26 12:00", "2026-07-01T10:00:00Z"),
    ("20260701120000", "2026-07-01T10:00:00Z"),
    ("13/07/2026 1:05 PM", "2026-07-13T11:05:00Z"),
    ("1782900000", "2026-07-01T10:00:00Z"),
    (1782900000500, "2026-07-01T10:00:00.500Z"),
    ("1782900000500000", "2026-07-01T10:00:00.500Z"),
    (46204.5, "2026-07-01T10:00:00Z"),
    (datetime(2026, 7, 1, 12), "2026-07-01T10:00:00Z"),
]


@pytest.mark.parametrize(("cell", "wanted"), TIMES)
def test_times_in_any_habit(cell: Any, wanted: str) -> None:
    """Tests that times are read as machines and spreadsheets write them, in their zone."""
    times = Times("auto", ZoneInfo("Europe/Berlin"))
    times.learn([cell])
    assert times.read(cell) == datetime.fromisoformat(wanted)


def test_times_that_may_mean_two_things_are_asked_for() -> None:
    """Tests that 03/04/2026 is read only where other rows or a person say which is the day."""
    times = Times("auto", UTC)
    for cell in ("03/04/2026 10:00", "tomorrow", "", "12"):
        with pytest.raises(ValueError, match=r"\w{3,}"):
            times.read(cell)
    times.learn(["03/04/2026", "03/25/2026"])
    assert times.read("03/04/2026 10:00") == datetime(2026, 3, 4, 10, tzinfo=UTC)
    assert Times("%d/%m/%Y %H:%M", UTC).read("03/04/2026 10:00") == datetime(2026, 4, 3, 10, tzinfo=UTC)


@given(st.floats(-1e9, 1e9), st.sampled_from([".", ","]))
def test_numbers_come_back(value: float, decimal: str) -> None:
    """Tests that a number written with either decimal sign and without groups is read as it was."""
    assert number(f"{value:.3f}".replace(".", decimal), "auto") == float(f"{value:.3f}")


def test_numbers_and_words() -> None:
    """Tests groups of thousands, words, and cells that say that there is no value."""
    assert [number(cell, "auto") for cell in ("1.234,5", "1,234.5", "1 234,5", "-", "NaN", "", "on", "true", "1e3", "12:30")] == [
        1234.5, 1234.5, 1234.5, None, None, None, "on", 1.0, 1000.0, "12:30",
    ]  # fmt: skip
    assert number("1.234", ",") == 1234.0
