"""Signatures: compact JWS with ES256, in our name or checked with a public key (RFC 7515, RFC 7518, RFC 9864)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from plait.kernel.os import private_dir, write_private
from plait.kernel.problems import Problem, register

__all__ = ["BAD_SIGNATURE", "OTHER_KEY", "Header", "SigningKey", "header_of", "verify"]

BAD_SIGNATURE = register("bad-signature", 422, "The signature does not hold", "Sign with the key named in the header; ES256 or Ed25519.")

OTHER_KEY = register(
    "other-key",
    409,
    "This is not the key the firm is known by",
    "Put keys/es256.pem back from the last backup (`plait restore` into a new folder): partners refuse what another key signs.",
)

ALGORITHMS = ["ES256", "Ed25519"]
LIMIT = 4_000_000


class Header(msgspec.Struct, frozen=True):
    """The protected header's parts that matter here."""

    alg: str
    kid: str | None = None


class SigningKey:
    """Our own key, ES256 on P-256, kept in one file that only its owner can read."""

    def __init__(self, key: ECKey) -> None:
        self._key = key
        self.public: dict[str, Any] = dict(key.as_dict(private=False))
        self.thumbprint = key.thumbprint()

    @classmethod
    def load(cls, folder: Path, *, make: bool = True) -> "SigningKey":
        """Read the key in ``folder``; if there is none, ``make`` it or raise ``other-key``."""
        file = private_dir(folder) / "es256.pem"
        if not file.exists():
            if not make:
                raise Problem(OTHER_KEY, f"{file} is missing.")
            made = ECKey.generate_key("P-256")
            write_private(file, made.as_pem(private=True))
        try:
            return cls(ECKey.import_key(file.read_bytes()))
        except (JoseError, ValueError) as error:
            raise Problem(OTHER_KEY, f"{file} cannot be read: {error}.") from error

    def sign(self, payload: bytes, kid: str, typ: str = "") -> str:
        """Return ``payload`` as a compact JWS whose header names ``kid``; ValueError above 4 MB."""
        if len(payload) > LIMIT:
            raise ValueError(f"{len(payload)} bytes are more than is signed")
        header = {"alg": "ES256", "kid": kid} | ({"typ": typ} if typ else {})
        return jws.serialize_compact(header, payload, self._key, algorithms=ALGORITHMS)


def header_of(token: str, limit: int = LIMIT) -> tuple[Header, bytes]:
    """Return header and payload of a compact JWS without checking the signature; raise ``bad-signature``."""
    if len(token) > limit * 4 // 3 + 2000:
        raise Problem(BAD_SIGNATURE, "it is too large")
    try:
        parts = jws.extract_compact(token.encode("ascii"))
        return msgspec.convert(parts.headers(), Header), parts.payload
    except (JoseError, UnicodeEncodeError, ValueError) as error:
        raise Problem(BAD_SIGNATURE, f"it is no compact JWS: {error}") from error


def verify(token: str, key: Mapping[str, Any]) -> bytes:
    """Return the payload of a compact JWS signed with the public ``key`` (a JWK, P-256 or Ed25519); raise ``bad-signature``."""
    header_of(token)
    try:
        public = {name: value for name, value in key.items() if name in {"kty", "crv", "x", "y"}}
        kind = OKPKey if public.get("kty") == "OKP" else ECKey
        return jws.deserialize_compact(token, kind.import_key(public), algorithms=ALGORITHMS).payload
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Problem(BAD_SIGNATURE, str(error)) from error
