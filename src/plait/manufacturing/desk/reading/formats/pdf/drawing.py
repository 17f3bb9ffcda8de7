"""The title block of a drawing: number, name, material, revision, mass, mostly at the lower right."""

import re
from collections.abc import Sequence

import msgspec

from plait.manufacturing.desk.reading.formats.pdf.pages import Page
from plait.manufacturing.desk.reading.model import Issue, Passage, Place, Record, Value
from plait.manufacturing.desk.reading.numbers import split

__all__ = ["title_block"]

_NO = r"(?:\s*-?\s*(?:no|nr|num|number|nummer|id)\b\.?)"
FIELDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (field, re.compile(rf"^(?:{words})(?P<end>\s*[:：]\s*|\s*$|\s+(?=\S)|(?<=[\u4e00-\u9fff])(?=\S))", re.IGNORECASE))
    for field, words in (
        (
            "drawing_no",
            rf"(?:drawing|dwg\.?|drg\.?){_NO}|zeichnungs?{_NO}|zeichn\.\s*-?\s*nr\.?|zchng\.?\s*-?\s*nr\.?|document{_NO}|dokument(?:en)?{_NO}|图号|图样代号|图纸编号",
        ),
        ("part_no", rf"(?:part|article|item|material){_NO}|(?:teile?|sach|artikel|ident|material){_NO}|零件号|物料号|物料编码|件号|零件代号"),
        ("name", r"title|part name|name of part|designation|benennung|bezeichnung|titel|(?:零件|图样|产品)?名称|description"),
        ("material", r"material|matl\.?|werkstoff|材料|材质"),
        ("revision", r"rev(?:ision)?\.?(?:\s*no\.?)?|index|änd(?:erungs)?(?:index|stand|\.)?|版本(?:号)?|版次"),
        ("weight_kg", r"(?:net )?(?:mass|weight|masse|gewicht)(?:\s*[\[(]?\s*(?:kg|g)\s*[\])]?)?|重量(?:\s*[\[(（]?\s*(?:kg|g)\s*[\])）]?)?|质量"),
        ("scale", r"scale|maßstab|massstab|比例"),
        ("sheet", r"sheet(?: no\.?)?|blatt|页次|张次"),
        ("tolerance", r"(?:general )?tolerances?|allgemeintoleranz(?:en)?|未注公差"),
        ("surface", r"surface(?: finish)?|oberfläche|表面处理|表面粗糙度"),
        ("drawn", r"drawn(?: by)?|gezeichnet|gez\.?|bearb\.?|设计|制图"),
        ("checked", r"checked(?: by)?|approved(?: by)?|geprüft|gepr\.?|freigegeben|norm\.?|审核|批准|校对|工艺"),
        ("date", r"date|datum|日期"),
        ("firm", r"company|firma|owner|单位"),
    )
)
KEPT = ("drawing_no", "part_no", "name", "material", "revision")
PROOF = frozenset({"drawing_no", "scale", "material", "weight_kg", "sheet", "tolerance", "drawn", "name", "revision"})
FAR = 400.0
MASS = re.compile(r"\b(k?g)\b", re.IGNORECASE)


class Label(msgspec.Struct, frozen=True):
    """A label of a title block, what follows it in the same run, and the run."""

    field: str
    rest: str
    run: Passage


def _labels(runs: Sequence[Passage]) -> list[Label]:
    found = []
    for run in runs:
        for field, pattern in FIELDS:
            hit = pattern.match(run.text)
            if hit:
                rest = run.text[hit.end() :].strip()
                firm = ":" in hit.group("end") or "：" in hit.group("end")
                # "Material must be ..." is a sentence, "Material C45" is not
                if firm or not rest or len(rest.split()) <= 2:
                    found.append(Label(field, rest, run))
                break
    return found


