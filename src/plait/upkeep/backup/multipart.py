"""Uploads to an S3 object store in parts, which go on after a cut where they stopped.

What has arrived is noted in a file beside the backup, ``upload.json``, after each part; the store is asked whether it has it still.
The object is seen only when it is whole.
"""

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from plait.kernel.clock import SYSTEM
from plait.kernel.os import remove, write_whole
from plait.kernel.problems import Problem
from plait.upkeep.backup.model import NO_TARGET
from plait.upkeep.backup.signing import Keys, signed

if TYPE_CHECKING:
    import httpx

__all__ = ["Multipart"]

PART = 8 << 20
PARTS = 9_000
TRIES = 4
PAUSE_S = 1.0
NOTE = "upload.json"
_PART = re.compile(r"<Part>.*?</Part>", re.DOTALL)


class _Note(msgspec.Struct):
    """An upload under way: to which ``url``, its ``id`` there, the size of a part, and the tag of each part that arrived."""

    url: str
    id: str
    part: int
    tags: dict[int, str] = {}


class Multipart:
    """Uploads to the bucket at ``url`` (its address at the object store, without a slash at its end)."""

    def __init__(self, url: str, region: str, keys: Keys) -> None:
        self._url = url
        self._region = region
        self._keys = keys

    def put(self, source: Path, key: str, step: Callable[[int], None]) -> None:
        """Bring ``source`` there as the object ``key``; what arrived in an earlier try is not sent again. Raise ``no-backup-target``."""
        with self._client() as client:
            note = self._resumed(client, source, key) or self._begun(client, source, key)
            with source.open("rb") as file:
                number = 0
                while content := file.read(note.part):
                    number += 1
                    if number not in note.tags:
                        answer = self._ask(client, "PUT", note.url, {"partNumber": str(number), "uploadId": note.id}, content)
                        note.tags[number] = answer.headers.get("etag", "")
                        self._keep(source, note)
                    step(len(content))
            self._finish(client, note)
        remove(source.with_name(NOTE))

    def abandon(self, folder: Path) -> None:
        """Tell the store that the upload noted in ``folder``, if it is one to here, will not be completed: its parts cost room until then."""
        note = _read(folder / NOTE)
        if note is None or not note.url.startswith(f"{self._url}/"):
            return
        with self._client() as client:
            self._ask(client, "DELETE", note.url, {"uploadId": note.id}, gone=True)
        remove(folder / NOTE)

    def _client(self) -> "httpx.Client":
        import httpx

        return httpx.Client(timeout=httpx.Timeout(300.0, connect=10.0))

    def _begun(self, client: "httpx.Client", source: Path, key: str) -> _Note:
        url = f"{self._url}/{quote(key, safe='/-_.~')}"
        answer = self._ask(client, "POST", url, {"uploads": ""})
        part = max(PART, source.stat().st_size // PARTS + 1)
        note = _Note(url, _in("UploadId", answer.text), part)
        if not note.id:
            raise Problem(NO_TARGET, f"{url}: the store opened no upload.")
        self._keep(source, note)
        return note

    def _resumed(self, client: "httpx.Client", source: Path, key: str) -> _Note | None:
        """Return the upload that was noted, with the parts the store has still; None when there is none."""
        note = _read(source.with_name(NOTE))
        if note is None or note.url != f"{self._url}/{quote(key, safe='/-_.~')}":
            return None
        there: dict[int, str] = {}
        after = "0"
        while after:
            answer = self._ask(client, "GET", note.url, {"uploadId": note.id, "part-number-marker": after}, gone=True)
            if answer.status_code == 404:
                return None
            for part in _PART.findall(answer.text):
                there[int(_in("PartNumber", part))] = _in("ETag", part)
            after = _in("NextPartNumberMarker", answer.text) if _in("IsTruncated", answer.text) == "true" else ""
        note.tags = {number: tag for number, tag in note.tags.items() if tag and there.get(number, "").strip('"') == tag.strip('"')}
        return note

    @staticmethod
    def _keep(source: Path, note: _Note) -> None:
        write_whole(source.with_name(NOTE), msgspec.json.encode(note))

    def _finish(self, client: "httpx.Client", note: _Note) -> None:
        parts = "".join(f"<Part><PartNumber>{number}</PartNumber><ETag>{html.escape(tag)}</ETag></Part>" for number, tag in sorted(note.tags.items()))
        content = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
        answer = self._ask(client, "POST", note.url, {"uploadId": note.id}, content)
        if "<Error>" in answer.text:  # S3 may find out after it has begun to answer with 200
            raise Problem(NO_TARGET, f"{note.url}: {_in('Code', answer.text)}: {_in('Message', answer.text)[:300]}")

    def _ask(self, client: "httpx.Client", method: str, url: str, query: dict[str, str], content: bytes = b"", *, gone: bool = False) -> Any:
        """Send a request, again while the store is busy or not reached; ``gone``: 404 is an answer. Raise ``no-backup-target``."""
        import httpx

        asked = f"{url}?{'&'.join(f'{name}={quote(value, safe=str())}' for name, value in query.items())}"
        for attempt in range(1, TRIES + 1):
            try:
                answer = client.request(method, asked, content=content, headers=signed(self._keys, self._region, method, asked, content, SYSTEM.now()))
            except httpx.HTTPError as error:
                why = f"{type(error).__name__}: {str(error)[:300]}"
            else:
                if answer.is_success or (gone and answer.status_code == 404):
                    return answer
                why = f"{answer.status_code} {_in('Code', answer.text)} {_in('Message', answer.text)[:300]}".strip()
                if answer.status_code < 500 and answer.status_code != 429:
                    break
            if attempt < TRIES:
                SYSTEM.pause(PAUSE_S * 2 ** (attempt - 1))
        raise Problem(NO_TARGET, f"{url}: {why}")


def _in(name: str, text: str) -> str:
    """Return what stands in the first element ``name`` of an answer, empty without one."""
    found = re.search(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)
    return html.unescape(found[1]).strip() if found else ""


def _read(path: Path) -> _Note | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Note)
    except (OSError, msgspec.MsgspecError):
        return None
