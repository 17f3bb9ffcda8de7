"""What is new in a mail and what it quotes from earlier ones; what it passes on counts as new."""

import re
from collections.abc import Sequence

__all__ = ["forwarded", "part", "sender"]

_FORWARD = re.compile(r"^(?:fwd?|wg|weitergeleitet|转发|轉寄)\s*[:：]", re.IGNORECASE)
_PASSED_ON = re.compile(
    r"^[-_\s]*(?:forwarded message|begin forwarded message|weitergeleitete nachricht|anfang der weitergeleiteten nachricht|转发(?:的)?邮件)", re.IGNORECASE
)
_WORDS = r"original message|original appointment|ursprüngliche nachricht|originalnachricht|原始邮件|原始信息|邮件原件|回复的原邮件"
_EARLIER = re.compile(rf"^\s*[-_]{{2,}}\s*(?:{_WORDS})\s*[-_]*\s*$|^_{{20,}}\s*$", re.IGNORECASE)
_WROTE = re.compile(
    r"^(?:on\b.{4,200}\bwrote|am\b.{4,200}\bschrieb\b.{0,100}|.{2,120}<[^>]+@[^>]+>\s*(?:schrieb|wrote|于.{0,60}写道)|在?.{4,160}写道)\s*[:：]\s*$",
    re.IGNORECASE,
)
_HEAD = (
    re.compile(r"^\*?(?:from|von|发件人|寄件者|de)\s?[:：]\*?\s*\S", re.IGNORECASE),
    re.compile(r"^\*?(?:sent|date|gesendet|datum|发送时间|日期|发送日期)\s?[:：]\*?\s*\S", re.IGNORECASE),
    re.compile(r"^\*?(?:subject|betreff|主题|主旨)\s?[:：]\*?", re.IGNORECASE),
)
_SIGNATURE = re.compile(r"^(?:-- ?|—|_{2,5})$")


def forwarded(subject: str) -> bool:
    """Tell whether a subject says that the mail passes another on."""
    return bool(_FORWARD.match(subject.strip()))


def sender(lines: Sequence[str]) -> str:
    """Return what the first head of a mail in the text says of its sender, "" when there is none."""
    for line in lines:
        found = re.match(r"^\*?(?:from|von|发件人|寄件者)\s?[:：]\*?\s*(\S.*)$", line.strip(), re.IGNORECASE)
        if found:
            return found.group(1).strip()
    return ""


def _begins(lines: Sequence[str], at: int) -> bool:
    """Tell whether an earlier mail begins in a line."""
    line = lines[at].strip()
    if _EARLIER.match(line):
        # a bare rule is one only before the head of a mail
        return not line.startswith("_") or any(_HEAD[0].match(each.strip()) for each in lines[at + 1 : at + 4])
    if _wrote(line):
        return True
    if at + 1 < len(lines) and len(line) < 120 and re.match(r"^(?:on|am)\b.*\d", line, re.IGNORECASE) and _wrote(f"{line} {lines[at + 1].strip()}"):
        return True
    block = [each.strip() for each in lines[at : at + 7]]
    return bool(_HEAD[0].match(line)) and all(any(pattern.match(each) for each in block) for pattern in _HEAD)


def _wrote(line: str) -> bool:
    return line.endswith((":", "：")) and len(line) < 400 and _WROTE.match(line) is not None


def part(lines: Sequence[str], passes_on: bool) -> tuple[list[str], list[str], list[bool]]:
    """Return the new lines (quoted ones left empty, so that numbers hold), the quoted lines, and for each line whether it is in the signature."""
    new: list[str] = []
    quoted: list[str] = []
    signature: list[bool] = []
    earlier = signed = False
    for at, line in enumerate(lines):
        if _PASSED_ON.match(line.strip()):
            passes_on, signed = True, False
        elif not passes_on and not earlier and _begins(lines, at):
            earlier = True
        if earlier or line.lstrip().startswith(">"):
            quoted.append(line)
            new.append("")
        else:
            signed = signed or bool(_SIGNATURE.match(line))
            new.append(line)
        signature.append(signed)
    return new, quoted, signature
