"""Settings of a node: ``plait.toml`` in the data folder < environment (``PLAIT_STORE__URL``) < flags.

One frozen Struct tree; an unknown key or a wrong type is an error that names the key and where it came from.
"""

import os
import tomllib
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from plait.kernel.os import read_text
from plait.kernel.problems import Problem, register

__all__ = ["Settings", "load", "origins"]

BAD_SETTING = register("bad-setting", 422, "A setting cannot be used", "Correct it in plait.toml, the environment or the flag named.")


class Http(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the node listens. ``public_url`` is what partners are told (default: host and port).

    ``names``: further host names under which people come (besides addresses, this computer's name and that of ``public_url``); ``proxies``:
    addresses of reverse proxies, whose X-Forwarded-For and -Proto are believed. ``browser``: `plait up` on a terminal opens the browser.
    """

    host: str = "127.0.0.1"
    port: int = 8400
    public_url: str = ""
    body_limit: int = 8_000_000
    names: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    browser: bool = True


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much callers may ask for; a rate of 0 is no limit, and ten seconds' worth may be saved up.

    Requests a second: ``anonymous_per_s`` and ``partner_per_s`` of one address, ``own_per_s`` of one person or token. ``at_once``: requests
    under way (half of them for one address); ``connections`` open; ``streams``: live answers (a quarter for one address); ``sockets``: pages
    of the console that are open (half of them for one address).
    """

    anonymous_per_s: float = 50.0
    partner_per_s: float = 200.0
    own_per_s: float = 500.0
    at_once: int = 400
    connections: int = 1000
    streams: int = 200
    sockets: int = 200


class StoreSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``url`` of PostgreSQL for the fact log and ``events_url`` for the event store; empty: SQLite files in the data folder."""

    url: str = ""
    events_url: str = ""


class Clock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Kind of business time; ``factor`` business seconds pass in one real second when ``scaled``."""

    kind: Literal["wall", "scaled", "stepped"] = "wall"
    factor: float = 1.0


class Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``trusted`` (CIDRs) may be inside addresses and speak plain http; ``seed`` is the address of a node to join by."""

    trusted: tuple[str, ...] = ()
    seed: str = ""


class Machines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``publishing_ms``: how often an OPC UA server tells changes, in milliseconds."""

    publishing_ms: int = 250


class Signals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many days what machines say is kept, from when it was written on; 0: for good.

    ``raw_days``: each value; ``minute_days``, ``hour_days``: of each minute and hour number, sum, least, greatest, first and last value.
    A segment is brought into Parquet when it has ``segment_mb``, or is ``roll_hours`` old.
    """

    raw_days: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    minute_days: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    hour_days: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    segment_mb: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 8
    roll_hours: Annotated[float, msgspec.Meta(gt=0)] = 1.0


class Alarms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How somebody is called when an alarm is raised: by ``webhook`` (https address that gets JSON), by mail to ``mail_to``; empty: not.

    Files are relative to the data folder; ``webhook_secret_file`` signs what goes out. ``mail_security``: ``tls``, ``starttls``, or
    ``plain`` to a server of the own network; ``mail_ca_file``: certificates of the firm's own authority. From ``quiet_from`` to ``quiet_until`` (as 22:00,
    at the firm's place) only critical alarms call, the others when it is over.
    """

    webhook: str = ""
    webhook_secret_file: str = ""
    mail_host: str = ""
    mail_port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 465
    mail_security: Literal["tls", "starttls", "plain"] = "tls"
    mail_user: str = ""
    mail_password_file: str = ""
    mail_from: str = ""
    mail_to: tuple[str, ...] = ()
    mail_ca_file: str = ""
    quiet_from: Annotated[str, msgspec.Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$")] = ""
    quiet_until: Annotated[str, msgspec.Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$")] = ""


class Mqtt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The node's own MQTT listener; ``port`` 0: it does not listen. ``tls``: by TLS with a certificate of the node's own.

    ``anonymous``: whoever is on this computer may come without a name, say and hear everything; only while ``host`` is this computer alone.
    ``connections`` at once; a packet of at most ``packet_kb``; ``memory_mb`` of what waits to be written, then nothing more is read;
    ``keep_mb`` of what came in is kept for listeners that are away.
    """

    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0
    host: str = "127.0.0.1"
    tls: bool = False
    anonymous: bool = False
    connections: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 12_000
    packet_kb: Annotated[int, msgspec.Meta(ge=1, le=65_536)] = 1024
    memory_mb: Annotated[int, msgspec.Meta(ge=1, le=4096)] = 16
    keep_mb: Annotated[int, msgspec.Meta(ge=1)] = 1024


class Sparkplug(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sparkplug B. ``host``: the id under which this node is host application of what comes to its own MQTT listener (empty: it is none).

    With ``server`` (``mqtt://host:1883``, ``mqtts://host:8883``) the node is also an edge node there: ``group`` and ``edge`` name it, ``series``
    (patterns such as ``lathe-1.*``) what it tells, ``primary_host`` the host application it waits for (empty: none). ``user``, ``password_file``
    (the password in its first line) and ``ca_file`` (PEM), both relative to the data folder, are for that broker. It tells every ``every_ms``; of a time
    without a link the last ``keep_hours``.
    """

    host: Annotated[str, msgspec.Meta(pattern=r"^[^+#/\x00]{0,200}$")] = "plait"
    server: Annotated[str, msgspec.Meta(pattern=r"^(mqtts?://[^/\s@?#]+/?)?$")] = ""
    user: str = ""
    password_file: str = ""
    ca_file: str = ""
    group: Annotated[str, msgspec.Meta(pattern=r"^[^+#/\x00]{1,200}$")] = "plait"
    edge: Annotated[str, msgspec.Meta(pattern=r"^[^+#/\x00]{1,200}$")] = "node"
    series: Annotated[tuple[str, ...], msgspec.Meta(max_length=1000)] = ()
    primary_host: Annotated[str, msgspec.Meta(pattern=r"^[^+#/\x00]{0,200}$")] = ""
    every_ms: Annotated[int, msgspec.Meta(ge=50, le=3_600_000)] = 1000
    keep_hours: Annotated[int, msgspec.Meta(ge=1, le=24 * 366)] = 72


class Desk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the order desk answers: a quotation is held ``hold_hours``.

    Goods are ``transit_hours`` on the road to or from a supplier; ``buffer_hours`` are added to a date before it is promised.
    ``goods_in`` books announced goods in at their announced time without a person; with ``carrier`` a carrier is found for what goes out.
    What is put into ``drop_folder`` (relative to the data folder; empty: none) goes into the inbox, a sub-folder's name being the sender.
    With ``auto_apply`` a file goes in by itself when its columns are known from before and nothing in it is in doubt.
    ``request_form``: the firm's card has a form by which anybody may ask for a price and a date.
    ``answers``: partners' requests are answered by the node ``itself`` as soon as price and date are known, or by a ``person``.
    """

    hold_hours: float = 48.0
    transit_hours: float = 2.0
    buffer_hours: float = 2.0
    goods_in: bool = False
    carrier: bool = False
    drop_folder: str = "drop"
    auto_apply: bool = False
    request_form: bool = True
    answers: Literal["itself", "person"] = "itself"


class Guest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Links for firms without a node are good for ``days`` when nobody says otherwise."""

    days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 14


class Labels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``printer``: address of a label printer that takes ZPL II on its raw port, such as ``192.168.1.50:9100``; empty: none."""

    printer: str = ""


class Mailbox(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A folder of an IMAP server whose new mails come into the inbox; without ``host`` none is looked into.

    It is looked into ``every_minutes``. ``password_file`` (relative to the data folder) holds the password, readable by the node's user only;
    ``ca_file`` the certificates of the firm's own authority. Mails in ``folder`` that nobody has seen are fetched, at most ``most`` at once, none larger
    than ``largest`` bytes; then they are marked as seen, and moved to ``done_folder`` when one is named. ``security``: ``tls``, ``starttls``, or
    ``plain`` to this computer only. ``timeout_s`` seconds are waited for the server.
    """

    host: str = ""
    user: str = ""
    password_file: str = ""
    port: int = 993
    folder: str = "INBOX"
    done_folder: str = ""
    every_minutes: float = 5.0
    security: Literal["tls", "starttls", "plain"] = "tls"
    ca_file: str = ""
    most: int = 200
    largest: int = 25_000_000
    timeout_s: float = 30.0


class Backup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Backups by the clock. ``target``: a folder, or ``s3://bucket/prefix`` with ``endpoint`` and ``region`` (credentials: AWS_... in the environment).

    ``at`` is the time of day at the firm's place. ``passphrase_file`` holds the passphrase in its first line; ``plain`` allows backups
    without one. Kept are the latest of the last ``daily`` days, ``weekly`` weeks and ``monthly`` months that have one.
    """

    target: str = ""
    at: str = "02:00"
    passphrase_file: str = ""
    plain: bool = False
    endpoint: str = ""
    region: str = ""
    daily: int = 7
    weekly: int = 4
    monthly: int = 12


class People(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A session ends after ``idle_hours`` without use, and after ``days`` in any case.

    One by badge and PIN ends after ``operator_minutes`` and ``operator_hours``.
    """

    idle_hours: float = 12.0
    days: float = 30.0
    operator_minutes: float = 30.0
    operator_hours: float = 12.0


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What people at the machines choose from besides what is there: ``stop_reasons``, ``scrap_reasons``; ``photo_mb``: how large a photo may be."""

    stop_reasons: tuple[str, ...] = ()
    scrap_reasons: tuple[str, ...] = ()
    photo_mb: float = 12.0


class Cycles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When times measured at machines are held against routings: after so many ``jobs``, when they differ by this share (``deviation``).

    The last ``window`` jobs count. With ``auto_jobs`` above 0 what so many jobs say is taken over without a person, if it differs by no more than
    ``auto_within``.
    """

    jobs: Annotated[int, msgspec.Meta(ge=2, le=1000)] = 5
    deviation: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.05
    window: Annotated[int, msgspec.Meta(ge=2, le=1000)] = 50
    auto_jobs: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    auto_within: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.15


class Phones(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where phones of this network come in once an administrator allows it (``plait phones allow``), by TLS with a certificate of the node's own.

    ``address``: one of this computer's addresses (empty: all of them).
    """

    address: str = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8443


class Firm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the firm is called at first start; afterwards the data folder knows better."""

    name: str = ""


class Logs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is logged and where: lines of ``level`` and above to ``file`` (relative to the data folder; empty: stderr).

    A file of ``megabytes`` is put aside and a new one begun; ``keep`` old ones are kept.
    """

    level: Literal["debug", "info", "warning", "error"] = "info"
    file: str = ""
    megabytes: Annotated[int, msgspec.Meta(ge=1)] = 10
    keep: Annotated[int, msgspec.Meta(ge=1)] = 5


class Metrics(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``open``: whoever reaches the node may read its metrics without a token; only while it listens on this computer alone."""

    open: bool = False


class Tracing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """OpenTelemetry (the extra ``otel``). ``exporter``: its name, such as ``otlp_proto_http`` or ``console``; empty: nothing is traced.

    Where spans go is set as that exporter wants it (OTEL_EXPORTER_OTLP_ENDPOINT). ``share`` of the traces is kept.
    """

    exporter: str = ""
    share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that can be set."""

    firm: Firm = Firm()
    http: Http = Http()
    store: StoreSettings = StoreSettings()
    clock: Clock = Clock()
    network: Network = Network()
    machines: Machines = Machines()
    signals: Signals = Signals()
    alarms: Alarms = Alarms()
    mqtt: Mqtt = Mqtt()
    sparkplug: Sparkplug = Sparkplug()
    desk: Desk = Desk()
    guest: Guest = Guest()
    mailbox: Mailbox = Mailbox()
    labels: Labels = Labels()
    limits: Limits = Limits()
    backup: Backup = Backup()
    people: People = People()
    phones: Phones = Phones()
    line: Line = Line()
    cycles: Cycles = Cycles()
    logs: Logs = Logs()
    metrics: Metrics = Metrics()
    tracing: Tracing = Tracing()


LISTS = frozenset(
    {("network", "trusted"), ("http", "names"), ("http", "proxies"), ("sparkplug", "series"), ("line", "stop_reasons"), ("line", "scrap_reasons")}
)


def _from_env(env: Mapping[str, str]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in env.items():
        if not name.startswith("PLAIT_") or "__" not in name:
            continue
        section, _, key = name.removeprefix("PLAIT_").lower().partition("__")
        tree.setdefault(section, {})[key] = value.split(",") if value and (section, key) in LISTS else value
    return tree


def _merge(trees: list[dict[str, Any]]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for tree in trees:
        for section, values in tree.items():
            if isinstance(values, dict):
                merged.setdefault(section, {}).update(values)
            else:
                merged[section] = values
    return merged


def load(folder: Path, env: Mapping[str, str] = os.environ, flags: dict[str, Any] | None = None) -> Settings:
    """Read the settings of the node in ``folder``; raise ``bad-setting`` naming what is wrong."""
    file = folder / "plait.toml"
    try:
        written = tomllib.loads(read_text(file)) if file.exists() else {}
        settings = msgspec.convert(_merge([written, _from_env(env), flags or {}]), Settings, strict=False)
        for cidr in settings.network.trusted:
            ip_network(cidr)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as error:
        raise Problem(BAD_SETTING, f"{error} (from {file}, PLAIT_... or a flag)") from error
    return settings


def origins(folder: Path, env: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return for each setting that is not at its default where its value comes from."""
    file = folder / "plait.toml"
    written = tomllib.loads(read_text(file)) if file.exists() else {}
    found = {f"{section}.{key}": str(file) for section, values in written.items() for key in values}
    found |= {f"{section}.{key}": "environment" for section, values in _from_env(env).items() for key in values}
    return found
