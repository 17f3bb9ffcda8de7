"""AWS Signature Version 4, by which a request to an S3 object store shows whose it is (AWS General Reference, "Signing AWS API requests")."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

__all__ = ["Keys", "signed"]

ALGORITHM = "AWS4-HMAC-SHA256"


class Keys(msgspec.Struct, frozen=True):
    """An access key: its ``id``, its ``secret``, and the ``session`` token that comes with a temporary one."""

    id: str
    secret: str
    session: str = ""


def signed(keys: Keys, region: str, method: str, url: str, content: bytes, at: datetime, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the headers of a request to the service ``s3``: ``more`` (names in lower case) and those that sign it and its content; ``at`` is UTC."""
    parts = urlsplit(url)
    hashed = hashlib.sha256(content).hexdigest()
    headers = {"host": parts.netloc, "x-amz-content-sha256": hashed, "x-amz-date": f"{at:%Y%m%dT%H%M%SZ}"} | dict(more or {})
    if keys.session:
        headers["x-amz-security-token"] = keys.session
    names = ";".join(sorted(headers))
    query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(parse_qsl(parts.query, keep_blank_values=True)))
    lines = [method, parts.path or "/", query, *(f"{name}:{headers[name].strip()}" for name in sorted(headers)), "", names, hashed]
    scope = f"{at:%Y%m%d}/{region}/s3/aws4_request"
    text = "\n".join((ALGORITHM, headers["x-amz-date"], scope, hashlib.sha256("\n".join(lines).encode()).hexdigest()))
    key = f"AWS4{keys.secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    proof = hmac.digest(key, text.encode(), "sha256").hex()
    return headers | {"authorization": f"{ALGORITHM} Credential={keys.id}/{scope},SignedHeaders={names},Signature={proof}"}
