"""What a server or the network answers, in words a person can act on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from plait.infrastructure.machines.model import REFUSED, LinkLost
from plait.infrastructure.machines.opcua.lib import UaError, UaStatusCodeError
from plait.kernel.problems import Problem

__all__ = ["LINK_CODES", "transport", "words"]

LINK_CODES = frozenset(
    {
        "BadCommunicationError",
        "BadConnectionClosed",
        "BadConnectionRejected",
        "BadDisconnect",
        "BadNoCommunication",
        "BadNotConnected",
        "BadRequestInterrupted",
        "BadRequestTimeout",
        "BadSecureChannelClosed",
        "BadSecureChannelIdInvalid",
        "BadServerHalted",
        "BadServerNotConnected",
        "BadSessionClosed",
        "BadSessionIdInvalid",
        "BadSessionNotActivated",
        "BadShutdown",
        "BadSubscriptionIdInvalid",
        "BadTcpEndpointUrlInvalid",
        "BadTcpInternalError",
        "BadTimeout",
        "BadTooManySessions",
    }
)
_WORDS = {
    "BadCertificateUntrusted": "it does not trust this node's certificate: accept it at the server (it is among the rejected ones now)",
    "BadCertificateUriInvalid": "it does not accept this node's certificate: its name is not that of the application",
    "BadIdentityTokenInvalid": "it does not take this kind of login: choose another user, or none",
    "BadIdentityTokenRejected": "user name or password are wrong",
    "BadNodeIdUnknown": "there is no such node any more",
    "BadNotReadable": "it does not let this user read it",
    "BadNotWritable": "it cannot be written",
    "BadOutOfRange": "the value is out of its range",
    "BadSecurityChecksFailed": "it does not accept this node: accept the node's certificate at the server, and check that both clocks are right",
    "BadSecurityModeRejected": "it does not allow this security mode: choose another",
    "BadSecurityPolicyRejected": "it does not allow this security policy: choose another",
    "BadTooManyMonitoredItems": "it can watch no more signals: choose fewer, or a longer interval",
    "BadTooManySessions": "it has no connection left: close another client, or raise its limit",
    "BadTooManySubscriptions": "it can keep no more subscriptions: close another client",
    "BadTypeMismatch": "the value is of another type than the variable",
    "BadUserAccessDenied": "this user may not do that: give the user the right at the server",
    "BadUserSignatureInvalid": "user name or password are wrong",
    "BadWriteNotSupported": "it cannot be written",
}


def words(code: str) -> str:
    """Return a status code's name with what it means, where that is known."""
    return f"{code}: {_WORDS[code]}" if code in _WORDS else code


@contextlib.asynccontextmanager
async def transport() -> AsyncIterator[None]:
    """Turn what the network and the session raise into ``LinkLost``, what the server refuses into ``machine-refused``."""
    try:
        yield
    except (OSError, TimeoutError, asyncio.CancelledError) as error:
        task = asyncio.current_task()
        if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
            raise
        raise LinkLost(str(error) or type(error).__name__) from error
    except UaStatusCodeError as error:
        name = type(error).__name__
        if name in LINK_CODES:
            raise LinkLost(words(name)) from error
        raise Problem(REFUSED, f"The server answers {words(name)}.") from error
    except UaError as error:
        raise LinkLost(str(error)) from error
