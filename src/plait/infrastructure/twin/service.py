"""The verbs of twins: shells and submodels of machines and products, read-only; nameplates are put by the firm."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from plait.infrastructure.machines import tables as machine_tables
from plait.infrastructure.twin import tables
from plait.infrastructure.twin.elements import id_short, reference, submodel_reference
from plait.infrastructure.twin.model import BAD_REQUEST, JSON, NO_TWIN, Asset, Nameplate, Page, ProductTwin
from plait.infrastructure.twin.nameplate import NAME, nameplate
from plait.infrastructure.twin.query import means, read_asset_ids, read_cursor, read_limit, read_reference, shell_matches, write_cursor
from plait.infrastructure.twin.value import core, submodel_value, without_blobs
from plait.kernel import gs1
from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard, SubmodelView
from plait.kernel.problems import INVALID, Problem
from plait.store import Store, Tx

__all__ = ["TwinService"]

_KINDS = ("machine", "product")


class TwinService:
    """Twins of this firm's machines and products. ``views`` may each show one submodel of a thing, beside its nameplate."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, views: Sequence[SubmodelView] = ()) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.views = list(views)

    def machine_asset(self, machine_id: str) -> str:
        """Return the globalAssetId of a machine."""
        return f"urn:plait:{self.guard.firm().party_id}:machine:{machine_id}"

    async def put_product(self, actor: Actor, gtin: str, name: str, plate: Nameplate | None = None, once: str | None = None) -> None:
        """Give a product of ours a twin, or change what it says; the same again changes nothing. Raise ``invalid`` for a bad GTIN."""
        self.guard.require(actor, "twins.write")
        padded = _gtin(gtin)

        def work(tx: Tx) -> None:
            changed = tables.put_product(tx.conn, padded, name)
            if plate is not None:
                changed |= tables.put_plate(tx.conn, _product_asset(padded), plate)
            if changed:
                tx.append(f"twin/{padded}", ProductTwin(padded, name))

        await self.store.write(actor, work, once=once)

    async def put_machine_plate(self, actor: Actor, machine_id: str, plate: Nameplate) -> None:
        """Say what the nameplate of a machine reads; raise ``no-such-twin``."""
        self.guard.require(actor, "twins.write")

        def work(tx: Tx) -> None:
            if machine_tables.machine(tx.conn, Scope(everything=True), machine_id) is None:
                raise Problem(NO_TWIN, f"There is no machine {machine_id!r}.")
            tables.put_plate(tx.conn, self.machine_asset(machine_id), plate)

        await self.store.write(actor, work)

    async def _assets(self, actor: Actor) -> list[Asset]:
        """Return what the actor may see: machines, then products, each in the order they were entered."""
        self.guard.require(actor, "twins.read")
        machines = self.guard.scope(actor, "read", "machine")
        products = self.guard.scope(actor, "read", "product")
        party = self.guard.firm().party_id

        def read(conn: Any) -> list[Asset]:
            found = []
            for row in machine_tables.machines(conn, machines):
                id = self.machine_asset(row.machine.id)
                shell = f"urn:plait:{party}:shell:machine:{row.machine.id}"
                found.append(Asset("machine", row.machine.id, row.number, id, shell, row.machine.name, tables.plate(conn, machines, id, row.machine.id)))
            for one in tables.products(conn, products):
                id = _product_asset(one.gtin)
                found.append(
                    Asset(
                        "product", one.gtin, one.number, id, f"urn:plait:{party}:shell:product:{one.gtin}", one.name, tables.plate(conn, products, id, one.gtin)
                    )
                )
            return found

        return await self.store.read(read)

    async def _submodels(self, actor: Actor, asset: Asset) -> AsyncIterator[tuple[int, JSON]]:
        """Give the submodels of a thing with their number: the nameplate first, then what each view shows."""
        firm = self.guard.firm()
        yield 0, nameplate(asset, firm, _submodel_id(asset, NAME))
        for number, view in enumerate(self.views, 1):
            shown = await view.submodel(actor, asset.id)
            if shown is not None:
                frame: JSON = {"modelType": "Submodel", "id": _submodel_id(asset, view.name), "idShort": id_short(view.name)}
                meaning = {"semanticId": reference(view.semantic_id)} if view.semantic_id else {}
                yield number, meaning | shown | frame

    async def _shell(self, actor: Actor, asset: Asset) -> JSON:
        references = [submodel_reference(submodel["id"]) async for _, submodel in self._submodels(actor, asset)]
        name = "machineId" if asset.kind == "machine" else "gtin"
        about = {
            "assetKind": "Instance" if asset.kind == "machine" else "Type",
            "globalAssetId": asset.id,
            "specificAssetIds": [{"name": name, "value": asset.key}],
        }
        return {
            "modelType": "AssetAdministrationShell",
            "id": asset.shell,
            "idShort": id_short(f"{asset.kind}_{asset.key}"),
            "displayName": [{"language": "en", "text": asset.name[:128]}],
            "assetInformation": about,
            "submodels": references,
        }

    async def shells(self, actor: Actor, asked: Mapping[str, Sequence[str]]) -> Page:
        """Return a page of shells; ``asked`` holds assetIds, idShort, limit, cursor. Raise ``bad-twin-request``."""
        pairs, name, limit = read_asset_ids(asked.get("assetIds", ())), _one(asked, "idShort"), read_limit(_one(asked, "limit"))
        after = read_cursor(_one(asked, "cursor"), 2) or (-1, -1)
        found: list[JSON] = []
        last = after
        for asset in await self._assets(actor):
            place = (_KINDS.index(asset.kind), asset.number)
            if place <= after:
                continue
            shell = await self._shell(actor, asset)
            if shell_matches(shell, pairs, name):
                if len(found) == limit:
                    return Page(found, write_cursor(*last))
                found.append(shell)
                last = place
        return Page(found, "")

    async def _find(self, actor: Actor, shell: str) -> Asset:
        for asset in await self._assets(actor):
            if asset.shell == shell:
                return asset
        raise Problem(NO_TWIN, f"There is no shell {shell!r}.")

    async def shell(self, actor: Actor, id: str) -> JSON:
        """Return one shell; raise ``no-such-twin``."""
        return await self._shell(actor, await self._find(actor, id))

    async def submodels(self, actor: Actor, asked: Mapping[str, Sequence[str]]) -> Page:
        """Return a page of submodels; ``asked`` holds semanticId, idShort, limit, cursor, level, extent. Raise ``bad-twin-request``."""
        coded, name, limit = _one(asked, "semanticId"), _one(asked, "idShort"), read_limit(_one(asked, "limit"))
        keys = None if coded is None else read_reference(coded)
        shape = _shape(asked)
        after = read_cursor(_one(asked, "cursor"), 3) or (-1, -1, -1)
        found: list[JSON] = []
        last = after
        for asset in await self._assets(actor):
            if (_KINDS.index(asset.kind), asset.number) < after[:2]:
                continue
            async for number, submodel in self._submodels(actor, asset):
                place = (_KINDS.index(asset.kind), asset.number, number)
                if place <= after or name not in (None, submodel["idShort"]) or (keys is not None and not means(submodel, keys)):
                    continue
                if len(found) == limit:
                    return Page(found, write_cursor(*last))
                found.append(_shaped(submodel, shape))
                last = place
        return Page(found, "")

    async def submodel(self, actor: Actor, id: str, asked: Mapping[str, Sequence[str]] | None = None) -> JSON:
        """Return one submodel; raise ``no-such-twin``, ``bad-twin-request``."""
        shape = _shape(asked or {})
        for asset in await self._assets(actor):
            if id.startswith(f"{asset.shell}:submodel:"):
                async for _, submodel in self._submodels(actor, asset):
                    if submodel["id"] == id:
                        return _shaped(submodel, shape)
        raise Problem(NO_TWIN, f"There is no submodel {id!r}.")

    async def value(self, actor: Actor, id: str, asked: Mapping[str, Sequence[str]] | None = None) -> JSON:
        """Return the values of one submodel only; raise ``no-such-twin``."""
        return submodel_value(await self.submodel(actor, id, asked))

    def description(self) -> JSON:
        """Return which service profiles are implemented in full: none yet, the read profiles ask for more than is here."""
        return {"profiles": []}


