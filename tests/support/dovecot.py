"""An IMAP server of the tests' own: Dovecot from the distribution, over TLS with a certificate made here, its mail in a folder of its own."""

import datetime
import getpass
import os
import shutil
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

from plait.kernel.os import free_port
from tests.support.require import require

USER = "desk"
SECRET = "correct horse"


def binary() -> Path | None:
    """Return the server's program, or None."""
    found = shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))
    return Path(found) if found else None


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1 that signs itself; return it and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert, secret = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return cert, secret


class Server:
    """A running server: ``port`` speaks TLS, ``plain_port`` does not; ``certificate`` is what a client must trust."""

    def __init__(self, root: Path, program: Path) -> None:
        self.root = root
        self.port, self.plain_port = free_port(), free_port()
        self.certificate, key = certificate(root)
        self.password_file = root / "password"
        self.password_file.write_text(SECRET + "\n")
        import pwd  # not on Windows

        root_user = os.geteuid() == 0
        owner = pwd.getpwnam("nobody") if root_user else pwd.getpwuid(os.geteuid())
        me = "nobody" if root_user else getpass.getuser()
        (root / "mail").mkdir()
        if root_user:
            root.chmod(0o755)
            shutil.chown(root / "mail", owner.pw_uid, owner.pw_gid)
        (root / "users").write_text(f"{USER}:{{PLAIN}}{SECRET}:{owner.pw_uid}:{owner.pw_gid}::{root}/mail::\n")
        config = root / "dovecot.conf"
        config.write_text(
            f"""
base_dir = {root}/run
log_path = {root}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{self.certificate}
ssl_key = <{key}
disable_plaintext_auth = no
default_internal_user = {me}
default_internal_group = {"nogroup" if root_user else ""}
default_login_user = {me}
first_valid_uid = 1
auth_failure_delay = 0 secs
mail_location = maildir:{root}/mail
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {root}/users
}}
userdb {{
  driver = passwd-file
  args = {root}/users
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.plain_port}
  }}
  inet_listener imaps {{
    port = {self.port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
""".replace("default_internal_group = \n", "")
        )
        with (root / "err").open("wb") as err:
            self._process = subprocess.Popen([program, "-F", "-c", config], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=err)

    def wait(self) -> None:
        """Return when it answers; RuntimeError with what it said when it ends before."""
        for _ in range(200):
            try:
                with self.client():
                    return
            except OSError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.05)
        said = "\n".join((self.root / name).read_text() for name in ("err", "log") if (self.root / name).exists())
        raise RuntimeError(f"dovecot does not answer: {said}")

    @contextmanager
    def client(self) -> Iterator[object]:
        """Log in as the mailbox's owner, by the standard library."""
        import imaplib

        made = imaplib.IMAP4_SSL("127.0.0.1", self.port, ssl_context=ssl.create_default_context(cafile=str(self.certificate)), timeout=60)
        try:
            made.login(USER, SECRET)
            yield made
        finally:
            made.logout()

    def put(self, *messages: bytes) -> None:
        """Lay messages in the inbox."""
        with self.client() as client:
            for message in messages:
                client.append("INBOX", "", None, message)  # type: ignore[attr-defined]

    def numbers(self, criteria: str, folder: str = "INBOX") -> int:
        """Return how many messages of a folder match."""
        with self.client() as client:
            client.select(folder, readonly=True)  # type: ignore[attr-defined]
            _, found = client.search(None, criteria)  # type: ignore[attr-defined]
            return len(found[0].split())

    def stop(self) -> None:
        """End it and its children."""
        self._process.terminate()
        self._process.wait(20)


@contextmanager
def server() -> Iterator[Server]:
    """Run a server; its mail goes with it."""
    program = binary()
    require("Dovecot 2.3", program and "2.3." in _version(program), "install it (Debian: apt-get install dovecot-imapd)")
    assert program is not None
    root = Path(tempfile.mkdtemp(prefix="plait-imap-"))
    try:
        made = Server(root, program)
        try:
            made.wait()
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _version(program: Path) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
