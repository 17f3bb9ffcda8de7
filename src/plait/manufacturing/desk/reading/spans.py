"""What stands in running text: quantities, drawings, parts, materials, dates, prices and numbers of orders, in English, German and Chinese."""

import re
from collections.abc import Iterator

import msgspec

__all__ = ["DATE", "Span", "advertises", "answers_an_order", "chases", "clean_name", "coded", "find", "kind_words", "orders_firmly", "withdraws"]

_UNITS_EN = r"pieces?|pcs?|pce|each|ea|off|units?|sets?|pairs?|kgs?|tons?|tonnes?|met(?:er|re)s?|mm|m"
_UNITS_DE = r"stücke?n?|stueck|stck|stk|st|teilen?|satz|sätze|paare?|dutzend|lfm"
_UNITS_ZH = r"件|个|個|只|枚|支|根|块|片|台|把|套|组|对|双|公斤|千克|吨|米"
_NUMBER = r"\d{1,3}(?:[.,'’ ]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
_MONTH = (
    r"(?:january|jan|januar|jänner|february|feb|februar|march|mar|märz|mrz|april|apr|may|mai|june|jun|juni|july|jul|juli|august|aug|"
    r"september|sept|sep|october|oct|oktober|okt|november|nov|december|dec|dezember|dez)"
)
DATE = (
    r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{4}[/.]\d{1,2}[/.]\d{1,2}|\d{1,2}\.\s?\d{1,2}\.(?:\s?\d{4}|\s?\d{2}(?!\d))?|\d{1,2}/\d{1,2}/\d{2,4}"
    r"|(?:\d{2,4}\s?年\s?)?\d{1,2}\s?月\s?\d{1,2}\s?[日号]?|(?:\d{4}\s?年\s?)?\d{1,2}\s?月\s?(?:底|末|初|中旬)"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?\s?(?:of\s)?{_MONTH}\b\.?,?(?:\s?\d{{4}})?|{_MONTH}\b\.?\s\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s\d{{4}})?"
    rf"|(?:end of|ende|mitte|anfang|mid|early|late)\s{_MONTH}\b(?:\s\d{{4}})?|{_MONTH}\s\d{{4}}"
    r"|(?:kw|cw|calendar week|kalenderwoche|week|woche)\s?\d{1,2}(?:\s?[/.-]\s?\d{2,4})?|第\s?\d{1,2}\s?[周週])"
)
# a code holds a digit, or is written in capitals with a dash
_CODE = r"(?=[\w./+-]*\d)[A-Za-z0-9\u4e00-\u9fff][\w./+-]*[\w]|\d"
_SEP = r"\s*[:：#]?\s*"

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (field, re.compile(words, re.IGNORECASE))
    for field, words in (
        (
            "respond_by",
            rf"(?:(?:angebots?|antwort|rückmeldung|offer|quotation|quote|reply|answer|response)(?:abgabe)?\s(?:[a-zäöüß]+\s){{0,3}}?"
            rf"(?:bis(?:\szum)?|by|until|before)|respond by|reply by|angebotsfrist|abgabetermin|报价截止(?:日期)?){_SEP}(?P<v>{DATE})"
            rf"|(?:请(?:于|在))?\s?(?P<w>{DATE})\s?前(?:报价|回复|答复)",
        ),
        (
            "ordered",
            rf"(?:bestelldatum|order date|bestellung vom|order dated|your order of|订单日期|下单日期){_SEP}(?P<v>{DATE})",
        ),
        (
            "due",
            rf"(?:(?:requested |required |latest )?(?:delivery|due|ship(?:ping)?|need(?:ed)?|required|deliver(?:ed|y)?)(?:\s?date)?"
            rf"(?:\s(?:is|to|at|them|it|us))?(?:\s(?:our|your)\s\w+)?"
            rf"|liefer(?:termin|datum|ung|n|bar|zeit)|wunsch(?:liefer)?termin|termin|fällig|spätestens|by|until|before|no later than|not later than"
            rf"|bis|zum|benötigt|交货日期|交货期|交货|交期|要求交期|到货|交付)"
            rf"(?:{_SEP}|\s)(?:(?:by|on|in|at|until|before|bis|am|zum|im|spätestens|the|für|为|是|于)\s?)*(?P<v>{DATE})",
        ),
        ("due", rf"(?P<v>{DATE})\s?(?:之前|以前|前)?(?:交货|到货|交付|发货|前|要货)"),
        (
            "order_no",
            rf"(?:(?:our |your |unsere |ihre )?(?:purchase order|order|p\.?\s?o\.?|bestellung|bestell|auftrags?)\s?-?\s?(?:no\.?|nr\.?|number|nummer|#)"
            rf"|(?:采购)?(?:订单|合同)(?:编号|号码?)|purchase order|bestellung|\bpo\b)(?:\s(?:is|ist|lautet|als))?{_SEP}(?P<v>{_CODE})",
        ),
        (
            "request_no",
            rf"(?:(?:anfrage|rfq|request|inquiry|enquiry)\s?-?\s?(?:no\.?|nr\.?|number|nummer|#)|询价单?(?:编号|号)|rfq|anfrage){_SEP}(?P<v>{_CODE})",
        ),
        (
            "drawing_no",
            rf"(?:(?:gemäß|laut|nach|lt\.|as per|acc(?:ording)?\.? to|to|per|按|见)\s?)?"
            rf"(?:drawing|dwg|drg|zeichnung(?:s)?|zeichn|zng|图号|图纸号?|图纸编号)\.?\s?-?\s?(?:no\.?|nr\.?|number|nummer)?{_SEP}(?P<v>{_CODE})",
        ),
        (
            "customer_part_no",
            r"(?:our|unsere|我方|我司)\s?(?:part|item|article|artikel|teile?|material|sach|物料|料)\s?-?\s?"
            rf"(?:no\.?|nr\.?|number|nummer|编号|编码|号)?{_SEP}(?P<v>{_CODE})",
        ),
        (
            "part_no",
            rf"(?:(?:your|ihre)\s)?(?:(?:part|item|article|artikel|art\.|teile?|ident|sach|material)\s?-?\s?(?:no\.?|nr\.?|number|nummer)"
            r"|\bart\.|\b(?:part|artikel|item|teil)(?=\s[A-Z]+[-.]?\d)"
            rf"|p/n|pn|零件号|料号|物料(?:编号|编码|号)|产品编号|型号){_SEP}(?P<v>{_CODE})",
        ),
        # A drawing or a part may bear such a name too, where it is said to be one.
        ("order_no", r"\b(?P<v>PO[-_]?\d[\w./-]*\w)"),
        ("revision", r"\b(?:rev(?:ision)?\.?|index)\s?:?\s?(?P<v>\d{1,2}|[A-Z]{1,2}\d?)\b|版本\s?[:：]?\s?(?P<w>\w{1,3})"),
        (
            "material",
            r"(?:(?:\bmaterial|werkstoff)\s?[:：]\s?|(?:材料|材质)\s?[:：为是]?\s?)(?P<v>[\w.+/-]+(?:\s?\+\s?\w+)?(?:号?钢)?)"
            r"|\b(?:material|werkstoff|aus|in|made of|made from|of material)\s(?P<w>(?:1\.\d{4}|\d{1,3}[A-Z][A-Za-z]*[\w+-]*\d[\w+-]*"
            r"|C\d{2}E?|S\d{3}\w*|X\d\w+|EN[ -]?(?:AW|AC|GJ[LS]|[A-Z]{2,3})-?\d+\w*|GG+\d{2}|AlMg\w+|AISI\s?\d+|AW-?\d+"
            r"|(?:stainless |carbon |tool )?steel|stahl|edelstahl|alumin(?:i)?um|messing|brass|bronze|POM|PEEK|PA6\w*))\b",
        ),
        (
            "price",
            r"(?:(?:à|a|@|at|je|zu|price|preis|stückpreis|einzelpreis|unit price|单价|价格)(?:\s(?:von|of|is|ist))?\s?[:：]?\s?)"
            r"(?P<v>(?:(?:€|eur|usd|us\$|\$|£|gbp|¥|￥|rmb|cny|chf)\s?)?"
            rf"(?:{_NUMBER})(?:,-{{1,2}}|,–)?\s?(?:€|eur|usd|\$|£|gbp|元|rmb|cny|chf|euros?)?(?:\s?(?:/|per|pro|je|each|每)\s?(?:\d+\s?)?\w*)?)",
        ),
    )
)
_UNIT = rf"(?:(?:{_UNITS_DE}|{_UNITS_EN})\b\.?|{_UNITS_ZH})"
_NO_MONEY = r"(?<![^\W\u3400-\u9fff])(?<![.,/×€$£¥￥-])(?<![€$£¥￥]\s)(?<!eur\s)(?<!usd\s)(?<!gbp\s)(?<!chf\s)(?<!cny\s)(?<!rmb\s)"
_QUANTITY = (
    re.compile(
        rf"(?<![^\W\u3400-\u9fff])(?<![.,/×€$£¥￥-])(?<![€$£¥￥]\s)(?<!eur\s)(?<!usd\s)(?<!gbp\s)(?<!chf\s)(?<!cny\s)(?<!rmb\s)(?P<v>(?:{_NUMBER})\s?{_UNIT})",
        re.IGNORECASE,
    ),
    re.compile(rf"(?:menge|stückzahl|anzahl|qty|quantity|数量)\.?\s?[:：]?\s?(?P<v>(?:{_NUMBER})(?:\s?{_UNIT})?)", re.IGNORECASE),
    re.compile(rf"(?<![\w.,/×-])(?P<v>{_NUMBER})\s?[x×]\s(?=[^\W\d])", re.IGNORECASE),
)
_NAMED = re.compile(
    r"(?:^|(?<=\n))\s*(?:bezeichnung|benennung|artikel|teil|part(?: name)?|item|description|name|product"
    r"|品名|名称|产品名称|零件名称)\s?[:：]\s?(?P<v>[^\n]+)",
    re.IGNORECASE,
)

