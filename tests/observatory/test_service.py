"""The verbs of the observatory on a real store; the doors to other rooms are played by the test."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from plait.kernel.actor import ANONYMOUS, Actor, Scope, system_actor
from plait.kernel.facts import decode, story_of
from plait.kernel.firm import Firm, Member
from plait.kernel.problems import FORBIDDEN, UNREACHABLE, Problem
from plait.observatory import Figures, ObservatoryService, Trade
from tests.observatory.reports import CLASSES, SINCE, UNTIL, make_report
from tests.support.stores import make_store

ME = system_actor("p-port")
PARTNER = Actor("partner", "did:web:x", "p-x")


class House:
    """The guard, the directory and the partners of the association ``port``."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | Problem] = {f"p-{name}": msgspec.json.encode(make_report(name)) for name in CLASSES}
        self.asked: list[tuple[str, str, str]] = []

    def firm(self) -> Firm:
        """The association."""
        return Firm("p-port", "port", "did:web:port", "https://port", isic="9411", region="DE-BW")

    def require(self, actor: Actor, action: str) -> None:
        """Let only the node itself act."""
        if actor != ME:
            raise Problem(FORBIDDEN, action)

    def scope(self, actor: Actor, action: str, kind: str) -> Scope:
        """Show the node itself everything, a holder of an agreement on aggregates those, others nothing."""
        return Scope(everything=actor == ME or (actor.kind == "contract" and kind == "aggregates"))

    def members(self) -> list[Member]:
        """Everybody known, by name."""
        return [Member(f"p-{name}", name, f"did:web:{name}", f"https://{name}") for name in sorted(CLASSES)]

    def member(self, party: str) -> Member | None:
        """One of them."""
        return next((one for one in self.members() if one.party_id == party), None)

    async def public(self, party: str, path: str) -> bytes:
        """Nothing is asked without a contract."""
        raise AssertionError(path)

    async def fetch(self, party: str, dataset: str, path: str) -> bytes:
        """Answer under contract."""
        self.asked.append((party, dataset, path))
        answer = self.answers[party]
        if isinstance(answer, Problem):
            raise answer
        return answer


@pytest.fixture
def house() -> House:
    """The rooms around the observatory."""
    return House()


@pytest.fixture
async def service(tmp_path: Path, house: House) -> AsyncIterator[ObservatoryService]:
    """The observatory on an empty store."""

    async def figures() -> Figures:
        return Figures(SINCE, UNTIL, "EUR", Decimal(90), Decimal(5), (Trade("p-b", "secret", Decimal(9)),))

    async with make_store(tmp_path) as store:
        yield ObservatoryService(store, house, store.clock, house, house, figures)


async def test_report_needs_an_agreement(service: ObservatoryService) -> None:
    """Tests that a firm's aggregates are seen by itself and under an agreement, by nobody else, and never name who does not consent."""
    made = await service.report(Actor("contract", "t", "p-x", agreement="a1", dataset="aggregates"))
    assert (made.name, made.revenue) == ("port", Decimal(90))
    assert b"secret" not in msgspec.json.encode(made)
    for stranger in (PARTNER, ANONYMOUS):
        with pytest.raises(Problem, match="forbidden"):
            await service.report(stranger)


async def test_collect_keeps_reports_as_facts(service: ObservatoryService, house: House) -> None:
    """Tests that each member is asked for its aggregates, and each report is a fact of the story with name and revenue."""
    done = await service.collect(ME)
    assert done.received == done.changed == sorted(CLASSES)
    assert done.refused == []
    assert {(dataset, path) for _, dataset, path in house.asked} == {("aggregates", "/api/v1/observatory/report")}
    facts = await service.store.facts(kinds={"observatory.report_received"})
    assert story_of(facts[2].kind, decode(facts[2])) == ("helix", "1200")
    assert len(facts) == 7


