"""The same question in other words has the same answer: typos, synonyms, spelling, order, politeness, filler."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest
import yaml

from kg.knowledge import Knowledge
from kg.questions import Answer
from metamorphic import SameQuestion, pairs

EXAMPLES: Final = sorted((Path(__file__).parent / "questions").glob("*.yaml"))
SAME: Final = 0.97
KINDS: Final = frozenset({"typo", "synonym", "spelling", "word order", "politeness", "filler"})


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


@pytest.fixture(scope="module")
def written(knowledge: Knowledge) -> Sequence[SameQuestion]:
    questions = [case["ask"] for path in EXAMPLES for case in yaml.safe_load(path.read_text(encoding="utf-8"))]
    return tuple(pairs(questions, knowledge.ontology, knowledge.asker.stages.listener.names))


def test_the_pairs_are_of_every_kind(written: Sequence[SameQuestion]) -> None:
    kinds = Counter(pair.kind for pair in written)

    assert len(written) >= 500
    assert set(kinds) == KINDS
    assert min(kinds.values()) >= 10


@pytest.mark.long
def test_the_same_question_in_other_words_has_the_same_answer(
    knowledge: Knowledge, written: Sequence[SameQuestion]
) -> None:
    answers: dict[str, Answer] = {}
    for question in dict.fromkeys(text for pair in written for text in (pair.first, pair.second)):
        answers[question] = knowledge.asker.answer(question)

    changed = [pair for pair in written if not _is_same(answers[pair.first], answers[pair.second])]

    assert 1 - len(changed) / len(written) >= SAME, "\n".join(f"{pair.kind}: {pair.second}" for pair in changed)


def _is_same(first: Answer, second: Answer) -> bool:
    """Whether both answer or both decline, with one verdict, and the best claim of each is shown by the other."""
    if first.covered != second.covered or first.verdict != second.verdict:
        return False
    return not first.covered or (first.ids()[0] in second.ids() and second.ids()[0] in first.ids())
