"""Reading a form as browsers send it (RFC 7578), with limits on fields and files."""

from collections.abc import AsyncGenerator
from pathlib import PurePosixPath

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from plait.kernel.problems import MALFORMED, Problem
from plait.public.asking import FILES, TEXTS, tidy
from plait.public.model import Asked, AskedFile

__all__ = ["read_form", "read_parts"]

FIELDS = 80
FIELD_BYTES = 64 * 1024


async def read_form(content_type: str, content: bytes) -> tuple[Asked, dict[str, str]]:
    """Return what was asked and the other fields by name; raise ``malformed`` for what is no such form."""
    texts, files = await read_parts(content_type, content)
    asked = Asked(**{name: tidy(name, texts.get(name, "")) for name in TEXTS}, files=files)
    return asked, {name: value for name, value in texts.items() if name not in TEXTS}


async def read_parts(content_type: str, content: bytes) -> tuple[dict[str, str], tuple[AskedFile, ...]]:
    """Return the fields of a form by name, as they were typed, and its files; raise ``malformed`` for what is no such form."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield content

    parser = MultiPartParser(Headers({"content-type": content_type}), stream(), max_files=FILES + 1, max_fields=FIELDS, max_part_size=FIELD_BYTES)
    try:
        form = await parser.parse()
    except (MultiPartException, UnicodeDecodeError, KeyError, ValueError) as error:
        raise Problem(MALFORMED, f"The form cannot be read: {getattr(error, 'message', error)}") from error
    try:
        texts = {name: value for name, value in form.multi_items() if isinstance(value, str)}
        files = tuple([await _file(value) for value in form.getlist("files") if isinstance(value, UploadFile) and value.filename])
    finally:
        await form.close()
    return texts, files


async def _file(value: UploadFile) -> AskedFile:
    """Return a file under its bare name: what stands before it is the visitor's own folder."""
    name = tidy("name", (value.filename or "").replace("\\", "/"))
    return AskedFile(PurePosixPath(name).name[-120:], await value.read())
