"""People at the machines: what they tell, on simulated time, with a real store."""

import io
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from PIL import Image

from plait.kernel.actor import Actor
from plait.kernel.clock import SYSTEM
from plait.kernel.once import Once
from plait.kernel.ports import JobState, MachineView
from plait.kernel.problems import Problem
from plait.kernel.settings import Line
from plait.manufacturing.line.floor.model import Act, CallQuery, NoteQuery
from plait.manufacturing.line.floor.service import PHOTOS, FloorService
from plait.manufacturing.line.model import MaterialLine
from plait.store import Blobs
from tests.manufacturing.line.test_service import FIRM, ME, facts, run_order, shop

ADA = Actor("person", "ada", FIRM.party_id, frozenset({"operator"}))
BEN = Actor("person", "ben", FIRM.party_id, frozenset({"operator"}))
JOB = "SO-00001-1-10"
NEXT = "SO-00001-2-10"


async def drawn(path):
    return f"<svg>{path}</svg>"


@asynccontextmanager
async def floor(folder, order=None, machines=()):
    """A shop in which Ada works at the lathe, with two batches of two pieces to turn."""
    async with shop(folder) as (store, line, _):
        made = FloorService(line, Blobs(folder / "blobs"), Line(stop_reasons=("no crane",)), str.title, drawn)
        await made.attend(ADA, "l1")
        await line.open_run(ME, order or run_order(materials=()))
        await store.clock.run_for(timedelta(seconds=1))
        yield store, line, made


def act(do, job=JOB, **more):
    return Act(do, "l1", job, **more)


async def refused(code, deed):
    with pytest.raises(Problem) as problem:
        await deed
    assert problem.value.code == code
    return problem.value


async def test_jobs_wait_for_whoever_attends(tmp_path):
    """Tests that a job at an attended place neither begins nor ends by the clock, and does both again once nobody attends."""
    async with floor(tmp_path) as (store, _, made):
        await store.clock.run_for(timedelta(hours=9))
        assert await facts(store, "line.job_started") == []
        board = await made.board(ADA, "l1")
        assert [(job.id, job.state) for job in board.jobs[:2]] == [(JOB, "ready"), (NEXT, "ready")]
        await made.by_clock(ME, "l1")
        await store.clock.run_for(timedelta(hours=9))
        assert [each.job for each in await facts(store, "line.job_ended")] == [JOB, NEXT]
        assert [each.station for each in await facts(store, "line.station_left")] == ["l1"]


async def test_attending_takes_a_job_from_the_clock(tmp_path):
    """Tests that a job that the clock has begun is not ended by it any more once somebody attends, and can be taken over."""
    async with floor(tmp_path) as (store, _, made):
        await made.by_clock(ME, "l1")
        await store.clock.run_for(timedelta(minutes=1))
        board = await made.act(BEN, act("start"))
        assert (board.jobs[0].state, board.jobs[0].name, board.station.attended) == ("running", "Ben", True)
        await store.clock.run_for(timedelta(hours=9))
        assert await facts(store, "line.job_ended") == []
        assert [each.person for each in await facts(store, "line.station_attended")] == ["ada", "ben"]


async def test_a_job_from_begin_to_end(tmp_path):
    """Tests that begin, count, stop, go on and finish leave their facts on the order's braid, and that the batch goes on with what was counted good."""
    async with floor(tmp_path) as (store, _, made):
        await made.act(ADA, act("start"))
        await made.act(ADA, act("count", good=1))
        board = await made.act(ADA, act("stop", reason="no crane", note="since noon"))
        assert (board.jobs[0].state, board.jobs[0].reason, board.station.state) == ("stopped", "no crane", "down")
        await made.act(ADA, act("start"))
        await made.act(ADA, act("count", scrap=1, reason="surface"))
        board = await made.act(ADA, act("finish"))
        assert JOB not in [job.id for job in board.jobs]
        kinds = ["line.job_started", "line.work_begun", "line.counted", "line.stopped", "line.work_begun", "line.counted", "line.job_ended", "line.scrapped"]
        told = await store.facts(kinds=kinds)
        assert [fact.kind for fact in told] == kinds
        assert {fact.stream for fact in told} == {"run/SO-00001"}
        ended = (await facts(store, "line.job_ended"))[0]
        assert (ended.good, ended.scrap) == (1, 1)
        assert [(each.good, each.scrap, each.all_good, each.all_scrap) for each in await facts(store, "line.counted")] == [(1, 0, 1, 0), (0, 1, 1, 1)]
        notes = await made.notes(ADA, NoteQuery(run="SO-00001"))
        assert [note.kind for note in notes] == ["counted", "begun", "stopped", "counted", "begun"]
        assert notes[2].note == "since noon"


