"""From what traces found to a picture that fits: steps and columns, what is folded together, which boxes are joined (pure)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from plait.circulation.trace.up import kind_of
from plait.kernel import gs1
from plait.kernel.problems import Problem
from plait.overview.trace.model import Box, Line

__all__ = ["MOST_BOXES", "Become", "Seen", "article_of", "number_of", "picture"]

MOST_BOXES = 40
FIRST = 3


class Seen(msgspec.Struct, frozen=True):
    """A thing before it is drawn; ``step`` as of a box, ``lit`` as of a box."""

    epc: str
    step: int
    firm: str
    lit: bool


class Become(msgspec.Struct, frozen=True):
    """Things that became others together."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def _key(epc: str) -> gs1.Key | None:
    try:
        return gs1.read(epc)
    except Problem:
        return None


def number_of(epc: str) -> str:
    """Return what people call the thing: its serial, lot, or number; of what bears no GS1 key the identifier itself."""
    key = _key(epc)
    if key is None:
        return epc
    named = dict(key.parts)
    return named.get("21") or named.get("10") or key.value


def article_of(epc: str) -> str:
    """Return the GTIN, "" for what is no article."""
    key = _key(epc)
    return key.value if key is not None and key.ai == "01" else ""


def picture(
    asked: str,
    seen: Sequence[Seen],
    becomes: Iterable[Become],
    lots: Mapping[str, str],
    goes: Mapping[str, Mapping[str, str]],
    names: Callable[[str], str],
    hidden: Sequence[tuple[str, str, str]] = (),
) -> tuple[list[Box], list[Line]]:
    """Return boxes and lines. ``lots``: piece to its lot; ``goes``: thing to the firms it went to (party or name to name); ``hidden``: (thing, firm, reason).

    More than forty things are folded: by article, kind and firm at a step, then by firm, then by step alone.
    """
    keys = _folded(asked, seen)
    groups: dict[tuple[str, ...], list[Seen]] = defaultdict(list)
    for each in seen:
        groups[keys(each)].append(each)
    place: dict[str, str] = {}
    ids: dict[tuple[str, ...], str] = {}
    for index, (key, members) in enumerate(groups.items()):
        ids[key] = f"b{index}"
        place |= {each.epc: ids[key] for each in members}
    pairs = _pairs(seen, becomes, lots, place)
    columns = _columns(groups, pairs, ids)
    boxes = [_box(ids[key], members, columns[ids[key]], asked, names) for key, members in groups.items()]
    boxes, lines = _with_firms(boxes, pairs, goes, place)
    return _with_hidden(boxes, lines, hidden, place)


def _folded(asked: str, seen: Sequence[Seen]) -> Callable[[Seen], tuple[str, ...]]:
    """Return by what things are put together so that at most forty boxes come of it."""

    def keep(of: Callable[[Seen], tuple[str, ...]]) -> Callable[[Seen], tuple[str, ...]]:
        return lambda each: ("asked",) if each.epc == asked else of(each)

    ways: tuple[Callable[[Seen], tuple[str, ...]], ...] = (
        lambda each: (each.epc,),
        lambda each: (str(each.step), each.firm, article_of(each.epc), kind_of(each.epc)),
        lambda each: (str(each.step), each.firm, kind_of(each.epc)),
        lambda each: (str(each.step), kind_of(each.epc)),
    )
    for way in ways:
        made = keep(way)
        if len({made(each) for each in seen}) <= MOST_BOXES:
            return made
    return keep(lambda each: ("before" if each.step < 0 else "after", kind_of(each.epc)))


def _pairs(seen: Sequence[Seen], becomes: Iterable[Become], lots: Mapping[str, str], place: Mapping[str, str]) -> set[tuple[str, str]]:
    """Return which box became which: as events say it; a piece without a past comes from its lot, a thing without a future from the only next one."""
    pairs: set[tuple[str, str]] = set()
    for each in becomes:
        sources = {place[epc] for epc in each.inputs if epc in place}
        pairs |= {(source, target) for target in {place[epc] for epc in each.outputs if epc in place} for source in sources if source != target}
    begun = {target for _, target in pairs}
    by_article: dict[tuple[int, str], list[str]] = defaultdict(list)
    for thing in seen:
        if kind_of(thing.epc) == "lot":
            by_article[thing.step, article_of(thing.epc)].append(thing.epc)
    for thing in seen:
        box = place[thing.epc]
        if kind_of(thing.epc) != "item":
            continue
        lot = lots.get(thing.epc, "")
        alone = by_article.get((thing.step, article_of(thing.epc)), [])
        lot = lot if lot in place else alone[0] if len(alone) == 1 and box not in begun else ""
        if lot and place[lot] != box:
            pairs.add((place[lot], box))
    return pairs | _only_next(seen, place, pairs)


