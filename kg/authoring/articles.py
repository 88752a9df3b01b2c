"""One article: passages, markers, references, situations and claims: modules/<slug>.ttl."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS, XSD

from kg.authoring import nodes
from kg.authoring.claim_conditions import ClaimConditions
from kg.authoring.claim_parts import part_of, write_parts
from kg.authoring.claim_schema import ArticleFile, ClaimEntry, PassageEntry
from kg.authoring.condition_names import ConditionReading, refuted
from kg.authoring.conditions import ConditionCompiler
from kg.authoring.owl import Module
from kg.authoring.subjects import Subjects
from kg.ontology import terms
from kg.ontology.manchester import And, Expression, Named, Value, parse

KIND_CLASS = {
    "differential": "Differential",
    "refutes-differential": "RefutesDifferential",
    "next-step test": "NextStepTest",
    "treatment": "TreatmentClaim",
    "contraindication": "ContraindicationClaim",
    "pitfall/do-not": "Pitfall",
    "escalation": "Escalation",
    "threshold/definition": "Definition",
    "interpretation": "Interpretation",
    "effect-size": "EffectSize",
    "monitoring": "MonitoringClaim",
    "dosing": "Dosing",
    "timing": "Timing",
    "reference": "ReferenceEntry",
    "governance": "Governance",
}
TEXT_FIELDS = {
    "modality": "modality", "strength": "strength", "urgency": "urgency", "within": "within", "window": "window",
    "purpose_text": "purpose", "reason": "reason", "means": "means", "scope": "scope", "necessity": "necessity",
    "priority": "priority", "frequency": "frequency", "substance_note": "substanceNote", "holds_of": "holdsOf",
    "states": "states", "before_text": "before",
}  # fmt: skip
TERM_FIELDS = {
    "purpose": "purpose", "trigger": "trigger", "performer": "performer", "over": "over",
    "particularly": "particularly", "examples": "example", "presupposes": "presupposes", "mechanism": "mechanism",
    "until": "until", "before": "before", "only_after": "onlyAfter", "adds_to": "addsTo",
}  # fmt: skip
CLAIM_FIELDS = {"after": "after", "qualified_by": "qualifiedBy"}
CASES = ("matchesCase", "isInScopeOf")
CLASSIFYING = ("classifiesAs", "defines", "raisesSuspicionOf")


class ArticleCompiler:
    """Compiles one article; its conditions go to the shared module of conditions."""

    def __init__(
        self, file: ArticleFile, conditions: ConditionCompiler, subjects: Subjects, claims: ClaimConditions
    ) -> None:
        self.file, self.conditions, self.subjects, self.claims = file, conditions, subjects, claims
        head = file.article
        self.module = Module(
            head.slug,
            f"Warrant: claims of article {head.id}",
            f"Situations, claims and citation data of the article {head.id}.",
            ("conditions",),
        )
        self.situations = {name: parse(text) for name, text in file.situations.items()}
        self.classes: dict[str, str] = {}

    # -- readings

    def readings(self, entry: ClaimEntry) -> tuple[ConditionReading, ...]:
        """Every way to read a claim's condition: as printed, as the text also allows, and with the wider twins."""
        if not entry.situation:
            return ()
        article = self.file.article.id
        printed = [ConditionReading(self.claims.of(entry.id), "reading")]
        if entry.other_reading:
            other = self.claims.without_exceptions(entry, self.expression(entry.other_reading))
            printed.append(ConditionReading(other, entry.other_reading_because))
        found: dict[Expression, ConditionReading] = {}
        for form in printed:
            found.setdefault(form.expression, form)
            wider, reasons = self.conditions.possibly(form.expression, article)
            found.setdefault(wider, ConditionReading(wider, "reading" if "reading" in reasons else "grey_zone"))
        return tuple(found.values())

    def expression(self, text: str) -> Expression:
        return self.situations.get(text.strip()) or parse(text)

    def open_concepts(self) -> Iterable[tuple[str, str]]:
        """Concepts that a claim concludes although its readings part, and why they do."""
        for entry in self.file.claims:
            readings = self.readings(entry)
            for predicate in CLASSIFYING:
                for concept in entry.concludes.get(predicate, ()):
                    if len(readings) > 1:
                        reasons = {reading.reason for reading in readings[1:]}
                        yield concept, "reading" if "reading" in reasons else "grey_zone"

    # -- the module

    def compile(self) -> Module:
        self._article()
        for name in self.file.situations:
            source = self._first_claim_using(name)
            holds = self.conditions.condition(self.situations[name], name, _label(name), source)
            self.classes[name] = holds
            self.module.text(nodes.term(holds), nodes.term("formalReading"), str(self.situations[name]))
        for entry in self.file.claims:
            self._claim(entry)
            self._logic(entry)
        return self.module

    def _first_claim_using(self, situation: str) -> URIRef:
        for entry in self.file.claims:
            if situation in (entry.situation, entry.other_reading):
                return nodes.claim(entry.id)
        return nodes.article(self.file.article.id)

    def _article(self) -> None:
        head, module = self.file.article, self.module
        iri = nodes.article(head.id)
        module.note(iri, RDF.type, OWL.NamedIndividual)
        module.axiom(iri, RDF.type, nodes.term("Article"), iri)
        module.note(iri, RDFS.label, Literal(f"article {head.id}", lang="en"))
        for prop, text in (
            (DCTERMS.title, head.title),
            (DCTERMS.publisher, head.publisher),
            (SKOS.notation, head.id),
            (nodes.term("fileName"), head.file),
            (nodes.term("digest"), head.digest),
            (nodes.term("activeStage"), head.review.active_stage),
            (nodes.term("humanReview"), head.review.human_review),
            (nodes.term("intendedUse"), head.intended_use),
            (nodes.term("articleStatus"), head.status),
        ):
            module.text(iri, prop, text)
        module.note(iri, DCTERMS.modified, Literal(head.last_updated.isoformat(), datatype=XSD.date))
        module.note(iri, nodes.term("fileLength"), Literal(head.length))
        module.text(iri, nodes.term("reviewStage"), ", ".join(head.review.stages))
        for name in sorted({name for entry in self.file.claims for name in self._case(entry)}):
            module.note(iri, DCTERMS.subject, nodes.term(name))
        self._references(iri)
        self._markers(iri)

    def _case(self, entry: ClaimEntry) -> tuple[str, ...]:
        """What the article is about: the subjects of the claim that says whom it is for."""
        if not set(entry.concludes) & set(CASES):
            return ()
        return self.subjects.of(entry, self.expression(entry.situation) if entry.situation else None)

    def _references(self, article: URIRef) -> None:
        head, module = self.file.article, self.module
        for item in head.references:
            iri = nodes.reference(head.id, item.position)
            module.note(iri, RDF.type, OWL.NamedIndividual)
            module.axiom(iri, RDF.type, nodes.term("Reference"), article)
            module.note(iri, RDFS.label, Literal(f"{head.id}, list position {item.position}: {item.title}", lang="en"))
            module.text(iri, DCTERMS.title, item.title)
            module.text(iri, DCTERMS.publisher, item.publisher)
            module.text(iri, DCTERMS.type, item.type)
            module.text(iri, DCTERMS.date, str(item.year))
            module.note(iri, nodes.term("position"), Literal(item.position))
            module.note(iri, nodes.term("claimsOf"), article)
            if item.topic_mismatch:
                module.text(iri, nodes.term("topicMismatch"), item.topic_mismatch)

    def _markers(self, article: URIRef) -> None:
        head, module = self.file.article, self.module
        for item in head.markers:
            iri = nodes.marker(head.id, item.number)
            module.note(iri, RDF.type, OWL.NamedIndividual)
            module.axiom(iri, RDF.type, nodes.term("CitationMarker"), article)
            module.note(iri, RDFS.label, Literal(f"marker {item.number} of article {head.id}", lang="en"))
            module.note(iri, nodes.term("markerNumber"), Literal(item.number))
            module.text(iri, nodes.term("markerState"), item.state)
            module.note(iri, nodes.term("claimsOf"), article)
            if item.reference is not None:
                module.note(iri, nodes.term("resolvesTo"), nodes.reference(head.id, item.reference))
            if item.state == "by-list-position":
                module.text(iri, nodes.term("resolutionBasis"), "position in an unnumbered list")

    def _claim(self, entry: ClaimEntry) -> None:
        module, iri = self.module, nodes.claim(entry.id)
        module.note(iri, RDF.type, OWL.NamedIndividual)
        module.axiom(iri, RDF.type, nodes.term(KIND_CLASS[entry.kind]), iri)
        module.note(iri, RDFS.label, Literal(f"{entry.id}: {entry.sentence}", lang="en"))
        module.text(iri, SKOS.notation, entry.id)
        module.text(iri, nodes.term("sentence"), entry.sentence)
        module.note(iri, nodes.term("claimsOf"), nodes.article(self.file.article.id))
        module.note(iri, DCTERMS.source, self._passage(entry, entry))
        for further in entry.also_at:
            module.note(iri, nodes.term("alsoAt"), self._passage(entry, further))
        for number in entry.markers:
            module.note(iri, nodes.term("marker"), nodes.marker(self.file.article.id, number))
        self._subjects(entry, iri)
        for predicate, targets in entry.concludes.items():
            for target in targets:
                node = nodes.claim(target) if predicate == "meetsExceptionTo" else nodes.term(target)
                module.axiom(iri, nodes.term(predicate), node, iri)
        self._fields(entry, iri)
        write_parts(module, entry)

    def _subjects(self, entry: ClaimEntry, iri: URIRef) -> None:
        situation = self.claims.of(entry.id) if entry.situation else None
        for name in self.subjects.of(entry, situation):
            self.module.note(iri, DCTERMS.subject, nodes.term(name))
        for name in self.subjects.absent_of(situation):
            self.module.note(iri, nodes.term("absentSubject"), nodes.term(name))

    def _fields(self, entry: ClaimEntry, iri: URIRef) -> None:
        for field, prop in TEXT_FIELDS.items():
            if text := getattr(entry, field):
                self.module.text(iri, nodes.term(prop), text)
        for field, prop in TERM_FIELDS.items():
            for name in getattr(entry, field):
                self.module.note(iri, nodes.term(prop), nodes.term(name))
        for field, prop in CLAIM_FIELDS.items():
            for identifier in getattr(entry, field):
                self.module.note(iri, nodes.term(prop), nodes.claim(identifier))
        self._index(entry, iri)
        for cause, findings in entry.accounts_for.items():
            self.module.note(iri, nodes.term("namesCause"), nodes.term(cause))
            for finding in findings:
                self.module.note(iri, nodes.term("accountsFor"), nodes.term(finding))
        if entry.step is not None:
            self.module.note(iri, nodes.term("step"), Literal(entry.step))
        if entry.sequence:
            self.module.text(iri, nodes.term("sequence"), " ".join(entry.sequence))
        if entry.alternatives:
            self.module.note(iri, nodes.term("alternatives"), Literal(True))

    def _index(self, entry: ClaimEntry, iri: URIRef) -> None:
        """The questions that a claim answers, and the terms under which it is found."""
        for text in entry.asks:
            self.module.text(iri, nodes.term("asks"), text)
        for text in entry.terms:
            self.module.text(iri, nodes.term("indexTerm"), text)

    def _passage(self, entry: ClaimEntry, place: ClaimEntry | PassageEntry) -> URIRef:
        """Web Annotation selector: offsets in code points and the digest of the slice, never the words."""
        head, module = self.file.article, self.module
        start, end = place.at
        iri = nodes.passage(head.id, start, end)
        module.note(iri, RDF.type, OWL.NamedIndividual)
        module.axiom(iri, RDF.type, nodes.term("Passage"), nodes.claim(entry.id))
        module.note(iri, RDFS.label, Literal(f"article {head.id}, characters {start} to {end}", lang="en"))
        module.note(iri, nodes.OA.hasSource, nodes.article(head.id))
        module.note(iri, nodes.OA.start, Literal(start))
        module.note(iri, nodes.OA.end, Literal(end))
        module.text(iri, nodes.term("section"), place.section)
        module.text(iri, nodes.term("digest"), place.digest)
        return iri

    # -- the executable axioms

    def _logic(self, entry: ClaimEntry) -> None:
        readings = self.readings(entry)
        if not readings:
            return
        claim, key = nodes.claim(entry.id), f"claim/{entry.id}"
        names = [self._situation(entry, reading, number) for number, reading in enumerate(readings, 1)]
        self.module.text(claim, nodes.term("formalReading"), str(readings[0].expression))
        if len(names) == 1:
            self.module.subclass(Named(names[0]), Value("claimApplies", key), claim)
            self.module.subclass(Named(refuted(names[0])), Value("claimExcluded", key), claim)
            self.module.note(claim, nodes.term("readingSituation"), nodes.term(names[0]))
        else:
            self._parted(entry, readings, names)
        self._exceptions(entry)
        self._precaution(entry)
        self._classifications(entry, names)

    def _situation(self, entry: ClaimEntry, reading: ConditionReading, number: int) -> str:
        claim = nodes.claim(entry.id)
        for name, expression in self.situations.items():
            if expression == reading.expression:
                return self.classes[name]
            if self.conditions.possibly(expression, self.file.article.id)[0] == reading.expression:
                label = f"{_label(name)} (wider sense)"
                return self.conditions.condition(reading.expression, name + "InWiderSense", label, claim)
        name = f"SituationOf{entry.id.replace('-', '')}" + (f"Reading{number}" if number > 1 else "")
        label = f"Situation of {entry.id}" + (f", reading {number}" if number > 1 else "")
        return self.conditions.condition(reading.expression, name, label, claim)

    def _parted(self, entry: ClaimEntry, readings: tuple[ConditionReading, ...], names: list[str]) -> None:
        claim, key = nodes.claim(entry.id), f"claim/{entry.id}"
        for number, (reading, name) in enumerate(zip(readings, names, strict=True), 1):
            iri = part_of(self.module, entry, "hasReading", "Reading", number)
            self.module.note(iri, nodes.term("readingOf"), claim)
            self.module.note(iri, nodes.term("readingSituation"), nodes.term(name))
            self.module.text(iri, nodes.term("formalReading"), str(reading.expression))
            self.module.text(iri, nodes.term("readingReason"), reading.reason)
            place = terms.local(iri)
            self.module.subclass(Named(name), Value("holdsInReading", place), claim)
            self.module.subclass(Named(refuted(name)), Value("failsInReading", place), claim)
        every = And(tuple(map(Named, names)))
        none = And(tuple(Named(refuted(name)) for name in names))
        self.module.subclass(every, Value("claimApplies", key), claim)
        self.module.subclass(none, Value("claimExcluded", key), claim)

    def _exceptions(self, entry: ClaimEntry) -> None:
        claim = nodes.claim(entry.id)
        for number, text in enumerate((*entry.exceptions, *entry.unless), 1):
            if text in self.claims:
                self.module.note(claim, nodes.term("exception"), nodes.claim(text))
            else:
                name = f"ExceptionTo{entry.id.replace('-', '')}Number{number}"
                holds = self.conditions.condition(
                    self.expression(text), name, f"Exception {number} to {entry.id}", claim
                )
                self.module.note(claim, nodes.term("exceptionClass"), nodes.term(holds))

    def _precaution(self, entry: ClaimEntry) -> None:
        """The ground of a warning with exceptions: where it holds, the warning is followed until one is known."""
        text = entry.precaution or (entry.situation if entry.unless else None)
        if text is None:
            return
        claim, number = nodes.claim(entry.id), entry.id.replace("-", "")
        ground = self.conditions.condition(
            self.expression(text), f"GroundOf{number}", f"Ground of {entry.id}, its exceptions aside", claim
        )
        self.module.subclass(Named(ground), Value("precautionFor", f"claim/{entry.id}"), claim)

    def _classifications(self, entry: ClaimEntry, names: list[str]) -> None:
        claim = nodes.claim(entry.id)
        for predicate in CLASSIFYING:
            for concept in entry.concludes.get(predicate, ()):
                self._conclude(concept, names, claim)
                if predicate == "defines":
                    self.conditions.define(names, concept)

    def _conclude(self, concept: str, names: list[str], claim: URIRef) -> None:
        twin = self.conditions.twins.get(concept)
        if len(names) == 1 and not (twin and twin.article is None):
            self.conditions.conclude(names[0], concept, claim)
            return
        every = names[0]
        if len(names) > 1:
            every = f"EveryReadingOf{terms.local(claim).removeprefix('claim/').replace('-', '')}"
            self.conditions.condition(
                And(tuple(map(Named, names))), every, f"Every reading of {terms.local(claim)}", claim
            )
        self.conditions.conclude(every, concept, claim)
        if twin:
            for name in names:
                self.conditions.conclude(name, twin.name, claim)


def _label(name: str) -> str:
    """The words of a local name; one with a digit or of capitals alone keeps them.

    >>> _label("CancerWithLowB12AndMDS")
    'Situation: Cancer with low B12 and MDS'
    """
    words = re.findall(r"[A-Z]{2,}(?![a-z])|[A-Z][a-z]*\d*|[a-z]+|\d+", name)
    first, *rest = (word if word.isupper() else word.lower() for word in words)
    return "Situation: " + " ".join([first if first.isupper() else first.capitalize(), *rest])