def _gtin(text: str) -> str:
    """Return a GTIN with 14 digits; raise ``invalid`` when it is none."""
    try:
        return gs1.gtin14(text)
    except (Problem, ValueError) as error:
        raise Problem(INVALID, f"gtin: {text!r} is no GTIN.", field="gtin") from error


def _product_asset(gtin: str) -> str:
    return f"https://id.gs1.org/01/{gtin}"


def _submodel_id(asset: Asset, view: str) -> str:
    return f"{asset.shell}:submodel:{view}"


def _one(asked: Mapping[str, Sequence[str]], name: str) -> str | None:
    values = asked.get(name, ())
    if len(values) > 1:
        raise Problem(BAD_REQUEST, f"{name}: given more than once.")
    return values[0] if values else None


def _shape(asked: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    level, extent = _one(asked, "level") or "deep", _one(asked, "extent") or "withoutBlobValue"
    if level not in ("deep", "core"):
        raise Problem(BAD_REQUEST, f"level: {level!r} is neither deep nor core.")
    if extent not in ("withoutBlobValue", "withBlobValue"):
        raise Problem(BAD_REQUEST, f"extent: {extent!r} is neither withoutBlobValue nor withBlobValue.")
    return level, extent


def _shaped(submodel: JSON, shape: tuple[str, str]) -> JSON:
    level, extent = shape
    shown = submodel if extent == "withBlobValue" else without_blobs(submodel)
    return core(shown) if level == "core" else shown
