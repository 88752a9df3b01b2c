"""A certificate is believed for what it says: both verifiers accept what follows and reject everything else, alike.

The forger here holds a trusted key. Every forgery below is signed again and its digests are put right, so that it is
judged by its content.
"""

from __future__ import annotations

import ast
import base64
import copy
import json
import os
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from random import Random
from time import process_time
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certified import EXAMPLES, INVENTED, KEY, KNOWLEDGE, SECOND, SMALL, TRUSTED, example, judged, resealed, verdicts
from kg import render
from kg.certificate.canonical import canonical
from kg.certificate.countermodels import Search
from kg.certificate.envelope import Refused, pre_authentication, sealed
from kg.certificate.keys import key_id
from kg.certificate.plain import from_plain, to_plain
from kg.certificate.statement import facts_of
from kg.certificate.verify import check
from kg.explanations.differences import without_fact
from kg.facts.patient import PatientFacts
from mutation import KINDS, leaves, mutant
from places import ROOT

Json = Any
Forgery = Callable[[Json], None]
MUTANTS: Final = int(os.environ.get("WARRANT_MUTANTS", "60"))
NAMES: Final = sorted(EXAMPLES)[:2] if MUTANTS < 1000 else (*sorted(EXAMPLES), *INVENTED)
REPLAYED: Final = 5 if MUTANTS < 1000 else 100


@pytest.mark.parametrize("name", EXAMPLES)
def test_both_verifiers_accept_every_example(name: str) -> None:
    assert verdicts(example(name)) == ("", "")


def test_verification_takes_under_200_ms() -> None:
    # Given a certificate and the ontology, which is read once, by the time that the processor works on it
    envelope = sealed(example(), KEY)
    judged(envelope, TRUSTED)
    started = process_time()
    assert judged(envelope, TRUSTED) == ("", "")
    assert process_time() - started < 2 * 0.2


# -- the signature


def test_a_key_is_trusted_only_if_somebody_says_so() -> None:
    stranger = Ed25519PrivateKey.generate()
    first, other = verdicts(example(), stranger)
    assert "is trusted" in first
    assert "not trusted" in other
    assert verdicts(example(), stranger, {key_id(stranger.public_key()): stranger.public_key()}) == ("", "")


def test_what_was_not_signed_is_rejected() -> None:
    envelope = sealed(example(), KEY)
    for field, value in (
        ("payload", sealed(resealed(example()), Ed25519PrivateKey.generate())["payload"][:-8] + "AAAAAAA="),
        ("payloadType", "application/json"),
        ("signatures", []),
    ):
        assert all(judged({**envelope, field: value}, TRUSTED)), field


def test_another_way_to_write_the_same_is_rejected() -> None:
    payload = json.dumps(example(), indent=1).encode()
    signature = KEY.sign(pre_authentication(payload))
    envelope = {**sealed(example(), KEY), "payload": base64.b64encode(payload).decode()}
    envelope["signatures"][0]["sig"] = base64.b64encode(signature).decode()
    assert all("canonical form" in reason for reason in judged(envelope, TRUSTED))


# -- the content


def first(rows: list[Json], key: str, value: object) -> Json:
    return next(row for row in rows if row[key] == value)


def leaving_out_a_conclusion(found: Json) -> None:
    claim = found["conclusions"][0]["id"]
    found["conclusions"].pop(0)
    for use in found["usage"]:
        use["used_in"] = [name for name in use["used_in"] if name != claim]


def calling_an_open_claim_excluded(found: Json) -> None:
    name = next(name for name, outcome in found["outcomes"].items() if outcome == "undetermined")
    found["outcomes"][name] = "excluded"


def skipping_a_claim(found: Json) -> None:
    found["outcomes"].pop(next(iter(found["outcomes"])))


def moving_a_passage(found: Json) -> None:
    found["cited"][0]["passage"]["start"] += 1


def resolving_a_marker(found: Json) -> None:
    next(row for row in found["cited"] if row["markers"])["markers"][0]["state"] = "resolved"


def rewording_a_claim(found: Json) -> None:
    found["cited"][0]["sentence"] = found["cited"][0]["sentence"].replace(" ", "  ", 1)


def dropping_a_doubt(found: Json) -> None:
    next(row for row in found["cited"] if row["doubts"])["doubts"].pop()


