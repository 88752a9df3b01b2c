"""Holds a statement against the ontology's files: every part of it, without the engine (docs/certificate.md, "Checks").

The record is compiled anew from the facts; what follows from it is the independent checker's least model. Raises
`Refused` with the first thing that is not so.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kg.certificate.answer import check_answer, objects
from kg.certificate.canonical import canonical
from kg.certificate.countermodels import FAILS, HOLDS, decided
from kg.certificate.envelope import Refused, opened
from kg.certificate.knowledge_base import KnowledgeBase
from kg.certificate.plain import from_plain, to_plain
from kg.certificate.reading import reading
from kg.certificate.statement import PREDICATE, TIME, TYPE, behind, cited_claims, facts_of, record_json, subjects
from kg.facts.patient import Fact, Measurement, PatientFacts
from kg.proof.axiom_files import Triple
from kg.proof.checker import FACTS, Rejected
from kg.proof.least_model import LeastModel
from kg.record.assertions import record

PARTS: Final = frozenset(
    (
        *("program", "ontology", "facts", "aside", "record", "steps", "conclusions"),
        *("outcomes", "cited", "open", "usage", "answer", "reading", "time"),
    )
)
INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
OUTCOMES: Final = ("applicable", "excluded", "ambiguous", "undetermined")
Json = Any


def check(statement: Json, base: KnowledgeBase, articles: Path | None = None) -> None:
    """Accept silently, or raise Refused. `articles` is the folder of the articles' texts, where they are at hand."""
    try:
        _Verifier(base, articles).check(statement)
    except Refused:
        raise
    except Rejected as error:
        raise Refused(str(error)) from error
    except (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise Refused(f"it has not the form of a certificate: {error!r}") from error


def verified(
    envelope: Json, trusted: Mapping[str, Ed25519PublicKey], base: KnowledgeBase, articles: Path | None = None
) -> Json:
    """The statement of a certificate that is signed by one of the trusted keys and accepted. Raises Refused."""
    statement = opened(envelope, trusted)
    check(statement, base, articles)
    return statement


class _Verifier:
    def __init__(self, base: KnowledgeBase, articles: Path | None) -> None:
        self.base, self.articles, self.checker = base, articles, base.checker

    def check(self, statement: Json) -> None:
        _need(set(statement) == {"_type", "predicateType", "subject", "predicate"}, "it is no in-toto statement")
        _need(statement["_type"] == TYPE and statement["predicateType"] == PREDICATE, "it is no certificate")
        found = statement["predicate"]
        _need(set(found) == PARTS, "its parts are not those of a certificate")
        _need(bool(INSTANT.fullmatch(found[TIME])), "its time is no instant")
        _same(statement["subject"], subjects(found), "a digest of its parts")
        program = found["program"]
        digest = {"sha256": program["digest"]["sha256"]}
        _same(program, {"name": "warrant", "version": str(program["version"]), "digest": digest}, "a program")
        _need(bool(DIGEST.fullmatch(program["digest"]["sha256"])), "the digest of the program is no SHA-256")
        _same(found["ontology"], {"version": self.base.version, "modules": self.base.modules}, "the ontology at hand")
        self._record(found)
        model = self.checker.models.of(facts_of(found["record"]))
        _need(not model.impossible, "something in its record is of two classes that exclude each other")
        steps = self._steps(found)
        self._conclusions(found, model, steps)
        self._outcomes(found, model)
        self._cited(found)
        self._open(found, model)
        self._usage(found)
        check_answer(found, self.checker, [step["id"] for step in steps])
        _same(found["reading"], reading(found), "the reading of its parts")

    # -- facts

    def _record(self, found: Json) -> None:
        """The record must be what the facts amount to, those aside left out."""
        facts = from_plain(PatientFacts, found["facts"])
        aside = frozenset(from_plain(Fact, item) for item in found["aside"])
        _same(to_plain(facts.ordered()), found["facts"], "facts in order")
        _same([to_plain(fact) for fact in sorted(aside, key=lambda fact: fact.key)], found["aside"], "facts in order")
        _need(aside <= set(facts.facts), "what is set aside is no fact of the patient")
        again = record(self.base.ontology, facts, found["record"]["patient"], aside)
        _same(found["record"], record_json(again), "the record of these facts")
        rows: list[Fact | Measurement] = [*again.facts.facts, *again.facts.measurements]
        stated = [sorted(set(behind(again, item))) for item in rows]
        _same(
            [row["assertions"] for row in found["usage"]], [list(map(list, one)) for one in stated], "what facts state"
        )

    # -- proofs

    def _steps(self, found: Json) -> list[Json]:
        """Every step by its rule and axiom; returned as the checker knows them, with ids."""
        leaves = {(s, p, o, kind) for s, p, o, kind in found["record"]["assertions"]}
        leaves |= {(*fact, "about the record") for fact in facts_of(found["record"]) if fact[1] == "differentFrom"}
        known: dict[str, Triple] = {}
        steps: list[Json] = []
        for place, row in enumerate(found["steps"]):
            _need(set(row) == {"conclusion", "rule", "axiom", "source", "premises"}, f"step {place} has other fields")
            _need(
                all(type(n) is int and 0 <= n < place for n in row["premises"]),
                f"step {place} rests on no step before it",
            )
            _need(row["premises"] == sorted(set(row["premises"])), f"the premises of step {place} are not in order")
            premises = [steps[number]["id"] for number in row["premises"]]
            content = (row["conclusion"], row["rule"], row["axiom"], premises)
            step = {**row, "premises": premises, "id": step_id(*content)}
            self.checker.check_step(step, known, None)
            if row["rule"] in FACTS:
                _need((*row["conclusion"], row["rule"]) in leaves, f"step {place} is no fact of the record")
            steps.append(step)
        return steps

    def _conclusions(self, found: Json, model: LeastModel, steps: list[Json]) -> None:
        """Ids and words of what was proved; nothing that follows is left out, no step is idle."""
        names, rows, patient = self.checker.names, found["conclusions"], found["record"]["patient"]
        _need([row["id"] for row in rows] == sorted({row["id"] for row in rows}), "its conclusions are not in order")
        for row in rows:
            statement = tuple(row["statement"])
            _need(set(row) == {"id", "statement", "words", "step"}, "a conclusion has other fields")
            _need(type(row["step"]) is int and row["step"] >= 0, "a conclusion names no step")
            _same(row["statement"], steps[row["step"]]["conclusion"], "what its step concludes")
            _need(row["id"] in names.ids(statement), f"{row['id']} is no name of what is concluded")
            _same(row["words"], names.words(statement), "the words of a conclusion")
        shown_ids = {row["id"] for row in rows}
        expected = {
            (patient, predicate, value)
            for predicate in ("claimApplies", "claimExcluded", *names.lists)
            for value in model.ends(patient, predicate)
        }
        if missing := sorted(one for one in expected if shown_ids.isdisjoint(names.ids(one))):
            raise Refused(f"it leaves out that {' '.join(missing[0])}")
        used = {row["step"] for row in rows} | {number for row in found["steps"] for number in row["premises"]}
        shown = {item.get("proof") for item in objects(found["answer"])}
        used |= {place for place, step in enumerate(steps) if step["id"] in shown}
        _same(sorted(used), list(range(len(steps))), "steps that something rests on")

    # -- claims

    def _outcomes(self, found: Json, model: LeastModel) -> None:
        """Every claim that depends on a patient, once, with what the least model says of it."""
        patient, outcomes = found["record"]["patient"], found["outcomes"]
        _same(sorted(outcomes), list(self.base.executable), "every claim that depends on a patient")
        held = {name.removeprefix("claim/").partition("/")[0] for name in model.ends(patient, "holdsInReading")}
        applies, excluded = decided(model, patient, HOLDS), decided(model, patient, FAILS)
        for claim, outcome in outcomes.items():
            if claim in applies:
                possible: tuple[str, ...] = OUTCOMES[:1]
            elif claim in held:
                possible = OUTCOMES[2:3]
            elif claim in excluded:
                possible = OUTCOMES[1:2]
            else:
                possible = OUTCOMES[2:]
            _need(outcome in possible, f"{claim} is {' or '.join(possible)}, not {outcome}")

    def _cited(self, found: Json) -> None:
        """Sentence, passage, markers and doubts of each claim that a step comes from, as the ontology has them."""
        citations = self.checker.citations
        sources = cited_claims(step["source"] for step in found["steps"])
        _same([row["id"] for row in found["cited"]], sources, "the claims that its steps come from")
        for row in found["cited"]:
            name = row["id"]
            expected = {"id": name, "sentence": citations.sentence(name), "passage": citations.passage(name)}
            expected |= {"markers": citations.markers(name), "doubts": citations.doubts(name)}
            _same(row, expected, f"what the ontology says of {name}")
            if self.articles and (wrong := citations.misplaced(row["passage"], self.articles)):
                raise Refused(f"{name}: {wrong}")

    # -- what stays open

    def _open(self, found: Json, base: LeastModel) -> None:
        """Each claim that the facts leave open applies in one extension of them and is excluded in another."""
        patient, rows = found["record"]["patient"], found["open"]
        _need(
            set(rows) == {"models", "without_model"} and set(rows["without_model"]) == {"holds", "fails"},
            "other fields",
        )
        known = decided(base, patient, HOLDS) | decided(base, patient, FAILS)
        open_ones = frozenset(self.base.executable) - known
        shown: dict[str, set[str]] = {"holds": set(), "fails": set()}
        for row in rows["models"]:
            _need(set(row) == {"added", "holds", "fails"}, "a model has other fields")
            holds, fails = self._extension(row, base, patient)
            both = holds & fails
            _same(row["holds"], sorted((holds - both) & open_ones), "the open claims that hold in the extension")
            _same(row["fails"], sorted((fails - both) & open_ones), "the open claims that fail in the extension")
            shown["holds"] |= holds - both
            shown["fails"] |= fails - both
        for side, names in shown.items():
            _same(rows["without_model"][side], sorted(open_ones - names), f"the open claims without a model ({side})")

    def _extension(self, row: Json, base: LeastModel, patient: str) -> tuple[frozenset[str], frozenset[str]]:
        """The claims that apply and that are excluded with further assertions, which must not clash."""
        added = [(s, p, o) for s, p, o in row["added"]]
        _same(row["added"], [list(one) for one in sorted(set(added))], "assertions in order")
        _need(bool(added) and not any(one in base for one in added), "an extension adds what is known")
        for s, p, o in added:
            _need(s == patient or s.startswith(f"{patient}/supposed-"), f"{s} is nothing that is supposed")
            _need(
                s != patient or p not in ("claimApplies", "claimExcluded", "hasClash"),
                f"{p} is no assertion of a record",
            )
            _need(
                p != "type" or s != patient or o.endswith("Patient"), f"{o} is nothing that a record says of a patient"
            )
        model = self.checker.models.over(base, added)
        _need(not model.impossible, "something in an extension is of two classes that exclude each other")
        _need(set(model.ends(patient, "hasClash")) == set(base.ends(patient, "hasClash")), "an extension clashes")
        return decided(model, patient, HOLDS), decided(model, patient, FAILS)

    def _usage(self, found: Json) -> None:
        """For each fact: its assertions, and the conclusions whose proofs end in one of them."""
        facts = from_plain(PatientFacts, found["facts"])
        _same(
            [row["fact"] for row in found["usage"]],
            list(range(len(facts.facts) + len(facts.measurements))),
            "its facts",
        )
        below = _leaves(found["steps"])
        for row in found["usage"]:
            _need(set(row) == {"fact", "assertions", "used_in", "without"}, "the use of a fact has other fields")
            mine = {(s, p, o) for s, p, o in row["assertions"]}
            used = [item["id"] for item in found["conclusions"] if not below[item["step"]].isdisjoint(mine)]
            _same(row["used_in"], used, "the conclusions that rest on a fact")
            _need(not (used and row["without"]), "a fact that is used is not judged by leaving it out")


def _leaves(steps: Iterable[Mapping[str, Json]]) -> list[frozenset[Triple]]:
    """For each step: the facts at the end of its proof."""
    found: list[frozenset[Triple]] = []
    for step in steps:
        own: frozenset[Triple] = frozenset({tuple(step["conclusion"])}) if step["rule"] in FACTS else frozenset()
        found.append(own.union(*(found[number] for number in step["premises"])))
    return found


def step_id(conclusion: Iterable[str], rule: str, axiom: str | None, premises: Iterable[str]) -> str:
    """The id of a step, by which an answer names the proof that it ends: the hash of what it says."""
    content = "\n".join((*conclusion, rule, axiom or "", *sorted(premises)))
    return "sha256:" + hashlib.sha256(content.encode()).hexdigest()


def _need(holds: bool, message: str) -> None:
    if not holds:
        raise Refused(message)


def _same(given: Json, expected: Json, what: str) -> None:
    """Equal as JSON, number by number and truth value by truth value."""
    if canonical(given) != canonical(expected):
        raise Refused(f"it does not agree with {what}")
