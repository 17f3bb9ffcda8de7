"""Master data through a whole node: files in by HTTP, and what can be planned from then."""

from typing import Any

from tests.support.nodes import Running, nodes

CALENDAR = "Datum;Wochentag;Beginn;Ende;Bemerkung\n;Mo-Do;06:00;14:00;Frühschicht\n;Fr;06:00;12:00;Frühschicht\n24.12.2026;;;;Heiligabend\n"
PARTS = "Teilenummer;Bezeichnung;Werkstoff;Zeichnungsnummer\nP-1;Welle 20x100;C45;D-1\nP-2;Welle 30x120;C45;D-2\n"
ROUTINGS = (
    "Teilenummer;AG-Nr;Arbeitsgang;Arbeitsplatz;Rüstzeit [min];Stückzeit [min];Lieferant;Lieferzeit [Tage]\n"
    "P-1;10;Sägen;Säge;5;0,5;;\nP-1;20;CNC-Drehen;Drehen;30;4;;\nP-1;30;Verzinken;;;;embercoat;5\n"
)
MATERIALS = "Teilenummer;Komponente;Komponentenbezeichnung;Menge;Einheit\nP-1;RS20;Rundstahl 20 C45;0,35;kg\n"
STOCK = "Teilenummer;Charge;Bestand;Einheit\nRS20;H-77;120;kg\n"
PRICES = "Teilenummer;Preis;Währung;ab Menge\nP-1;12,50;EUR;1\nP-1;9,90;EUR;100\n"


async def bring(node: Running, name: str, kind: str, text: str) -> dict[str, Any]:
    """Put a file in by the inbox; return what was done."""
    item = await node.ok("POST", f"/api/v1/desk/inbox?name={name}.csv&kind={kind}&sender=clerk@oakmill.example", text.encode(), media="text/csv")
    done: dict[str, Any] = await node.ok("POST", f"/api/v1/desk/inbox/{item['id']}/apply", {"confirm": True})
    return done


async def test_from_tables_to_a_date(tmp_path):
    """Tests that a shop's tables, one after another, are enough to plan from: hours, parts, routing, material, stock, prices, an estimate."""
    async with nodes(tmp_path, "helix") as (helix,):
        for name, kind, text in (
            ("kalender", "calendar", CALENDAR),
            ("teile", "parts", PARTS),
            ("arbeitsplaene", "routings", ROUTINGS),
            ("stueckliste", "materials", MATERIALS),
            ("bestand", "stock", STOCK),
            ("preise", "prices", PRICES),
        ):
            await bring(helix, name, kind, text)
        (site,) = await helix.ok("GET", "/api/v1/sites")
        assert "2026-12-24" in site["calendar"]["holidays"]
        changed = await helix.ok("PUT", "/api/v1/sites/main", {**site["site"], "name": "Works", "zone": "Europe/Berlin", "region": "DE-BY"})
        year = changed["public"]["last"]
        assert f"{year}-01-06" in {day["date"] for day in changed["public"]["days"]}
        assert changed["work_centres"] == ["Drehen", "Säge"]
        part = await helix.ok("GET", "/api/v1/parts/P-1")
        assert [op["seq"] for op in part["routing"]] == [10, 20, 30]
        request = {"number": "R", "part_id": "P-1", "quantity": 10, "batch_size": 10, "operations": part["routing"]}
        promise = await helix.ok("POST", "/api/v1/schedule/promise", request)
        assert "5 working days" in promise["why"][2]
        assert [lot["quantity"] for lot in await helix.ok("GET", "/api/v1/stock")] == ["120"]
        assert len(await helix.ok("GET", "/api/v1/desk/prices?part=P-1")) == 2
        (estimate,) = await helix.ok("GET", "/api/v1/desk/estimates")
        assert (estimate["part_id"], estimate["basis"], estimate["like"]) == ("P-2", "family", ["P-1"])
        await helix.ok("POST", "/api/v1/desk/estimates", {"apply": True})
        assert all(op["estimated"] for op in (await helix.ok("GET", "/api/v1/parts/P-2"))["routing"])
        assert await helix.ok("GET", "/api/v1/desk/corrections") == []
        assert await helix.ok("POST", "/api/v1/desk/corrections", {}) == []
