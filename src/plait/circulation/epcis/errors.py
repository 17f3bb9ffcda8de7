"""The exceptions of the EPCIS REST binding and their shape (GS1 EPCIS 2.0, section 12.4; RFC 7807)."""

from typing import Any

from plait.kernel.problems import Problem, register

__all__ = ["CAPTURE_LIMIT", "NOT_ACCEPTABLE", "NO_RESOURCE", "QUERY_PARAMETER", "SECURITY", "TOO_COMPLEX", "TOO_LARGE", "VALIDATION", "shape"]

VALIDATION = register("epcis-validation", 400, "The event or document breaks a rule of EPCIS", "Correct what the detail names and capture it again.")
QUERY_PARAMETER = register("epcis-query-parameter", 400, "A query parameter is unknown or malformed", "Use the parameters of GS1 EPCIS 2.0, section 8.2.7.1.")
SECURITY = register("epcis-security", 403, "These events are not for this caller", "Negotiate a contract that covers them.")
NO_RESOURCE = register("epcis-no-such-resource", 404, "There is no such event, job or type", "Check the identifier.")
NOT_ACCEPTABLE = register("epcis-not-acceptable", 406, "The answer cannot be given in that form", "Ask for GS1-EPC-Format Always_GS1_Digital_Link.")
CAPTURE_LIMIT = register("epcis-capture-limit", 413, "Too much in one capture", "Send it in several documents.")
TOO_LARGE = register("epcis-query-too-large", 413, "More events match than maxEventCount allows", "Narrow the query.")
TOO_COMPLEX = register("epcis-query-too-complex", 413, "The query is too complex", "Ask for less at once.")

_NAMES = {
    "epcis-validation": "ValidationException",
    "malformed": "ValidationException",
    "invalid": "ValidationException",
    "gs1-key": "ValidationException",
    "epcis-query-parameter": "QueryParameterException",
    "epcis-security": "SecurityException",
    "forbidden": "SecurityException",
    "unauthenticated": "SecurityException",
    "epcis-no-such-resource": "NoSuchResourceException",
    "not-found": "NoSuchResourceException",
    "epcis-not-acceptable": "NotAcceptableException",
    "not-acceptable": "NotAcceptableException",
    "conflict": "ResourceAlreadyExistsException",
    "epcis-capture-limit": "CaptureLimitExceededException",
    "too-large": "CaptureLimitExceededException",
    "epcis-query-too-large": "QueryTooLargeException",
    "epcis-query-too-complex": "QueryTooComplexException",
    "media-type": "UnsupportedMediaTypeException",
}


def shape(problem: Problem) -> dict[str, Any]:
    """Return the error document of the binding for ``problem``; what has no exception of its own is an ``ImplementationException``."""
    name = _NAMES.get(problem.code, "ImplementationException")
    return {"type": f"epcisException:{name}", "title": problem.kind.title, "status": problem.status, "detail": problem.detail or problem.kind.advice}
