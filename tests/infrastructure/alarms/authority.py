"""A certificate authority of the tests' own, and servers' TLS with certificates it has issued."""

import ssl
import tempfile
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from plait.kernel.clock import SYSTEM

__all__ = ["Authority"]


class Authority:
    """An authority; ``pem``: what a client must trust."""

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = self._signed(self._name, self._key.public_key(), 0, x509.BasicConstraints(ca=True, path_length=0))
        self._identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        self.pem = made.public_bytes(serialization.Encoding.PEM)

    def _signed(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, days: int, *extensions: x509.ExtensionType) -> x509.Certificate:
        now = SYSTEM.now()
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key).serial_number(x509.random_serial_number())
        made = made.not_valid_before(now + timedelta(days=days - 2)).not_valid_after(now + timedelta(days=days + 2))
        for each in extensions:
            made = made.add_extension(each, critical=isinstance(each, x509.BasicConstraints))
        return made.sign(self._key, hashes.SHA256())

    def server(self, *, address: str = "127.0.0.1", days: int = 0) -> ssl.SSLContext:
        """Return TLS of a server at ``address``, with a certificate for two days around so many ``days`` from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        cert = self._signed(x509.Name([]), key.public_key(), days, x509.BasicConstraints(ca=False, path_length=None), names, self._identifier)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "server.pem"
            file.write_bytes(cert.public_bytes(serialization.Encoding.PEM) + secret)
            context.load_cert_chain(file)
        return context
