"""How often the sentence pairs we show are right, measured on the demo's true pairs. Pure, but for reading its files.

`marked` is one pair of sentences for each true pair, written with the texts. `answers` are all pairs of sentences of
which the second answers the first, by reading both texts; README.md says when and how both were made.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
HALVES = ("a", "b")
RIGHT, PARTLY = 2, 1


@dataclass(frozen=True)
class Judged:
    """A true pair by the keys of need and offer, its `marked` sentences, and grades by how two sentences begin."""

    need: str
    offer: str
    marked: tuple[str, str]
    answers: Mapping[tuple[str, str], int]

    def grade(self, pair: Mapping[str, str]) -> int:
        """RIGHT, PARTLY or 0: how well the offer's sentence answers the need's."""
        grades = (
            grade
            for (need, offer), grade in self.answers.items()
            if pair["need"].startswith(need) and pair["offer"].startswith(offer)
        )
        return max(grades, default=0)

    def is_marked(self, pair: Mapping[str, str]) -> tuple[bool, bool]:
        """Whether the sentence of the need, and of the offer, is the marked one, holds it or is held by it."""
        need, offer = (_same(pair[side], mark) for side, mark in zip(("need", "offer"), self.marked, strict=True))
        return need, offer


def _same(one: str, other: str) -> bool:
    return one in other or other in one


def judged(half: str) -> list[Judged]:
    """The true pairs of one half of the demo."""
    grades: dict[tuple[str, str], dict[tuple[str, str], int]] = {}
    for need, offer, asked, right, partly in _rows(f"answers-{half}.tsv"):
        own = grades.setdefault((need, offer), {})
        for grade, column in ((RIGHT, right), (PARTLY, partly)):
            own |= {(asked, answer): grade for answer in column.split(" | ") if answer}
    return [
        Judged(need, offer, (of_need, of_offer), grades[need, offer])
        for need, offer, of_need, of_offer in _rows(f"evidence-{half}.tsv")
    ]


def _rows(name: str) -> Iterator[list[str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def figures(shown: Sequence[tuple[Judged, Sequence[Mapping[str, str]]]]) -> dict[str, float]:
    """Shares of the true pairs, but for `pairs` and `shown_right`; `shown` are the pairs of sentences of each, best
    first. `right` and `partly_right` are by reading the pair that is shown first, the others by the marks."""
    first = [(one, pairs[0]) for one, pairs in shown if pairs]
    marks = [one.is_marked(pair) for one, pair in first]
    grades = [one.grade(pair) for one, pair in first]
    every = [one.grade(pair) for one, pairs in shown for pair in pairs]
    in_all = len(shown)
    return {
        "pairs": in_all,
        "right": sum(grade == RIGHT for grade in grades) / in_all,
        "partly_right": sum(grade >= PARTLY for grade in grades) / in_all,
        "right_among_all": sum(any(one.grade(pair) == RIGHT for pair in pairs) for one, pairs in shown) / in_all,
        "shown": len(every) / in_all,
        "shown_right": sum(grade == RIGHT for grade in every) / max(len(every), 1),
        "marked": sum(all(mark) for mark in marks) / in_all,
        "marked_need": sum(need for need, _offer in marks) / in_all,
        "marked_offer": sum(offer for _need, offer in marks) / in_all,
        "marked_among_all": sum(any(all(one.is_marked(p)) for p in pairs) for one, pairs in shown) / in_all,
    }
