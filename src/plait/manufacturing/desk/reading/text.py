"""Text as people mean it: blanks, widths and case evened out; the words that stand for nothing, for "as above" and for a sum."""

import re
import unicodedata
from functools import lru_cache

__all__ = ["DITTO", "ERRORS", "FALSE", "NONE", "OPEN", "TRUE", "carried", "fold", "is_ditto", "is_none", "language", "narrow", "tidy", "total", "words"]

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xFFE5: "¥", 0xFFE1: "£", 0xFFE0: "¢"}
_BLANKS = dict.fromkeys((0xA0, 0x2007, 0x202F, 0x2009, 0x2002, 0x2003, 0x9, 0xA, 0xD, 0xB, 0xC), " ")
_GONE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0xFEFF, 0xAD, 0x2060, 0x200E, 0x200F))
_DASHES = dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2212, 0xFE63), "-")
_TIDY = {**_BLANKS, **_GONE}
_NARROW = {**_WIDE, **_TIDY, **_DASHES}
_RUN = re.compile(r" {2,}")


def words(text: str, sign: str = " ") -> frozenset[str]:
    """Return the words of ``text`` as a set."""
    return frozenset(word.strip() for word in text.split(sign) if word.strip())


NONE = words(
    "-|--|---|—|–|/|//|\\|n/a|na|n.a.|n. a.|k.a.|k. a.|ka|keine angabe|none|null|nil|nan|nat|<na>|(leer)|(blank)|leer|无|無|没有|空|...|…|.|_", "|"
) | {""}
"""Texts that say there is nothing."""
TRUE = words("x ja j yes y true wahr 1 ✓ ✔ √ ☑ 是 有 geschlossen closed frei holiday feiertag oui si 休 休息 放假 关闭 zu")
FALSE = words("nein n no false falsch 0 否 没 offen open ☐ 上班 auf arbeitstag 开")
"""What people write for yes and no."""
OPEN = words(
    "tbd|t.b.d.|tba|tbc|offen|open|n.v.|unbekannt|unknown|?|??|???|待定|未定|待确认|nach absprache|auf abruf|abruf|on call|on request|auf anfrage"
    "|wird nachgereicht|folgt|x",
    "|",
)
"""Texts that say it is not known yet."""
DITTO = words(
    "\"|''|``|“|”|„|〃|dto|dto.|ditto|do.|idem|id.|同上|s.o.|s. o.|siehe oben|wie oben|see above|as above|-\"-|—〃—|-''-|ebenso|wie vor|wie vor.|dito", "|"
)
"""Texts that say the value is the one above."""
ERRORS = words("#N/A|#NV|#REF!|#BEZUG!|#VALUE!|#WERT!|#DIV/0!|#NAME?|#NULL!|#NUM!|#ZAHL!|#GETTING_DATA|#SPILL!|#CALC!|#ÜBERLAUF!|#KALK!|#N/V", "|")
"""What a spreadsheet shows where a formula failed."""

_CARRIED = re.compile(r"^(?:(?:carried|brought)[ -]?(?:forward|over)|[bc]/f|übertrag|uebertrag|承前页|过次页|接上页|转下页)\b", re.IGNORECASE)
_TOTAL = re.compile(
    r"^(summe|gesamt\w*|total\w*|grand total|sub-?total|zwischensumme|endsumme|übertrag|uebertrag|sum|saldo|netto|brutto|nettosumme|bruttosumme|"
    r"mwst\.?|mehrwertsteuer|ust\.?|vat|tax|合计|小计|总计|共计|总额|累计|本页合计|合計|小計|總計)(\s*[:：(=\d€$¥].*|\s+(netto|brutto|net|gross|eur|usd|amount|"
    r"quantity|qty|menge|betrag|stück|order|auftrag|kunde|customer|of|for|der|von|ohne|inkl|incl|exkl|excl|zzgl|without|with|in)\b.*|\s*)$",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"^(?:(?:rabatt|discount|skonto|nachlass|abzüglich|less discount|zzgl\.?|plus)\b.{0,20}%.{0,10}"
    r"|(?:anzahl|number of|count of) ?(?:datensätze|zeilen|positionen|records|rows|lines|items)"
    r"\s*[:：=]?.*|(?:total|summe|gesamt\w*)\s+[a-z]{3}|共\s?\d+\s?[条行笔].*)$",
    re.IGNORECASE,
)
_TOTAL_END = re.compile(r"^.{1,40}\s(summe|gesamt|total|ergebnis|合计|小计)\s*[:：]?$|^.{1,30}(合计|小计|总计)\s*[:：]?$", re.IGNORECASE)


def tidy(text: str) -> str:
    """Return ``text`` without blanks around it, with one plain blank for every run of blanks and line ends, and no invisible characters."""
    return _RUN.sub(" ", text.translate(_TIDY)).strip()


def narrow(text: str) -> str:
    """Return ``tidy`` text with full-width letters, digits and signs made half-width and all dashes one."""
    return _RUN.sub(" ", text.translate(_NARROW)).strip()


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_SIGNS = re.compile(r"[^0-9a-z#%€$\u3400-\u9fff]+")


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Return what two titles have in common that mean the same: small letters, no signs, umlauts written out."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_UMLAUTS)
    if not plain.isascii():
        plain = "".join(sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign))
    return _SIGNS.sub("", plain)


def is_none(text: str) -> bool:
    """Tell whether a tidy text says that there is nothing."""
    return text.casefold() in NONE


def is_ditto(text: str) -> bool:
    """Tell whether a tidy text says that the value above holds."""
    return text.casefold() in DITTO


def total(text: str) -> bool:
    """Tell whether a tidy text is the first word of a row of sums."""
    return len(text) < 60 and bool(_TOTAL.match(text) or _TOTAL_END.match(text) or _BESIDE.match(text) or carried(text) or set(text) == {"*"})


def carried(text: str) -> bool:
    """Tell whether a tidy text carries a sum over from one page to the next."""
    return len(text) < 60 and bool(_CARRIED.match(text))


_GERMAN = re.compile(
    r"nr\b|menge|stück|termin|datum|preis|kunde|artikel|zeichnung|bestell|auftrag|bezeichnung|einheit|liefer|lager|bestand|teile|währung|werkstoff|arbeits|rüst|"
    r"gruppe|anzahl|benennung|zeit\b|schicht|feiertag|beginn|ende\b|\bder\b|\bund\b|\bfür\b",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    r"\bno\b|\bqty|quantity|date|price|customer|part\b|item|order|drawing|description|unit\b|due|delivery|required|stock|\bpo\b|supplier|lead|setup|cycle|"
    r"\bname|currency|amount|location|shift|machine|\bthe\b|\bof\b|\bfor\b",
    re.IGNORECASE,
)


def language(texts: list[str]) -> str:
    """Return the language that titles are in: ``zh``, ``de``, ``en``, or "" when it cannot be told."""
    han = sum(1 for text in texts if any("\u3400" <= sign <= "\u9fff" for sign in text))
    german = sum(1 for text in texts if _GERMAN.search(text))
    english = sum(1 for text in texts if _ENGLISH.search(text))
    best = max(han, german, english)
    if best == 0:
        return ""
    if han == best:
        return "zh"
    return "de" if german >= english else "en"
