"""Secrets and hostile text do not get into the log."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import assume, given
from hypothesis import strategies as st

from plait.kernel.settings import Logs
from plait.upkeep.redact import HIDDEN, redact
from tests.support.logs import logging_to

SECRET = st.text("ABCDEFabcdef0123456789_-", min_size=12, max_size=60)
ADDRESSES = ("https://me:{}@host/", "path=/g/{}", "/wall/{}", "/login/once/{}", "/op/b/{}")
SHAPES = (*ADDRESSES, "Authorization: Bearer {}", "password={}", '"token": "{}"', "Cookie: {}", "eyJhbGci.{}.x")
WORDS = st.text(max_size=40).map(lambda text: f"{text} ")


@given(
    WORDS,
    SECRET,
    st.sampled_from(SHAPES),
)
def test_secrets_are_hidden_by_shape(before: str, secret: str, shape: str) -> None:
    """Tests that a secret in the midst of any text is hidden when its surroundings give it away."""
    assume(secret not in before)
    assert secret not in redact(before + shape.format(secret))


@given(SECRET, st.sampled_from(["authorization", "Set-Cookie", "admin_token", "password", "client_secret", "api_key"]))
def test_secrets_are_hidden_by_name(secret: str, name: str) -> None:
    """Tests that values with the names of secrets are hidden, however deep."""
    assert redact({"a": [{name: secret}]}) == {"a": [{name: HIDDEN}]}


@given(st.text())
def test_a_text_stays_one_line(text: str) -> None:
    """Tests that no text can begin a new line or steer a terminal."""
    shown = redact(text)
    assert len(shown.splitlines()) <= 1
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in shown)


@pytest.fixture
def handler(tmp_path: Path) -> Iterator[logging.Handler]:
    """Log to a file in a folder, and afterwards as before."""
    with logging_to(Logs(file="node.log"), tmp_path) as made:
        yield made


def test_lines_are_json_for_us_and_for_libraries(tmp_path: Path, handler: logging.Handler) -> None:
    """Tests that our lines and a library's are one JSON object each, without secrets, tracebacks included."""
    structlog.get_logger("plait.test").info("hello\nworld", token="abc")
    logging.getLogger("library").warning("password=%s", "hunter22")
    try:
        raise ValueError("secret=hunter22")
    except ValueError as error:
        structlog.get_logger("plait.test").error("failed", exc_info=error)
    handler.flush()
    text = (tmp_path / "node.log").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines[0]["event"] == "hello\\x0aworld"
    assert len(lines) == 3
    assert lines[0]["token"] == HIDDEN
    assert "hunter22" not in text
