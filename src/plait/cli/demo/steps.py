"""The ten steps of the main job, each done over public interfaces and checked by asking the nodes from outside."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from plait.cli.demo import setup
from plait.cli.demo.firm import Refused
from plait.cli.demo.scene import WIRED, Scene
from plait.cli.demo.script import FIRMS, demand_xml

__all__ = ["STEPS", "Director", "StepFailed"]

GRID = timedelta(minutes=30)
LIMIT = timedelta(days=12)
Evidence = dict[str, Any]


class StepFailed(Exception):
    """A step did not really happen; the text says what was missing."""


def need(ok: bool, what: str) -> None:
    """Raise ``StepFailed`` unless ``ok``."""
    if not ok:
        raise StepFailed(what)


class Director:
    """Plays the people of the story: it drops the file, orders, opens the assembly, asks for the trace."""

    def __init__(self, scene: Scene, tell: Callable[[str], None] = lambda text: None) -> None:
        self.scene = scene
        self.tell = tell
        self.firms = scene.firms
        self.heat = ""
        self.quotation = ""

    async def until(self, ready: Callable[[], Awaitable[bool]], what: str) -> None:
        """Let time run on a fixed grid until ``ready``; raise ``StepFailed`` when it never is."""
        end = self.scene.conductor.now + LIMIT
        await self.scene.settle()
        while not await ready():
            need(self.scene.conductor.now < end, f"{what} did not happen within {LIMIT.days} days")
            await self.scene.run(GRID)

    async def nodes(self) -> Evidence:
        """1. Each node has keys, a DID document, capabilities, and knows the others; standing agreements are in force."""
        for name in FIRMS:
            await setup.furnish(self.scene, name)
        await self.scene.settle()
        await setup.introduce(self.scene)
        await setup.standing_agreements(self.scene)
        dids = {}
        for name in FIRMS:
            document = await self.firms[name].call("GET", "/.well-known/did.json", token="")
            need(bool(document["verificationMethod"]), f"{name} serves no key")
            dids[name] = document["id"]
            known = await self.firms[name].get("/api/v1/directory")
            need(len(known) == len(FIRMS) - 1, f"{name} knows {len(known)} others")
        agreements = 0
        for reader, owner, dataset in setup.STANDING:
            held = await self.firms[reader].get("/api/v1/sharing/agreements")
            need(_in_force(held, self.firms[owner].party, dataset), f"{reader} has no agreement on {dataset} of {owner}")
            agreements += 1
        return {"dids": dids, "agreements": agreements, "said": f"{len(dids)} firms with keys of their own, {agreements} standing agreements"}

    async def demand(self) -> Evidence:
        """2. meridian's ERP drops a UBL file."""
        await self.firms["meridian"].call("POST", "/api/v1/trade/ubl", raw=demand_xml(), media="application/xml")
        await self.scene.settle()
        body = await self.firms["meridian"].fact("trade.demand_received")
        need(body is not None and int(float(body["quantity"])) == 120, "meridian did not take the demand for 120 gear sets")
        assert body is not None
        return {"file": body["number"], "quantity": body["quantity"], "said": f"{body['quantity']} gear sets, file {body['number']} from meridian's ERP"}

    async def found(self) -> Evidence:
        """3. Both gear shops fit, the others say why they do not."""
        body = await self.firms["meridian"].fact("desk.demand_sourced")
        need(body is not None, "nobody was asked")
        assert body is not None
        need(sorted(body["firms"]) == ["helix", "oakmill"], f"asked were {body['firms']}")
        others = {each["firm"]: each["reasons"] for each in body["others"]}
        need(set(others) == set(FIRMS) - {"helix", "oakmill", "meridian"} and all(others.values()), f"reasons are missing: {others}")
        return {"asked": body["firms"], "why_not": others, "said": f"{' and '.join(body['firms'])} fit; {len(others)} others say why they do not"}

    async def promise(self) -> Evidence:
        """4. Each shop holds options on its own suppliers and answers with a price and a date."""
        await self.scene.settle()
        quotes = await self.quotations()
        need(set(quotes) == {"helix", "oakmill"}, f"quotations came from {sorted(quotes)}")
        options = [fact["body"] for fact in await self.firms["helix"].facts("trade.option_held")]
        need(len(options) >= 2, "helix holds no options on its suppliers")
        seconds = [await self._answer_time(name) for name in ("helix", "oakmill")]
        offers = [f"{name} {each['price']['amount']} EUR by {_day(each['promised'])}" for name, each in sorted(quotes.items())]
        roles = sorted(each["role"] for each in options)
        return {"quotes": quotes, "options": roles, "answer_s": [round(each, 3) for each in seconds], "said": ", ".join(offers)}

    async def quotations(self) -> dict[str, Evidence]:
        """Return the quotations meridian has received, by firm."""
        found = {}
        names = {firm.party: name for name, firm in self.firms.items()}
        for document in await self.firms["meridian"].get("/api/v1/trade/documents?type=Quotation"):
            if document["party"] in names and names[document["party"]] != "meridian":
                line = document["lines"][0]
                found[names[document["party"]]] = {"id": document["id"], "number": document["number"], "price": line["price"], "promised": line["promised"]}
        return found

    async def _answer_time(self, name: str) -> float:
        firm = self.firms[name]
        asked, sent = await firm.facts("trade.rfq_received"), await firm.facts("trade.quotation_sent")
        need(bool(asked and sent), f"{name} has not answered")
        return (datetime.fromisoformat(sent[0]["recorded"]) - datetime.fromisoformat(asked[0]["recorded"])).total_seconds()

    async def order(self) -> Evidence:
        """5. meridian orders from the shop with the earliest date; that shop confirms its options."""
        quotes = await self.quotations()
        best = min(quotes, key=lambda name: quotes[name]["promised"])
        need(best == "helix", f"the earliest date came from {best}: {quotes}")
        await self.firms["meridian"].post("/api/v1/trade/orders", {"quotation_id": quotes[best]["id"]})
        await self.scene.settle()
        accepted = await self.firms["helix"].fact("desk.accepted")
        need(accepted is not None, "helix has not accepted the order")
        confirmed = [fact["body"]["role"] for fact in await self.firms["helix"].facts("trade.option_confirmed")]
        need(len(confirmed) >= 2, f"options confirmed: {confirmed}")
        answer = await self.firms["meridian"].fact("trade.order_response_received", code="accepted")
        need(answer is not None, "meridian has no acceptance")
        assert accepted is not None
        said = f"helix promises {_day(accepted['promised'])}; {len(confirmed)} options confirmed with its suppliers"
        return {"run": accepted["run"], "promised": accepted["promised"], "confirmed": sorted(confirmed), "said": said}

    async def unmanned(self) -> Evidence:
        """6. helix's line runs by itself until the first batch has come off it."""
        helix = self.firms["helix"]

        async def first() -> bool:
            return await helix.fact("line.batch_finished") is not None or len(await helix.facts("line.job_ended")) >= 8

        await self.until(first, "work on helix's line")
        ended = await helix.facts("line.job_ended")
        need(bool(ended), "no job has ended")
        series = await helix.get("/api/v1/signals")
        need(bool(series), "no machine signal was kept")
        told = await self._sensed(ended)
        said = f"{len(ended)} jobs done with nobody there, {len(series)} machine signals kept, {told} values told by Sparkplug B meanwhile"
        return {"jobs": len(ended), "series": len(series), "sensors": told, "said": said}

    async def _sensed(self, ended: list[Evidence]) -> int:
        """Return how many good values the sensors told by Sparkplug of the jobs that have ended; each job's spindle turned."""
        helix = self.firms[WIRED]
        cells = {machine["id"]: machine["cell"] for machine in self.scene.scripts[WIRED].machines}
        began = {fact["body"]["job"]: fact["at"] for fact in await helix.facts("line.job_started")}
        told = 0
        for fact in ended:
            station = fact["body"]["station"]
            if station not in cells:
                continue
            span = f"since={quote(began[fact['body']['job']])}&until={quote(fact['at'])}"
            for name in ("SpindleLoad", "Temperature", "Power"):
                series = f"{WIRED}/plant/{cells[station]}.{name}"
                view = await helix.get(f"/api/v1/signals/{quote(series, safe='')}?{span}")
                good = [each["value"] for each in view["values"] if not each["quality"]]
                need(bool(good) and len(good) == len(view["values"]), f"{series} was not told well during {fact['body']['job']}: {view['values'][:3]}")
                need(max(good) > 0, f"{series} shows no work during {fact['body']['job']}")
                told += len(good)
        need(told > 0, "the sensors told nothing by Sparkplug")
        return told

    async def trouble(self) -> Evidence:
        """7. The hobbing cell and then the furnace fail; the plan is repaired and a stand-in contracted."""
        helix = self.firms["helix"]

        async def over() -> bool:
            return await helix.fact("desk.standin_found") is not None

        await self.until(over, "a stand-in for embercoat's furnace")
        down = await helix.fact("machine.went_down")
        need(down is not None, "no machine of helix went down")
        kept = [fact["body"] for fact in await helix.facts("desk.promise_kept", "desk.promise_moved")]
        need(bool(kept), "nothing was said of the promise")
        stand_in = await helix.fact("desk.standin_found")
        assert stand_in is not None and down is not None
        need(stand_in["supplier_name"] == "oakmill", f"{stand_in['supplier_name']} stands in")
        held = await helix.get("/api/v1/sharing/agreements")
        need(_in_force(held, self.firms["oakmill"].party, "traceability"), "there is no contract with the stand-in")
        repaired = await helix.facts("schedule.repaired")
        evidence = {"down": down["machine_id"], "reason": down["reason"], "repaired": len(repaired), "promise": kept[0], "stand_in": stand_in["supplier_name"]}
        return evidence | {"said": f"{down['machine_id']} stood ({down['reason']}); furnace failed, oakmill stands in"}

    async def goods(self) -> Evidence:
        """8. The goods come to meridian; their label is read back and its code resolves."""
        meridian, helix = self.firms["meridian"], self.firms["helix"]

        async def there() -> bool:
            return await meridian.fact("desk.goods_arrived", sender_name="helix") is not None

        await self.until(there, "the arrival of the gear sets")
        body = await meridian.fact("desk.goods_arrived", sender_name="helix")
        assert body is not None
        need(body["quantity"] >= 120, f"{body['quantity']} gear sets arrived")
        item = body["items"][0]
        label = await helix.get(f"/api/v1/labels/01/{item['gtin']}/21/{quote(item['serials'][0])}.png?name=Gear%20set")
        codes = _read_codes(label)
        link = next(code for code in codes if code.startswith("http"))
        path = link[link.index("/01/") :]
        linkset = await helix.call("GET", f"{path}?linkType=linkset", token="")
        need(bool(linkset["linkset"]), "the resolver knows nothing of the code on the label")
        carried = await self.firms["swiftline"].facts("epcis.captured")
        need(bool(carried), "swiftline noted no hand-over")
        said = f"{body['quantity']} gear sets carried and received; a label reads back and resolves"
        return {"arrived": body["quantity"], "codes": codes, "carrier_events": len(carried), "said": said}

    async def trace(self) -> Evidence:
        """9. meridian assembles; from one serial number back to the heat, and from the heat to every gearbox."""
        meridian = self.firms["meridian"]
        order = await meridian.post("/api/v1/desk/work-orders", {"part_id": "MX-GB7", "quantity": 120})

        async def built() -> bool:
            return await meridian.fact("line.run_finished", run=order["run"]) is not None

        await self.until(built, "the assembly of the gearboxes")
        batch = await meridian.fact("line.batch_finished", run=order["run"])
        assert batch is not None
        epc = f"https://id.gs1.org/01/{batch['gtin']}/21/{batch['serials'][0]}"
        up = await meridian.get(f"/api/v1/trace/up?epc={quote(epc, safe='')}")
        heats = [item["epc"] for item in up["items"] if item["epc"].endswith("/10/H4711")]
        need(bool(heats), f"the trace of {epc} does not reach the steel: {[item['epc'] for item in up['items']]} {up['gaps']}")
        firms = sorted({event["firm"] for event in up["events"]})
        need(len(firms) >= 4, f"the trace crosses only {firms}")
        under = [event for event in up["events"] if event["firm"] != "meridian"]
        need(all(event["agreement"] for event in under), "a partner's part came without a contract")
        recall = await meridian.get(f"/api/v1/trace/recall?epc={quote(heats[0], safe='')}")
        boxes = [item for item in recall["items"] if f"/01/{batch['gtin']}/21/" in item["epc"]]
        need(len(boxes) >= 120, f"the recall finds {len(boxes)} gearboxes")
        self.heat = heats[0]
        evidence = {"serial": epc, "depth": up["depth"], "firms": firms, "gearboxes": len(boxes), "refused": await self._refused(epc)}
        said = f"one serial to heat H4711 over {len(firms)} firms; recall: {len(boxes)} gearboxes; oakmill refused"
        return evidence | {"said": said}

    async def _refused(self, epc: str) -> Evidence:
        oakmill, meridian = self.firms["oakmill"], self.firms["meridian"]
        path = f"/api/v1/trace/up?epc={quote(epc, safe='')}"
        try:
            await oakmill.post("/api/v1/sharing/fetch", {"party": meridian.party, "dataset": "traceability", "path": path})
        except Refused as refusal:
            need(refusal.status in (403, 404), f"oakmill was answered {refusal}")
            return {"status": refusal.status, "why": refusal.problem.get("detail", "")}
        raise StepFailed("oakmill got what it has no contract for")

    async def seen(self) -> Evidence:
        """10. riverport sees the chain from agreed aggregates, never an order."""
        riverport = self.firms["riverport"]
        await riverport.post("/api/v1/observatory/collect", {})
        view = await riverport.get("/api/v1/observatory")
        need(len(view["firms"]) >= 6, f"riverport sees {len(view['firms'])} firms")
        need(bool(view["classes"]) and bool(view["links"]) and bool(view["stops"]), "the view is not complete")
        orders = await riverport.get("/api/v1/trade/documents")
        need(orders == [], "riverport holds orders")
        worst = view["stops"][0]
        said = f"{len(view['firms'])} firms, {len(view['links'])} links; {worst['firm']}'s stop hits {worst['share']:.0%} of their value"
        return {"firms": len(view["firms"]), "links": len(view["links"]), "stops_most": worst, "said": said}


def _day(when: str) -> str:
    return f"{datetime.fromisoformat(when):%a %d %b %H:%M}"


def _in_force(agreements: list[Evidence], provider: str, dataset: str) -> bool:
    return any(each["dataset"] == dataset and each["provider"] == provider and each["state"] == "active" for each in agreements)


def _read_codes(png: bytes) -> list[str]:
    import io

    import zxingcpp
    from PIL import Image

    return [result.text for result in zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))]


STEPS: tuple[tuple[str, str, Callable[[Director], Awaitable[Evidence]]], ...] = (
    ("Nodes", "seven firms, their keys, their contracts", Director.nodes),
    ("Demand", "meridian's ERP drops a file", Director.demand),
    ("Found", "two gear shops fit, the others say why not", Director.found),
    ("Promise", "a price and a date, with options held", Director.promise),
    ("Order", "helix takes it and confirms its suppliers", Director.order),
    ("Unmanned", "the line runs with the lights off", Director.unmanned),
    ("Trouble", "hob and furnace fail; oakmill stands in", Director.trouble),
    ("Goods", "shipped, carried, received, labels read", Director.goods),
    ("Trace", "from one serial to the heat, and back", Director.trace),
    ("Seen", "riverport sees the chain, not the orders", Director.seen),
)