def _only_next(seen: Sequence[Seen], place: Mapping[str, str], pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    steps: dict[int, set[str]] = defaultdict(set)
    for thing in seen:
        steps[thing.step].add(place[thing.epc])
    gone, begun = {source for source, _ in pairs}, {target for _, target in pairs}
    found: set[tuple[str, str]] = set()
    for step, boxes in steps.items():
        if step < 0 and len(steps.get(step + 1, ())) == 1:
            found |= {(box, *steps[step + 1]) for box in boxes if box not in gone}  # type: ignore[misc]
        if step > 0 and len(steps.get(step - 1, ())) == 1:
            found |= {(*steps[step - 1], box) for box in boxes if box not in begun}  # type: ignore[misc]
    return {(source, target) for source, target in found if source != target}


def _columns(groups: Mapping[tuple[str, ...], Sequence[Seen]], pairs: set[tuple[str, str]], ids: Mapping[tuple[str, ...], str]) -> dict[str, int]:
    """Return the column of each box: by its step, and behind whatever it comes from at the same step; without empty columns."""
    step = {ids[key]: members[0].step for key, members in groups.items()}
    inner = dict.fromkeys(step, 0)
    within = [(source, target) for source, target in pairs if step[source] == step[target]]
    for _ in range(FIRST):
        for source, target in within:
            inner[target] = max(inner[target], min(FIRST, inner[source] + 1))
    raw = {box: (step[box], inner[box]) for box in step}
    order = {value: index for index, value in enumerate(sorted(set(raw.values())))}
    return {box: order[value] for box, value in raw.items()}


def _box(id: str, members: Sequence[Seen], column: int, asked: str, names: Callable[[str], str]) -> Box:
    first = members[0]
    articles = {article_of(each.epc) for each in members}
    firms = {each.firm for each in members}
    one = len(members) == 1
    return Box(
        id,
        kind_of(first.epc),  # type: ignore[arg-type]
        first.step,
        column,
        first.firm if len(firms) == 1 else "",
        names(first.epc) if len(articles) == 1 else "",
        number_of(first.epc) if one else "",
        first.epc if one else "",
        len(members),
        lit=any(each.lit for each in members),
        asked=first.epc == asked,
    )


def _with_firms(boxes: list[Box], pairs: set[tuple[str, str]], goes: Mapping[str, Mapping[str, str]], place: Mapping[str, str]) -> tuple[list[Box], list[Line]]:
    """Return the boxes with those of the firms that things went to, in the last column, and all lines."""
    lit = {box.id for box in boxes if box.lit}
    lines = [Line(source, target, source in lit and target in lit) for source, target in sorted(pairs)]
    last = max((box.column for box in boxes), default=0) + 1
    firms: dict[str, Box] = {}
    joined: dict[tuple[str, str], bool] = {}
    asked = next((box.id for box in boxes if box.asked), "")
    for epc, parties in goes.items():
        source = place.get(epc, "")
        for party, name in parties.items() if source else ():
            found = firms.get(party) or Box(f"f{len(firms)}", "firm", 1, last, name, party=party)
            bright = source == asked
            firms[party] = msgspec.structs.replace(found, lit=found.lit or bright)
            joined[source, found.id] = bright
    lines += [Line(source, target, bright) for (source, target), bright in joined.items()]
    return [*boxes, *list(firms.values())[:MOST_BOXES]], lines


def _with_hidden(boxes: list[Box], lines: list[Line], hidden: Sequence[tuple[str, str, str]], place: Mapping[str, str]) -> tuple[list[Box], list[Line]]:
    """Return boxes and lines with a dotted stretch before each box of which a firm does not show the past."""
    by_id = {box.id: box for box in boxes}
    counted: dict[tuple[str, str], list[str]] = defaultdict(list)
    for epc, firm, reason in hidden:
        if epc in place:
            counted[place[epc], firm].append(reason)
    made: list[Box] = []
    for index, ((target, firm), reasons) in enumerate(list(counted.items())[:MOST_BOXES]):
        at = by_id[target]
        id = f"h{index}"
        made.append(Box(id, "hidden", at.step - 1, at.column - 1, firm, count=len(reasons), note=reasons[0]))
        lines.append(Line(id, target, hidden=True))
    low = min((box.column for box in [*boxes, *made]), default=0)
    return [msgspec.structs.replace(box, column=box.column - low) for box in [*boxes, *made]], lines
