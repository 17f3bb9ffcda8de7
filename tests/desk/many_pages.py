"""Orders on pages drawn at random: tables with and without lines, in German and English, with words above and below."""

import random
import re
from typing import Any

from tests.desk.making.writing import typst_pdf
from tests.desk.many import ABOVE, Drawing, Drawn

__all__ = ["draw_page"]

HEADS = {"de": "Bestellung", "en": "Purchase Order"}
FEET = {"de": "Bitte bestätigen Sie den Termin.\n\nMit freundlichen Grüßen", "en": "Please confirm price and date.\n\nKind regards"}


def escaped(cell: Any) -> str:
    """Return a cell as typst takes it for plain text."""
    return re.sub(r"([#$*_`<>@\[\]\\~=+/\"-])", r"\\\1", "" if cell is None else str(cell))


def drawing(seed: int) -> Drawing:
    """Return what the page of a seed is about: no Chinese, for want of a font, and nothing but text."""
    while (found := Drawing(seed)).language == "zh":
        seed += 1
    found.excel = found.typed_days = found.typed_numbers = False
    found.tidy = True
    return found


def draw_page(seed: int) -> Drawn:
    """Return the page of one seed."""
    draw, drawn = random.Random(seed), drawing(seed * 31)
    titles, rows = drawn.titles(), [drawn.row(number) for number in range(draw.randint(2, 25))]
    source = f"#set text(size: {draw.choice([6, 7, 8])}pt)\n" + ("#set page(flipped: true)\n" if draw.random() < 0.5 else "")
    source += f"{draw.choice(['Northforge Ltd, 12 Mill Road', ''])}\n\n= {HEADS[drawn.language]}\n"
    if draw.random() < 0.5:
        number = rows[0]["order_no"]
        drawn.fields.remove("order_no")
        rows = [{**row, "order_no": number, **({"line_no": str(line * 10)} if "line_no" in row else {})} for line, row in enumerate(rows, 1)]
        source += f"{ABOVE[drawn.language]['order_no']} {number}\n\n"
    right = ", ".join("right" if field in {"quantity", "price", "delivered"} and draw.random() < 0.7 else "left" for field in drawn.fields)
    source += f"#table(columns: {len(drawn.fields)}, stroke: {draw.choice(['none', '0.5pt', '(y: 0.5pt)'])}, align: ({right},),\n"
    source += f"table.header({', '.join(f'[{escaped(titles[field])}]' for field in drawn.fields)}),\n"
    for row in rows:
        cells = drawn.written(row)
        source += ", ".join(f"[{escaped(cells[field])}]" for field in drawn.fields) + ",\n"
    source += ")\n" + (FEET[drawn.language] if draw.random() < 0.5 else "")
    answer = drawn.answer(rows) | {"suggestion": True, "tolerated": ["customer", "contact", "ordered"]}
    return Drawn(f"drawn-{seed}.pdf", typst_pdf(source), answer)