_DRAWING = next(pattern for field, pattern in _PATTERNS if field == "drawing_no")
_ORDER = re.compile(
    r"hiermit bestellen|bestellen wir|wir bestellen|\bbestellung\b|please supply"
    r"|(?:we|i) (?:hereby |would like to |want to |accept and |(?:gladly |happily )?accept your (?:offer|quotation|quote) and )?order\b"
    r"|purchase order|our order|\bpo\b|please (?:deliver|ship)|bitte liefern|下单|订购|采购订单|我们订|订货",
    re.IGNORECASE,
)
_ASK = re.compile(
    r"\bquot(?:e|ation|es)\b|\bangebot|\banfrage\b|anbieten|\boffer\b|\brfq\b|\binquiry\b|\benquiry\b|\bprice (?:for|of)\b"
    r"|was kostet|how much|询价|报价|价格是多少",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:dear|hello|hi|hallo|guten tag|sehr geehrte|liebe)\b[^,\n]*,|您好[,，!！]?|(?:could|can|would) you (?:please )?|please|kindly|bitte"
    r"|und|and|or|oder|sowie|also|plus|we (?:would like to|want to|need to|hereby)|hereby|hiermit|wir|we|i|ich|"
    r"(?:senden|machen|unterbreiten) sie uns|send us|give us|uns|"
    r"(?:um|ein|an?|ihr|your|the|me|us|for)|angebot|quot(?:e|ation)|offer|price|preis|order(?:ing)?|need|require|benötigen|brauchen|bestellen|suchen|supply|anbieten|"
    r"für|of|von|about|über|请(?:帮忙|您)?|报价|询价|订购|采购|我们?(?:需要|要|订)?|需要|一下|帮忙|现|尽快)(?=[\s,:：，。\u4e00-\u9fff]|$)[\s,:：，]*",
    re.IGNORECASE,
)
_FILL = re.compile(
    r"^(?:和|与|及(?!格)|of|x|×|the|a|an|der|die|das|von|vom|from|à|le|la|your|ihre[rns]?|:|：|-|–|•|\*|\.|\))(?=\s|$|[\u4e00-\u9fff])\s*", re.IGNORECASE
)
_TRAIL = re.compile(
    r"\s+(?:with|mit|according to|acc\. to|as per|per|gemäß|laut|nach|lt\.|for delivery|delivery|to|by|bis|zum|zur|für|at|and|und|or|oder|sowie"
    r"|in|aus|je|please|bitte|,)$",
    re.IGNORECASE,
)


