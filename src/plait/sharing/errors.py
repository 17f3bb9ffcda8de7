"""How refusals look in the Dataspace Protocol: error objects with the pids, and its statuses (2025-1, sections 6.2, 8.2, 10.2)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from plait.kernel.problems import MEDIA_TYPE, Problem, register
from plait.sharing.dsp import NIL, CatalogError, ContractNegotiationError, TransferError, encode, make

__all__ = ["DSP_REFUSED", "NO_CONTRACT", "NO_DATASET", "NO_PROCESS", "catalog_error", "naming", "negotiation_error", "transfer_error"]

NO_CONTRACT = register("no-contract", 403, "There is no contract for these data", "Negotiate one under Agreements; the partner's policy decides who gets it.")
NO_PROCESS = register("no-such-process", 404, "There is no such process", "Check the process id; only the two sides of a process see it.")
NO_DATASET = register("no-such-dataset", 404, "There is no such dataset", "Ask for the catalog: it lists what is offered to you.")
DSP_REFUSED = register("dsp-refused", 400, "The request cannot be granted", "Read the reason, then ask for the catalog again.")


@contextmanager
def naming(body: bytes, **known: str) -> Iterator[None]:
    """Add the pids that a refused message names (or ``known`` ones) to the refusal, so that the error object can bear them."""
    try:
        yield
    except Problem as problem:
        try:
            said = msgspec.json.decode(body) if body else {}
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            said = {}
        for name, member in (("provider_pid", "providerPid"), ("consumer_pid", "consumerPid")):
            value = known.get(name) or (said.get(member) if isinstance(said, dict) else None)
            problem.extra.setdefault(name, value if isinstance(value, str) and value else NIL)
        raise


def _answer(body: msgspec.Struct, status: int) -> Response:
    return Response(encode(body), status, media_type="application/json")


def catalog_error(problem: Problem, request: Request) -> Response:
    """Return a CatalogError."""
    del request
    return _answer(make(CatalogError, code=problem.code, reason=[problem.detail or problem.kind.title]), problem.status)


def _process(kind: Any, problem: Problem) -> Response:
    status = 404 if problem.status in {401, 403} else 400 if problem.status in {409, 422} or problem.code == MEDIA_TYPE else problem.status
    pids = {name: str(problem.extra.get(name, NIL)) for name in ("provider_pid", "consumer_pid")}
    return _answer(make(kind, **pids, code=problem.code, reason=[problem.detail or problem.kind.title]), status)


def negotiation_error(problem: Problem, request: Request) -> Response:
    """Return a ContractNegotiationError; who may not know of a process is told that there is none."""
    del request
    return _process(ContractNegotiationError, problem)


def transfer_error(problem: Problem, request: Request) -> Response:
    """Return a TransferError; who may not know of a process is told that there is none."""
    del request
    return _process(TransferError, problem)
