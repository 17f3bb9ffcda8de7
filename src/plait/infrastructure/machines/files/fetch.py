"""One answer of a machine's HTTP address: no redirects, no proxy, limited in size and time, never from where only this computer's own services are."""

import asyncio
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

from plait.infrastructure.machines.files import FilesConfig
from plait.infrastructure.machines.model import LinkLost

__all__ = ["fetch"]


async def _check(url: str) -> None:
    """Refuse link-local addresses: there a cloud's own services tell secrets (169.254.169.254)."""
    parts = urlsplit(url)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname or "", parts.port or 80, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError) as error:
        raise LinkLost(f"{parts.hostname} has no address: {error}") from error
    for entry in found:
        address = ip_address(str(entry[4][0]).partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None)
        if (mapped or address).is_link_local or (mapped or address).is_multicast:
            raise LinkLost(f"{parts.hostname} is the address {address}, from which no machine is read.")


async def fetch(config: FilesConfig) -> tuple[bytes, str]:
    """Return the answer and its content type; raise ``LinkLost`` in words a person can act on."""
    await _check(config.source)
    most, place = config.most_mb << 20, urlsplit(config.source).netloc
    try:
        async with (
            httpx.AsyncClient(timeout=config.timeout_s, follow_redirects=False, trust_env=False, headers={"Accept-Encoding": "identity"}) as client,
            client.stream("GET", config.source) as response,
        ):
            if response.is_redirect:
                raise LinkLost(f"{place} sends on to {response.headers.get('location', 'elsewhere')[:200]}: enter that address itself.")
            if response.status_code != 200:
                raise LinkLost(f"{place} answers HTTP {response.status_code}.")
            parts, size = [], 0
            async for part in response.aiter_raw():
                size += len(part)
                if size > most:
                    raise LinkLost(f"The answer of {place} is longer than {config.most_mb} MB (most_mb).")
                parts.append(part)
            return b"".join(parts), response.headers.get("content-type", "").lower()
    except httpx.ConnectError as error:
        raise LinkLost(f"Nothing listens at {place}: is the address right, and is the machine on?") from error
    except httpx.TimeoutException as error:
        raise LinkLost(f"{place} does not answer within {config.timeout_s:g} s.") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise LinkLost(f"{place}: {str(error) or type(error).__name__}") from error
