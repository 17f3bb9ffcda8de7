"""A page's parts without a browser: their moods, rows that wait, acts and their refusals, and a session that has ended."""

import asyncio
import functools
from types import SimpleNamespace

import pytest
from nicegui import Client, core, ui

from plait.console.html import tag
from plait.console.page import Empty, Field, Page
from plait.kernel.actor import Actor
from plait.kernel.problems import FORBIDDEN, INTERNAL, REGISTRY, UNAUTHENTICATED, Problem
from plait.kernel.texts import Texts

EVIL = "<img src=x onerror=alert(1)>"
NOTHING = Empty("There is nothing yet.", "Begin", act="begin")


class Me:
    """A person before a page."""

    def __init__(self, language="en"):
        self.t = Texts(language)
        self.here = True
        self.rooms = SimpleNamespace(identity=SimpleNamespace(firm=lambda: SimpleNamespace(name=f"Helix {EVIL}")))

    async def actor(self):
        if not self.here:
            raise Problem(UNAUTHENTICATED, "Sign in first.")
        return Actor("person", "x", "p", frozenset({"viewer"}))


class Hub:
    """The place where live views are published; what was asked for is kept."""

    def __init__(self):
        self.watched = []
        self.left = 0

    def watch(self, key, kinds, every_s, fetch, watcher):
        self.watched.append((key, kinds, every_s, watcher))

        def leave():
            self.left += 1

        return leave


@pytest.fixture
async def client(monkeypatch):
    """One open page of NiceGUI's, with nobody at its other end: what would be sent stays where it was put."""
    monkeypatch.setattr(core, "loop", asyncio.get_running_loop())
    before = asyncio.all_tasks()
    made = Client(ui.page("/"))
    yield made
    if not made.is_deleted:
        made.delete()
    begun = asyncio.all_tasks() - before - {asyncio.current_task()}
    for task in begun:
        task.cancel()
    await asyncio.gather(*begun, return_exceptions=True)


@pytest.fixture
def page(client):
    with client:
        return Page(Me(), Hub(), {"order": "SO-1"}, {})


def inside(test):
    """Have a test run inside its page: NiceGUI knows by the task where elements go."""

    @functools.wraps(test)
    async def run(**fixtures):
        with fixtures.get("client") or fixtures["page"]._client:
            await test(**fixtures)

    return run


async def sent(client, kind):
    """Return what waits to be sent to the browser: notices or scripts."""
    for _ in range(3):
        await asyncio.sleep(0)
    return [data for _, what, data in client.outbox.messages if what == kind]


async def scripts(client):
    return " ".join(each["code"] for each in await sent(client, "run_javascript"))


def rows(found):
    return tag("ul", [tag("li", each) for each in found])


def giving(*answers):
    """Return a reading that gives (or raises) one answer after another, the last for ever."""
    left = list(answers)

    async def fetch(_):
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return fetch


async def click(block, act, arg=""):
    await block._clicked(SimpleNamespace(args=[act, arg]))


@inside
async def test_loading_is_a_shape_of_what_comes(client, page):
    """Tests that a part that is still being read shows grey bones and says that it is busy, and then what was read."""
    go, begun = asyncio.Event(), asyncio.Event()

    async def slow(_):
        begun.set()
        await go.wait()
        return ["A"]

    async def build():
        with client:
            return await page.block(slow, rows)

    task = asyncio.create_task(build())
    await begun.wait()
    shown = [each.content for each in client.elements.values() if isinstance(each, ui.html)]
    assert any("p-skeleton" in text and 'aria-busy="true"' in text for text in shown)
    go.set()
    block = await task
    assert block.element.content == "<ul><li>A</li></ul>"


@pytest.mark.parametrize("nothing", [[], (), {}, None])
@inside
async def test_empty_says_what_to_do(page, nothing):
    """Tests that a part without anything says so with a button that does something, and shows what there is once there is."""
    begun = []
    block = await page.block(giving(nothing, ["A"]), rows, empty=NOTHING, on={"begin": begun.append})
    assert "There is nothing yet." in block.element.content
    assert 'data-act="begin"' in block.element.content
    await click(block, "begin", "7")
    assert begun == ["7"]
    await block.load()
    assert block.element.content == "<ul><li>A</li></ul>"


