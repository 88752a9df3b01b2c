"""The chance that each claim answers, and that any does, by logistic models whose weights stand in `ranking.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import Any, Final

import yaml

from kg.errors import AuthoringError, Problem
from kg.questions.features import Candidate

FILE: Final = "ranking.yaml"
SEMANTIC, LEXICAL = "semantic", "lexical"
FAR: Final = 30.0


@dataclass(frozen=True)
class LogisticModel:
    """Log-odds = bias + sum of weight times feature."""

    bias: float
    weights: Mapping[str, float]

    def log_odds(self, features: Mapping[str, float]) -> float:
        """The log-odds for some features; each feature that the model weighs must be there."""
        return self.bias + sum(weight * features[name] for name, weight in self.weights.items())

    def parts(self, features: Mapping[str, float]) -> dict[str, float]:
        """What each feature adds to the log-odds."""
        return {name: weight * features[name] for name, weight in self.weights.items()}


@dataclass(frozen=True)
class Ranked:
    """A claim with the log-odds that it answers."""

    candidate: Candidate
    log_odds: float

    @property
    def id(self) -> str:
        return self.candidate.claim.id

    @property
    def chance(self) -> float:
        return logistic(self.log_odds)


@dataclass(frozen=True)
class Cut:
    """Where a ranking ends: at `most` claims, or `gap` below the log-odds of the best.

    The first `fewest` may be further below, up to `reach`.
    """

    fewest: int
    most: int
    gap: float
    reach: float

    def of(self, ranking: Sequence[Ranked]) -> tuple[Ranked, ...]:
        """The claims before the end of a ranking."""
        best = ranking[0].log_odds
        return tuple(
            item
            for place, item in enumerate(ranking[: self.most])
            if item.log_odds >= best - (self.reach if place < self.fewest else self.gap)
        )


@dataclass(frozen=True)
class Models:
    """How claims are ranked, whether any answers, and where the ranking of one thing asked or of several ends."""

    claims: LogisticModel
    covered: LogisticModel
    single: Cut
    several: Cut
    least: float


def logistic(log_odds: float) -> float:
    """The chance that has some log-odds.

    >>> logistic(0.0)
    0.5
    """
    return 1 / (1 + exp(-max(-FAR, min(FAR, log_odds))))


def rank(model: LogisticModel, candidates: Sequence[Candidate]) -> tuple[Ranked, ...]:
    """The candidates, likeliest first; equal ones in the order of their identifiers."""
    found = (Ranked(candidate, model.log_odds(candidate.features)) for candidate in candidates)
    return tuple(sorted(found, key=lambda item: (-item.log_odds, item.id)))


def read_models(folder: Path, semantic: bool) -> Models:
    """The models with or without sentence embeddings. Raises AuthoringError where the file lacks one."""
    path = folder / FILE
    data: Any = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    try:
        own = data[SEMANTIC if semantic else LEXICAL]
        return Models(
            claims=_model(own["claims"]),
            covered=_model(own["covered"]),
            single=_cut(own["single"]),
            several=_cut(own["several"]),
            least=float(own["least"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        problem = Problem(f"{FILE}: {error}", "is missing or no number.", "Train again: python -m bench.questions.")
        raise AuthoringError([problem]) from error


def _model(data: Mapping[str, Any]) -> LogisticModel:
    return LogisticModel(float(data["bias"]), {name: float(weight) for name, weight in data["weights"].items()})


def _cut(data: Mapping[str, Any]) -> Cut:
    return Cut(int(data["fewest"]), int(data["most"]), float(data["gap"]), float(data["reach"]))
