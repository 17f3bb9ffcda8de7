"""The node's own certificate."""

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from plait.kernel.os import WINDOWS
from plait.upkeep.phones.certificate import LIFE, RENEW, context, ensure

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
NAMES = {"shop.local", "shop", "192.168.1.7", "fd00::7"}


def test_made_once_and_kept_private(tmp_path: Path) -> None:
    """Tests that it bears names and addresses, is its owner's alone, and is the same the next time."""
    made, fresh = ensure(tmp_path / "phones", NAMES, NOW)
    assert fresh
    assert made.names == NAMES
    again, fresh = ensure(tmp_path / "phones", NAMES, NOW + LIFE - RENEW - timedelta(hours=1))
    assert not fresh
    assert again == made
    if not WINDOWS:
        assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
        assert stat.S_IMODE(made.file.parent.stat().st_mode) == 0o700
    found = x509.load_pem_x509_certificate(made.file.read_bytes())
    assert made.fingerprint == found.fingerprint(SHA256()).hex(":").upper()
    assert found.not_valid_after_utc - found.not_valid_before_utc <= timedelta(days=398)
    found.verify_directly_issued_by(found)
    assert context(made).minimum_version == ssl.TLSVersion.TLSv1_2


def test_renewed_before_it_ends_and_for_new_names(tmp_path: Path) -> None:
    """Tests that it is made anew a month before its end, and for an address it lacks, keeping those it had."""
    first, _ = ensure(tmp_path, NAMES, NOW)
    later, fresh = ensure(tmp_path, NAMES, NOW + LIFE - RENEW + timedelta(hours=1))
    assert fresh
    assert later.until > first.until
    assert later.fingerprint != first.fingerprint
    moved, fresh = ensure(tmp_path, {"shop.local", "10.0.0.9"}, NOW)
    assert fresh
    assert moved.names == NAMES | {"10.0.0.9"}
    assert ensure(tmp_path, {"10.0.0.9"}, NOW)[1] is False


@pytest.mark.parametrize("content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    """Tests that what cannot be used is replaced, as is a certificate whose key is another one."""
    (tmp_path / "certificate.pem").write_bytes(content)
    made, fresh = ensure(tmp_path, NAMES, NOW)
    assert fresh
    other, _ = ensure(tmp_path / "other", NAMES, NOW)
    key = made.file.read_bytes().partition(b"-----BEGIN CERTIFICATE-----")[0]
    made.file.write_bytes(key + b"-----BEGIN CERTIFICATE-----" + other.file.read_bytes().partition(b"-----BEGIN CERTIFICATE-----")[2])
    assert ensure(tmp_path, NAMES, NOW)[1]


def test_names_that_are_none(tmp_path: Path) -> None:
    """Tests that a computer with an odd name gets a certificate for the rest."""
    made, _ = ensure(tmp_path, {"shop", "my shop!", "läden", "", "x" * 300, "::1"}, NOW)
    assert made.names == {"shop", "::1"}
    assert not ensure(tmp_path, {"shop", "my shop!"}, NOW)[1]
