"""What every document format must do. A suite of tests to inherit from: name the format; its files stand in ``samples``."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plait.kernel.problems import REGISTRY, Problem
from plait.manufacturing.desk.reading.formats import plugins
from plait.manufacturing.desk.reading.kinds import KINDS
from plait.manufacturing.desk.reading.model import Content, FormatPlugin, Limits, Place
from tests.conformance.formats.samples import FORMATS, samples

PACKAGE = "plait.manufacturing.desk.reading.formats"
TIERS = ("bronze", "silver", "gold", "platinum")
CAPABILITIES = {"tables", "positions", "attachments", "text", "document"}
HEAVY = {"pypdfium2", "lxml", "python_calamine", "openpyxl", "charset_normalizer", "facturx", "PIL", "rapidfuzz"}
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.differing_executors, HealthCheck.function_scoped_fixture])


def plugin_of(name: str) -> FormatPlugin:
    """Load a format."""
    found = import_module(f"{PACKAGE}.{name}").PLUGIN
    assert isinstance(found, FormatPlugin)
    return found


def places(content: Content) -> Iterator[Place]:
    """Yield every place that a content names."""
    yield from content.places.values()
    yield from (issue.place for issue in content.issues)
    for record in content.records:
        yield from record.places.values()
        yield from (issue.place for issue in record.issues)
    for sheet in content.sheets:
        yield from sheet.places.values()


class FormatSuite:
    """Inherit and set ``name``; override ``inside`` where places are not cells of sheets."""

    name: str

    def read(self, file: str, limits: Limits | None = None) -> Content:
        """Read one of the samples."""
        return plugin_of(self.name).read(samples(self.name)[file], file, limits or Limits())

    def inside(self, file: str, content: Content, place: Place) -> bool:
        """Tell whether a place lies in the file."""
        sheet = next((each for each in content.sheets if each.name == place.sheet), None)
        found = re.fullmatch(r"([A-Z]+)(\d+)", place.cell)
        if sheet is None or (place.cell and found is None):
            return False
        return found is None or int(found.group(2)) <= len(sheet.rows)

    def test_the_plugin_describes_itself(self) -> None:
        """Tests that name, summary, endings and capabilities are there and the folder has its README and quality file."""
        plugin = plugin_of(self.name)
        assert plugin.name == self.name
        assert plugin == plugins.FORMATS.load(self.name)
        assert plugin.summary
        assert all(suffix.startswith(".") for suffix in plugin.suffixes)
        assert all("/" in kind for kind in plugin.media_types)
        assert plugin.capabilities <= CAPABILITIES
        folder = Path("src") / f"{PACKAGE}.{self.name}".replace(".", "/")
        assert (folder / "README.md").read_text("utf-8").startswith("# ")
        quality = tomllib.loads((folder / "quality.toml").read_text("utf-8"))
        assert quality["tier"] in TIERS
        assert all(rule == "done" or rule.get("exempt") for rule in quality["rules"].values())

    def test_it_knows_its_own_files(self) -> None:
        """Tests that it is surer of its own files than any other format is, also without a name."""
        for file, data in samples(self.name).items():
            sure = {name: plugin_of(name).sniff(data, file) for name in FORMATS}
            assert all(0 <= each <= 1 for each in sure.values())
            assert max(sure, key=lambda name: sure[name]) == self.name, (file, sure)
            nameless = {name: plugin_of(name).sniff(data, "") for name in FORMATS}
            assert max(nameless, key=lambda name: nameless[name]) == self.name, (file, nameless)

    def test_it_leaves_the_files_of_others(self) -> None:
        """Tests that it is not sure of files of other formats; where a file bears a mark of its format, whatever its name says."""
        plugin = plugin_of(self.name)
        for other in FORMATS:
            for file, data in samples(other).items():
                if other != self.name:
                    wrong = file.rsplit(".", 1)[0] + plugin.suffixes[0]
                    assert plugin.sniff(data, file) <= 0.5, file
                    assert other == "csv" or plugin.sniff(data, wrong) < plugin_of(other).sniff(data, wrong), wrong

    def test_reading_twice_is_equal(self) -> None:
        """Tests that the same bytes give the same content."""
        for file in samples(self.name):
            first = self.read(file)
            assert first.format == self.name
            assert first.sheets or first.records
            assert first == self.read(file)

    def test_places_lie_in_the_file(self) -> None:
        """Tests that each value, cell and issue says where it stands, and that this is in the file."""
        for file in samples(self.name):
            content = self.read(file)
            for record in content.records:
                assert content.kind is not None
                assert record.values.keys() <= KINDS[content.kind].keys()
                assert record.places.keys() == record.values.keys() - {"line_no"} | (record.places.keys() & {"line_no"})
            for place in places(content):
                assert place == Place() or self.inside(file, content, place), place

    def test_limits_are_kept(self) -> None:
        """Tests that too many bytes are refused, and that no more rows, columns, pages and attachments than allowed are read."""
        for file in samples(self.name):
            with pytest.raises(Problem, match="file-too-large"):
                self.read(file, Limits(bytes=10))
            tight = Limits(rows=2, columns=3, pages=1, attachments=0, depth=0)
            try:
                content = self.read(file, tight)
            except Problem as refused:
                assert refused.code in REGISTRY
                continue
            assert all(len(sheet.rows) <= tight.rows and all(len(row) <= 16 for row in sheet.rows) for sheet in content.sheets)
            assert len(content.records) <= tight.rows
            assert not content.attachments

    def try_reading(self, data: bytes, file: str) -> None:
        """Read anything: it is read, or refused with a registered code, within the limits."""
        plugin = plugin_of(self.name)
        assert 0 <= plugin.sniff(data, file) <= 1
        try:
            content = plugin.read(data, file, Limits(rows=1000, pages=20))
        except Problem as refused:
            assert refused.code in REGISTRY
            assert refused.detail
        else:
            msgspec.json.encode(content.header)

    def test_nothing_is_refused(self) -> None:
        """Tests that an empty file is refused in words."""
        with pytest.raises(Problem) as refused:
            plugin_of(self.name).read(b"", f"empty{plugin_of(self.name).suffixes[0]}", Limits())
        assert refused.value.code in REGISTRY

    def test_cut_files_are_read_or_refused(self) -> None:
        """Tests that a file that ends anywhere is read as far as it goes or refused in words."""
        for file, data in samples(self.name).items():
            for part in range(1, 24):
                self.try_reading(data[: len(data) * part // 24], file)

    def test_any_bytes_are_read_or_refused(self) -> None:
        """Tests that arbitrary bytes are read or refused in words, never anything else."""

        @QUICK
        @given(data=st.binary(max_size=600))
        def check(data: bytes) -> None:
            self.try_reading(data, f"any{plugin_of(self.name).suffixes[0]}")

        check()

    def test_damaged_files_are_read_or_refused(self) -> None:
        """Tests that a file in which bytes were changed is read or refused in words."""
        files = samples(self.name)

        @QUICK
        @given(file=st.sampled_from(sorted(files)), flips=st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 255)), min_size=1, max_size=12))
        def check(file: str, flips: list[tuple[int, int]]) -> None:
            data = bytearray(files[file])
            for at, value in flips:
                data[at % len(data)] = value
            self.try_reading(bytes(data), file)

        check()

    def test_loading_is_light_and_reading_writes_nothing(self, tmp_path: Path) -> None:
        """Tests that loading the format loads no heavy library, and that reading opens no file for writing and no connection."""
        for file, data in samples(self.name).items():
            (tmp_path / file).write_bytes(data)
        code = f"""
import sys
from importlib import import_module
plugin = import_module("{PACKAGE}.{self.name}").PLUGIN
heavy = {HEAVY!r} & {{name.partition(".")[0] for name in sys.modules}}
assert not heavy, heavy
from pathlib import Path
from plait.manufacturing.desk.reading.model import Limits
files = {{path.name: path.read_bytes() for path in Path({str(tmp_path)!r}).iterdir()}}
for name, data in files.items():
    plugin.read(data, name, Limits())
def watch(event, args):
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        raise AssertionError(f"opened {{args[0]}} for writing")
    if event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.mkdir", "os.remove", "os.rename"):
        raise AssertionError(event)
sys.addaudithook(watch)
for name, data in files.items():
    plugin.read(data, name, Limits())
print("well")
"""
        done = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True, check=False)
        assert done.stdout.strip() == "well", done.stderr