def another_value(found: Json) -> None:
    row = next(row for row in found["record"]["assertions"] if row[1] == "value")
    row[2] = "8.1"


def inventing_a_fact(found: Json) -> None:
    patient = found["record"]["patient"]
    found["record"]["assertions"].append([patient, "type", "MalePatient", "stated"])
    found["record"]["assertions"].sort()


def weakening_a_model(found: Json) -> None:
    found["open"]["models"][0]["added"] = found["open"]["models"][0]["added"][:1]


def clashing_in_a_model(found: Json) -> None:
    patient, model = found["record"]["patient"], found["open"]["models"][0]
    concept = next(o for s, p, o in model["added"] if p == "type" and s.startswith(f"{patient}/supposed-hasDiagnosis"))
    model["added"] = sorted([*model["added"], [patient, "hasAbsent", concept]])


def supposing_what_is_of_two_kinds(found: Json) -> None:
    patient, model = found["record"]["patient"], found["open"]["models"][0]
    name = next(s for s, p, _ in model["added"] if p == "type" and s.startswith(f"{patient}/supposed-hasDiagnosis"))
    model["added"] = sorted([*model["added"], [name, "type", "Measurement"]])


def supposing_the_conclusion(found: Json) -> None:
    model = found["open"]["models"][0]
    claim = next(name for name, outcome in found["outcomes"].items() if outcome == "undetermined")
    model["added"] = sorted([*model["added"], [found["record"]["patient"], "claimApplies", f"claim/{claim}"]])


def denying_that_a_fact_was_used(found: Json) -> None:
    next(use for use in found["usage"] if use["used_in"])["used_in"].clear()


def answering_otherwise(found: Json) -> None:
    found["answer"]["claims"]["applicable"].pop()


def relabelling_the_answer(found: Json) -> None:
    found["answer"]["pitfalls"][0]["label"] = "Something else"


def naming_another_ontology(found: Json) -> None:
    found["ontology"]["modules"][0]["digest"]["sha256"] = "0" * 64


def reading_otherwise(found: Json) -> None:
    found["reading"][-1] = "All is well."


FORGERIES: Final[list[Forgery]] = [
    leaving_out_a_conclusion,
    calling_an_open_claim_excluded,
    skipping_a_claim,
    moving_a_passage,
    resolving_a_marker,
    rewording_a_claim,
    dropping_a_doubt,
    another_value,
    inventing_a_fact,
    weakening_a_model,
    clashing_in_a_model,
    supposing_what_is_of_two_kinds,
    supposing_the_conclusion,
    denying_that_a_fact_was_used,
    answering_otherwise,
    relabelling_the_answer,
    naming_another_ontology,
    reading_otherwise,
]


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__.replace("_", " "))
def test_a_forgery_with_a_trusted_key_and_right_digests_is_rejected_by_both(forge: Forgery) -> None:
    found = example()
    forge(found["predicate"])
    assert found != example()
    assert all(verdicts(resealed(found)))


def test_both_verifiers_reject_every_mutant_of_every_leaf_alike() -> None:
    # Given certificates, when a leaf is dropped, changed, exchanged or doubled and the whole is signed again
    seen, accepted, unsigned = 0, [], []
    for name, path, found in mutants(MUTANTS):
        seen += 1
        envelope = sealed(found, KEY)
        if not all(judged(envelope, TRUSTED)):
            accepted.append((name, path))
        # or keeps the signature of what it was made of
        if not all(judged({**envelope, "signatures": signatures(name)}, TRUSTED)):
            unsigned.append((name, path))
    # then neither accepts it
    assert seen > MUTANTS * 0.8
    assert not accepted
    assert not unsigned


