"""A proof as a text tree: the conclusion on top, under each step what it rests on, facts and passages at the ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kg.ontology.compiled import Ontology
from kg.proof.derivations import Conclusion
from kg.proof.proof import Proof, Step
from kg.render.wording import source_line, unit

MECHANICAL: Final = ("generated", "schema", "tree")


def as_tree(proof: Proof, ontology: Ontology) -> str:
    """The proof as indented text; a step that was shown before is named again without its premises."""
    steps = {step.id: step for step in proof.steps}
    return "\n".join(_Tree(steps, ontology).lines(proof.steps[-1], "", "")) + "\n"


def in_short(proof: Proof, ontology: Ontology) -> str:
    """What a proof rests on: the facts of the record, the claims with their sentences, the editorial decisions.

    What the schema, the hierarchy of concepts and the generated classes contribute is left to the steps.
    """
    values = {fact.subject: fact.object for fact in proof.facts if fact.predicate == "value"}
    facts = [
        in_words(fact, ontology).removeprefix("patient ") + _valued(fact.object, values, ontology)
        for fact in proof.facts
        if "/" not in fact.subject.removeprefix("patient/")
    ]
    sources = dict.fromkeys(step.source for step in reversed(proof.steps))
    claims = [ontology.claims[name.removeprefix("claim/")] for name in sources if name.startswith("claim/")]
    decisions = [name.removeprefix("source/") for name in sources if name.startswith("source/")]
    lines = [f"By the record: {'; '.join(facts)}"] if facts else []
    lines += [f"By {claim.id}: {claim.sentence} ({source_line(claim)})" for claim in claims]
    if named := [name for name in decisions if name not in MECHANICAL]:
        lines.append(f"By editorial decisions: {', '.join(named)}")
    return "\n".join(lines) + "\n"


def _valued(name: str, values: Mapping[str, str], ontology: Ontology) -> str:
    """The value of a measurement in its canonical unit."""
    quantity = ontology.quantities.get(name.rpartition("/")[2].partition("-")[0])
    return f" = {values[name]} {unit(quantity.unit)}" if quantity and name in values else ""


class _Tree:
    def __init__(self, steps: dict[str, Step], ontology: Ontology) -> None:
        self.steps, self.ontology = steps, ontology
        self.shown: set[str] = set()

    def lines(self, step: Step, first: str, rest: str) -> Iterator[str]:
        again = step.id in self.shown and bool(step.premises)
        yield f"{first}{in_words(step.conclusion, self.ontology)}{' (as above)' if again else self._because(step)}"
        if again:
            return
        self.shown.add(step.id)
        for number, premise in enumerate(step.premises):
            last = number == len(step.premises) - 1
            branch, indent = ("└─ ", "   ") if last else ("├─ ", "│  ")
            yield from self.lines(self.steps[premise], rest + branch, rest + indent)

    def _because(self, step: Step) -> str:
        if step.axiom is None:
            return f"  [{step.rule}]"
        return f"  [{step.rule}; {source(step.source, self.ontology)}]"


def in_words(conclusion: Conclusion, ontology: Ontology) -> str:
    """A conclusion with labels for names."""
    subject = _name(conclusion.subject, ontology)
    if conclusion.predicate == "type":
        return f"{subject}: {_name(conclusion.object, ontology)}"
    return f"{subject} {ontology.label(conclusion.predicate)} {_name(conclusion.object, ontology)}"


def _name(name: str, ontology: Ontology) -> str:
    parts = name.split("/")
    if parts[0] == "patient":
        return _of_patient(parts[2:], ontology)
    if parts[0] == "claim":
        return name.removeprefix("claim/").replace("/reading/", ", reading ")
    return ontology.label(name)


def _of_patient(parts: list[str], ontology: Ontology) -> str:
    """`hasDiagnosis-Lymphoma` is the recorded one, `Hemoglobin-2026-02-01` the value of that day."""
    if not parts:
        return "patient"
    first, _, rest = parts[0].partition("-")
    return f"«{ontology.label(first)} {rest}»" if first in ontology.concepts else f"«{ontology.label(rest)}»"


def source(name: str, ontology: Ontology) -> str:
    """Where an axiom comes from: a claim's passage with its markers, a publication or an editorial decision."""
    if name.startswith("claim/"):
        claim = ontology.claims[name.removeprefix("claim/")]
        markers = ", ".join(f"[{item.number}] {item.state}" for item in claim.markers) or "uncited"
        return f"{claim.id}: {claim.passage.article} {claim.passage.start}-{claim.passage.end}, {markers}"
    return ontology.label(name)