@inside
async def test_empty_may_lead_elsewhere(page):
    """Tests that an empty part may lead to another page, and that one without a mood of its own shows what it draws of nothing."""
    led = await page.block(giving([]), rows, empty=Empty("Nothing.", "Go", href="/console/desk"))
    assert 'href="/console/desk"' in led.element.content
    assert (await page.block(giving([]), rows)).element.content == "<ul></ul>"


@inside
async def test_a_refusal_has_its_reason_and_another_try(page):
    """Tests that a part that is refused says why in its place, as text, and is read again by its button."""
    block = await page.block(giving(Problem(FORBIDDEN, f"Not for {EVIL}"), ["A"]), rows, empty=NOTHING)
    said = block.element.content
    assert REGISTRY[FORBIDDEN].title in said
    assert 'role="alert"' in said
    assert EVIL not in said
    assert 'data-act="again"' in said
    await click(block, "again")
    assert block.element.content == "<ul><li>A</li></ul>"


@inside
async def test_an_error_takes_one_part_and_tells_nothing(page):
    """Tests that a part that trips leaves the others alone, and that nothing of the inside is said."""
    broken = await page.block(giving(ValueError("secret inside")), rows)
    well = await page.block(giving(["A"]), rows)
    assert REGISTRY[INTERNAL].title in broken.element.content
    assert "secret inside" not in broken.element.content
    assert "<li>A</li>" in well.element.content


@inside
async def test_what_is_clicked_must_be_meant(page):
    """Tests that a click with a name that the part does not know, or none, does nothing."""
    block = await page.block(giving(["A"]), rows)
    for args in (["constructor", "x"], [], [""], "made-up"):
        await block._clicked(SimpleNamespace(args=args))
    assert block.element.content == "<ul><li>A</li></ul>"


@inside
async def test_new_rows_wait(page):
    """Tests that rows that are new wait behind a word of how many they are, that changes of old ones show at once, and a click brings the new."""
    block = await page.block(giving(["a", "b"]), rows, keys=list)
    block.take(["b", "a"])
    assert block.element.content == "<ul><li>b</li><li>a</li></ul>"
    block.take(["c", "d", "e", "b", "a"])
    assert block.element.content == "<ul><li>b</li><li>a</li></ul>"
    assert "3 new" in block._pill.content
    await click(block, "fresh")
    assert block.element.content.count("<li>") == 5
    assert block._pill.content == ""


@inside
async def test_the_first_rows_wait_for_nobody(page):
    """Tests that rows show at once where there were none before."""
    block = await page.block(giving([]), rows, empty=NOTHING, keys=list)
    block.take(["a"])
    assert block.element.content == "<ul><li>a</li></ul>"


@inside
async def test_live_parts_are_watched_and_left(client, page):
    """Tests that a live part is watched under what it looks at, given what is read while it stands, and left with its page; others are not."""
    await page.block(giving(["a"]), rows)
    assert page._hub.watched == []
    block = await page.block(giving(["a"]), rows, live=("trade.",), every_s=5)
    [(key, kinds, every_s, watcher)] = page._hub.watched
    assert "SO-1" in key
    assert (kinds, every_s) == (("trade.",), 5)
    watcher.take(["b"])
    assert block.element.content == "<ul><li>b</li></ul>"
    block.element.delete()
    assert page._hub.left >= 1
    watcher.take(["c"])
    assert block.data == ["b"]


@inside
async def test_an_act_is_said(client, page):
    """Tests that what was done is said and returned."""

    async def do(actor):
        return actor.id

    assert await page.act(do, "It is done.") == "x"
    [notice] = await sent(client, "notify")
    assert (notice["message"], notice["type"]) == ("It is done.", "positive")


@pytest.mark.parametrize("language", ["en", "de", "zh"])
@inside
async def test_a_refused_act_says_why(client, language):
    """Tests that a refused act says title, detail and what to do in the person's language, returns nothing, and says nothing of being done."""
    page = Page(Me(language), Hub(), {}, {})

    async def do(_):
        raise Problem(FORBIDDEN, "Only the office.")

    assert await page.act(do, "It is done.") is None
    [notice] = await sent(client, "notify")
    kind = REGISTRY[FORBIDDEN]
    assert notice["message"] == f"{page.t(kind.title)}. Only the office. {page.t(kind.advice)}"
    assert notice["type"] == "negative"


