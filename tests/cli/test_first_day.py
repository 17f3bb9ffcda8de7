"""The first day as the tutorial tells it: every verb of the desk it prints, as it prints it, in a fresh folder."""

import asyncio
import re
import shlex
from datetime import timedelta
from pathlib import Path

import pytest

from plait.cli import app
from tests.support.nodes import nodes

TUTORIAL = Path(__file__).parent.parent.parent / "docs" / "tutorial.md"
MAIL = (
    "From: Einkauf <einkauf@meridian.example>\nTo: desk@helix.example\nSubject: Anfrage\nMessage-ID: <1@meridian.example>\n"
    "Content-Type: text/plain; charset=utf-8\n\nGuten Tag,\n\nbitte um Angebot für 120 Stück Zahnrad, Zeichnung Z-100, bis 15.02.2099.\n"
)
SAYS = {
    "example": "5 order lines",
    "in": "IN-00000",
    "estimate": "Entered, marked as estimated",
    "late": "late SO-0000",
    "date": "earliest date",
    "what-if": "late before",
    "plan": "are booked",
    "paper": "is in",
    "inbox": "IN-000001",
    "apply": "R-00001",
    "quote": "R-00001",
    "show": "IN-000002",
}


def told() -> list[list[str]]:
    """Return the words of every command of the desk that stands in the tutorial, in its order."""
    text = TUTORIAL.read_text("utf-8")
    lines = re.findall(r"^\$ plait (desk [^\n#]*)", text, re.MULTILINE) + re.findall(r"`plait (desk [^`]*)`", text)
    return [shlex.split(line) for line in lines]


def cli(*arguments: str) -> None:
    """Run a verb that must succeed."""
    with pytest.raises(SystemExit) as ended:
        app(list(arguments))
    assert not ended.value.code, arguments


async def test_every_command_of_the_tutorial_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that each command ends well and says what it is for, within 80 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    async with nodes(tmp_path, "helix") as (here,):
        commands = told()
        (tmp_path / "request.eml").write_bytes(MAIL.encode())
        assert {words[1] for words in commands} >= {"example", "in", "estimate", "late", "date", "what-if", "quote", "paper"}
        day = (here.node.clock.now().date() + timedelta(days=30)).isoformat()
        for words in commands:
            given = [str(here.folder) if word == "my-firm" else re.sub(r"\d{4}-\d\d-\d\d", day, word) for word in words]
            offline = "--data" not in given and words[1] != "example" and "--dry-run" not in given
            await asyncio.to_thread(cli, *given, *(("--data", str(here.folder)) if offline else ()))
            await here.node.store.activity.wait_idle()
            shown = capsys.readouterr().out
            assert all(len(line) <= 80 for line in shown.splitlines() if " is in " not in line), shown
            if "--dry-run" not in given:
                assert SAYS[words[1]] in " ".join(shown.split()), (words, shown)


def test_the_example_does_not_overwrite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a file that is there stays as it is."""
    from plait.kernel.problems import Problem

    monkeypatch.chdir(tmp_path)
    (tmp_path / "open-orders.csv").write_text("mine", "utf-8")
    with pytest.raises(Problem, match="is there already"):
        app(["desk", "example"])
    assert (tmp_path / "open-orders.csv").read_text("utf-8") == "mine"
