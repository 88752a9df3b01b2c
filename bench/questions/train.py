"""Fits the models of `ontology/ranking.yaml` to the questions of all claims, whole claims held out.

    python -m bench.questions.train

Every question of a claim is asked with that question left out of the index. The projection of sentence vectors is
fitted anew without the claims of a fold before their questions are scored, and so is what tells questions that are
answered from others, so that no weight is learned from an advantage that an unseen question does not have. The
neighbours of a claim in the graph are neither right nor wrong for its questions. What no claim answers is
`bench/questions/unanswerable.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml
from numpy.typing import NDArray

from bench.questions.unanswerable import unanswerable
from kg.ontology.compiled import DEFAULT_FOLDER, Ontology
from kg.questions.answering import Stages
from kg.questions.claim_index import ClaimIndex
from kg.questions.embedding import Encoder
from kg.questions.features import OF_THE_QUESTION
from kg.questions.rank import FILE, LEXICAL, SEMANTIC, LogisticModel
from kg.questions.things import words_of_questions, words_of_terms, words_of_things
from kg.questions.understand import UnderstoodQuestion
from kg.questions.vectors import FILE as VECTORS
from kg.questions.vectors import (
    Answerability,
    SentenceVectors,
    fit,
    known_rows,
    model_folder,
    texts_of,
    vectors_of,
    write_vectors,
)  # fmt: skip

Numbers = NDArray[np.float64]
Floats = NDArray[np.float32]
FOLDS: Final = 5
RIDGE: Final = 3.0
STEPS: Final = 15
SINGLE: Final = {"fewest": 1, "most": 8, "gap": 3.0, "reach": 8.0}
SEVERAL: Final = {"fewest": 3, "most": 8, "gap": 3.5, "reach": 8.0}
RIDGE_OF_VECTORS: Final = 10.0
LEAST: Final = 0.6  # the smallest limit at which `measure` declines 92 % of what no claim answers
OF_THE_ANSWERED: Final = 3.0
BY_HAND: Final[Mapping[str, float]] = {"text": 2.5}
HEAD: Final = """\
# Weights of the models that rank claims and tell what is covered. Made by `python -m bench.questions.train`; read by
# kg/questions/rank.py. Log-odds = bias + sum of weight times feature; the features are described in
# kg/questions/features.py and decide.py. `single`, `several`: where the ranking ends for a question of one thing and of
# several (`Cut` in rank.py); `least`: the chance of being covered from which a question is answered. The weight of
# `text` is set by hand: the questions of the claims name no article.
"""


@dataclass(frozen=True)
class Asked:
    """One question with the features of every claim, and the claim and place it belongs to, if any."""

    place: tuple[int, int] | None
    asked: UnderstoodQuestion
    features: Numbers

    @property
    def claim(self) -> int:
        """The number of the claim that answers, or -1."""
        return self.place[0] if self.place else -1


def held_out(claims: int, seed: int = 0) -> NDArray[np.int64]:
    """Claim → the fold in which it is held out."""
    return np.random.default_rng(seed).integers(0, FOLDS, claims)


class RememberingEncoder(Encoder):
    """The sentence model with the vectors of texts that it has seen; many are made in one pass."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.seen: dict[str, Floats] = {}

    def __call__(self, text: str) -> Floats:
        if text not in self.seen:
            self.seen[text] = super().__call__(text)
        return self.seen[text]

    def see(self, texts: Sequence[str]) -> None:
        """Make the vectors of some texts."""
        new = [text for text in dict.fromkeys(texts) if text not in self.seen]
        if new:
            self.seen.update(zip(new, vectors_of(self, new, {}), strict=True))


