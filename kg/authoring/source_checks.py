"""Checks across the source files: every name that one of them uses is declared in another."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from kg.authoring.articles import KIND_CLASS
from kg.authoring.claim_checks import ClaimChecker, marker_problems
from kg.authoring.claim_schema import ArticleFile, ClaimEntry
from kg.authoring.expression_checks import ExpressionChecker, rule_names
from kg.authoring.formula_checks import formula_problems
from kg.authoring.name_checks import name_problems
from kg.authoring.number_checks import number_problems
from kg.authoring.sources import Sources
from kg.errors import AuthoringError, Problem
from kg.ontology.manchester import SyntaxProblem, parse
from kg.vocabulary.nearest import closest

RELEASED: Final = "released"


ASKS: Final = 10
TERM_FIELDS: Final = (
    "purpose",
    "trigger",
    "performer",
    "over",
    "particularly",
    "examples",
    "presupposes",
    "mechanism",
    "until",
    "before",
    "only_after",
    "about",
    "adds_to",
)
"""Fields of a claim that name concepts."""


class SourceChecker:
    """Finds every name, offset and marker in the sources that cannot be."""

    def __init__(self, sources: Sources) -> None:
        self.sources, self.expressions = sources, ExpressionChecker(sources)
        self.problems: list[Problem] = []

    def check(self) -> None:
        """Raises AuthoringError with file, entry, field and remedy of every problem."""
        self._vocabulary()
        self._thresholds()
        self.problems += name_problems(self.sources)
        self.problems += formula_problems(self.sources)
        self.problems += number_problems(self.sources, self.expressions)
        for name, file in self.sources.articles:
            self._article(name, file)
        if self.problems:
            raise AuthoringError(self.problems)

    def _unknown(self, where: str, what: str, name: str, names: Iterable[str], remedy: str) -> None:
        self.problems.append(Problem(where, f"unknown {what} {name!r}.", remedy, closest(name, names)))

    def _term(self, where: str, name: str) -> None:
        if name not in self.sources.vocabulary:
            self._unknown(
                where, "term", name, self.sources.vocabulary.by_name, "Add it to ontology/terms/ if it is new."
            )

    def _source(self, where: str, name: str) -> None:
        if name not in self.sources.source_iris:
            self._unknown(
                where, "source", name, self.sources.source_iris, "Name a claim, or add the source to sources.yaml."
            )

    def _vocabulary(self) -> None:
        seen: dict[str, str] = {}
        for term in self.sources.vocabulary.terms:
            where = f"terms: {term.name}"
            for parent in term.parents:
                self._term(f"{where}: parents", parent)
            self._source(f"{where}: source", term.source)
            for quantity in term.yields:
                self._term(f"{where}: yields", quantity)
            if term.can_cause:
                self._term(f"{where}: can_cause: effect", term.can_cause.effect)
                self._source(f"{where}: can_cause: source", term.can_cause.source)
            if term.causes_of:
                self._term(f"{where}: causes_of", term.causes_of)
            if term.harm_if_missed:
                self._source(f"{where}: harm_if_missed: source", term.harm_if_missed.source)
            for what, name in (("name", term.name), ("code", term.code), ("label", term.label.casefold())):
                if other := seen.get(f"{what} {name}"):
                    self.problems.append(
                        Problem(f"{where}: {what}", f"{name!r} is also the {what} of {other}.", "Make it unique.")
                    )
                seen[f"{what} {name}"] = term.name

    def _thresholds(self) -> None:
        file = self.sources.thresholds
        named = [(item.name, item.source) for item in file.derived]
        named += [(item.name, item.source) for item in file.thresholds]
        named += [(item.when, item.source) for item in file.limits]
        named += [(item.name, item.source) for item in file.possible]
        named += [(item.if_, item.source) for item in file.rules]
        named += [(item.name, item.source) for item in file.conditions]
        named += [(item.name, name) for item in self.sources.intervals for name in item.sources]
        named += [(item.name, item.critical.source) for item in self.sources.intervals if item.critical]
        named += [(item.name, grade.source) for item in self.sources.intervals for grade in item.grades]
        named += [(item.kind, item.source) for item in self.sources.alerts.alerts]
        for name, source in named:
            self._source(f"thresholds.yaml: {name}: source", source)
        for analyte in file.analytes:
            self._term(f"thresholds.yaml: {analyte.name}: name", analyte.name)
            for unit in analyte.units:
                self._source(f"thresholds.yaml: {analyte.name}: units", unit.source)
        units = {(a.name, u) for a in file.analytes for u in (a.unit, *(unit.unit for unit in a.units))}
        units |= {(item.name, item.unit) for item in file.derived}
        for threshold in file.thresholds:
            if (threshold.of, threshold.unit) not in units:
                where = f"thresholds.yaml: {threshold.name}: unit"
                self.problems.append(
                    Problem(where, f"{threshold.unit!r} does not convert for {threshold.of}.", "Use one of its units.")
                )
        for rule in file.rules:
            self._rule(f"thresholds.yaml: rules: {rule.if_}: if", rule.if_)
        for condition in file.conditions:
            for form in condition.forms:
                self._expression(f"thresholds.yaml: {form.name}: holds", form.holds)
                self._expression(f"thresholds.yaml: {form.name}: fails", form.fails)

    def _article(self, name: str, file: ArticleFile) -> None:
        for situation, text in file.situations.items():
            self._expression(f"{name}: {situation}: situation", text)
        printed = {marker.number for marker in file.article.markers}
        references = {item.position for item in file.article.references}
        for marker in file.article.markers:
            if marker.reference is not None and marker.reference not in references:
                where = f"{name}: marker {marker.number}: reference"
                self.problems.append(
                    Problem(where, f"the list has no entry {marker.reference}.", "Remove it; no reference is invented.")
                )
        self.problems += marker_problems(name, file)
        checker, seen = ClaimChecker(name, file, self.sources, self.expressions), set[str]()
        for entry in file.claims:
            self.problems += checker.problems(entry)
            where = f"{name}: {entry.id}"
            if entry.id in seen:
                self.problems.append(Problem(f"{where}: id", "stands twice.", "Give each claim its own identifier."))
            seen.add(entry.id)
            self._claim(where, entry, file, printed)
            if file.article.status == RELEASED:
                self._asked(where, entry)

    def _asked(self, where: str, entry: ClaimEntry) -> None:
        """A claim that is released says which questions it answers, and under which terms it is found."""
        remedy = "Write them, or give the article `status: draft`."
        if (found := len({*entry.asks})) < ASKS:
            message = f"holds {found} different questions; a claim wants {ASKS} or more that it answers."
            self.problems.append(Problem(f"{where}: asks", message, remedy))
        if not entry.terms:
            self.problems.append(Problem(f"{where}: terms", "is missing or empty.", remedy))

    def _claim(self, where: str, entry: ClaimEntry, file: ArticleFile, printed: set[int]) -> None:
        if entry.kind not in KIND_CLASS:
            self._unknown(
                f"{where}: kind", "kind", entry.kind, KIND_CLASS, "Use one of the kinds of ontology/README.md."
            )
        for field, (start, end) in (("at", entry.at), *(("also_at", item.at) for item in entry.also_at)):
            if not 0 <= start < end <= file.article.length:
                message = f"[{start}, {end}] lies outside the article, which has {file.article.length} code points."
                self.problems.append(Problem(f"{where}: {field}", message, "Give [start, end) in code points."))
        for number in entry.markers:
            if number not in printed:
                message = f"the article does not print the marker {number}."
                self.problems.append(
                    Problem(f"{where}: markers", message, "Remove it, or list it under article.markers.")
                )
        self._targets(where, entry, file)

    def _targets(self, where: str, entry: ClaimEntry, file: ArticleFile) -> None:
        claims = {other.id for other in file.claims}
        self._conclusions(where, entry, claims)
        for field in TERM_FIELDS:
            for name in getattr(entry, field):
                self._term(f"{where}: {field}", name)
        for cause, findings in entry.accounts_for.items():
            for name in (cause, *findings):
                self._term(f"{where}: accounts_for", name)
        for field in ("after", "qualified_by", "sequence"):
            for identifier in getattr(entry, field):
                self._claim_id(f"{where}: {field}", identifier, claims)
        every = set(self.sources.source_iris)
        for doubt in entry.doubts:
            for identifier in doubt.with_:
                self._claim_id(f"{where}: doubts", identifier, every)

    def _conclusions(self, where: str, entry: ClaimEntry, claims: set[str]) -> None:
        for predicate, targets in entry.concludes.items():
            if predicate not in self.sources.predicates:
                self._unknown(
                    f"{where}: concludes",
                    "predicate",
                    predicate,
                    self.sources.predicates,
                    "Use a property below `concludes` of core.ttl.",
                )
            for target in targets:
                if predicate == "meetsExceptionTo":
                    self._claim_id(f"{where}: concludes", target, claims)
                else:
                    self._term(f"{where}: concludes: {predicate}", target)

    def _claim_id(self, where: str, identifier: str, claims: set[str]) -> None:
        if identifier not in claims:
            self._unknown(where, "claim", identifier, claims, "Name a claim of this article.")

    def _expression(self, where: str, text: str, situations: Collection[str] = ()) -> None:
        self.problems += self.expressions.problems(where, text, situations)

    def _rule(self, where: str, text: str) -> None:
        """A rule of no single article, which may nest classes of values: its names are declared."""
        try:
            expression = parse(text)
        except SyntaxProblem as error:
            self.problems.append(Problem(where, f"{error}.", "See ontology/README.md for the syntax."))
            return
        for kind, name in rule_names(expression):
            known = self.sources.properties if kind == "property" else self.sources.classes
            if name not in known:
                self._unknown(where, kind, name, known, "Add it to ontology/terms/ if it is new.")
