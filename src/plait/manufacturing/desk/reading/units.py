"""Units and currencies as people write them, and their codes: UN/ECE Rec 20 and ISO 4217."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from plait.manufacturing.desk.reading.text import narrow

__all__ = ["CURRENCIES", "NAMES", "currency_code", "is_code", "unit_code"]

_WRITTEN = {
    "C62": """stk st stck stück stücke stueck stuecke stk. st. stck. pcs pce pc pc. pcs. pieces piece ea each ea. unit units nos no. nos. off ou un c62 h87 nar
        teile teil 件 个 個 只 枚 支 根 块 塊 片 台 把 颗 粒 條 条 部 pza pz pzs szt ks 件数 pieza pieces(s) piece(s) pc(s) stück(e)""",
    "SET": "set sets satz sätze saetze 套 组 組 kit kits garnitur set(s)",
    "PR": "paar pair pairs pr prs 双 对 對 雙 par",
    "DZN": "dutzend dozen dz dtz dzn doz 打",
    "KGM": "kg kgs kilo kilos kilogramm kilogram kilograms kgm 公斤 千克 kg.",
    "GRM": "g gr gramm gram grams grm 克 gr.",
    "TNE": "t to tonne tonnen tons ton tne 吨 噸 mt",
    "LBR": "lb lbs pound pounds lbr 磅",
    "MTR": "m meter metre meters metres lfm lfdm lfd.m lfd.m. lm mtr mtrs 米 公尺 rm laufmeter",
    "CMT": "cm zentimeter cmt 厘米 公分",
    "MMT": "mm millimeter millimetre mmt 毫米",
    "INH": "in inch inches zoll inh 英寸",
    "FOT": "ft foot feet fot 英尺",
    "YRD": "yd yard yards yrd 码",
    "KMT": "km kilometer kmt 公里 千米",
    "MTK": "m² m2 qm sqm mtk 平方米 平米",
    "MTQ": "m³ m3 cbm mtq 立方米",
    "LTR": "l liter litre liters litres ltr lt 升 公升",
    "SEC": "s sec secs sek sek. sekunde sekunden second seconds 秒 秒钟",
    "MIN": "min mins min. minute minuten minutes 分 分钟 分鐘 mn",
    "HUR": "h hr hrs std std. stunde stunden hour hours hur 小时 小時 时 h.",
    "DAY": "d tag tage tagen day days 天 日",
    "KWH": "kwh",
    "P1": "% prozent percent p1 pct",
}
NAMES: Mapping[str, str] = MappingProxyType({name: code for code, names in _WRITTEN.items() for name in names.split()} | {"lfd. m": "MTR", "lfd m": "MTR"})
"""Code by every way to write it, in small letters."""

_MONEY = {
    "EUR": "€ eur euro euros eur. 欧元 歐元",
    "USD": "us$ usd $us dollar dollars 美元 美金 u$",
    "CNY": "cny rmb 元 人民币 人民幣 yuan renminbi cn¥ rmb¥ ￥rmb",
    "JPY": "jpy yen 日元 日圆 円 jp¥",
    "GBP": "£ gbp pound sterling 英镑",
    "CHF": "chf sfr sfr. fr. franken 瑞士法郎",
    "PLN": "pln zł zl",
    "CZK": "czk kč kc",
    "SEK": "sek",
    "DKK": "dkk",
    "NOK": "nok",
    "HUF": "huf ft",
    "HKD": "hkd hk$ 港币 港元",
    "TWD": "twd nt$ ntd 新台币 新台幣",
    "KRW": "krw ₩ 韩元",
    "INR": "inr ₹ rs rs.",
    "AUD": "aud a$",
    "CAD": "cad c$ ca$",
    "SGD": "sgd s$",
    "TRY": "try ₺ tl",
    "MXN": "mxn mx$",
    "BRL": "brl r$",
}
CURRENCIES: Mapping[str, str] = MappingProxyType({name: code for code, names in _MONEY.items() for name in names.split()})
"""ISO 4217 code by every way to write it that means one currency, in small letters."""
_OPEN_SIGNS = {"$": ("USD", {"USD", "CAD", "AUD", "HKD", "SGD", "MXN"}), "¥": ("CNY", {"CNY", "JPY"}), "￥": ("CNY", {"CNY", "JPY"})}
_TRIM = re.compile(r"^[\s\[\]().:/]+|[\s\[\]():/]+$")


def unit_code(text: str) -> str:
    """Return the Rec 20 code of a unit as written, or "" when nobody knows it."""
    plain = _TRIM.sub("", narrow(text).lower())
    return NAMES.get(plain) or NAMES.get(plain.rstrip(".")) or NAMES.get(plain.replace(" ", "")) or ""


def currency_code(text: str, language: str = "", firm: str = "") -> tuple[str, bool]:
    """Return the ISO 4217 code of a currency as written ("" unknown) and whether the sign alone leaves it open (``$``, ``¥``).

    ``¥`` is the yuan in Chinese tables, else the ``firm``'s own currency when that bears the sign.
    """
    plain = _TRIM.sub("", narrow(text).lower())
    if plain in _OPEN_SIGNS:
        usual, possible = _OPEN_SIGNS[plain]
        if plain != "$" and language == "zh":
            return "CNY", False
        return (firm if firm in possible else usual), True
    return CURRENCIES.get(plain, ""), False


def is_code(text: str) -> bool:
    """Tell whether ``text`` is an ISO 4217 code known here."""
    return text in _MONEY
