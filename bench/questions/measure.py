"""Measures ranking and declining by whole-claim cross-validation, and draws how far the chances can be trusted.

    python -m bench.questions.measure

Every figure is of claims that no part of the model has seen: projection, ranking and the decision to answer are fitted
without a fold and asked its questions. Writes `bench/questions/reliability.svg` (DeGroot and Fienberg 1983).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.questions.train import FOLDS, LEAST, Asked, Collector, evidence, fit_claims, fit_covered, opened
from kg.ontology.compiled import DEFAULT_FOLDER, Ontology
from kg.questions.answering import Asker, Stages
from kg.questions.rank import LogisticModel, logistic

PICTURE: Final = Path(__file__).parent / "reliability.svg"
BINS: Final = 10
SIDE: Final = 300
MARGIN: Final = 40
FIRST: Final = (1, 3, 5)
LIMITS: Final = (0.3, 0.4, 0.5, 0.6, 0.7)


@dataclass(frozen=True)
class HeldOut:
    """What models that have not seen a question made of it: the rank of its claim (0 first) and the chance."""

    answered: bool
    place: int
    chance: float


@dataclass(frozen=True)
class ReliabilityBin:
    """Questions with chances of one tenth: how many, their mean chance, and the share that claims answer."""

    count: int
    chance: float
    share: float


def held_out_chances(collector: Collector) -> list[HeldOut]:
    """Every question judged by models fitted without its fold."""
    names, asked, none = collector()
    found: list[HeldOut] = []
    for fold in range(FOLDS):
        outside = [item for item in asked if collector.folds[item.claim] != fold]
        open_ones = [item for n, item in enumerate(none) if collector.none_folds_in_order[n] != fold]
        claims = fit_claims(names, outside, collector.stages.retriever.neighbours)
        rows = [evidence(collector.stages, claims, names, item) for item in (*outside, *open_ones)]
        covered = fit_covered(rows, np.array([float(item.claim >= 0) for item in (*outside, *open_ones)]))
        inside = [item for item in asked if collector.folds[item.claim] == fold]
        inside += [item for n, item in enumerate(none) if collector.none_folds_in_order[n] == fold]
        found += [_judged(collector.stages, claims, covered, names, item) for item in inside]
    return found


def _judged(
    stages: Stages, claims: LogisticModel, covered: LogisticModel, names: Sequence[str], item: Asked
) -> HeldOut:
    odds: NDArray[np.float64] = item.features @ np.array([claims.weights.get(name, 0.0) for name in names])
    place = int((odds > odds[item.claim]).sum()) if item.claim >= 0 else -1
    chance = logistic(covered.log_odds(evidence(stages, claims, names, item)))
    return HeldOut(item.claim >= 0, place, chance)


def rates(found: Sequence[HeldOut], least: float) -> tuple[float, float]:
    """The shares of the questions of claims that are answered, and of the others that are declined, from a chance."""
    own = [item.chance >= least for item in found if item.answered]
    others = [item.chance < least for item in found if not item.answered]
    return sum(own) / len(own), sum(others) / len(others)


def bins_of(found: Sequence[HeldOut]) -> list[ReliabilityBin]:
    """The questions by tenths of their chance. Both kinds weigh the same in all: there are as many as were written."""
    weight = sum(not item.answered for item in found) / sum(item.answered for item in found)
    rows = []
    for number in range(BINS):
        inside = [item for item in found if number / BINS <= item.chance < (number + 1) / BINS + (number == BINS - 1)]
        weights = np.array([weight if item.answered else 1.0 for item in inside])
        if inside:
            chance = float(np.average([item.chance for item in inside], weights=weights))
            share = float(np.average([item.answered for item in inside], weights=weights))
            rows.append(ReliabilityBin(len(inside), chance, share))
    return rows


def picture(bins: Sequence[ReliabilityBin]) -> str:
    """The reliability diagram as SVG: the share answered over the chance, and the diagonal of perfect calibration."""
    points = [(MARGIN + SIDE * item.chance, MARGIN + SIDE * (1 - item.share), item) for item in bins]
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y, _ in points)
    dots = "".join(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="4"><title>{item.count} questions</title></circle>'
        for x, y, item in points
    )
    size, edge = SIDE + 2 * MARGIN, MARGIN + SIDE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" font-family="sans-serif" font-size="12">'
        f"<title>Reliability of the chance that a question is answered</title>"
        f'<rect x="{MARGIN}" y="{MARGIN}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#888"/>'
        f'<line x1="{MARGIN}" y1="{edge}" x2="{edge}" y2="{MARGIN}" stroke="#888" stroke-dasharray="4"/>'
        f'<polyline points="{line}" fill="none" stroke="#06c"/><g fill="#06c">{dots}</g>'
        f'<text x="{MARGIN}" y="{size - 12}">chance of being covered, 0 to 1 (held out)</text>'
        f'<text x="12" y="{edge}" transform="rotate(-90 12 {edge})">share that claims answer, 0 to 1</text></svg>\n'
    )


def processor_times(asker: Asker) -> list[float]:
    """Milliseconds of one core for the first question of each claim with a word more, after a start; sorted."""
    asker.load()
    times = []
    for claim in asker.ontology.claims.values():
        before = time.process_time()
        asker.answer(f"{claim.asks[0]} {claim.id}")
        times.append(1000 * (time.process_time() - before))
    return sorted(times)


def main() -> None:
    """Print the figures and write the diagram."""
    times = processor_times(Asker(Ontology(DEFAULT_FOLDER)))
    print(f"a question takes {times[len(times) // 2]:.0f} ms, 95 % take under {times[int(len(times) * 0.95)]:.0f} ms")
    collector = Collector(Stages(Ontology(DEFAULT_FOLDER)), opened())
    found = held_out_chances(collector)
    own = [item for item in found if item.answered]
    others = [item for item in found if not item.answered]
    shares = ", ".join(f"{number}: {sum(item.place < number for item in own) / len(own):.1%}" for number in FIRST)
    print(f"{len(own)} questions of claims; the claim stands among the first {shares}")
    for least in sorted({LEAST, *LIMITS}):
        answered, declined = rates(found, least)
        print(f"from a chance of {least:.2f}: answered {answered:.1%}, declined {declined:.1%} of {len(others)}")
    rows = bins_of(found)
    for row in rows:
        print(f"chance {row.chance:.2f}: share {row.share:.2f} ({row.count} questions)")
    total = sum(row.count for row in rows)
    print(f"expected calibration error {sum(row.count * abs(row.chance - row.share) for row in rows) / total:.3f}")
    PICTURE.write_text(picture(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
