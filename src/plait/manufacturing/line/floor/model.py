"""What somebody at a machine does and sees, and the facts it leaves on the order's braid."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

import msgspec

from plait.kernel.facts import fact
from plait.kernel.problems import register

__all__ = [
    "BAD_PHOTO",
    "BAD_TAP",
    "BUSY",
    "ELSEWHERE",
    "MACHINE_COUNTS",
    "MACHINE_DOWN",
    "MATERIAL",
    "NOT_BEGUN",
    "NOT_YOURS",
    "NO_CALL",
    "NO_JOB",
    "NO_STATION",
    "TOO_MANY",
    "UNCOUNTED",
    "Act",
    "Board",
    "Call",
    "CallQuery",
    "Counted",
    "Do",
    "FloorJob",
    "HelpAnswered",
    "HelpAsked",
    "Note",
    "NoteQuery",
    "PhotoAdded",
    "StationAttended",
    "StationLeft",
    "StationView",
    "Stopped",
    "Tapped",
    "Tended",
    "WorkBegun",
]

NO_JOB = register("no-such-line-job", 404, "There is no such job", "Look at the list of the machine's jobs.")
NO_STATION = register("no-such-station", 404, "There is no such machine or place of work", "Choose one from the list.")
NO_CALL = register("no-such-call", 404, "There is no such call for help", "Look at the open calls.")
ELSEWHERE = register("job-elsewhere", 409, "The job is not at this machine, or not its turn yet", "Look at the list of the machine's jobs.")
NOT_YOURS = register("job-not-yours", 409, "Somebody else works on this job", "Take it over first.")
NOT_BEGUN = register("job-not-begun", 409, "The job has not been begun, or is done already", "Look at what the job says now.")
BUSY = register("station-busy", 409, "Another job runs at this machine", "Finish or stop it first.")
MACHINE_DOWN = register("machine-down", 409, "The machine stands", "Clear the fault at the machine first, or call for help.")
MACHINE_COUNTS = register(
    "machine-counts", 409, "The machine itself begins this job, counts and ends it", "Report here why it stands, and scrap that it did not see."
)
MATERIAL = register("material-missing", 409, "Material for this job is missing", "Call for help, or take the next job.")
TOO_MANY = register("count-too-high", 422, "This is more than the job has", "Check the number.")
UNCOUNTED = register("pieces-uncounted", 409, "Pieces of this job are not counted yet", "Say whether the rest is good or scrap.")
BAD_TAP = register("tap-time", 422, "The time of this entry cannot be taken", "Enter it again; entries are taken for 24 hours.")
BAD_PHOTO = register("photo", 422, "This photo cannot be kept", "Send a JPEG, PNG or WebP picture.")

Do: TypeAlias = Literal["start", "stop", "count", "finish", "help", "answer"]
Id: TypeAlias = Annotated[str, msgspec.Meta(max_length=80)]
Word: TypeAlias = Annotated[str, msgspec.Meta(max_length=80)]
Pieces: TypeAlias = Annotated[int, msgspec.Meta(ge=-1_000_000, le=1_000_000)]
Latest: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=1000)]


class Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing done at a machine.

    ``count``: ``good`` and ``scrap`` pieces more (negative ones correct an earlier count), scrap with its ``reason``. ``stop`` has a ``reason``.
    ``finish``: what was not counted is ``rest`` (good or scrap). ``answer`` names the ``call`` that is answered. ``tapped``: when it was done (real time).
    """

    do: Do
    station: Id = ""
    job: Id = ""
    good: Pieces = 0
    scrap: Pieces = 0
    reason: Word = ""
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""
    rest: Literal["", "good", "scrap"] = ""
    call: Id = ""
    tapped: datetime | None = None


class Tapped(msgspec.Struct, frozen=True):
    """Who did something and when in business time; ``late_s``: how many seconds it waited on the telephone."""

    person: str
    at: datetime
    late_s: int = 0


class Tended(msgspec.Struct, frozen=True):
    """A job as the person at it has told it; ``state`` is running or stopped."""

    job: str
    run: str
    station: str
    person: str
    state: str
    since: datetime
    reason: str = ""
    good: int = 0
    scrap: int = 0


