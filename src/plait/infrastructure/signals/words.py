"""The dictionary of words of each series: what is said in text is kept as a code, and comes back as it was said."""

from collections.abc import Iterable, Iterator

__all__ = ["MOST_LETTERS", "MOST_WORDS", "OTHER", "Words", "cut"]

MOST_WORDS = 20_000
MOST_LETTERS = 500
OTHER = f"(one of more than {MOST_WORDS} different texts)"


class Words:
    """Words of all series by code, from 1; code 0 stands for a word beyond the ``MOST_WORDS`` of its series."""

    def __init__(self) -> None:
        self._codes: dict[tuple[int, str], int] = {}
        self._texts: dict[int, list[str]] = {}

    def load(self, rows: Iterable[tuple[int, int, str]]) -> None:
        """Learn (series, code, text), in order of codes."""
        for series, code, text in rows:
            texts = self._texts.setdefault(series, [OTHER])
            if code == len(texts):
                texts.append(text)
                self._codes[series, text] = code

    def code(self, series: int, text: str) -> int | None:
        """Return the code of a word, None for a new one."""
        known = self._codes.get((series, cut(text)))
        return 0 if known is None and len(self._texts.get(series, ())) > MOST_WORDS else known

    def has(self, series: int) -> bool:
        """Tell whether a series has words."""
        return series in self._texts

    def all(self) -> Iterator[tuple[int, int, str]]:
        """Yield (series, code, text) of all words, that of code 0 too."""
        for series, texts in self._texts.items():
            yield from ((series, code, text) for code, text in enumerate(texts))

    def text(self, series: int, code: float) -> str:
        """Return the word with a code; a code that nobody gave out reads as that of an unknown word."""
        texts = self._texts.get(series, [OTHER])
        return texts[int(code)] if 0 <= code < len(texts) else f"(unknown word {code:g})"


def cut(text: str) -> str:
    """Return ``text`` as it is kept: at most ``MOST_LETTERS`` characters, a longer one ends in dots."""
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"
