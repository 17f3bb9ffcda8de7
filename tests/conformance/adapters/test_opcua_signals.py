"""The adapter for any OPC UA server, against a server of the protocol library."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from asyncua import ua

from plait.infrastructure.machines.model import Batch, Choice, Link, LinkLost, Machine
from plait.infrastructure.machines.opcua import feed
from plait.infrastructure.machines.opcua_signals import SignalsConfig
from plait.infrastructure.machines.opcua_signals import browse as browsing
from plait.infrastructure.machines.opcua_signals.address import parse, shown
from plait.infrastructure.machines.opcua_signals.find import find
from plait.infrastructure.machines.opcua_signals.values import unit_code, variant
from plait.kernel.ports import JobOrder
from plait.kernel.problems import Problem
from tests.conformance.adapters.opcua_server import CHOSEN, URI, Press
from tests.conformance.adapters.suite import SignalSuite

SECURED = (ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt, ua.SecurityPolicyType.Basic256Sha256_Sign)


class TestOpcUaSignals(SignalSuite):
    name = "opcua_signals"
    chosen = tuple(Choice(name.lower(), f"{CHOSEN}{name}") for name in ("Force", "Count", "Open", "Program", "Heat"))
    written = ("force", 99.5)
    kept = tuple(Choice(name.lower(), f"{CHOSEN}{name}") for name in ("Force", "Count"))

    @asynccontextmanager
    async def works(self, folder: Path, *security: Any, **more: Any) -> AsyncIterator[Press]:
        press = Press(folder, security or (ua.SecurityPolicyType.NoSecurity,), **more)
        await press.start()
        try:
            yield press
        finally:
            await press.kill()

    def config(self, works: Any) -> dict[str, Any]:
        return {"endpoint": works.endpoint, "sampling_ms": 0}

    @asynccontextmanager
    async def using(self, works: Press, chosen: Sequence[Choice] | None = None, **more: Any) -> AsyncIterator[Link]:
        """Link with other settings than the suite's."""
        from plait.infrastructure.machines.plugins import ADAPTERS

        plugin, raw = ADAPTERS.load(self.name), {**self.config(works), **more}
        link = plugin.link(msgspec.convert(raw, plugin.config), self.around(works))
        try:
            await link.connect()
            await link.watch(Machine("m", "Machine", "any", self.name, raw, signals=tuple(self.chosen if chosen is None else chosen)))
            yield link
        finally:
            await link.close()

    async def until(self, link: Link, signal: str, value: Any) -> list[Batch]:
        """Return all batches up to the one with this value."""
        found: list[Batch] = []
        async with asyncio.timeout(60):
            while True:
                found.append(await link.next())
                if any((each.signal, each.value) == (signal, value) for each in found[-1].readings.get("m", ())):
                    return found

    async def test_what_is_offered_has_kind_unit_and_place(self, tmp_path: Path) -> None:
        """Tests that variables are offered by namespace URI with kind, unit, folder and whether they can be written; arrays say why not."""
        async with self.works(tmp_path) as works:
            offered = {each.address: each for each in await self.browsed(works)}
            heat, count, curve = (offered[f"{CHOSEN}{name}"] for name in ("Heat", "Count", "Curve"))
            assert (heat.unit, heat.kind, heat.group, heat.name) == ("CEL", "Double", "Press", "Press.Heat")
            assert (count.writable, heat.writable, count.value) == (True, False, 7.0)
            assert "array" in curve.why

    async def test_a_large_server_is_browsed_in_part(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Tests that what a large server offers is cut off, page by page, with a word on how to see the rest."""
        monkeypatch.setattr(browsing, "MOST_VARIABLES", 40)
        monkeypatch.setattr(browsing, "A_PAGE", 7)
        press = Press(tmp_path)
        press.others = 60
        await press.start()
        try:
            offered = await self.browsed(press)
            assert len(offered) == 41
            assert "set root" in offered[-1].why
            self_config = {**self.config(press), "root": f"{CHOSEN}Root"}
            config = msgspec.convert(self_config, SignalsConfig)
            assert {each.name for each in await browsing.browse(config, self.around(press))} >= {"Force", "Heat"}
        finally:
            await press.kill()

    async def test_bad_values_repeat_the_last_good_one_as_bad(self, tmp_path: Path) -> None:
        """Tests that a value the server calls bad is not taken for one, and that times are the source's."""
        at = datetime(2026, 3, 1, 6, 0, 0, 250000, UTC)
        async with self.works(tmp_path) as works, self.linked(works) as link:
            await self.until(link, "force", 12.5)
            await works.put("Force", 13.0, at)
            await works.put("Force", 0.0, at, ua.StatusCode(ua.StatusCodes.BadSensorFailure))
            await works.put("Program", "P-2")
            said = [each for batch in await self.until(link, "program", "P-2") for each in batch.readings["m"] if each.signal == "force"]
            assert [(each.value, each.quality, each.at) for each in said] == [(13.0, 0, at), (13.0, 2, at)]

    async def test_nothing_is_lost_between_two_answers_and_what_overflows_is_counted(self, tmp_path: Path) -> None:
        """Tests that every value of a burst comes in order while the queue holds them, and that an overflow is counted."""
        async with self.works(tmp_path) as works, self.using(works, queue=50) as link:
            await self.until(link, "count", 7.0)
            for number in range(50):
                await works.put("Count", number + 100)
            batches = await self.until(link, "count", 149.0)
            assert [each.value for batch in batches for each in batch.readings["m"] if each.signal == "count"] == [float(number + 100) for number in range(50)]
            assert sum(batch.lost for batch in batches) == 0
            # A value whose status says that values before it were dropped (OPC 10000-4, 7.39.1).
            await works.put("Count", 1, status=ua.StatusCode(0x480))
            assert sum(batch.lost for batch in await self.until(link, "count", 1.0)) == 1

    @pytest.mark.parametrize("mode", ["Basic256Sha256 Sign", "Basic256Sha256 SignAndEncrypt"])
    async def test_a_secured_connection_with_a_login(self, tmp_path: Path, mode: str) -> None:
        """Tests that signed and encrypted links speak, that the login counts, and that a server with another certificate is refused."""
        (tmp_path / "press.password").write_text("geheim\n", "utf-8")
        login = {"security": mode, "user": "meier", "password_file": "press.password"}
        async with self.works(tmp_path, *SECURED, users=True) as works:
            async with self.using(works, **login) as link:
                await self.until(link, "force", 12.5)
                await link.write("m", "count", 8)
                await self.until(link, "count", 8.0)
            for wrong, said in (
                ({**login, "user": "other"}, "user"),
                ({**login, "password_file": "nothing"}, "cannot be read"),
                ({"security": "None"}, "security policy|does not offer|BadSecurity"),
                ({**login, "server_thumbprint": "0" * 64}, "not the one in server_thumbprint"),
            ):
                with pytest.raises(LinkLost, match=said):
                    async with self.using(works, **wrong):
                        pass
            await works.kill()
            works.certificate += 1
            await works.start()
            with pytest.raises(LinkLost, match="shows another certificate"):
                async with self.using(works, **login):
                    pass

    async def test_what_is_not_offered_is_named(self, tmp_path: Path) -> None:
        """Tests that security and logins that a server does not offer are refused with what it does offer, and a password is not sent in the clear."""
        (tmp_path / "press.password").write_text("geheim", "utf-8")
        async with self.works(tmp_path, users=True) as works:
            with pytest.raises(LinkLost, match="it offers None"):
                async with self.using(works, security="Basic256Sha256 Sign"):
                    pass
            with pytest.raises(LinkLost, match="unencrypted"):
                async with self.using(works, user="meier", password_file="press.password"):
                    pass
            async with self.using(works, user="meier", password_file="press.password", plain_password=True) as link:
                await self.until(link, "force", 12.5)

    async def test_methods_are_called_where_the_config_names_them(self, tmp_path: Path) -> None:
        """Tests that start, stop and their arguments go to the named methods, and that what the server refuses is refused."""
        calls = {
            "stop": {"object": f"{CHOSEN}Root", "method": f"{CHOSEN}Stop"},
            "start": {"object": f"{CHOSEN}Root", "method": f"{CHOSEN}Start", "arguments": ["{part}/{job}", "{quantity}"]},
        }
        job = JobOrder("J1", "press", "P1", "L1", 20, 1.0, 1.0)
        async with self.works(tmp_path) as works, self.using(works, calls=calls) as link:
            await link.stop("m")
            await link.start("m", job)
            assert works.called == [("stop",), ("start", "P1/J1", 20)]
            with pytest.raises(Problem, match="out of its range"):
                await link.start("m", msgspec.structs.replace(job, quantity=101))
            with pytest.raises(Problem, match="UInt16"):
                await link.start("m", msgspec.structs.replace(job, quantity=100_000))
            with pytest.raises(Problem, match=r"calls\.reset"):
                await link.reset("m")

    async def test_wrong_signals_are_refused(self, tmp_path: Path) -> None:
        """Tests that an address that is none, or that the server does not know, is refused with the signal's name; values of a wrong type too."""
        async with self.works(tmp_path) as works, self.linked(works) as link:
            for address, said in (("nonsense", "no node id"), ("nsu=urn:other;s=a", "no namespace"), (f"{CHOSEN}Nothing", "BadNodeIdUnknown")):
                with pytest.raises(Problem, match=said):
                    await link.watch(Machine("n", "N", "any", self.name, self.config(works), signals=(Choice("x", address),)))
            for signal, value, said in (
                ("count", 1.5, "no Int32"),
                ("count", 1e12, "no Int32"),
                ("open", "perhaps", "no Boolean"),
                ("heat", 1.0, "cannot|NotWritable|may not"),
            ):
                with pytest.raises(Problem, match=said):
                    await link.write("m", signal, value)
            await link.write("m", "open", "off")
            await link.write("m", "program", "P-9")
            await self.until(link, "program", "P-9")

    async def test_history_fills_the_gap(self, tmp_path: Path) -> None:
        """Tests that what the server kept while the link was away comes with its own times, before the present, and closes the gap."""
        async with self.works(tmp_path, history=True) as works:
            began = datetime.now(UTC)
            async with self.using(works, self.kept) as link:
                await self.until(link, "count", 7.0)
                await works.put("Count", 8)
                await self.until(link, "count", 8.0)
                await works.put("Count", 9)
                await self.until(link, "count", 9.0)
            await works.kill()
            for number in range(6000):
                await works.keep("Count", 10 + number, began + timedelta(seconds=1, milliseconds=number))
            await works.start()
            async with self.using(works, self.kept) as link:
                first = await link.next()
                assert first.caught_up.keys() == {"m"}
                counts = [each for each in first.readings["m"] if each.signal == "count"]
                assert [each.value for each in counts][-6000:] == [float(10 + number) for number in range(6000)]
                assert counts[-1].at - counts[-6000].at == timedelta(milliseconds=5999)
            async with self.using(works) as link:
                assert not (await self.until(link, "force", 12.5))[0].caught_up

    async def test_a_server_that_falls_silent_is_a_lost_link(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Tests that a server which forgets a subscription without a word, while its connection stands, does not go unnoticed."""
        monkeypatch.setattr(feed, "_KEEPALIVE_S", 0.2)
        monkeypatch.setattr(feed, "SILENCE_S", 2.0)
        async with self.works(tmp_path) as works, self.linked(works) as link:
            await self.until(link, "count", 7.0)
            assert works.server is not None
            service = works.server.iserver.subscription_service
            for each in list(service.subscriptions.values()):
                await each.stop()
            with pytest.raises(LinkLost, match="fallen silent"):
                await self.hear(link, lambda batch: False)

    async def test_servers_are_found(self, tmp_path: Path) -> None:
        """Tests that a server that answers is found with its name and the best security it offers."""
        async with self.works(tmp_path, *SECURED) as works:
            (found,) = await find([f"127.0.0.1/32:{works.port}"])
            assert found.config["security"] == "Basic256Sha256 SignAndEncrypt"
            assert "Press" in found.title


def test_addresses_survive_new_numbers() -> None:
    """Tests that a node's text is read back, whatever the namespace's number is by then, and with any character in its URI."""
    uris = ["http://opcfoundation.org/UA/", "urn:a", URI]
    for node in (ua.NodeId(2258, 0), ua.NodeId('"DB"."x"[3]', 2), ua.NodeId(7, 1)):
        text = shown(node, uris)
        assert parse(text, {uri: index for index, uri in enumerate(uris)}, "x") == node
        assert parse(text, {"http://opcfoundation.org/UA/": 0, URI: 5, "urn:a": 6}, "x").Identifier == node.Identifier


def test_units_and_values() -> None:
    """Tests units by their UN/ECE number or their text, and the limits of whole numbers."""
    information = ua.EUInformation(NamespaceUri="http://www.opcfoundation.org/UA/units/un/cefact", UnitId=5066068, DisplayName=ua.LocalizedText("mm"))
    assert unit_code(information) == "MMT"
    assert unit_code(ua.EUInformation(DisplayName=ua.LocalizedText("bar"))) == "bar"
    assert variant(2**63, ua.VariantType.UInt64, "x").Value == 2**63
    for value, kind in ((-1, "UInt16"), (2**31, "Int32"), ("a", "Double"), (1.0, "Guid")):
        with pytest.raises(Problem, match="machine-refused"):
            variant(value, ua.VariantType[kind], "x")
