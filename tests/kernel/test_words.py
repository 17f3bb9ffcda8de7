"""Ids, money, units, facts, problems, settings: the words everyone speaks."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.kernel.clock import iso
from plait.kernel.facts import Fact, decode, encode, fact, fact_hash, story_of, upcaster
from plait.kernel.ids import new_id, urn
from plait.kernel.money import Money
from plait.kernel.problems import Problem, register
from plait.kernel.settings import load, origins
from plait.kernel.units import UNITS, convert

AT = datetime(2026, 3, 2, tzinfo=UTC)


@fact("test.kernel_grown", version=3, key="name", quantity="count")
class Grown(msgspec.Struct, frozen=True):
    """A kind that has changed twice."""

    name: str
    count: int
    unit: str


@upcaster("test.kernel_grown", 1)
def _name(body: dict[str, Any]) -> dict[str, Any]:
    return {"name": body["title"], "count": body["count"]}


@upcaster("test.kernel_grown", 2)
def _unit(body: dict[str, Any]) -> dict[str, Any]:
    return body | {"unit": "C62"}


def row(kind, version, body):
    return Fact(1, "id", "s", kind, version, AT, AT, "system:node", body, "", "", "")


def test_ids_sort_and_are_unique():
    """Tests that ids are UUIDv7, unique, and sort in the order they were made."""
    made = [new_id() for _ in range(5000)]
    assert made == sorted(set(made))
    assert all(each[14] == "7" for each in made)
    assert urn(made[0]) == urn(urn(made[0])) == f"urn:uuid:{made[0]}"


def test_old_facts_are_read_as_the_present_kind():
    """Tests that bodies of every earlier version are upcast, that unknown kinds are kept, and that erased ones are None."""
    assert decode(row("test.kernel_grown", 1, b'{"title":"a","count":2}')) == Grown("a", 2, "C62")
    assert decode(row("test.kernel_grown", 2, b'{"name":"a","count":2}')) == Grown("a", 2, "C62")
    assert decode(row("test.kernel_grown", 3, encode(Grown("a", 2, "KGM")))) == Grown("a", 2, "KGM")
    assert decode(row("test.nobody_knows", 1, b'{"x":1}')) == {"x": 1}
    assert decode(row("test.kernel_grown", 3, None)) is None
    assert story_of("test.kernel_grown", Grown("a", 2, "KGM")) == ("a", "2")
    assert story_of("test.nobody_knows", {"x": 1}) is None


@pytest.mark.parametrize("changed", [("other", "s"), ("id", "other")], ids=["id", "stream"])
def test_the_chain_notices_a_changed_header(changed):
    """Tests that the hash of a fact depends on its header, its predecessor and its body's hash."""
    header = ("id", "s", "k", "1", iso(AT), iso(AT), "a")
    whole = fact_hash("0", header, "b")
    assert whole != fact_hash("0", (*changed, "k", "1", iso(AT), iso(AT), "a"), "b")
    assert whole != fact_hash("1", header, "b")
    assert whole != fact_hash("0", header, "c")


def test_a_kind_is_registered_once():
    """Tests that a fact kind and a problem code cannot be taken twice with another meaning."""
    with pytest.raises(ValueError, match="twice"):
        fact("test.kernel_grown")(type("Other", (msgspec.Struct,), {}))
    with pytest.raises(ValueError, match="twice"):
        register("not-found", 500, "other", "other")
    assert Problem("not-found", "x is not here", item=1).document()["item"] == 1


def test_money_keeps_currencies_apart():
    """Tests that money adds within a currency only and rounds to its minor unit."""
    assert Money(Decimal("1.10"), "EUR") + Money(Decimal("2.15"), "EUR") == Money(Decimal("3.25"), "EUR")
    with pytest.raises(ValueError, match="cannot add"):
        Money(Decimal(1), "EUR") + Money(Decimal(1), "CNY")
    assert Money(Decimal("1.005"), "EUR").rounded().amount == Decimal("1.01")
    assert Money(Decimal("1.5"), "JPY").rounded().amount == Decimal(2)


@given(value=st.decimals(-1000, 1000, places=3), unit=st.sampled_from(sorted(UNITS)), to=st.sampled_from(sorted(UNITS)))
def test_units_convert_within_their_kind_only(value, unit, to):
    """Tests that a quantity converted there and back is the same, and that kinds never mix."""
    if UNITS[unit][0] == UNITS[to][0]:
        assert abs(convert(convert(value, unit, to), to, unit) - value) < Decimal("1e-9")
    else:
        with pytest.raises(ValueError, match="cannot be expressed"):
            convert(value, unit, to)


def test_settings_from_file_environment_and_flags(tmp_path):
    """Tests that flags win over the environment, the environment over the file, and that each origin can be told."""
    (tmp_path / "plait.toml").write_text('[http]\nport = 1\nhost = "127.0.0.2"\n[firm]\nname = "file"\n')
    env = {"PLAIT_HTTP__PORT": "2", "PLAIT_NETWORK__TRUSTED": "127.0.0.1/32,10.0.0.0/8", "PLAIT_CONDUCTOR": "ignored"}
    settings = load(tmp_path, env, {"http": {"port": 3}})
    assert (settings.http.port, settings.http.host, settings.firm.name) == (3, "127.0.0.2", "file")
    assert settings.network.trusted == ("127.0.0.1/32", "10.0.0.0/8")
    assert origins(tmp_path, env)["http.port"] == "environment"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[http]\nprot = 1", "prot"),
        ('[http]\nport = "x"', "port"),
        ("[http", "TOML|Expected"),
        ('[network]\ntrusted = ["nowhere"]', "nowhere"),
        ('[clock]\nkind = "backwards"', "backwards"),
    ],
    ids=["unknown key", "wrong type", "broken file", "no network", "unknown clock"],
)
def test_bad_settings_are_named(tmp_path, text, word):
    """Tests that a setting that cannot be used is refused by name, with where it stands."""
    (tmp_path / "plait.toml").write_text(text)
    with pytest.raises(Problem, match=word) as refused:
        load(tmp_path, {})
    assert "plait.toml" in refused.value.detail