async def test_what_was_not_counted_is_asked_for(tmp_path):
    """Tests that a job is not finished before somebody has said what the rest is, and that the rest then counts."""
    async with floor(tmp_path) as (store, _, made):
        await made.act(ADA, act("start"))
        await refused("pieces-uncounted", made.act(ADA, act("finish")))
        assert await facts(store, "line.job_ended") == []
        await made.act(ADA, act("finish", rest="good"))
        assert [(each.good, each.scrap) for each in await facts(store, "line.job_ended")] == [(2, 0)]


async def test_other_peoples_jobs(tmp_path):
    """Tests that nobody counts, stops or finishes a job of somebody else unless they take it over, which the braid then says."""
    async with floor(tmp_path) as (store, _, made):
        await made.act(ADA, act("start"))
        for deed in (act("count", good=1), act("stop", reason="break"), act("finish", rest="good")):
            await refused("job-not-yours", made.act(BEN, deed))
        await made.act(BEN, act("start"))
        await refused("job-not-yours", made.act(ADA, act("count", good=1)))
        assert [(each.tap.person, each.before) for each in await facts(store, "line.work_begun")] == [("ada", ""), ("ben", "ada")]


async def test_refusals_change_nothing(tmp_path):
    """Tests that a wrong machine, turn, number, reason or order of things is refused with its own words and leaves no fact."""
    async with floor(tmp_path) as (store, _, made):
        await refused("job-not-begun", made.act(ADA, act("count", good=1)))
        await made.act(ADA, act("start"))
        before = await store.head()
        await refused("no-such-line-job", made.act(ADA, act("start", "SO-9")))
        await refused("no-such-station", made.act(ADA, Act("start", "nowhere", JOB)))
        await refused("job-elsewhere", made.act(ADA, Act("count", "g1", JOB, good=1)))
        await refused("job-elsewhere", made.act(ADA, act("start", "SO-00001-1-30")))
        await refused("station-busy", made.act(ADA, act("start", NEXT)))
        await refused("job-not-begun", made.act(ADA, act("start")))
        await refused("count-too-high", made.act(ADA, act("count", good=3)))
        await refused("count-too-high", made.act(ADA, act("count", good=-1)))
        await refused("invalid", made.act(ADA, act("count")))
        await refused("invalid", made.act(ADA, act("count", scrap=1, reason="bad luck")))
        await refused("invalid", made.act(ADA, act("stop", reason="")))
        await refused("no-such-call", made.act(ADA, act("answer", call="HELP-9")))
        assert await store.head() == before
        await made.act(ADA, act("stop", reason="break"))
        await refused("job-not-begun", made.act(ADA, act("stop", reason="break")))
        await made.act(ADA, act("count", good=1))
        await made.act(ADA, act("start", NEXT))


async def test_missing_material(tmp_path):
    """Tests that a job without its material is refused and stays where it was."""
    async with floor(tmp_path, run_order(materials=(MaterialLine("BLANK", Decimal(1)),))) as (store, _, made):
        await refused("material-missing", made.act(ADA, act("start")))
        assert await facts(store, "line.job_released") == []


async def test_each_tap_counts_once(tmp_path):
    """Tests that the same entry sent again does nothing and answers with the board, and that its key serves no other entry."""
    async with floor(tmp_path) as (store, _, made):
        await made.act(ADA, act("start"), Once("k1", "a"))
        for _ in range(3):
            board = await made.act(ADA, act("count", good=1), Once("k2", "b"))
        assert board.jobs[0].good == 1
        await refused("key-reused", made.act(ADA, act("count", good=2), Once("k2", "c")))
        assert len(await facts(store, "line.counted")) == 1


async def test_the_time_of_the_tap(tmp_path):
    """Tests that an entry bears the time of the tap, however late it is sent, and that the future and yesterday are refused in words."""
    async with floor(tmp_path) as (store, _, made):
        now = SYSTEM.now()
        await made.act(ADA, act("start", tapped=now - timedelta(hours=2)))
        tap = (await facts(store, "line.work_begun"))[0].tap
        assert abs(store.clock.now() - tap.at - timedelta(hours=2)) < timedelta(seconds=5)
        assert 7195 <= tap.late_s <= 7205
        wrong = now - timedelta(days=400)
        await made.act(ADA, act("count", good=1, tapped=wrong), sent=wrong + timedelta(minutes=1))
        assert (await facts(store, "line.counted"))[0].tap.late_s == 60
        future = await refused("tap-time", made.act(ADA, act("count", good=1, tapped=now + timedelta(hours=1))))
        assert "future" in future.detail
        await refused("tap-time", made.act(ADA, act("count", good=1, tapped=now), sent=now - timedelta(seconds=1)))
        old = await refused("tap-time", made.act(ADA, act("count", good=1, tapped=now - timedelta(hours=25))))
        assert "25 hours" in old.detail


