"""A list of open orders to try the desk with (pure): German, with title rows, a week as a date and a sum below."""

from datetime import date, timedelta

__all__ = ["EXAMPLE_LINES", "EXAMPLE_NAME", "order_list"]

EXAMPLE_NAME = "open-orders.csv"
EXAMPLE_LINES = (
    ("Meridian", "4500117", "10", "Z-100", "Zahnrad m2 z40, 16MnCr5", 120, 20, "18,40"),
    ("Meridian", "4500117", "20", "W-200", "Antriebswelle 42CrMo4", 40, 12, "61,00"),
    ("Oakmill", "B-2291", "1", "Z-110", "Zahnrad m3 z25, 16MnCr5", 60, 27, "24,75"),
    ("Riverport", "R-88", "1", "G-300", "Gehäuse AlMgSi1", 15, 1, "132,00"),
    ("Riverport", "R-89", "1", "Z-100", "Zahnrad m2 z40, 16MnCr5", 30, 45, "18,90"),
)
"""Customer, order, line, part, name, quantity, days from today until it is due, price of a piece.

One cannot be made in time, on whatever day of the week the list is tried: its work fills more than two working days.
"""


def order_list(today: date) -> bytes:
    """Return the list as a shop may keep it (CSV, UTF-8), due in the weeks from ``today`` on."""
    rows = [";" * 7, "Kunde;Bestell-Nr.;Pos.;Artikel-Nr.;Bezeichnung;Menge;Liefertermin;Preis/Stk €"]
    for *words, quantity, days, price in EXAMPLE_LINES:
        due = today + timedelta(days=days)
        year, week, _ = due.isocalendar()
        shown = f"KW {week}/{year}" if (words[1], days) == ("R-89", 45) else f"{due:%d.%m.%Y}"
        rows.append(";".join((*map(str, words), str(quantity), shown, price)))
    total = sum(line[5] for line in EXAMPLE_LINES)
    return "\n".join((f"Offene Aufträge{';' * 7}", f"Stand: {today:%d.%m.%Y}{';' * 7}", *rows, f"Summe;;;;;{total};;", "")).encode()