class FloorJob(msgspec.Struct, frozen=True):
    """A job as the page shows it. ``state``: running, stopped, ready, or waiting (for an earlier step); ``own_count``: the machine counts by itself."""

    id: str
    run: str
    step: str
    part: str
    revision: str
    customer: str
    quantity: int
    good: int
    scrap: int
    state: str
    since: str
    reason: str
    person: str
    name: str
    own_count: bool
    planned: str


class StationView(msgspec.Struct, frozen=True):
    """A machine or place of work; ``state`` is the machine's, or of a place without a link what its job says. ``attended``: its jobs wait for a person."""

    id: str
    name: str
    group: str
    linked: bool
    state: str
    since: str = ""
    reason: str = ""
    attended: bool = False


class Call(msgspec.Struct, frozen=True):
    """A call for help; ``state`` is open or answered. Times in business time."""

    id: str
    station: str
    job: str
    run: str
    person: str
    name: str
    at: datetime
    note: str
    state: str
    answered_by: str = ""
    answered: datetime | None = None


class Note(msgspec.Struct, frozen=True):
    """Something told at a machine: ``kind`` is begun, stopped, counted, photo. A photo is named by ``blob``, with its type and size in bytes."""

    id: str
    kind: str
    run: str
    job: str
    station: str
    person: str
    name: str
    at: datetime
    good: int = 0
    scrap: int = 0
    reason: str = ""
    note: str = ""
    blob: str = ""
    media: str = ""
    size: int = 0


class Board(msgspec.Struct, frozen=True):
    """What somebody at a machine sees: the machine, its jobs in order (the present ones first), open calls."""

    station: StationView
    jobs: list[FloorJob]
    calls: list[Call]


class NoteQuery(msgspec.Struct, frozen=True):
    """Which notes: of a run, a job, a kind; the latest."""

    run: str = ""
    job: str = ""
    kind: Literal["", "begun", "stopped", "counted", "photo"] = ""
    limit: Latest = 200


class CallQuery(msgspec.Struct, frozen=True):
    """Which calls for help: open ones, answered ones, or all."""

    state: Literal["", "open", "answered"] = ""
    limit: Latest = 200


@fact("line.station_attended")
class StationAttended(msgspec.Struct, frozen=True):
    """Somebody works at a place and says so: from now on its jobs wait for a person and do not end by the clock."""

    station: str
    person: str


@fact("line.station_left")
class StationLeft(msgspec.Struct, frozen=True):
    """The jobs of a place begin and end by the clock again."""

    station: str


@fact("line.work_begun")
class WorkBegun(msgspec.Struct, frozen=True):
    """Somebody began a job, went on with it after a stop (``again``), or took it over from ``before``."""

    job: str
    run: str
    station: str
    tap: Tapped
    again: bool = False
    before: str = ""


@fact("line.stopped")
class Stopped(msgspec.Struct, frozen=True):
    """Somebody says that a job stands, and why."""

    job: str
    run: str
    station: str
    reason: str
    note: str
    tap: Tapped


@fact("line.counted")
class Counted(msgspec.Struct, frozen=True):
    """Somebody counted pieces (negative: corrected a count); ``all_good`` and ``all_scrap`` are the job's sums now."""

    job: str
    run: str
    station: str
    good: int
    scrap: int
    reason: str
    all_good: int
    all_scrap: int
    tap: Tapped


@fact("line.photo_added")
class PhotoAdded(msgspec.Struct, frozen=True):
    """A photo was put with a job: the stored file ``blob`` (SHA-256), ``size`` in bytes."""

    job: str
    run: str
    station: str
    blob: str
    media: str
    size: int
    width: int
    height: int
    note: str
    tap: Tapped


@fact("line.help_asked")
class HelpAsked(msgspec.Struct, frozen=True):
    """Somebody at a machine calls for help."""

    call: str
    station: str
    job: str
    run: str
    note: str
    tap: Tapped


@fact("line.help_answered")
class HelpAnswered(msgspec.Struct, frozen=True):
    """Somebody answered a call for help."""

    call: str
    station: str
    run: str
    tap: Tapped