def title_block(page: Page) -> tuple[Record, dict[str, str], dict[str, Place]] | None:
    """Return the record of the part that the page is a drawing of, what else the block says, and where; None when there is no title block."""
    labels = _labels(page.passages)
    fields = {label.field for label in labels}
    if len(fields & PROOF) < 3 or not fields & {"drawing_no", "scale", "图号"}:
        return None
    marked = {label.run for label in labels}
    values = [run for run in page.passages if run not in marked]
    right = sum(1 for label in labels if _right(label, labels, values))
    below = sum(1 for label in labels if _below(label, labels, values))
    first, second = (_right, _below) if right > below else (_below, _right)
    best: dict[str, tuple[str, Passage]] = {}
    for label in sorted(labels, key=lambda label: label.run.box[0] / page.width + label.run.box[1] / page.height, reverse=True):
        if label.field in best:
            continue
        if label.rest:
            best[label.field] = (label.rest, label.run)
            continue
        run = first(label, labels, values) or second(label, labels, values)
        if run is not None:
            best[label.field] = (run.text, run)
    if not {"drawing_no", "part_no", "name"} & best.keys():
        return None
    return _record(page.number, best, labels)


def _right(label: Label, labels: Sequence[Label], values: Sequence[Passage]) -> Passage | None:
    """Return the value right of a label on its line, unless another label stands between."""
    _, top, right, bottom = label.run.box
    height = bottom - top

    def on_line(run: Passage) -> bool:
        return abs(run.box[1] + run.box[3] - top - bottom) < 1.2 * height and -1 <= run.box[0] - right < FAR

    found = min((run for run in values if on_line(run)), key=lambda run: run.box[0], default=None)
    blocked = min((other.run.box[0] for other in labels if other.run is not label.run and on_line(other.run)), default=1e9)
    return found if found is not None and found.box[0] < blocked else None


def _below(label: Label, labels: Sequence[Label], values: Sequence[Passage]) -> Passage | None:
    """Return the value right below a label, unless another label stands between."""
    left, top, right, bottom = label.run.box
    height = bottom - top

    def under(run: Passage) -> bool:
        return -0.3 * height <= run.box[1] - bottom < 2.5 * height and run.box[0] < right + 15 and run.box[2] > left - 3

    found = min((run for run in values if under(run)), key=lambda run: (round(run.box[1] / 4), abs(run.box[0] - left)), default=None)
    blocked = min((other.run.box[1] for other in labels if other.run is not label.run and under(other.run)), default=1e9)
    return found if found is not None and found.box[1] <= blocked else None


def _record(page: int, best: dict[str, tuple[str, Passage]], labels: Sequence[Label]) -> tuple[Record, dict[str, str], dict[str, Place]]:
    values: dict[str, Value] = {}
    places: dict[str, Place] = {}
    issues: list[Issue] = []
    for field in KEPT:
        if field in best:
            values[field] = best[field][0]
            places[field] = Place(page=page, box=best[field][1].box)
    if "weight_kg" in best:
        said, run = best["weight_kg"]
        titles = " ".join(label.run.text for label in labels if label.field == "weight_kg")
        places["weight_kg"] = Place(page=page, box=run.box)
        _mass(values, issues, said, titles, places["weight_kg"])
        if "weight_kg" not in values:
            del places["weight_kg"]
    beside: dict[str, str] = {field: best[field][0] for field in ("scale", "sheet", "tolerance", "surface") if field in best}
    spots: dict[str, Place] = {field: Place(page=page, box=best[field][1].box) for field in beside}
    return Record(page, values, places, tuple(issues)), beside, spots


def _mass(values: dict[str, Value], issues: list[Issue], said: str, title: str, place: Place) -> None:
    number = split(said)
    unit = MASS.search(said) or MASS.search(title)
    ways = {way for way in (number.point, number.comma) if way is not None}
    if not ways:
        return
    if unit is None or len(ways) > 1:
        reason = f"{said!r} names no unit" if unit is None else f"{said!r} may be {' or '.join(sorted(map(str, ways)))}"
        issues.append(Issue("warning", "mass-unclear", reason, "Enter the mass in kg.", place, "weight_kg", said))
        return
    value = ways.pop()
    values["weight_kg"] = value / 1000 if unit.group(1).lower() == "g" else value
