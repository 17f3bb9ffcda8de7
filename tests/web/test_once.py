"""A repeated request is known by its key and its content."""

import httpx
import msgspec

from plait.kernel.once import Once
from plait.web import Api
from tests.web.door import HELLO, asking, make


class Thing(msgspec.Struct):
    """A content."""

    name: str


class Things:
    """Remembers the keys it was given."""

    def __init__(self) -> None:
        self.keys: list[str | None] = []


API = Api("things", Things)


@API.post("/things", action="things.write", ok=201)
async def put(service: Things, body: Thing, once: str | None) -> None:
    """Take a thing."""
    del body
    service.keys.append(once)


async def sent(things: Things, *, name: str = "a", key: str | None = "k") -> httpx.Response:
    """Send one thing."""
    headers = HELLO | ({} if key is None else {"Idempotency-Key": key})
    async with asking(make([API], {Things: things})) as client:
        return await client.post("/things", json={"name": name}, headers=headers)


async def test_key_bears_the_content() -> None:
    """Tests that the same content has the same digest, another content another one, and no header no key."""
    things = Things()
    for name in ("a", "a", "b"):
        assert (await sent(things, name=name)).status_code == 201
    await sent(things, key=None)
    first, second, third, none = things.keys
    assert isinstance(first, Once)
    assert isinstance(third, Once)
    assert first == second == third == "k"
    assert first.digest == second.digest != third.digest
    assert none is None


async def test_unusable_keys() -> None:
    """Tests that a key that is empty, too long or not printable is refused and nothing is done."""
    things = Things()
    for key in ("", "x" * 256, "a\tb"):
        assert (await sent(things, key=key)).status_code == 422
    assert things.keys == []
