"""Pages for people."""

import jinja2
import pytest

from plait.web import page, pages


@pytest.fixture
def templates(monkeypatch):
    made = pages.environment("tests.web.templated")
    monkeypatch.setattr(pages, "environment", lambda: made)


def test_page(templates):
    """Tests that what a page shows is escaped and bears the strict policy."""
    reply = page("hello.html", 404, name="<script>alert(1)</script>")
    assert reply.status == 404
    assert reply.body == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"
    assert reply.media_type.startswith("text/html")
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_unknown_names(templates):
    """Tests that a template that asks for what it is not given fails instead of showing nothing."""
    with pytest.raises(jinja2.UndefinedError):
        page("hello.html")
