"""What the doctor says is read in every language."""

import ast
from pathlib import Path

import pytest

import plait
from plait.kernel.texts import Texts, _catalogue
from plait.overview.findings import PARTS, TEMPLATES, found
from plait.overview.words import Value, said

HEALTH = Path(plait.__file__).parent / "upkeep/health"
OTHER = ("SELECT", "PRAGMA", "It was ended before")


def written():
    """Return each sentence that the doctor of a running node writes, with figures filled in."""
    for name in ("service.py", "folder.py", "contents.py"):
        tree = ast.parse((HEALTH / name).read_text("utf-8"))
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node) if part is not node}
        for node in ast.walk(tree):
            if isinstance(node, (ast.JoinedStr, ast.Constant)) and id(node) not in docs | inner:
                text = filled(node)
                if text.count(" ") > 2 and (text[0].isupper() or text[0].isdigit()) and not text.startswith(OTHER):
                    yield text


def filled(node):
    """Return the text of a string in the code, a time or a number in each of its places."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(part.value if isinstance(part, ast.Constant) else value(part) for part in node.values)


def value(part):
    """Return what may stand in a place."""
    form = filled(part.format_spec) if part.format_spec is not None else ""
    return "14 Mar 10:05" if "%b" in form else "behind" if isinstance(part.value, ast.IfExp) else "7"


@pytest.mark.parametrize("language", ["de", "zh"])
def test_each_sentence_is_known_again(language):
    """Tests that no sentence of the doctor stays English, whatever stands in it."""
    sentences = [text for text in written() if text != "7 This was not tried."]
    assert len(sentences) > 40
    assert [text for text in sentences if found(Texts(language), text) == text] == []
    assert [text for text in (*TEMPLATES, *PARTS) if text not in _catalogue(language)] == []


def test_values_are_kept():
    """Tests that figures, names and what stands inside of a sentence are kept and said, and that an unknown sentence stays."""
    de, zh = Texts("de"), Texts("zh")
    assert found(de, "12.5 GB are free where the data folder lies.") == "Wo der Datenordner liegt, sind 12,5 GB frei."
    assert found(de, "The last backup was made on 14 Mar 10:05 UTC.") == "Die letzte Sicherung entstand am 14.03. 10:05 UTC."
    assert found(zh, "The last backup was made on 04 Mar 10:05 UTC.") == "最近的备份做于 3月4日 10:05 UTC。"
    assert found(de, "Python 3.12.1 on darwin. This was not tried.") == "Python 3.12.1 auf darwin. Das wurde nicht erprobt."
    broken = "2 events are not what the log tells: event 'urn:a' is gone; event 'urn:b' was changed."
    assert found(de, broken) == "2 Ereignisse sind nicht, was das Log sagt: Ereignis 'urn:a' ist weg; Ereignis 'urn:b' wurde verändert."
    away = "http://a:8443 and 2 more did not answer and is tried again by itself: it refused"
    assert found(de, away) == "http://a:8443 und 2 weitere haben nicht geantwortet; es wird von selbst wieder versucht: it refused"
    assert found(de, "The moon is full.") == "The moon is full."
    assert found(Texts("en"), broken) == broken


def test_on_the_first_page():
    """Tests that a repair stands there in the reader's language."""
    values = {"what": Value("finding", "The chain breaks at fact 7: its body was changed."), "do": Value("finding", "Make room soon.")}
    assert said(Texts("de"), "{what} {do}", values) == "Die Kette bricht bei Fakt 7: sein Inhalt wurde verändert. Schaffen Sie bald Platz."
