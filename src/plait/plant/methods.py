"""The methods clients call: of the job order receiver, the response provider, and the PackML object of a cell."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeAlias

from plait.plant import commands
from plait.plant.cell import Cell
from plait.plant.job import Job, Order
from plait.plant.model import Plant
from plait.plant.opcua import ua
from plait.plant.values import Values
from plait.wire import isa95, isa95_model, packml, packml_model
from plait.wire.isa95 import Command, Refused, ReturnStatus
from plait.wire.opcua import Method

__all__ = ["Host", "Methods"]

Call: TypeAlias = Callable[..., Awaitable[Any]]
ORDERS = {
    Command.STORE: lambda plant, cell, order, raw: commands.store(plant, cell, order, raw, start=False),
    Command.STORE_AND_START: commands.store,
    Command.UPDATE: commands.update,
}


class Host(Protocol):
    """Whoever owns the plant and shows its changes."""

    plant: Plant

    async def change(self, act: Callable[[], Any]) -> Any:
        """Do ``act`` at the present business time and show what it changed."""
        ...


class _BadArguments(Exception):
    """The arguments themselves are wrong; ``code`` is the call's status."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(str(code))


def _status(value: ReturnStatus) -> Any:
    return ua.Variant(int(value), ua.VariantType.UInt64)


def _arguments(method: Method, given: tuple[Any, ...]) -> list[Any]:
    """Return the plain values of ``given``; raise when there are too few or too many."""
    if len(given) < len(method.inputs):
        raise _BadArguments(ua.StatusCodes.BadArgumentsMissing)
    if len(given) > len(method.inputs):
        raise _BadArguments(ua.StatusCodes.BadTooManyArguments)
    return [variant.Value for variant in given]


class Methods:
    """Binds the methods of the published types to the plant of ``host``; the object called tells the cell."""

    def __init__(self, host: Host, values: Values) -> None:
        self._host = host
        self._values = values

    def link(self, server: Any, isa: int, pml: int) -> None:
        """Put the functions behind the method nodes of the types."""
        for method in isa95_model.METHODS:
            if method.owner == isa95_model.RECEIVER:
                self._bind(server, isa, method, self._receiver)
        asked = {"RequestJobResponseByJobOrderID": self._by_id, "RequestJobResponseByJobOrderState": self._by_state}
        for method in isa95_model.METHODS:
            if method.name in asked:
                self._bind(server, isa, method, asked[method.name])
        for method in packml_model.METHODS:
            if method.name in set(packml.Command):
                self._bind(server, pml, method, self._unit)
            elif method.name in ("SetUnitMode", "SetMachSpeed"):
                self._bind(server, pml, method, self._setting)

    def _bind(self, server: Any, index: int, method: Method, serve: Call) -> None:
        async def call(parent: Any, *given: Any) -> Any:
            try:
                cell = self._cell(parent)
                return await serve(cell, method, given if method.inputs else ())
            except _BadArguments as error:
                return ua.StatusCode(error.code)

        server.link_method(server.get_node(ua.NodeId(method.id, index)), call)

    def _cell(self, parent: Any) -> Cell:
        cell = self._host.plant.cells.get(str(parent.Identifier).partition("/")[0])
        if cell is None:
            raise _BadArguments(ua.StatusCodes.BadMethodInvalid)
        return cell

    async def _receiver(self, cell: Cell, method: Method, given: tuple[Any, ...]) -> Any:
        command = Command(method.name)
        first = _arguments(method, given)[0]
        plant = self._host.plant
        try:
            if command in ORDERS:
                if not isinstance(first, ua.ISA95JobOrderDataType):
                    raise _BadArguments(ua.StatusCodes.BadTypeMismatch)
                order: Order = self._values.order(first)
                await self._host.change(lambda: ORDERS[command](plant, cell, order, first))
            else:
                if not isinstance(first, str):
                    raise _BadArguments(ua.StatusCodes.BadTypeMismatch)
                await self._host.change(lambda: commands.by_id(plant, cell, command, first))
        except Refused as refused:
            return [_status(refused.status)]
        return [_status(ReturnStatus.OK)]

    async def _by_id(self, cell: Cell, method: Method, given: tuple[Any, ...]) -> Any:
        job = cell.jobs.get(str(_arguments(method, given)[0]))
        empty = ua.Variant(ua.ISA95JobResponseDataType(), ua.VariantType.ExtensionObject)
        if job is None or job.move_for is not None:
            return [empty, _status(ReturnStatus.UNKNOWN_JOB)]
        if job.started is None:
            return [empty, _status(ReturnStatus.INVALID_STATE)]
        answer = await self._host.change(lambda: self._values.response(job))
        return [ua.Variant(answer, ua.VariantType.ExtensionObject), _status(ReturnStatus.OK)]

    async def _by_state(self, cell: Cell, method: Method, given: tuple[Any, ...]) -> Any:
        wanted = [int(entry.StateNumber) for entry in _arguments(method, given)[0] or ()]
        if not wanted or wanted[0] not in set(isa95.State):
            return [ua.Variant([], ua.VariantType.ExtensionObject), _status(ReturnStatus.INVALID_REQUEST)]

        def fits(job: Job) -> bool:
            return job.started is not None and job.state == wanted[0] and (len(wanted) == 1 or job.sub == wanted[1])

        answers = await self._host.change(lambda: [self._values.response(job) for job in cell.orders() if fits(job)])
        return [ua.Variant(answers, ua.VariantType.ExtensionObject), _status(ReturnStatus.OK)]

    async def _unit(self, cell: Cell, method: Method, given: tuple[Any, ...]) -> Any:
        del given
        try:
            await self._host.change(lambda: commands.unit_command(self._host.plant, cell, packml.Command(method.name)))
        except ValueError:
            return ua.StatusCode(ua.StatusCodes.BadInvalidState)
        return []

    async def _setting(self, cell: Cell, method: Method, given: tuple[Any, ...]) -> Any:
        value = _arguments(method, given)[0]
        act = commands.set_mode if method.name == "SetUnitMode" else commands.set_speed
        try:
            await self._host.change(lambda: act(self._host.plant, cell, value))
        except ValueError:
            return ua.StatusCode(ua.StatusCodes.BadInvalidArgument)
        return []
