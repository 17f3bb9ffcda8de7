"""What the doctor finds, in another language: its sentences are known again by their templates (pure).

The doctor writes each sentence once, in English, with its figures filled in; readers of several languages read the same report.
"""

import re
from functools import cache

from plait.kernel.texts import Texts

__all__ = ["PARTS", "TEMPLATES", "found"]

TEMPLATES = (
    # The folder.
    "{free} GB are free where the data folder lies.",
    "Make room now: the node takes no more work on a full disk.",
    "Make room soon.",
    "The signing key is missing from the folder `keys`.",
    "Restore the last backup: partners know the node by this key.",
    "Others on this computer can read {names}.",
    "Take the rights of group and others away (chmod go= FILE).",
    "The signing key is not the one the firm is known by.",
    "Put keys/es256.pem back from the last backup.",
    "The signing key is the firm's, and only its owner can read it.",
    "This computer has no time zone data.",
    "Install the package tzdata.",
    "Time zone data are there.",
    "Time zone data are there; no fact has been recorded yet.",
    "The clock stands {seconds} s before the last recorded fact.",
    "Set the computer's clock, best by a time server, before the node goes on.",
    "The clock goes on from the last recorded fact.",
    "{name} is missing.",
    "Start the node once if it is new; otherwise restore the last backup.",
    "The databases are there and can be opened.",
    "No setting is a known risk.",
    "The settings carry a risk: {parts}.",
    "Put a proxy with https before it, or narrow the range in plait.toml.",
    "Python {version} on {system}.",
    "Python {version} on {system}. This was not tried.",
    "Run the tests on this computer before relying on it.",
    "It cannot be looked at: {error}.",
    "See that the folder is readable and its disk is whole.",
    # What lies in the files.
    "Keep this folder for examination and restore the last backup with `plait restore`.",
    "It cannot be read: {error}.",
    "A database is damaged: {error}.",
    "The databases are whole.",
    "{count} events are not what the log tells: {parts}.",
    "The events are those that the log tells of.",
    "Restore the last backup if what is in them is needed.",
    "{parts}: the end of what was written when the computer stopped, or damage.",
    "See whether values of that time are missing.",
    "Signals and stored files read back as they were written.",
    # The node at work.
    "The mailbox at {host} cannot be read: {error}.",
    "Check host, user, password and certificates under [mailbox].",
    "The mailbox at {host} is looked into every {minutes} minutes.",
    "Free the port, or allow another with `plait phones allow`.",
    "Phones are allowed but cannot come: {error}",
    "What comes by MQTT cannot be kept and is not acknowledged: {error}",
    "Make room on the disk.",
    "Nothing more is taken by MQTT until what came is decoded: {count} MB wait.",
    "See in the log which adapter is slow, or raise mqtt.keep_mb.",
    "Devices speak MQTT on port {port} without TLS: whoever is in the network can read their passwords.",
    "Set mqtt.tls = true where the devices can do it.",
    "Devices speak MQTT on port {port}; {count} are connected.",
    "The node runs and is busy with {work}.",
    "The node runs and is idle.",
    "The log ends at fact {seq}; it is walked from its beginning once a day.",
    "All {count} facts were walked on {moment} UTC and the chain is whole.",
    "The chain breaks at fact {seq}: {error}.",
    "Restore the last backup; keep this folder.",
    "{waiting} deliveries wait and {refused} were refused by partners.",
    "See /api/v1/deliveries: a partner may be away, or must be asked why it refuses.",
    "Everything sent to partners has arrived.",
    "{name} cannot go on behind fact {seq} after {tries} tries: {error}.",
    "See the log for the cause; the node tries again by itself.",
    "A follower is {count} facts behind.",
    "Wait; if it does not catch up, see the log.",
    "All followers keep up with the log.",
    "No partner failed to answer of late.",
    "{origin} did not answer and is tried again by itself: {error}",
    "{origin} and {count} more did not answer and is tried again by itself: {error}",
    "See `plait deliveries list`; if it lasts, ask the partner whether its node runs.",
    "No partner has told the time since the start.",
    "The clock agrees with those of {count} partners.",
    "The clock is {seconds} s behind those of {count} partners.",
    "The clock is {seconds} s ahead of those of {count} partners.",
    "Set the computer's clock by a time server; signatures and offers end by the clock.",
    "The last backup to {target} failed: {error}",
    "Remove the cause; it is tried again by itself.",
    "No backup was ever made.",
    "Set backup.target in plait.toml, or run `plait backup DIR`.",
    "The first backup has not been made yet.",
    "Wait for it, or run `plait backup`.",
    "The last backup is {count} days old.",
    "Run `plait backup`; set backup.target to have one each day.",
    "The last backup was made on {moment} UTC.",
)
PARTS = (
    "it listens on {host} without an https address",
    "it trusts the very wide range {range}",
    "event {event} is gone",
    "event {event} was changed",
    "{file} was changed",
    "{file} has {bytes} damaged bytes at {offset}",
    "{file} is shorter than it was",
    "fact {seq} is missing",
    "it does not follow the fact before it",
    "its body was changed",
    "its header was changed",
)
"""What stands inside of sentences: several after one another, apart by ``;``, or the reason of a broken chain."""

COUNTED = frozenset({"free", "seconds", "count", "seq", "waiting", "refused", "tries", "bytes", "offset", "minutes"})
INNER = frozenset({"parts", "error"})
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOMENT = rf"\d\d (?:{'|'.join(MONTHS)}) \d\d:\d\d"
_HOLE = re.compile(r"\{(\w+)\}")


def found(texts: Texts, sentence: str) -> str:
    """Return ``sentence`` in the language of ``texts``; what is not known again stays as it is."""
    return sentence if texts.language == "en" else _said(texts, sentence, TEMPLATES)


@cache
def _patterns(templates: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each template with the pattern of its sentences, those with the most words of their own first."""
    ordered = sorted(templates, key=lambda each: -len(_HOLE.sub("", each)))
    return tuple((each, re.compile(_pattern(each), re.DOTALL)) for each in ordered)


def _pattern(template: str) -> str:
    parts, at = [], 0
    for hole in _HOLE.finditer(template):
        inner = MOMENT if hole[1] == "moment" else r"[\d.]+" if hole[1] in COUNTED else ".+?"
        parts.append(re.escape(template[at : hole.start()]) + f"(?P<{hole[1]}>{inner})")
        at = hole.end()
    return "".join(parts) + re.escape(template[at:])


def _said(texts: Texts, sentence: str, templates: tuple[str, ...]) -> str:
    for template, pattern in _patterns(templates):
        match = pattern.fullmatch(sentence)
        if match is not None:
            return texts(template, **{name: _value(texts, name, text) for name, text in match.groupdict().items()})
    return texts(sentence)


def _value(texts: Texts, name: str, text: str) -> str:
    if name in INNER:
        return "; ".join(_said(texts, part, PARTS) for part in text.split("; "))
    if name == "moment":
        day, month, time = text.split()
        number = MONTHS.index(month) + 1
        return f"{number}月{int(day)}日 {time}" if texts.language == "zh" else f"{day}.{number:02}. {time}"
    return text.replace(".", ",") if name == "free" and texts.language == "de" else text