@inside
async def test_an_ended_session_asks_for_the_password(client, page):
    """Tests that whoever's session has ended is asked to sign in over the page, at reading, acting and living, and that nothing is done."""
    block = await page.block(giving(["a"]), rows, live=("trade.",))
    page.me.here = False
    done = []

    async def do(actor):
        done.append(actor)

    assert await page.act(do, "It is done.") is None
    assert done == []
    assert await sent(client, "notify") == []
    assert (await scripts(client)).count("signInAgain") == 1
    await block.load()
    assert (await scripts(client)).count("signInAgain") == 2
    page._hub.watched[0][3].lost()
    assert (await scripts(client)).count("signInAgain") == 3


def in_dialog(client, kind):
    return [each for each in client.elements.values() if isinstance(each, kind)]


async def press(client, label):
    """Press the button of a dialog by its word."""
    [button] = [each for each in in_dialog(client, ui.button) if each.text == label]
    for listener in list(button._event_listeners.values()):
        answer = listener.handler(SimpleNamespace(sender=button, client=client, args={}))
        if asyncio.iscoroutine(answer):
            await answer
    for _ in range(5):
        await asyncio.sleep(0)


async def opened(client, working):
    """Begin something that asks in a dialog; return it once the dialog stands."""

    async def begin():
        with client:
            return await working

    task = asyncio.create_task(begin())
    for _ in range(5):
        await asyncio.sleep(0)
    assert in_dialog(client, ui.dialog)
    return task


@pytest.mark.parametrize(("word", "answer"), [("Take back", True), ("Cancel", False)])
@inside
async def test_a_dangerous_act_asks_once(client, page, word, answer):
    """Tests that the question is answered by the button pressed, with what was written by others as text, and goes away."""
    task = await opened(client, page.ask("Take the order back?", f"The order of {EVIL} ends.", "Take back"))
    assert EVIL not in "".join(each.content for each in in_dialog(client, ui.html))
    await press(client, word)
    assert await asyncio.wait_for(task, 60) is answer
    assert in_dialog(client, ui.dialog) == []


@inside
async def test_a_form_keeps_what_was_typed(client, page):
    """Tests that a form names what is missing, shows a refusal beside what was typed, does once it is right, and says so."""
    tries = []

    async def do(_, values):
        tries.append(values["name"])
        if values["name"] == "taken":
            raise Problem(FORBIDDEN, f"{EVIL} has it.")
        return values["name"]

    task = await opened(client, page.form("A name", [Field("name", "Name", required=True), Field("new", "New", kind="tick")], do, yes="Keep", done="Kept."))
    [field] = in_dialog(client, ui.input)
    await press(client, "Keep")
    assert tries == []
    assert any("Still missing: Name" in each.content for each in in_dialog(client, ui.html))
    field.value = "taken"
    await press(client, "Keep")
    said = "".join(each.content for each in in_dialog(client, ui.html))
    assert "has it." in said
    assert EVIL not in said
    assert field.value == "taken"
    field.value = "free"
    await press(client, "Keep")
    assert await asyncio.wait_for(task, 60) == "free"
    assert tries == ["taken", "free"]
    assert [notice["message"] for notice in await sent(client, "notify")] == ["Kept."]


@inside
async def test_a_form_that_is_left_does_nothing(client, page):
    """Tests that a form closed with Cancel does nothing and says nothing."""

    async def do(_, values):
        raise AssertionError(values)

    task = await opened(client, page.form("A name", [Field("name", "Name")], do))
    await press(client, "Cancel")
    assert await asyncio.wait_for(task, 60) is None
    assert await sent(client, "notify") == []


@inside
async def test_the_head_is_text(client, page):
    """Tests that a screen's name and question are text, whoever wrote them, and that its how-to is led to."""
    page.howto = "orders"
    page.head(f"Order {EVIL}", f"Will {EVIL} be in time?")
    shown = "".join(each.content for each in in_dialog(client, ui.html))
    assert EVIL not in shown
    assert shown.count("&lt;img") == 2
    assert 'href="/console/help/orders"' in shown
