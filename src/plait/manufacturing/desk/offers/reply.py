"""What an answer by e-mail says: which offer it is about, and whether it is a clear yes, a clear no, or to be read by a person (pure)."""

import re
from typing import Literal

import msgspec

from plait.manufacturing.desk.offers.model import Reply

__all__ = ["Said", "number_in", "own_words", "said"]

NUMBER = re.compile(r"(?<![A-Za-z0-9-])R-(\d{5,})(?:-\d{1,3})?(?![0-9])")
QUOTED = re.compile(
    r"^\s*(?:>|-{2,}\s*(?:original|urspr|weiterg|forward)|_{10,}|from:\s|von:\s|gesendet:\s|sent:\s|发件人[:：]|发送时间[:：]|-{3,}\s*原始邮件)"
    r"|^\s*(?:on .{4,120} wrote|am .{4,120} schrieb.*|.{4,80}写道)\s*[:：]\s*$",
    re.IGNORECASE,
)
SENTENCES = re.compile(r"(?<=[.!?。！？])\s*|\n+")
NO = re.compile(
    r"\b(?:not|don't|cannot|can't|won't|unable|declin\w*|reject\w*|refus\w*|too (?:high|expensive|late|long)|elsewhere|cancel\w*|no longer)\b"
    r"|\b(?:unfortunately|regret)\b"
    r"|\b(?:nicht|kein\w*|leider|ablehn\w*|lehnen|abgelehnt|absag\w*|zu (?:teuer|spät|hoch|lang)|anderweitig|stornier\w*|bedauern)\b"
    r"|不接受|不同意|不能接受|无法接受|不需要|拒绝|取消|太贵|太高|偏高|太晚|太迟|抱歉|遗憾|暂不|不订|不下单",
    re.IGNORECASE,
)
YES = re.compile(
    r"\b(?:we|i|hereby)\b[^.?!]{0,40}\b(?:accept|order|confirm|agree)\b|\bis accepted\b|^\s*(?:yes|accepted|agreed|approved)\b"
    r"|\bgo ahead\b|\b(?:please )?proceed\b"
    r"|\bplace (?:the|an|our|this) order\b|\bpurchase order (?:is )?attached\b"
    r"|\b(?:wir|ich|hiermit)\b[^.?!]{0,60}\b(?:bestelle[n]?|beauftrage[n]?|nehme[n]?\b[^.?!]{0,60}\ban|akzeptiere[n]?|erteile[n]?|bestätige[n]?)"
    r"|\bnehme[n]?\b[^.?!]{0,60}\ban\b|\b(?:bestelle[n]?|beauftrage[n]?|erteile[n]?)\s+(?:wir|ich)\b|^\s*(?:ja|einverstanden|angenommen|freigegeben)\b"
    r"|\b(?:bitte|please)\b[^.?!]{0,30}\b(?:ausführen|fertigen|produzieren|start production)\b|\bauftrag\b[^.?!]{0,20}\berteilt\b"
    r"|^\s*(?:是的|好的|同意|接受|确认)|我(?:们|方|司)?[^。！？]{0,20}(?:接受|同意|确认|订购|下单)|请(?:尽快)?(?:安排)?(?:生产|执行|下单|发货)|(?:正式)?下单|按此报价",
    re.IGNORECASE,
)
MAYBE = re.compile(
    r"\?|？|\b(?:if|unless|provided|subject to|but|however|except|instead|only when|would|could|before we|can you|discount|wait|later)\b"
    r"|\b(?:wenn|falls|sofern|vorausgesetzt|vorbehaltlich|aber|jedoch|allerdings|statt|könnten|könnte|würden|rabatt|nachlass|später|abwarten)\b"
    r"|如果|若|但|除非|前提|能否|可否|是否|吗|折扣|优惠|稍后|再考虑",
    re.IGNORECASE,
)
REASONS: tuple[tuple[Literal["price", "date", "technical"], re.Pattern[str]], ...] = (
    ("price", re.compile(r"price|expensive|cheaper|budget|preis|teuer|günstiger|billiger|价格|太贵|太高|偏高|便宜", re.IGNORECASE)),
    ("date", re.compile(r"late|lead time|deliver\w* (?:date|time)|sooner|spät|termin|lieferzeit|früher|交期|太晚|太迟|时间", re.IGNORECASE)),
    ("technical", re.compile(r"technical|tolerance|drawing|material|technisch|toleranz|zeichnung|werkstoff|技术|公差|图纸|材料", re.IGNORECASE)),
)
CLOSING = re.compile(
    r"^\s*(?:(?:best|kind|warm)?\s*regards|mit freundlichen|viele grüße|freundliche grüße|mfg\b|best wishes|sincerely|此致|祝好|顺祝)", re.IGNORECASE
)


class Said(msgspec.Struct, frozen=True):
    """A verdict, the sentence it is read from, and of a no the reason it gives, if any."""

    verdict: Literal["yes", "no", "unclear"]
    sentence: str
    reason: Literal["", "price", "date", "technical"] = ""


def number_in(reply: Reply) -> str:
    """Return the number of the offer an e-mail is about: by its subject, the message it answers, or its text; "" when it names none or several."""
    for place in (reply.subject, reply.in_reply_to, own_words(reply.text), reply.text):
        found = {f"R-{number}" for number in NUMBER.findall(place)}
        if found:
            return found.pop() if len(found) == 1 else ""
    return ""


def own_words(text: str) -> str:
    """Return what the sender has written: without what is quoted, without the closing and all below it."""
    kept = []
    for line in text.splitlines():
        if QUOTED.match(line) or CLOSING.match(line) or line.rstrip() == "--":
            break
        kept.append(line)
    return "\n".join(kept).strip()


def said(text: str) -> Said:
    """Return what an answer says. A yes that stands beside a no, a question or a condition is unclear."""
    own = own_words(text)
    sentences = [part.strip() for part in SENTENCES.split(own) if part.strip()]
    yes = [part for part in sentences if YES.search(part) and not NO.search(part)]
    no = [part for part in sentences if NO.search(part)]
    if any(YES.search(part) and MAYBE.search(part) for part in no):
        return Said("unclear", no[0][:300])
    if no and not yes:
        return Said("no", no[0][:300], next((reason for reason, pattern in REASONS if pattern.search(own)), ""))
    if yes and not no and not MAYBE.search(own):
        return Said("yes", yes[0][:300])
    return Said("unclear", (yes or no or sentences or [""])[0][:300])
