"""Invoices handed over to whoever keeps the books: as UBL, XRechnung, ZUGFeRD, or as a table. They are not kept here."""