def mutants(number: int) -> Iterator[tuple[str, tuple[Any, ...], Json]]:
    """So many mutants, of as many certificates as the number allows: name, path of the leaf, statement."""
    for place, name in enumerate(NAMES):
        original, random = example(name), Random(place)
        paths = [path for path in leaves(original) if path[:2] != ("predicate", "time")]
        for path in random.sample(paths, min(len(paths), number // len(NAMES))):
            found = mutant(original, path, random.choice(KINDS), random)
            if found is not None:
                yield name, path, found


@lru_cache(maxsize=32)
def signatures(name: str) -> Json:
    """The signature of a certificate as it was made."""
    return sealed(example(name), KEY)["signatures"]


def test_replay_rejects_what_only_its_digests_would_betray() -> None:
    # Given mutants of the answer whose digests are put right too, when the certificate is made again, then it differs
    changed = 0
    for name, path, found in mutants(MUTANTS):
        if path[:2] != ("predicate", "answer"):
            continue
        facts = from_plain(PatientFacts, found["predicate"]["facts"])
        again = render.as_json(KNOWLEDGE.assess(facts), open_claims=False)
        assert canonical(again) != canonical(found["predicate"]["answer"]), (name, path)
        changed += 1
        if changed == REPLAYED:
            break
    assert changed == REPLAYED


def test_what_is_of_two_kinds_is_rejected_for_that_reason() -> None:
    found = example()
    supposing_what_is_of_two_kinds(found["predicate"])
    assert all("exclude each other" in reason for reason in verdicts(resealed(found)))


# -- replay and completeness


@pytest.mark.parametrize("name", [SMALL, "chemotherapy-stated-both-ways", "low-b12-with-neurology"])
def test_the_same_facts_give_the_same_certificate_byte_for_byte(name: str) -> None:
    found = example(name)
    again = KNOWLEDGE.statement_again(found, lambda assessment: render.as_json(assessment, open_claims=False))
    assert canonical(again) == canonical(found)


def test_facts_survive_the_journey_through_json() -> None:
    for name in EXAMPLES:
        data = example(name)["predicate"]["facts"]
        assert to_plain(from_plain(PatientFacts, data)) == data


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_claim_is_decided_or_shown_to_be_open(name: str) -> None:
    found = example(name)["predicate"]
    rows = found["open"]
    decided = {claim for claim, outcome in found["outcomes"].items() if outcome in ("applicable", "excluded")}
    open_ones = set(found["outcomes"]) - decided
    for side in ("holds", "fails"):
        shown = {claim for model in rows["models"] for claim in model[side]}
        assert open_ones <= shown | set(rows["without_model"][side])
    assert len(rows["models"]) <= 8
    # what is left has no extension of its own either: it clashes with what the record states, or waits for the record
    models, patient = KNOWLEDGE.base.checker.models, found["record"]["patient"]
    for side, predicate in (("holds", "claimApplies"), ("fails", "claimExcluded")):
        for claim in rows["without_model"][side]:
            search = Search(KNOWLEDGE.ontology, models, models.of(facts_of(found["record"])), patient)
            assert not search.extension(predicate, [claim])


def test_removing_a_fact_that_is_called_unused_changes_nothing() -> None:
    checked = 0
    for name in (*EXAMPLES, INVENTED[0]):
        found = example(name)["predicate"]
        facts = from_plain(PatientFacts, found["facts"])
        rows = [*facts.facts, *facts.measurements]
        before = KNOWLEDGE.assess(facts)
        for use in found["usage"]:
            if not use["used_in"] and not use["without"]:
                after = KNOWLEDGE.assess(without_fact(facts, rows[use["fact"]]))
                assert after.outcomes.by_claim == before.outcomes.by_claim
                assert set(after.items) == set(before.items)
                checked += 1
    assert checked > 3


# -- independence


def test_the_second_verifier_shares_nothing_with_the_program() -> None:
    tree = ast.parse((ROOT / "verifier" / "warrant_verify.py").read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} - sys.stdlib_module_names == {"cryptography"}


def test_numbers_are_written_as_rfc_8785_says() -> None:
    for number in (
        0.1,
        1e21,
        1e-7,
        123456789.125,
        5e-324,
        1.7976931348623157e308,
        1e20,
        -0.0,
        4.5,
        1e-6,
        333333333.3333332,
    ):
        assert SECOND.canonical(number) == canonical(number)
    assert SECOND.canonical({"\u20ac": 1, "\U0001f600": 2, "\ufb33": 3}) == canonical(
        {"\u20ac": 1, "\U0001f600": 2, "\ufb33": 3}
    )


def test_the_text_of_a_passage_is_judged_where_it_is_at_hand(tmp_path: Path) -> None:
    check(example(), KNOWLEDGE.base, tmp_path)
    article = KNOWLEDGE.ontology.articles["A0"]
    (tmp_path / article.file).write_text("another text", encoding="utf-8")
    with pytest.raises(Refused, match="is another text"):
        check(copy.deepcopy(example()), KNOWLEDGE.base, tmp_path)