async def test_collect_again_keeps_only_what_is_new(service: ObservatoryService, house: House) -> None:
    """Tests that the same report twice is one fact, a changed one a second, and the view shows the latest."""
    await service.collect(ME)
    house.answers["p-oak"] = msgspec.json.encode(make_report("oak", revenue=Decimal(700)))
    again = await service.collect(ME)
    assert (again.changed, len(again.received)) == (["oak"], 7)
    assert len(await service.store.facts(kinds={"observatory.report_received"})) == 8
    assert next(firm for firm in (await service.view(ME)).firms if firm.name == "oak").revenue == 700


@pytest.mark.parametrize(
    ("answer", "code", "reason"),
    [
        (Problem(FORBIDDEN, "agreement a1 was revoked"), "forbidden", "agreement a1 was revoked"),
        (Problem(UNREACHABLE), "partner-unreachable", "A partner could not be reached"),
        (b"<html>", "malformed", "cannot be read"),
        (b"{}", "malformed", "missing required field"),
        (msgspec.json.encode(make_report("steel")), "invalid", "speaks of p-steel"),
        (msgspec.json.encode(make_report("oak", revenue=Decimal(1))), "invalid", "more was sold"),
    ],
    ids=["revoked", "away", "no JSON", "no report", "another firm's", "cannot be true"],
)
async def test_refusals_are_listed(service: ObservatoryService, house: House, answer: bytes | Problem, code: str, reason: str) -> None:
    """Tests that a member whose report cannot be had is listed with the reason, keeps no trace, and the others are collected."""
    house.answers["p-oak"] = answer
    done = await service.collect(ME)
    assert len(done.received) == 6
    (refused,) = done.refused
    assert (refused.name, refused.code) == ("oak", code)
    assert reason in refused.reason
    assert "oak" not in {firm.name for firm in (await service.view(ME)).firms}


async def test_collect_is_refused(service: ObservatoryService, house: House) -> None:
    """Tests that who may not collect asks nobody."""
    with pytest.raises(Problem, match="forbidden"):
        await service.collect(PARTNER)
    assert house.asked == []


async def test_view(service: ObservatoryService) -> None:
    """Tests the whole view of the chain against figures counted by hand."""
    await service.collect(ME)
    view = await service.view(ME)
    assert (view.currency, len(view.firms), len(view.links), view.left_out) == ("EUR", 7, 7, [])
    gears = next(one for one in view.classes if one.isic == "2814")
    assert gears.title == "Manufacture of bearings, gears, gearing and driving elements"
    assert (gears.firms, gears.revenue) == (["helix", "meridian", "oak"], 4000)
    assert (gears.hhi, gears.cr4) == (pytest.approx(30**2 + 55**2 + 15**2), pytest.approx(100))
    assert [tier.firms for tier in view.chain] == [["ember", "steel", "swift"], ["forge", "oak"], ["helix"], ["meridian"]]
    assert (view.links[0].supplier, view.links[0].buyer, view.links[0].value) == ("helix", "meridian", 1000)
    assert (view.stops[0].firm, view.stops[0].share) == ("steel", pytest.approx(0.92))
    assert 0 < view.stops[-1].esri < view.stops[0].esri
    assert view.method.eps == 0.01


async def test_view_of_strangers_is_empty(service: ObservatoryService) -> None:
    """Tests that who has no scope sees no firm, no class and no link."""
    await service.collect(ME)
    for stranger in (PARTNER, ANONYMOUS):
        view = await service.view(stranger)
        assert (view.firms, view.classes, view.links, view.chain, view.stops) == ([], [], [], [], [])


async def test_who_is_missing_is_named(service: ObservatoryService, house: House) -> None:
    """Tests that the view names who gave no report, to our own people alone."""
    gone = min(CLASSES)
    house.answers[f"p-{gone}"] = Problem(UNREACHABLE, "closed")
    assert (await service.view(ME)).missing == sorted(CLASSES)
    await service.collect(ME)
    assert (await service.view(ME)).missing == [gone]
    assert (await service.view(PARTNER)).missing == []
