"""Passwords and sessions as they are asked for and shown, and the facts of them. Neither secrets nor addresses stand in a fact."""

from datetime import datetime

import msgspec

from plait.kernel.facts import fact
from plait.kernel.problems import register
from plait.web.border import CROSS_SITE

__all__ = [
    "BAD_CODE",
    "BAD_LOGIN",
    "CROSS_SITE",
    "LINK_OVER",
    "LOCKED_OUT",
    "WEAK",
    "Activation",
    "Code",
    "CodeMade",
    "LockedOut",
    "LoginLink",
    "LoginLinkMade",
    "LoginLinkUsed",
    "NewPassword",
    "PasswordSet",
    "SessionEnded",
    "SessionView",
    "SignIn",
    "SignInFailed",
    "SignedIn",
]

BAD_LOGIN = register("bad-login", 401, "Name or password is wrong", "Try again, or ask an administrator for a new code.")
LOCKED_OUT = register("locked-out", 429, "Too many wrong passwords", "Wait as long as Retry-After says, then try again.")
WEAK = register("weak-password", 422, "This password is too easy to guess", "Use at least 12 characters; several words are good.")
BAD_CODE = register("bad-code", 422, "The code is not valid", "Ask an administrator for a new one; a code is good for a day and for one use.")
LINK_OVER = register("login-link", 410, "This link opens nothing", "Make another with `plait login`; it is good for ten minutes, once, on the node's computer.")


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who signs in."""

    name: str
    password: str


class Activation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A one-time code and the password to be set with it."""

    code: str
    password: str


class NewPassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One's own password and the one to be."""

    old: str
    new: str


class Code(msgspec.Struct, frozen=True):
    """A one-time code to set a password with; shown this once."""

    person: str
    name: str
    code: str
    expires: datetime


class LoginLink(msgspec.Struct, frozen=True):
    """An address that signs in once, on the node's own computer; shown this once."""

    url: str
    expires: datetime


class SessionView(msgspec.Struct, frozen=True):
    """Somebody signed in: on which ``device``, from which ``address``, since when, last seen (to the minute), until when at the latest."""

    id: str
    person: str
    name: str
    device: str
    address: str
    since: datetime
    seen: datetime
    ends: datetime


@fact("identity.code_made")
class CodeMade(msgspec.Struct, frozen=True):
    """An administrator let somebody set a password."""

    person: str
    name: str


@fact("identity.password_set")
class PasswordSet(msgspec.Struct, frozen=True):
    """Somebody set their password; their other sessions ended."""

    person: str
    name: str


@fact("identity.signed_in")
class SignedIn(msgspec.Struct, frozen=True):
    """Somebody signed in."""

    person: str
    name: str
    session: str


@fact("identity.sign_in_failed")
class SignInFailed(msgspec.Struct, frozen=True):
    """``count`` wrong passwords for somebody who works here, since the last such fact."""

    person: str
    name: str
    count: int


@fact("identity.locked_out")
class LockedOut(msgspec.Struct, frozen=True):
    """Somebody's name is closed to strangers' addresses for ``seconds`` after wrong passwords."""

    person: str
    name: str
    seconds: int


@fact("identity.login_link_made")
class LoginLinkMade(msgspec.Struct, frozen=True):
    """Somebody with access to the data folder had a link made that signs in once; ``id`` names it, its code stands nowhere."""

    id: str


@fact("identity.login_link_used")
class LoginLinkUsed(msgspec.Struct, frozen=True):
    """A link signed somebody in; ``first``: it made them the node's first administrator."""

    id: str
    person: str
    name: str
    first: bool


@fact("identity.session_ended")
class SessionEnded(msgspec.Struct, frozen=True):
    """A session ended: signed out, or ended by its owner elsewhere or by an administrator."""

    person: str
    session: str
    why: str
