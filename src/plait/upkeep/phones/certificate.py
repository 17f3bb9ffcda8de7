"""A certificate that the node makes for itself (X.509, RFC 5280): no authority vouches for it, a person compares its fingerprint once."""

import re
import ssl
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from plait.kernel.os import private_dir, write_private

__all__ = ["FILE", "Certificate", "context", "ensure"]

FILE = "certificate.pem"
# Some browsers take no certificate that is valid for more than 398 days.
LIFE = timedelta(days=390)
RENEW = timedelta(days=30)
_DNS = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*")


@dataclass(frozen=True)
class Certificate:
    """A certificate on disk, with its key beside it in the same file: for which names and addresses, until when, with which fingerprint."""

    file: Path
    names: frozenset[str]
    until: datetime
    fingerprint: str


def ensure(folder: Path, wanted: Collection[str], now: datetime) -> tuple[Certificate, bool]:
    """Return the certificate in ``folder`` and whether it was made now: when there is none, it ends soon, or it lacks a name or address wanted.

    A new one also bears the names of the one before, so that phones that know it by these go on.
    """
    file = folder / FILE
    known = _read(file)
    names = {name for name in wanted if _is_address(name) or _DNS.fullmatch(name)}
    if known is not None and names <= known.names and known.until - now > RENEW:
        return known, False
    private_dir(folder)
    write_private(file, _make(names | (set(known.names) if known is not None and names & known.names else set()), now))
    made = _read(file)
    assert made is not None
    return made, True


def context(certificate: Certificate, known: ssl.SSLContext | None = None) -> ssl.SSLContext:
    """Return what a server speaks TLS with (1.2 or later); with ``known``, let that one use the certificate for new connections."""
    made = known or ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_cert_chain(certificate.file)
    return made


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _read(file: Path) -> Certificate | None:
    """Return the certificate in a file, None when there is none that can be used."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if not file.exists():
        return None
    content = file.read_bytes()
    try:
        found = x509.load_pem_x509_certificate(content)
        if load_pem_private_key(content, None).public_key() != found.public_key():
            return None
        given: Any = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, TypeError, x509.ExtensionNotFound):
        return None
    names = [*given.get_values_for_type(x509.DNSName), *(str(each) for each in given.get_values_for_type(x509.IPAddress))]
    return Certificate(file, frozenset(names), found.not_valid_after_utc, found.fingerprint(SHA256()).hex(":").upper())


def _make(names: Collection[str], now: datetime) -> bytes:
    """Return a fresh key and its certificate (PEM)."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "plait, this computer")])
    ordered = sorted(names)
    alternatives: list[x509.GeneralName] = [x509.IPAddress(ip_address(name)) if _is_address(name) else x509.DNSName(name) for name in ordered]
    usage = {"key_cert_sign": False, "crl_sign": False, "content_commitment": False, "key_encipherment": False, "data_encipherment": False}
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, key_agreement=False, encipher_only=False, decipher_only=False, **usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return secret + builder.sign(key, SHA256()).public_bytes(serialization.Encoding.PEM)
