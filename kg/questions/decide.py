"""Which claims are shown, and whether the articles answer at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kg.questions.claim_index import ClaimIndex
from kg.questions.rank import Models, Ranked, logistic
from kg.questions.understand import Understood

MOST: Final = 8
OF_A_PART: Final = 1.0
OF_THE_BEST: Final = ("words", "covered", "concepts", "figure", "meaning", "topic", "best_meaning")


@dataclass(frozen=True)
class Decision:
    """What is shown. `chance` is that of the question being answered; `evidence` the features it rests on."""

    shown: tuple[Ranked, ...]
    near: tuple[Ranked, ...]
    chance: float
    covered: bool
    evidence: Mapping[str, float]


def combine(whole: Sequence[Ranked], parts: Sequence[Sequence[Ranked]]) -> tuple[Ranked, ...]:
    """The ranking of a question of several clauses: each claim by its best, a clause counting less than the whole."""
    best = {item.id: item for item in whole}
    for ranking in parts:
        for item in ranking:
            if item.log_odds - OF_A_PART > best[item.id].log_odds:
                best[item.id] = replace(item, log_odds=item.log_odds - OF_A_PART)
    return tuple(sorted(best.values(), key=lambda item: (-item.log_odds, item.id)))


def decide(models: Models, asked: Understood, ranking: Sequence[Ranked], index: ClaimIndex) -> Decision:
    """The claims near enough to the best, if the question is one that claims answer."""
    evidence = coverage(asked, ranking[0].candidate.features, ranking[0].log_odds, ranking[1].log_odds, index)
    chance = logistic(models.covered.log_odds(evidence))
    covered = chance >= models.least
    best = ranking[0].log_odds
    near = tuple(item for item in ranking[:MOST] if item.log_odds >= best - models.gap)
    return Decision(near if covered else (), near, chance, covered, evidence)


def coverage(
    asked: Understood, features: Mapping[str, float], log_odds: float, second: float, index: ClaimIndex
) -> dict[str, float]:
    """What tells a question that claims answer from one that they do not, as named numbers.

    `features` and `log_odds` are those of the likeliest claim, `second` the log-odds of the next.
    """
    weights = {word: index.weight(word) for word in asked.words}
    total = sum(weights.values()) or 1.0
    known = {token.stem for token in asked.tokens if token.text not in asked.unknown}
    found = {
        "log_odds": log_odds,
        "lead": log_odds - second,
        "known": sum(weight for word, weight in weights.items() if word in known) / total,
        "unknown": float(len(asked.unknown)),
        "length": float(len(asked.words)),
        "no_words": float(not asked.words),
    }
    return {**found, **{name: features[name] for name in OF_THE_BEST if name in features}}