async def test_calls_for_help(tmp_path):
    """Tests that a call stays open until somebody answers, once, and stands on the braid of the order it is about."""
    async with floor(tmp_path) as (store, _, made):
        await made.act(ADA, act("start"))
        board = await made.act(ADA, act("help", note="coolant leaks"))
        assert [(call.name, call.note, call.run) for call in board.calls] == [("Ada", "coolant leaks", "SO-00001")]
        await refused("station-busy", made.act(ADA, act("help")))
        await made.act(ADA, act("help", ""))
        first = (await made.calls(ME, CallQuery("open")))[-1]
        assert (await made.answer(BEN, first.id)).answered_by == "ben"
        assert (await made.answer(ME, first.id)).answered_by == "ben"
        assert [call.job for call in await made.calls(ME, CallQuery("open"))] == [""]
        asked = await store.facts(kinds=["line.help_asked"])
        assert [fact.stream for fact in asked] == ["run/SO-00001", "station/l1"]
        assert len(await facts(store, "line.help_answered")) == 1


def picture(kind="JPEG", size=(64, 48), **more):
    out = io.BytesIO()
    Image.new("RGB", size, "#884400").save(out, kind, **more)
    return out.getvalue()


async def test_photos(tmp_path):
    """Tests that a photo is kept byte for byte with what the telephone wrote into it, once, and what is none is refused and not kept."""
    async with floor(tmp_path) as (store, _, made):
        exif = Image.Exif()
        exif[0x010F] = "telephone"
        photo = picture(exif=exif)
        note = await made.add_photo(ADA, act("count"), photo, Once("p1", "x"))
        assert await made.add_photo(ADA, act("count"), photo, Once("p1", "x")) == note
        assert (await made.photo(ME, note.id))[1] == photo
        told = (await facts(store, "line.photo_added"))[0]
        assert (told.job, told.media, told.width, told.height, told.size) == (JOB, "image/jpeg", 64, 48, len(photo))
        files = len(list((tmp_path / "blobs").rglob("*")))
        bomb = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0" + b"\0\0\0\0"
        for bad in (b"", b"<svg/>", b"%PDF-1.4", photo[: len(photo) // 2], bomb, picture("GIF"), b"\xff" * 13_000_000):
            await refused("photo", made.add_photo(ADA, act("count"), bad))
        assert len(list((tmp_path / "blobs").rglob("*"))) == files
        await refused("job-elsewhere", made.add_photo(ADA, act("count", "SO-00001-1-30"), photo))
        for number in range(PHOTOS - 1):
            await made.add_photo(ADA, act("count"), photo, f"n{number}")
        await refused("photo", made.add_photo(ADA, act("count"), photo))


class OneLathe:
    """A lathe that is linked: it begins, counts and ends its jobs itself."""

    state = "running"

    def machines(self):
        return [MachineView("m1", "Lathe 1", "lathe", self.state, None, "spindle hot")]

    async def start(self, machine_id, job):
        return None


async def test_a_linked_machine_counts_itself(tmp_path):
    """Tests that at a linked machine people say why it stands and count scrap that it did not see, and that its own report ends the job."""
    async with floor(tmp_path) as (store, line, made):
        lathe = line.machines = OneLathe()
        line._stations = lambda conn: [station("l1", "lathe", "m1")]
        await refused("machine-counts", made.act(ADA, act("start")))
        await line.report(ME, JobState(JOB, "m1", "running"))
        await refused("machine-counts", made.act(ADA, act("count", good=1)))
        await refused("machine-counts", made.act(ADA, act("finish", rest="good")))
        await made.act(ADA, act("stop", reason="tool worn"))
        lathe.state = "down"
        assert "spindle hot" in (await refused("machine-down", made.act(ADA, act("start")))).detail
        lathe.state = "running"
        await made.act(ADA, act("start"))
        await made.act(BEN, act("count", scrap=1, reason="surface"))
        await line.report(ME, JobState(JOB, "m1", "ended", 2, 0))
        assert [(each.good, each.scrap) for each in await facts(store, "line.job_ended")] == [(1, 1)]


def station(id, group, machine=""):
    from plait.manufacturing.line.stations import Station

    return Station(id, group, machine)


async def test_strangers_see_nothing(tmp_path):
    """Tests that somebody of another firm sees no board, note, call or photo, even where every action is open to them."""
    async with floor(tmp_path) as (_, _, made):
        await made.act(ADA, act("start"))
        await made.act(ADA, act("help"))
        note = await made.add_photo(ADA, act("count"), picture())
        stranger = Actor("partner", "x", "other")
        assert await made.stations(stranger) == await made.notes(stranger, NoteQuery()) == await made.calls(stranger, CallQuery()) == []
        await refused("not-found", made.board(stranger, "l1"))
        await refused("not-found", made.photo(stranger, note.id))
        await refused("not-found", made.code(stranger, "l1"))
        assert "/op/m/l1" in await made.code(ADA, "l1")