class Span(msgspec.Struct, frozen=True):
    """A piece of text that says ``field``: where it begins and ends, and where its value does."""

    field: str
    start: int
    end: int
    text: str
    at: int


def find(text: str) -> list[Span]:
    """Return what is said, in order, no two pieces overlapping; the earlier pattern wins."""
    taken = bytearray(len(text))
    found: list[Span] = []
    if not any(sign.isdigit() for sign in text):
        return found
    for field, pattern in (*_PATTERNS[:3], *(("quantity", pattern) for pattern in _QUANTITY), *_PATTERNS[3:], ("name", _NAMED)):
        for hit in pattern.finditer(text):
            group = "w" if "w" in pattern.groupindex and hit.group("w") else "v"
            span = Span(field, hit.start(), hit.end(), hit.group(group).strip(), hit.start(group))
            if span.text and not any(taken[span.start : span.end]):
                taken[span.start : span.end] = b"\x01" * (span.end - span.start)
                found.append(span)
    return sorted(found, key=lambda span: span.start)


_FIRM = re.compile(
    r"hiermit bestellen|bestellen wir|wir bestellen"
    r"|\bwe (?:(?:accept|and|hereby|would|like|to|want|now|gladly|wish|herewith) ){0,5}order\b(?! (?:if|when|once|after))"
    r"|我们?(?:现)?(?:下单|订购)",
    re.IGNORECASE,
)


def orders_firmly(text: str) -> bool:
    """Tell whether a text orders in so many words, whatever its subject speaks of."""
    return bool(_FIRM.search(text))


def kind_words(text: str) -> Iterator[str]:
    """Yield ``orders`` when the text orders, ``request`` when it asks for an offer; a drawing's number, PO-7 say, is no word for either."""
    if _ORDER.search(_DRAWING.sub(" ", text)):
        yield "orders"
    if _ASK.search(text):
        yield "request"


