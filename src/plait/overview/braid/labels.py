"""Putting words into a picture so that none lie over others: measured, broken into lines, placed one after another (pure)."""

from collections.abc import Sequence

import msgspec

__all__ = ["Box", "Label", "Wanted", "beside", "lines_of", "place", "width_of"]

UNFIT = frozenset(map(chr, (*range(9), 11, 12, *range(14, 32))))  # drawn as the sign of a broken one, which is wide
THIN, WIDE = frozenset("iIjl.,:;'|!()[]{}ft "), frozenset("mwMW@%–—…")


class Box(msgspec.Struct, frozen=True):
    """A rectangle in pixels."""

    x: float
    y: float
    width: float
    height: float

    def meets(self, other: "Box", apart: float = 0.0) -> bool:
        """Tell whether two boxes are less than ``apart`` from lying clear of each other."""
        clear = (
            self.x + self.width + apart <= other.x
            or other.x + other.width + apart <= self.x
            or self.y + self.height + apart <= other.y
            or other.y + other.height + apart <= self.y
        )
        return not clear


def width_of(text: str, size: float) -> float:
    """Return about how wide ``text`` is in pixels at font size ``size`` (rather more than less)."""
    return sum(_wide(sign) for sign in text) * size


def _wide(sign: str) -> float:
    if ord(sign) >= 0x2E80 or sign in UNFIT:
        return 1.02
    if sign in THIN:
        return 0.38
    if sign in WIDE:
        return 0.98
    return 0.74 if sign.isupper() else 0.645


def lines_of(text: str, size: float, width: float, most: int) -> list[str]:
    """Return ``text`` broken into at most ``most`` lines of ``width`` pixels; what is left over ends in an ellipsis."""
    lines: list[str] = []
    line = ""
    for gap, word in _words(" ".join(text.split()), size, width):
        joined = f"{line}{gap}{word}" if line else word
        if width_of(joined, size) <= width or not line:
            line = joined
            continue
        lines.append(line)
        line = word
    lines.append(line)
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and width_of(f"{last}…", size) > width:
        last = last[:-1]
    return [*lines[: most - 1], f"{last.rstrip(' ,.:;')}…"]


def _words(text: str, size: float, width: float) -> list[tuple[str, str]]:
    """Return the pieces a line may end after, each with the blank before it: words, signs of scripts without blanks, what is longer than a line cut up."""
    pieces: list[tuple[str, str]] = []
    for word in text.split(" "):
        piece, gap = "", " "
        for sign in word:
            if piece and (ord(sign) >= 0x2E80 or ord(piece[-1]) >= 0x2E80 or width_of(piece + sign, size) > width):
                pieces.append((gap, piece))
                piece, gap = "", ""
            piece += sign
        if piece:
            pieces.append((gap, piece))
    return pieces or [("", "")]


class Wanted(msgspec.Struct, frozen=True):
    """A label that is wanted: its size, the point it belongs to, the side (-1 before the braid, 1 after it) it would rather have, its rank."""

    key: int
    x: float
    y: float
    width: float
    height: float
    side: int
    rank: float


class Label(msgspec.Struct, frozen=True):
    """A label that found a place, and where its leader runs (from its point straight to the box's edge at ``x``)."""

    key: int
    box: Box
    x: float
    y0: float
    y1: float


def place(
    wanted: Sequence[Wanted], bands: tuple[tuple[float, float], tuple[float, float]], left: float, right: float, taken: Sequence[Box] = ()
) -> list[Label]:
    """Return where the labels go above and below a braid, the highest rank first; one that finds no free place is left out.

    A key may be wanted at several points: the first that finds room counts.
    ``bands`` are (top, bottom) of the room above and of that below. No two boxes meet, and no leader runs through a box.
    """
    done: list[Label] = []
    for want in sorted(wanted, key=lambda each: (-each.rank, each.key)):
        if any(label.key == want.key for label in done):
            continue
        found = next((label for label in _options(want, bands, left, right) if _free(label, done, taken)), None)
        if found is not None:
            done.append(found)
    return done


def _options(want: Wanted, bands: tuple[tuple[float, float], tuple[float, float]], left: float, right: float) -> list[Label]:
    """Return the places a label could have, the best first: near the braid, on its side, centred."""
    found = []
    for side in (want.side, -want.side):
        top, bottom = bands[0] if side < 0 else bands[1]
        steps = int((bottom - top - want.height) // 6) + 1 if bottom - top >= want.height else 0
        for step in range(steps):
            y = bottom - want.height - step * 6 if side < 0 else top + step * 6
            for share in (0.5, 0.12, 0.88, 0.3, 0.7):
                x = min(max(want.x - want.width * share, left), right - want.width)
                if x < left or not x <= want.x <= x + want.width:
                    continue
                edge = y + want.height if side < 0 else y
                found.append(Label(want.key, Box(x, y, want.width, want.height), want.x, want.y, edge))
    return found


def _free(label: Label, done: Sequence[Label], taken: Sequence[Box]) -> bool:
    if any(label.box.meets(box, 2) for box in taken):
        return False
    mine = _leader(label)
    for other in done:
        if label.box.meets(other.box, 6) or label.box.meets(_leader(other), 2) or mine.meets(other.box, 2):
            return False
        if abs(label.x - other.x) < 3 and mine.meets(_leader(other)):
            return False
    return True


def _leader(label: Label) -> Box:
    top, bottom = sorted((label.y0, label.y1))
    return Box(label.x - 0.5, top, 1.0, max(0.0, bottom - top))


def beside(wanted: Sequence[Wanted], top: float, bottom: float, gap: float) -> list[tuple[int, float]]:
    """Return (key, y) of labels in one column between ``top`` and ``bottom``, in the order of their points and near them.

    Where the column is too short for all, the lowest ranks are left out.
    """
    room = bottom - top
    kept: list[Wanted] = []
    used = 0.0
    for want in sorted(wanted, key=lambda each: (-each.rank, each.key)):
        if used + want.height + (gap if kept else 0.0) <= room:
            used += want.height + (gap if kept else 0.0)
            kept.append(want)
    kept.sort(key=lambda each: (each.y, each.key))
    places: list[float] = []
    least = top
    for want in kept:
        y = max(least, want.y - want.height / 2)
        places.append(y)
        least = y + want.height + gap
    limit = bottom
    for index in range(len(kept) - 1, -1, -1):
        places[index] = min(places[index], limit - kept[index].height)
        limit = places[index] - gap
    return [(want.key, y) for want, y in zip(kept, places, strict=True)]
