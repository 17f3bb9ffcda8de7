"""Make the corpus anew: ``python -m tests.desk.make_corpus`` writes the files and, beside each, what a careful clerk reads in it."""

import json
from pathlib import Path

from tests.desk.making import (
    answers,
    broken,
    dates,
    documents,
    erp,
    guest_again,
    guest_again_texts,
    guest_lists,
    guest_mails,
    guest_pages,
    guest_sheets,
    guest_texts,
    guest_third,
    guest_values,
    orders,
    others,
    strange,
    strange_documents,
    stranger,
    strangest,
    texts,
)

__all__ = ["make"]

MAKERS = (
    orders,
    dates,
    texts,
    erp,
    others,
    documents,
    strange,
    strange_documents,
    stranger,
    strangest,
    broken,
    guest_sheets,
    guest_values,
    guest_texts,
    guest_again,
    guest_again_texts,
    guest_lists,
    guest_mails,
    guest_pages,
    guest_again,
    guest_again_texts,
    guest_third,
)


def make(folder: Path) -> int:
    """Write all files and answers into ``folder``; return how many files."""
    for name, (content, answer) in answers.CASES.items():
        (folder / name).write_bytes(content)
        (folder / f"{name}.json").write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return len(answers.CASES)


if __name__ == "__main__":
    make(Path(__file__).parent / "corpus")