def clean_name(text: str) -> str:
    """Return a piece of text without the words that lead to and away from a part's name; "" when no name is left."""
    name = text.strip(" \t\n,;:：，；。.!?()（）[]-–•*")
    for pattern in (_LEAD, _FILL):
        while (short := pattern.sub("", name)) != name:
            name = short
    while (short := _TRAIL.sub("", name)) != name:
        name = short
    name = name.strip(" ,;:：，；。.!?(（[-–")
    return name if sum(sign.isalpha() for sign in name) >= 2 or any("\u4e00" <= sign <= "\u9fff" for sign in name) else ""


_PART = re.compile(r"^((?=\S*\d)(?=\S*[A-Za-z\d][-./_]|[A-Za-z]*\d{4,})[A-Za-z\d][\w./-]*[A-Za-z\d])(?:[\s,:;]+(.*))?$", re.DOTALL)
_NO_PART = re.compile(r"^(?:m\d+([x.,]\d+)*|[\dø.,]+(?:[x×][\d.,]+)+(?:mm)?|1\.\d{4}|\d{1,3}[.,/]\d{1,3}|(?:din|iso|en)[-\d]*)$", re.IGNORECASE)


def coded(name: str) -> tuple[str, str]:
    """Part a name that begins or ends with a code (``P-100 Shaft``, ``Shaft P-100``) into the code and the rest; no code: ``""`` and the name."""
    found = _PART.match(name)
    if found is not None and not _NO_PART.match(found.group(1)):
        return found.group(1), clean_name(found.group(2) or "")
    before, _, last = name.rpartition(" ")
    lettered = any(sign.isalpha() for sign in last) and before.split(" ")[-1].lower() not in {"din", "iso", "en"}
    if before and lettered and len(before.split()) <= 3 and _PART.match(last) and not _NO_PART.match(last):
        return last, clean_name(before)
    return "", name


_CHASE = re.compile(
    r"\b(?:wo (?:ist|sind|bleib\w*)|wann (?:kommt|kommen|erhalten|bekommen|wird|werden|ist|sind)"
    r"|where (?:is|are)|when (?:will|do|are|is) (?:we|the|our|my|this|these))\b"
    r"(?:(?![.!]\s)[^?]){0,300}\?|(?:何时|什么时候)(?:能)?(?:到|发|交)[^?？]{0,100}[?？]",
    re.IGNORECASE,
)
_ADVERT = re.compile(
    r"\bunsubscribe\b|\bnewsletter\b.{0,40}\b(?:abbestellen|abmelden)\b|^\s*abmelden\b|\bvom newsletter abmelden\b|退订", re.IGNORECASE | re.MULTILINE
)


def chases(text: str) -> list[tuple[int, int]]:
    """Return where a text asks after what was ordered before: from where to where each such question goes."""
    return [found.span() for found in _CHASE.finditer(text)]


def advertises(text: str) -> bool:
    """Tell whether a text is sent to many: it says how one leaves its list."""
    return bool(_ADVERT.search(text))


_WITHDRAW = re.compile(
    r"\b(?:please |kindly |bitte |to )?(?:cancel(?:led|lation)?|withdraw|stornier\w*|storno|annullier\w*|absagen)\b"
    r"|\b(?:change|amend|revise|update) (?:the |our |your )?(?:purchase )?(?:order|po|quantity|date)\b"
    r"|\brevised (?:purchase )?(?:po|order)\b|\breplaces? (?:the|our|your|all) (?:earlier|previous|old)"
    r"|\b(?:change order|order change|order amendment|bestelländerung|änderungsbestellung|geänderte bestellung)\b|\binstead of \d|\banstelle von \d|\bstatt \d"
    r"|(?:menge|termin|bestellung|auftrag|stückzahl)\s[^.\n]{0,30}(?:ändern|erhöhen|verringern|reduzieren|verschieben|korrigieren)"
    r"|取消订单|订单取消|作废|更改(?:订单|数量|交期)|改为",
    re.IGNORECASE,
)


_ANSWERED = re.compile(
    r"auftragsbest[äa]e?tigung|order (?:confirmation|acknowledge?ment)|\blieferschein|\bdelivery note"
    r"|\bversandanzeige|\brechnung\b|\binvoice\b|订单确认|送货单|发票",
    re.IGNORECASE,
)


def answers_an_order(subject: str) -> bool:
    """Tell whether a subject speaks of what follows an order (a confirmation, a delivery note, an invoice), so that the mail is none itself."""
    return bool(_ANSWERED.search(subject))


def withdraws(text: str) -> str:
    """Return the words by which a text cancels or changes an earlier order, or ""."""
    found = _WITHDRAW.search(text)
    return found.group().strip() if found else ""