class Collector:
    """The features of all questions, each scored by models that have not seen its claim."""

    def __init__(self, stages: Stages, encoder: RememberingEncoder | None) -> None:
        self.stages, self.index, self.encoder = stages, stages.index, encoder
        listen = stages.listener.listen
        self.asks = [[listen(text) for text in document.claim.asks] for document in self.index.documents]
        self.none = [listen(text) for text in unanswerable()]
        self.folds, self.none_folds = held_out(len(self.asks)), held_out(len(self.none), seed=1)
        if encoder:
            encoder.see([asked.core for asked in (*(one for row in self.asks for one in row), *self.none)])
            self.raw = vectors_of(encoder, texts_of(self.index), known_rows(DEFAULT_FOLDER / VECTORS))

    @property
    def none_folds_in_order(self) -> NDArray[np.int64]:
        """The folds of the questions that no claim answers, in the order in which they are given."""
        return np.sort(self.none_folds)

    def __call__(self) -> tuple[list[str], list[Asked], list[Asked]]:
        """The names of the features, the questions of all claims, and those that no claim answers."""
        found: list[Asked] = []
        none: list[Asked] = []
        names: list[str] = []
        for fold in range(FOLDS):
            self.stages.retriever.meaning = self._meaning(fold)
            for number in np.flatnonzero(self.folds == fold).tolist():
                for place, asked in enumerate(self.asks[number]):
                    unseen = as_unseen(self.index, asked, (number, place))
                    names, table = features_of(self.stages, unseen, (number, place))
                    found.append(Asked((number, place), unseen, table))
            for number in np.flatnonzero(self.none_folds == fold).tolist():
                none.append(Asked(None, self.none[number], features_of(self.stages, self.none[number])[1]))
        return names, found, none

    def _meaning(self, fold: int) -> SentenceVectors | None:
        """The sentence vectors with what is fitted without a fold."""
        if self.encoder is None:
            return None
        inside = [number for number in range(len(self.asks)) if self.folds[number] != fold]
        sizes = [len(row) for row in self.asks]
        starts = np.cumsum([0, *sizes])
        rows = np.concatenate([self.raw[starts[n] : starts[n + 1]] for n in inside])
        space = fit(rows, [sizes[n] for n in inside])
        return SentenceVectors(self.index, self.encoder, space, self.raw, self.answerability(fold))

    def answerability(self, fold: int | None = None) -> Answerability:
        """What tells questions that claims answer from others by their vectors, fitted without a fold."""
        assert self.encoder is not None
        encoder = self.encoder
        yes = [encoder(one.core) for row, own in zip(self.asks, self.folds, strict=True) if own != fold for one in row]
        no = [encoder(one.core) for one, own in zip(self.none, self.none_folds, strict=True) if own != fold]
        right = np.r_[np.ones(len(yes)), np.zeros(len(no))]
        balance = np.where(right == 1, len(no) / len(yes), 1.0)
        bias, weights = logistic_fit(np.array([*yes, *no], dtype=float), right, balance, RIDGE_OF_VECTORS)
        return Answerability(weights.astype(np.float32), bias)


def as_unseen(index: ClaimIndex, asked: UnderstoodQuestion, place: tuple[int, int]) -> UnderstoodQuestion:
    """A question of a claim as it would be understood if the index did not have it: its own words are unknown then."""
    known = index.claims_with
    own = [t.text for t in asked.tokens if index.asks_with.get(t.stem) == (place,) and t.stem not in known]
    return replace(asked, unknown=tuple(dict.fromkeys((*asked.unknown, *own))))


def features_of(
    stages: Stages, asked: UnderstoodQuestion, without: tuple[int, int] | None = None
) -> tuple[list[str], Numbers]:
    """The names of the features and a row of them for each claim."""
    candidates = stages.candidates(asked, without)
    names = list(candidates[0].features)
    return names, np.array([[item.features[name] for name in names] for item in candidates])


def logistic_fit(rows: Numbers, right: Numbers, weights: Numbers, ridge: float = RIDGE) -> tuple[float, Numbers]:
    """Bias and weights by iteratively reweighted least squares over standardised columns."""
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    table = np.hstack([(rows - mean) / scale, np.ones((len(rows), 1))])
    found, penalty = np.zeros(table.shape[1]), np.r_[np.full(rows.shape[1], ridge), 1e-6]
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(table @ found, -30, 30)))
        slope = table.T @ (weights * (right - chance)) - penalty * found
        curve = (table * (weights * chance * (1 - chance))[:, None]).T @ table + np.diag(penalty)
        found = found + np.clip(np.linalg.solve(curve, slope), -2, 2)
    return float(found[-1] - (found[:-1] * mean / scale).sum()), found[:-1] / scale


def fit_claims(names: Sequence[str], asked: Sequence[Asked], neighbours: Sequence[Sequence[int]]) -> LogisticModel:
    """The model that ranks claims."""
    ranked = [name for name in names if name not in OF_THE_QUESTION]
    right = np.zeros((len(asked), asked[0].features.shape[0]))
    weights = np.ones_like(right)
    for row, item in enumerate(asked):
        right[row, item.claim] = 1
        weights[row, list(neighbours[item.claim])] = 0
    columns = [names.index(name) for name in ranked]
    table = np.concatenate([item.features[:, columns] for item in asked])
    bias, found = logistic_fit(table, right.ravel(), weights.ravel())
    return LogisticModel(bias, {**dict(zip(ranked, map(float, found), strict=True)), **BY_HAND})


