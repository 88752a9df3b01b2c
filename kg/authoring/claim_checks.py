"""Checks of one claim: nothing that it says is left out of what reasons, and no field contradicts another."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from kg.authoring.articles import CLASSIFYING
from kg.authoring.claim_schema import ArticleFile, ClaimEntry
from kg.authoring.expression_checks import ExpressionChecker
from kg.authoring.satisfiable import contradiction
from kg.authoring.sources import Sources
from kg.authoring.vocabulary import CLAIM
from kg.errors import Problem
from kg.ontology.manchester import Expression, SyntaxProblem, parse
from kg.vocabulary.nearest import closest

DURATION: Final = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?")
NEEDING_SITUATION: Final = ("other_reading", "precaution", "exceptions", "unless")
CONDITIONS: Final = ("situation", "other_reading", "precaution")


class ClaimChecker:
    """Checks the claims of one article."""

    def __init__(self, name: str, file: ArticleFile, sources: Sources, expressions: ExpressionChecker) -> None:
        self.name, self.file, self.sources, self.expressions = name, file, sources, expressions
        self.claims = {entry.id for entry in file.claims}

    def problems(self, entry: ClaimEntry) -> Iterator[Problem]:
        where = f"{self.name}: {entry.id}"
        yield from self._conditions(where, entry)
        yield from self._figures(where, entry)
        yield from self._conclusions(where, entry)
        yield from self._printed_words(where, entry)
        if entry.within and not DURATION.fullmatch(entry.within):
            yield Problem(f"{where}: within", f"{entry.within!r} is no ISO 8601 duration.", "Write P2W, P3D or PT6H.")

    def _conditions(self, where: str, entry: ClaimEntry) -> Iterator[Problem]:
        for field in CONDITIONS:
            text = getattr(entry, field)
            if text and text.strip() not in self.file.situations:
                yield from self.expressions.problems(f"{where}: {field}", text, self.file.situations)
        for field in ("exceptions", "unless"):
            for text in getattr(entry, field):
                if text in self.sources.claim_ids:
                    yield from self._exception(f"{where}: {field}", text)
                elif CLAIM.fullmatch(text.strip()):
                    message, known = f"unknown claim {text.strip()!r}.", self.sources.claim_ids
                    yield Problem(f"{where}: {field}", message, "Name a claim of some article.", closest(text, known))
                elif text.strip() not in self.file.situations:
                    yield from self.expressions.problems(f"{where}: {field}", text, self.file.situations)
        if not entry.situation:
            for field in NEEDING_SITUATION:
                if getattr(entry, field):
                    message = "stands without a situation, so that it would say nothing."
                    yield Problem(f"{where}: {field}", message, "Give the claim a situation, or remove the field.")
        elif (found := self._expression(entry.situation)) and (why := contradiction(found, self.sources)):
            yield Problem(f"{where}: situation", f"holds of no patient: {why}.", "Mend the condition.")

    def _printed_words(self, where: str, entry: ClaimEntry) -> Iterator[Problem]:
        """Fields whose text must be one of the values that public.yaml lists."""
        for field, words in self.sources.listed_words.items():
            text = getattr(entry, field, "")
            if text and text not in words:
                remedy = f"Write one of {', '.join(sorted(words))}; a new one goes to public.yaml with its definition."
                yield Problem(f"{where}: {field}", f"{text!r} is no value that is known.", remedy, closest(text, words))

    def _exception(self, where: str, claim: str) -> Iterator[Problem]:
        """An exception that is a claim of some article: it must have a condition."""
        if not self.sources.claim_entries[claim].situation:
            yield Problem(where, f"{claim} has no situation, so that it is no exception.", "Name another claim.")

    def _expression(self, text: str) -> Expression | None:
        try:
            return parse(self.file.situations.get(text.strip(), text))
        except SyntaxProblem:
            return None

    def _figures(self, where: str, entry: ClaimEntry) -> Iterator[Problem]:
        for phase in entry.regimen:
            yield from self._term(f"{where}: regimen: substance", phase.substance)
        for effect in entry.effects:
            if effect.outcome:
                yield from self._term(f"{where}: effects: outcome", effect.outcome)
            if effect.low is not None and effect.high is not None and effect.low > effect.high:
                message = f"low {effect.low} lies over high {effect.high}."
                yield Problem(f"{where}: effects", message, "Turn them round.")

    def _term(self, where: str, name: str) -> Iterator[Problem]:
        if name not in self.sources.vocabulary:
            remedy, names = "Add it to ontology/terms/ if it is new.", self.sources.vocabulary.by_name
            yield Problem(where, f"unknown term {name!r}.", remedy, closest(name, names))

    def _conclusions(self, where: str, entry: ClaimEntry) -> Iterator[Problem]:
        vocabulary = self.sources.vocabulary
        for predicate, targets in entry.concludes.items():
            if not targets:
                yield Problem(
                    f"{where}: concludes: {predicate}", "names nothing.", "Name what it concludes, or remove it."
                )
            for target in targets if predicate in CLASSIFYING else ():
                if target in vocabulary and not vocabulary.kind(target).asked_by:
                    message = f"a {vocabulary[target].kind} such as {target!r} is nothing that a patient has."
                    remedy = "Conclude a finding, a condition, an intent or a suspicion."
                    yield Problem(f"{where}: concludes: {predicate}", message, remedy)
                if not entry.situation:
                    message = "is concluded of nobody: the claim has no situation."
                    yield Problem(f"{where}: concludes: {predicate}", message, "Give the claim a situation.")


def marker_problems(name: str, file: ArticleFile) -> Iterator[Problem]:
    """Markers and list positions that stand twice, and states that their references contradict."""
    head = file.article
    numbers = [marker.number for marker in head.markers]
    positions = [item.position for item in head.references]
    for what, found in (("marker", numbers), ("reference", positions)):
        for number in sorted({one for one in found if found.count(one) > 1}):
            yield Problem(f"{name}: {what} {number}", "stands twice.", "Keep one of the two.")
    for marker in head.markers:
        where = f"{name}: marker {marker.number}: state"
        leads = marker.state in ("resolved", "by-list-position")
        if leads and marker.reference is None:
            yield Problem(
                where, f"{marker.state!r} names no entry of the list.", "Give `reference`, or say `unresolved`."
            )
        if not leads and marker.reference is not None:
            yield Problem(where, f"{marker.state!r} names the entry {marker.reference}.", "Remove `reference`.")
    yield from _reference_claims(name, file, {entry.id for entry in file.claims})


def _reference_claims(name: str, file: ArticleFile, claims: Collection[str]) -> Iterator[Problem]:
    for item in file.article.references:
        if item.claim and item.claim not in claims:
            where = f"{name}: reference {item.position}: claim"
            yield Problem(
                where, f"unknown claim {item.claim!r}.", "Name a claim of this article.", closest(item.claim, claims)
            )
