"""Families of like parts: as entered, else by the words of their names and their materials (pure)."""

import re
from collections.abc import Iterable, Sequence

from plait.manufacturing.part.model import Part
from plait.manufacturing.vocabulary import fold, is_a

__all__ = ["families", "words_of"]

LIKENESS = 84
SIZE = re.compile(r"[a-zØø⌀]{0,3}[.\-]?\d[\w.,/x×*°\-]*", re.IGNORECASE)


def words_of(name: str) -> str:
    """Return what a name says of the kind of part: its words in order of the alphabet, without numbers, sizes and marks."""
    bare = SIZE.sub(" ", fold(name))
    return " ".join(sorted(re.findall(r"[^\W\d_]{2,}|[\u4e00-\u9fff]", bare)))


def _goes_with(material: str, other: str) -> bool:
    return "any" in (material, other) or is_a(material, other) or is_a(other, material)


def families(parts: Iterable[Part]) -> dict[str, str]:
    """Return the family of each part by id: the one entered, else that of the first part with like words in its name and a like material.

    A part whose name says nothing is a family of its own.
    """
    from rapidfuzz import fuzz, process

    found: dict[str, str] = {}
    heads: dict[str, list[tuple[str, str]]] = {}
    rest: list[Part] = []
    for part in parts:
        if part.family:
            found[part.id] = part.family
            heads.setdefault(words_of(part.name), []).append((part.family, part.material))
        else:
            rest.append(part)
    texts: Sequence[str] = list(heads)
    for part in rest:
        words = words_of(part.name)
        if not words:
            found[part.id] = part.id
            continue
        near = [words] if words in heads else []
        near += [text for text, *_ in process.extract(words, texts, scorer=fuzz.token_sort_ratio, score_cutoff=LIKENESS, limit=5) if text != words and text]
        family = next((name for text in near for name, material in heads[text] if _goes_with(part.material, material)), "")
        found[part.id] = family or (words if all(words != name for each in heads.values() for name, _ in each) else f"{words} {part.material}")
        if not family:
            if words not in heads:
                texts = [*texts, words]
            heads.setdefault(words, []).append((found[part.id], part.material))
    return found
