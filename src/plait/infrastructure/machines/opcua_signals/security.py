"""The node's own certificate, and the server's: learnt at the first connection, refused when it is another one later."""

import hashlib
import socket
from pathlib import Path
from typing import Any

from plait.infrastructure.machines.model import Around, LinkLost
from plait.infrastructure.machines.opcua.lib import Client, ua
from plait.infrastructure.machines.opcua_signals import SignalsConfig
from plait.kernel.os import make_dir, private_dir, write_private, write_whole

__all__ = ["client", "own_certificate", "thumbprint"]

DAYS = 3650
NAME = "plait"


def thumbprint(certificate: bytes) -> str:
    """Return the SHA-256 of a certificate (DER) in hex."""
    return hashlib.sha256(certificate).hexdigest()


def _uri() -> str:
    return f"urn:{socket.gethostname()}:{NAME}"


def own_certificate(folder: Path) -> tuple[bytes, bytes, str]:
    """Return certificate (DER), key (PEM) and application URI of this node as an OPC UA client; they are made when they are missing."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    key_file, file, name_file = folder / "own.key.pem", folder / "own.der", folder / "own.uri"
    if key_file.exists() and file.exists() and name_file.exists():
        return file.read_bytes(), key_file.read_bytes(), name_file.read_text("utf-8")
    from asyncua.crypto import cert_gen
    from cryptography.x509.oid import ExtendedKeyUsageOID

    private_dir(folder)
    uri, key = _uri(), cert_gen.generate_private_key()
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(uri), x509.DNSName(socket.gethostname())]
    made = cert_gen.generate_self_signed_app_certificate(key, NAME, {}, names, [ExtendedKeyUsageOID.CLIENT_AUTH], DAYS)
    write_private(key_file, cert_gen.dump_private_key_as_pem(key))
    write_whole(file, made.public_bytes(Encoding.DER))
    write_whole(name_file, uri.encode())
    return file.read_bytes(), key_file.read_bytes(), uri


async def client(config: SignalsConfig, around: Around) -> Client:
    """Return an unconnected client with the wished security and login; raise ``LinkLost`` in words when the server does not offer it."""
    found = Client(config.endpoint, timeout=config.timeout_s, watchdog_intervall=config.timeout_s)
    found.name = found.description = NAME
    folder = around.folder / "opcua"
    policy, _, mode = config.security.partition(" ")
    if config.user:
        found.set_user(config.user)
        found.set_password(_password(config, around))
    if policy == "None" and not config.user:
        return found
    offered = await found.connect_and_get_server_endpoints()
    wanted = ua.MessageSecurityMode[mode] if mode else ua.MessageSecurityMode.None_
    same = [each for each in offered if each.SecurityPolicyUri.endswith(f"#{policy}") and each.SecurityMode == wanted]
    if not same:
        raise LinkLost(f"The server at {config.endpoint} does not offer security {config.security}; it offers {_offers(offered)}. Choose one of these.")
    if config.user:
        _login(config, same[0])
    if policy == "None":
        return found
    certificate = _first(same[0].ServerCertificate or b"")
    _pinned(config, folder, certificate)
    from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
    from asyncua.crypto.uacrypto import CertProperties

    own, key, uri = own_certificate(folder)
    found.application_uri = uri
    await found.set_security(
        SecurityPolicyBasic256Sha256, CertProperties(own, "der"), CertProperties(key, "pem"), None, CertProperties(certificate, "der"), wanted
    )
    return found


def _first(chain: bytes) -> bytes:
    """Return the first certificate of a chain (DER, one after another)."""
    if len(chain) < 4:
        raise LinkLost("The server shows no certificate, so that nothing can be secured.")
    return chain[: int.from_bytes(chain[2:4], "big") + 4]


def _offers(endpoints: Any) -> str:
    found = {f"{each.SecurityPolicyUri.rpartition('#')[2]} {each.SecurityMode.name.rstrip('_')}" for each in endpoints}
    return ", ".join(sorted("None" if text == "None None" else text for text in found)) or "nothing"


def _password(config: SignalsConfig, around: Around) -> str:
    if not config.password_file:
        return ""
    path = around.folder / config.password_file
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise LinkLost(f"config.password_file: {path} cannot be read ({type(error).__name__}); put the password there, readable by the node only.") from error


def _login(config: SignalsConfig, endpoint: Any) -> None:
    """Refuse a login that the server does not take, or that would send the password for everybody to read."""
    policies = [each for each in endpoint.UserIdentityTokens or () if each.TokenType == ua.UserTokenType.UserName]
    if not policies:
        raise LinkLost(f"The server at {config.endpoint} takes no user name and password with security {config.security}: leave user empty, or choose another.")
    encrypted = endpoint.SecurityMode == ua.MessageSecurityMode.SignAndEncrypt
    for each in policies[:1]:
        uri = each.SecurityPolicyUri or endpoint.SecurityPolicyUri
        if not encrypted and uri.endswith("#None") and not config.plain_password:
            raise LinkLost("The password would be sent unencrypted: choose security Basic256Sha256 SignAndEncrypt, or set plain_password to allow it.")


def _pinned(config: SignalsConfig, folder: Path, certificate: bytes) -> None:
    """Compare the server's certificate with the one known; learn it when none is."""
    now = thumbprint(certificate)
    if config.server_thumbprint:
        if config.server_thumbprint.replace(":", "").replace(" ", "").lower() != now:
            raise LinkLost(f"The server at {config.endpoint} shows the certificate {now}, not the one in server_thumbprint: is it the right server?")
        return
    pin = folder / f"{hashlib.sha256(config.endpoint.encode()).hexdigest()[:32]}.der"
    if not pin.exists():
        make_dir(folder)
        write_whole(pin, certificate)
    elif thumbprint(pin.read_bytes()) != now:
        raise LinkLost(
            f"The server at {config.endpoint} shows another certificate (SHA-256 {now}) than the one it had before. "
            f"If it was renewed on purpose, delete {pin} and it is learnt anew; if not, somebody may stand between."
        )
