"""``plait desk example``: a list of open orders to try the desk with."""

from pathlib import Path

__all__ = ["example"]

LINES = (
    ("Meridian", "4500117", "10", "Z-100", "Zahnrad m2 z40, 16MnCr5", 120, 15, "18,40"),
    ("Meridian", "4500117", "20", "W-200", "Antriebswelle 42CrMo4", 40, 6, "61,00"),
    ("Oakmill", "B-2291", "1", "Z-110", "Zahnrad m3 z25, 16MnCr5", 60, 24, "24,75"),
    ("Riverport", "R-88", "1", "G-300", "Gehäuse AlMgSi1", 15, 3, "132,00"),
    ("Riverport", "R-89", "1", "Z-100", "Zahnrad m2 z40, 16MnCr5", 30, 45, "18,90"),
)
"""Customer, order, line, part, name, quantity, days from today until it is due, price of a piece."""


def example(file: Path = Path("open-orders.csv"), /) -> None:
    """Write a list of open orders as a shop may keep it, due in the weeks from today on: German, with title rows, a week as a date and a sum.

    Parameters
    ----------
    file
        Where it is written; a file that is there already is not touched.
    """
    from datetime import timedelta

    from plait.kernel.clock import SYSTEM
    from plait.kernel.os import write_whole
    from plait.kernel.problems import CONFLICT, Problem

    if file.exists():
        raise Problem(CONFLICT, f"{file} is there already; name another file")
    today = SYSTEM.now().date()
    rows = [";" * 7, "Kunde;Bestell-Nr.;Pos.;Artikel-Nr.;Bezeichnung;Menge;Liefertermin;Preis/Stk €"]
    for *words, quantity, days, price in LINES:
        due = today + timedelta(days=days)
        year, week, _ = due.isocalendar()
        shown = f"KW {week}/{year}" if (words[1], days) == ("R-89", 45) else f"{due:%d.%m.%Y}"
        rows.append(";".join((*map(str, words), str(quantity), shown, price)))
    total = sum(line[5] for line in LINES)
    text = "\n".join((f"Offene Aufträge{';' * 7}", f"Stand: {today:%d.%m.%Y}{';' * 7}", *rows, f"Summe;;;;;{total};;", ""))
    write_whole(file, text.encode())
    print(f"{file}: {len(LINES)} order lines, due in the weeks from today on")
