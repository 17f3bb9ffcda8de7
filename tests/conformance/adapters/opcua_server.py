"""A real OPC UA server of some maker: a press with variables of many kinds, methods, a history, and security as asked for."""

import asyncio
import contextlib
import gc
import pickle
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asyncua import Server, ua, uamethod
from asyncua.crypto import cert_gen
from asyncua.server.history import HistoryDict
from asyncua.server.standard_address_space import standard_address_space
from asyncua.server.user_managers import User, UserManager, UserRole
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.support import free_port

URI = "urn:maker;1:press"
CHOSEN = "nsu=urn:maker%3B1:press;s=Press."


_MADE: list[bytes] = []


async def standard(server: Server) -> None:
    """Give a server the standard address space; it is built once and copied from then on, which is much quicker."""
    if not _MADE:
        gc.disable()
        await asyncio.to_thread(standard_address_space.fill_address_space, server.iserver.node_mgt_service)
        gc.enable()
        # Without what no press has: roles, certificates, publishers, files.
        nodes = {node: data for node, data in server.iserver.aspace._nodes.items() if node.Identifier < 12_000}
        server.iserver.aspace._nodes = nodes
        _MADE.append(pickle.dumps(server.iserver.aspace._nodes, pickle.HIGHEST_PROTOCOL))
    gc.disable()
    server.iserver.aspace._nodes = pickle.loads(_MADE[0])
    gc.enable()


class OneUser(UserManager):
    def get_user(self, iserver: Any, username: Any = None, password: Any = None, certificate: Any = None) -> Any:
        if username is None:
            return User(role=UserRole.User)
        return User(role=UserRole.User) if (username, password) == ("meier", "geheim") else None