def fit_covered(rows: Sequence[Mapping[str, float]], right: Numbers) -> LogisticModel:
    """The model of whether any claim answers, from what the decision on each question rests on."""
    keys = list(rows[0])
    table = np.array([[row[key] for key in keys] for row in rows])
    balance = np.where(right == 1, OF_THE_ANSWERED * (right == 0).sum() / right.sum(), 1.0)
    bias, found = logistic_fit(table, right, balance, ridge=1.0)
    return LogisticModel(bias, dict(zip(keys, map(float, found), strict=True)))


def evidence(stages: Stages, claims: LogisticModel, names: Sequence[str], item: Asked) -> dict[str, float]:
    """What the decision on one question rests on."""
    odds = claims.bias + item.features @ np.array([claims.weights.get(name, 0.0) for name in names])
    first, second = np.argsort(-odds)[:2]
    best = dict(zip(names, map(float, item.features[first]), strict=True))
    name = stages.index.documents[first].claim.id
    return stages.coverage(item.asked, name, best, float(odds[first]), float(odds[second]), item.place)


def fit_things(index: ClaimIndex, encoder: Encoder) -> dict[str, Any]:
    """The model of whether a word names a thing, and its chances for the words of all claims."""
    named, asked = words_of_things(index.ontology), words_of_questions(index)
    phrasing = sorted(asked - named - words_of_terms(index))
    things = sorted(named - set(phrasing))
    known = sorted(named | asked | words_of_terms(index))
    vectors = dict(zip(known, vectors_of(encoder, known, {}), strict=True))
    rows = np.array([vectors[word] for word in (*things, *phrasing)], dtype=float)
    right = np.r_[np.ones(len(things)), np.zeros(len(phrasing))]
    balance = np.where(right == 1, len(phrasing) / len(things), 1.0)
    bias, weights = logistic_fit(rows, right, balance, ridge=5.0)
    chances = 1 / (1 + np.exp(-(bias + np.array([vectors[word] for word in known], dtype=float) @ weights)))
    return {
        "words": np.array(known),
        "word_chances": chances.astype(np.float16),
        "word_weights": weights.astype(np.float32),
        "word_bias": np.float32(bias),
    }


def opened() -> RememberingEncoder:
    """The sentence model that is installed."""
    model = model_folder()
    if model is None:
        raise SystemExit("No sentence model: run make setup, or name its folder in WARRANT_EMBEDDINGS.")
    return RememberingEncoder(model)


def main() -> None:
    """Write vectors and weights of the product's ontology."""
    ontology = Ontology(DEFAULT_FOLDER)
    stages, encoder = Stages(ontology, meaning=False), opened()
    index = stages.index
    collector = Collector(stages, encoder)
    kind = collector.answerability()
    more = {"answerable_weights": kind.weights, "answerable_bias": np.float32(kind.bias)}
    write_vectors(index, encoder, DEFAULT_FOLDER / VECTORS, {**fit_things(index, encoder), **more})
    found: dict[str, Any] = {}
    for name in (SEMANTIC, LEXICAL):
        stages = Stages(ontology, meaning=name == SEMANTIC)
        found[name] = trained(Collector(stages, encoder if name == SEMANTIC else None))
    text = HEAD + yaml.safe_dump(found, sort_keys=False, allow_unicode=True)
    (DEFAULT_FOLDER / FILE).write_text(text, encoding="utf-8")


def trained(collector: Collector) -> dict[str, Any]:
    """The models with or without sentence vectors as they stand in the file."""
    names, asked, none = collector()
    claims = fit_claims(names, asked, collector.stages.retriever.neighbours)
    rows = [evidence(collector.stages, claims, names, item) for item in (*asked, *none)]
    covered = fit_covered(rows, np.array([float(item.claim >= 0) for item in (*asked, *none)]))
    return {
        "claims": _shown(claims),
        "covered": _shown(covered),
        "single": SINGLE,
        "several": SEVERAL,
        "least": LEAST,
    }


def _shown(model: LogisticModel) -> dict[str, Any]:
    return {"bias": round(model.bias, 4), "weights": {name: round(w, 4) for name, w in model.weights.items()}}


if __name__ == "__main__":
    main()
