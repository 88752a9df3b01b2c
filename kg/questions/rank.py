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
class Models:
    """How claims are ranked, whether any answers, and how far below the best a claim may be and still be shown."""

    claims: LogisticModel
    covered: LogisticModel
    gap: float
    least: float


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
            gap=float(own["gap"]),
            least=float(own["least"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        problem = Problem(f"{FILE}: {error}", "is missing or no number.", "Train again: python -m bench.questions.")
        raise AuthoringError([problem]) from error


def _model(data: Mapping[str, Any]) -> LogisticModel:
    return LogisticModel(float(data["bias"]), {name: float(weight) for name, weight in data["weights"].items()})
