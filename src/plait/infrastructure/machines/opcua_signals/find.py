"""OPC UA servers that answer: on this computer (also its discovery server) and where the scan looks."""

from collections.abc import Sequence

from plait.infrastructure.machines.model import Found
from plait.infrastructure.machines.opcua.lib import Client, ua
from plait.infrastructure.machines.scan import own_networks, sweep

__all__ = ["PORT", "find"]

PORT, MOST_SERVERS = 4840, 50
_BEST = (("Basic256Sha256", "SignAndEncrypt"), ("Basic256Sha256", "Sign"))


async def find(networks: Sequence[str] = ()) -> Sequence[Found]:
    """Return servers in ``networks`` (none: this computer's own) and on this computer, with the best security each offers."""
    found: list[Found] = []
    for several in await sweep(networks or (*own_networks(), "127.0.0.1/32"), PORT, look):
        found += [each for each in several if each.config not in [one.config for one in found]]
    return found


async def look(host: str, port: int) -> Sequence[Found]:
    """Return the server at this address and those it knows of (FindServers, OPC 10000-4, 5.5.2)."""
    url = f"opc.tcp://{host}:{port}"
    servers = await Client(url, timeout=2).connect_and_find_servers()
    found = []
    for server in servers[:MOST_SERVERS]:
        if server.ApplicationType == ua.ApplicationType.Client:
            continue
        own = [text for text in server.DiscoveryUrls or () if str(text).startswith("opc.tcp://")]
        known = server.ApplicationType == ua.ApplicationType.DiscoveryServer
        if known and len(servers) > 1:
            continue
        # A server often names itself by a name that only it knows: where it answered is the surer address.
        address = url if len(servers) == 1 or not own else str(own[0])
        title = str(server.ApplicationName.Text or server.ApplicationUri or address)
        found.append(Found(f"{title} (OPC UA)", {"endpoint": address, **await _security(address)}))
    return found


async def _security(address: str) -> dict[str, str]:
    try:
        endpoints = await Client(address, timeout=2).connect_and_get_server_endpoints()
    except Exception:  # noqa: BLE001 - a server that another one knows of may be off
        return {}
    offered = {(each.SecurityPolicyUri.rpartition("#")[2], each.SecurityMode.name) for each in endpoints}
    return next(({"security": f"{policy} {mode}"} for policy, mode in _BEST if (policy, mode) in offered), {})
