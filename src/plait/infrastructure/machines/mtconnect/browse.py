"""What an agent's device offers, and agents on this computer and where the scan looks."""

from collections.abc import Iterator, Sequence

from plait.infrastructure.machines.model import Found, LinkLost, Offered
from plait.infrastructure.machines.mtconnect import MtConnectConfig
from plait.infrastructure.machines.mtconnect.agent import Agent
from plait.infrastructure.machines.mtconnect.states import UNAVAILABLE, UNITS, Wanted, is_number, readings
from plait.infrastructure.machines.mtconnect.xml import DataItem, Observation
from plait.infrastructure.machines.scan import own_networks, sweep

__all__ = ["PORTS", "browse", "find", "look"]

PORTS = (5000, 7878)
FIND_S = 2.0
_UNREADABLE = ("DATA_SET", "TABLE")
_AXES = "xyz"


async def browse(config: MtConnectConfig) -> Sequence[Offered]:
    """Return the device's data items with their present values; raise ``LinkLost`` in words a person can act on."""
    agent = Agent(config)
    try:
        device = await agent.device()
        _, present = await agent.current()
    finally:
        await agent.close()
    latest = {each.item: each for each in present}
    return [offer for item in device.items for offer in _offers(item, latest.get(item.id))]


def _offers(item: DataItem, observation: Observation | None) -> Iterator[Offered]:
    indices: tuple[int | None, ...] = (0, 1, 2) if item.units.endswith("_3D") else (None,)
    for index in indices:
        address = item.id if index is None else f"{item.id}[{index}]"
        name = _name(item) if index is None else f"{_name(item)}.{_AXES[index]}"
        said = [] if observation is None else readings(Wanted(name, item, index), observation, None)
        value = said[-1].value if said and said[-1].quality == 0 else None
        why = "" if value is not None else _why(item, observation)
        kind = f"{item.category} {item.type}{f' {item.subtype}' if item.subtype else ''}".lower()
        yield Offered(address, name, kind, UNITS.get(item.units, item.units if is_number(item) else ""), value, item.path, why=why)


def _name(item: DataItem) -> str:
    """Propose a name: the item's own, or its type, behind the last component it belongs to."""
    own = (item.name or "_".join(filter(None, (item.type, item.subtype)))).lower()
    part = item.path.rpartition("/")[2].lower()
    return f"{part}.{own}" if part and not own.startswith(part) else own


def _why(item: DataItem, observation: Observation | None) -> str:
    if item.representation in _UNREADABLE:
        return f"a {item.representation.lower().replace('_', ' ')} is not read as a signal"
    if observation is None:
        return "the agent has no value of it"
    if UNAVAILABLE in (observation.text, observation.kind.upper()):
        return "unavailable now: the machine is off, or does not tell"
    return f"its value {observation.text[:40]!r} is no number"


async def find(networks: Sequence[str] = ()) -> Sequence[Found]:
    """Return the devices of agents in ``networks`` (none: this computer's own) and on this computer, at the usual ports."""
    hosts = networks or (*own_networks(), "127.0.0.1/32")
    found: list[Found] = []
    for port in PORTS:
        for several in await sweep(hosts, port, look):
            found += [each for each in several if each not in found]
    return found


async def look(host: str, port: int) -> Sequence[Found]:
    """Return the devices of the agent at this address, none when none answers there."""
    address = f"http://{host}:{port}"
    agent = Agent(MtConnectConfig(address, timeout_s=FIND_S))
    try:
        devices = [each for each in await agent.probe() if each.items and each.name.lower() != "agent"]
    except LinkLost:
        return []
    finally:
        await agent.close()
    return [Found(f"{each.name} (MTConnect)", {"agent": address, "device": each.name}) for each in devices]