class Press:
    """A press that can be switched off and on; with ``history`` it keeps what its variables were, also while nobody listens."""

    def __init__(self, folder: Path, security: Sequence[Any] = (ua.SecurityPolicyType.NoSecurity,), *, history: bool = False, users: bool = False) -> None:
        self.folder = folder
        self.port = free_port()
        self.endpoint = f"opc.tcp://127.0.0.1:{self.port}/press"
        self.called: list[tuple[Any, ...]] = []
        self.security = security
        self.users = users
        self.storage = HistoryDict() if history else None
        self.certificate = 0
        self.nodes: dict[str, Any] = {}
        self.server: Server | None = None
        self.others = 0

    async def start(self) -> None:
        server = Server(user_manager=OneUser() if self.users else None)
        if self.storage is not None:
            server.iserver.history_manager.set_storage(self.storage)
        server.iserver.load_standard_address_space = lambda shelf: standard(server)  # type: ignore[method-assign]
        await server.init()
        server.disable_clock()
        server.set_endpoint(self.endpoint)
        server.set_server_name("Press")
        server.set_security_policy(list(self.security))
        server.set_identity_tokens([ua.UserNameIdentityToken] if self.users else [ua.AnonymousIdentityToken])
        await server.set_application_uri("urn:maker:server")
        if any(policy != ua.SecurityPolicyType.NoSecurity for policy in self.security):
            await self._certify(server)
        index = await server.register_namespace(URI)
        await self._build(server, index)
        await server.start()
        self.server = server

    async def _certify(self, server: Server) -> None:
        key_file, file = self.folder / f"server{self.certificate}.pem", self.folder / f"server{self.certificate}.der"
        if not file.exists():
            key = cert_gen.generate_private_key()
            names: list[x509.GeneralName] = [x509.UniformResourceIdentifier("urn:maker:server"), x509.DNSName("localhost")]
            made = cert_gen.generate_self_signed_app_certificate(key, "press", {}, names, [ExtendedKeyUsageOID.SERVER_AUTH])
            key_file.write_bytes(cert_gen.dump_private_key_as_pem(key))
            file.write_bytes(made.public_bytes(Encoding.DER))
        await server.load_certificate(str(file))
        await server.load_private_key(str(key_file))

    async def _build(self, server: Server, index: int) -> None:
        def node(name: str) -> Any:
            return ua.NodeId(f"Press.{name}", index)

        press = await server.nodes.objects.add_object(node("Root"), ua.QualifiedName("Press", index))
        made = {}
        for name, value, kind in (
            ("Force", 12.5, ua.VariantType.Double),
            ("Count", 7, ua.VariantType.Int32),
            ("Open", True, ua.VariantType.Boolean),
            ("Program", "P-1", ua.VariantType.String),
            ("Curve", [1.0, 2.0], ua.VariantType.Double),
        ):
            made[name] = await press.add_variable(node(name), ua.QualifiedName(name, index), ua.Variant(value, kind))
        for name in ("Force", "Count", "Open", "Program"):
            await made[name].set_writable()
        heat = await self._analog(server, press, node("Heat"), ua.QualifiedName("Heat", index))
        unit = ua.EUInformation(NamespaceUri="http://www.opcfoundation.org/UA/units/un/cefact", UnitId=4408652, DisplayName=ua.LocalizedText("°C"))
        await heat.add_property(0, "EngineeringUnits", unit)
        made["Heat"] = heat

        @uamethod
        def stop(parent: Any) -> None:
            self.called.append(("stop",))

        @uamethod
        def begin(parent: Any, job: str, pieces: int) -> Any:
            if pieces > 100:
                return ua.StatusCode(ua.StatusCodes.BadOutOfRange)
            self.called.append(("start", job, pieces))
            return None

        await press.add_method(node("Stop"), ua.QualifiedName("Stop", index), stop, [], [])
        await press.add_method(node("Start"), ua.QualifiedName("Start", index), begin, [ua.VariantType.String, ua.VariantType.UInt16], [])
        if self.others:
            folder = await server.nodes.objects.add_folder(node("Others"), ua.QualifiedName("Others", index))
            for number in range(self.others):
                await folder.add_variable(node(f"Other{number}"), ua.QualifiedName(f"Other{number}", index), 0.0)
        self.nodes = made
        if self.storage is not None:
            for name in ("Force", "Count"):
                await made[name].set_attr_bit(ua.AttributeIds.UserAccessLevel, ua.AccessLevel.HistoryRead)
                self.storage._datachanges.setdefault(made[name].nodeid, [])
                self.storage._datachanges_period.setdefault(made[name].nodeid, (None, 0))

    @staticmethod
    async def _analog(server: Server, parent: Any, node: Any, name: Any) -> Any:
        item = ua.AddNodesItem(RequestedNewNodeId=node, BrowseName=name, ParentNodeId=parent.nodeid)
        item.NodeClass = ua.NodeClass.Variable
        item.ReferenceTypeId, item.TypeDefinition = ua.NodeId(47, 0), ua.NodeId(2368, 0)
        item.NodeAttributes = ua.VariableAttributes(Value=ua.Variant(80.0, ua.VariantType.Double), DataType=ua.NodeId(11, 0))
        item.NodeAttributes.AccessLevel = item.NodeAttributes.UserAccessLevel = ua.AccessLevel.CurrentRead.mask
        (made,) = await server.iserver.isession.add_nodes([item])
        made.StatusCode.check()
        return server.get_node(node)

    async def put(self, name: str, value: Any, at: datetime | None = None, status: Any = None) -> None:
        """Let a variable have a value since ``at``."""
        node = self.nodes[name]
        kind = {"Count": ua.VariantType.Int32, "Program": ua.VariantType.String, "Open": ua.VariantType.Boolean}.get(name, ua.VariantType.Double)
        data = ua.DataValue(ua.Variant(value, kind), status or ua.StatusCode(), at or datetime.now(UTC), datetime.now(UTC))
        if self.storage is not None and name in ("Force", "Count"):
            await self.storage.save_node_value(node.nodeid, data)
        assert self.server is not None
        await self.server.iserver.aspace.write_attribute_value(node.nodeid, ua.AttributeIds.Value, data)

    async def keep(self, name: str, value: Any, at: datetime) -> None:
        """Let a variable have had a value while the server could not be reached."""
        assert self.storage is not None
        kind = ua.VariantType.Int32 if name == "Count" else ua.VariantType.Double
        await self.storage.save_node_value(self.nodes[name].nodeid, ua.DataValue(ua.Variant(value, kind), ua.StatusCode(), at, at))

    async def kill(self) -> None:
        server, self.server = self.server, None
        if server is not None:
            with contextlib.suppress(OSError):
                await server.stop()
