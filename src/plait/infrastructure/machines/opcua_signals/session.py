"""A session with a server: its namespaces, its limits, requests in batches it takes."""

from collections.abc import Sequence
from typing import Any

from plait.infrastructure.machines.model import Around, LinkLost
from plait.infrastructure.machines.opcua.errors import transport, words
from plait.infrastructure.machines.opcua.lib import Client, UaStatusCodeError, ua
from plait.infrastructure.machines.opcua_signals import SignalsConfig
from plait.infrastructure.machines.opcua_signals.security import client
from plait.kernel.problems import Problem

__all__ = ["Session"]

# Nodes in one request where the server names no limit, or a higher one (an S7-1200 takes 1,000).
MOST = 500
_LIMITS = {"read": 11705, "browse": 11710, "monitor": 11714}


class Session:
    """An open session; ``uris`` are the server's namespaces in their order."""

    def __init__(self, found: Client, uris: Sequence[str]) -> None:
        self.client = found
        self.uris = uris
        self.indices = {uri: index for index, uri in enumerate(uris)}
        self.most = dict.fromkeys(_LIMITS, MOST)

    @classmethod
    async def open(cls, config: SignalsConfig, around: Around) -> "Session":
        """Connect; raise ``LinkLost`` in words a person can act on."""
        found: Client | None = None
        try:
            async with transport():
                found = await client(config, around)
                await found.connect()
                session = cls(found, await found.get_namespace_array())
            await session.learn_limits()
        except Problem as problem:
            await _close(found)
            raise LinkLost(f"{config.endpoint}: {problem.detail}") from problem
        except LinkLost as error:
            await _close(found)
            raise LinkLost(_said(config, error)) from error
        except BaseException:
            await _close(found)
            raise
        return session

    async def learn_limits(self) -> None:
        """Read how many nodes the server takes in a request (OPC 10000-5, 6.3.11)."""
        nodes = [ua.NodeId(number, 0) for number in _LIMITS.values()]
        async with transport():
            for name, found in zip(_LIMITS, await self._read(nodes, ua.AttributeIds.Value), strict=True):
                limit = found.Value.Value if found.Value is not None else None
                if isinstance(limit, int) and limit > 0:
                    self.most[name] = min(limit, MOST)

    async def _read(self, nodes: Sequence[Any], attribute: Any) -> list[Any]:
        parameters = ua.ReadParameters()
        parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
        parameters.NodesToRead = [ua.ReadValueId(NodeId=node, AttributeId=attribute) for node in nodes]
        found: list[Any] = await self.client.uaclient.session.read(parameters)
        return found

    async def read(self, nodes: Sequence[Any], attribute: Any) -> list[Any]:
        """Return one attribute of each node as DataValue, in batches; one that cannot be read has a bad status."""
        found: list[Any] = []
        for start in range(0, len(nodes), self.most["read"]):
            async with transport():
                found += await self._read(nodes[start : start + self.most["read"]], attribute)
        return found

    async def close(self) -> None:
        """End the session; never raises."""
        await _close(self.client)


async def _close(found: Client | None) -> None:
    if found is not None:
        try:
            await found.disconnect()
        except Exception:  # noqa: BLE001 - a dead connection cannot be closed in good order
            found.disconnect_socket()


def _said(config: SignalsConfig, error: LinkLost) -> str:
    cause = error.__cause__
    if isinstance(cause, ConnectionRefusedError) or (isinstance(cause, OSError) and "Multiple exceptions" in str(cause)):
        return f"Nothing listens at {config.endpoint}: is the address right, and is the OPC UA server switched on?"
    if isinstance(cause, TimeoutError):
        return f"Nothing answers at {config.endpoint} within {config.timeout_s:g} s: is the machine on, and is this computer in its network?"
    if isinstance(cause, UaStatusCodeError):
        return f"{config.endpoint}: the server answers {words(type(cause).__name__)}."
    if "No matching endpoints" in str(error) or "SecurityPolicy" in str(error):
        return f"{config.endpoint} does not offer security {config.security}: choose another in the config."
    return str(error) if config.endpoint in str(error) else f"{config.endpoint}: {error}"
