"""`warrant explain`: why something follows, why not, and what if."""

from __future__ import annotations

import argparse
import datetime
import sys
from typing import Any

from kg import explore, render
from kg.assess import Assessment
from kg.authoring import compiler
from kg.commands.common import (
    DONE,
    case_arguments,
    chosen_format,
    command,
    day_of,
    format_argument,
    read_case,
)
from kg.derivations import derivations
from kg.errors import CaseError, InputError, Problem
from kg.knowledge import Knowledge
from kg.names import Names
from kg.proof import Explainer
from kg.read_case import CaseReader, parse_json
from kg.reasoner import Engine
from kg.render.proof_text import as_tree


def add(commands: Any) -> None:
    """Declare the command."""
    example = "warrant explain case.yaml --conclusion A0-39"
    found = command(commands, "explain", run, "why something follows, why not, and what if", example)
    case_arguments(found)
    what = found.add_mutually_exclusive_group(required=True)
    what.add_argument("--conclusion", metavar="ID", help="a claim, or an entry of a list by its id")
    what.add_argument("--why-not", metavar="CLAIM", help="what is missing for a claim, and what blocks it")
    what.add_argument("--what-if", metavar="FACT", help='such as {"list": "diagnoses", "entry": {"concept": "..."}}')
    what.add_argument("--counterfactual", metavar="ID", help="the smallest change of one fact that flips a conclusion")
    format_argument(found, "text", "json")


def run(options: argparse.Namespace) -> int:
    """One question to one assessment."""
    knowledge = Knowledge(options.ontology)
    engine, today = knowledge.engine, day_of(options)
    assessment = knowledge.assess(read_case(knowledge, options.case, today))
    json_form = chosen_format(options) == "json"
    if options.conclusion:
        answer, text = _explain_conclusion(engine, assessment, options.conclusion)
    elif options.why_not:
        answer, text = _explain_why_not(assessment, options.why_not)
    elif options.what_if:
        answer, text = _explain_what_if(engine, assessment, options.what_if, today)
    else:
        answer, text = _explain_counterfactual(engine, assessment, options.counterfactual)
    sys.stdout.write(render.dumps(answer) + "\n" if json_form else text)
    return DONE


def _explain_conclusion(engine: Engine, assessment: Assessment, identifier: str) -> tuple[object, str]:
    explainer = Explainer(derivations(engine, engine.saturate(assessment.record)))
    found = [item for item in explore.conclusions(assessment, identifier) if item in explainer.derivations.depth]
    if not found:
        known = compiler.closest(identifier, [*explore.entries(assessment), *assessment.outcomes.by_claim])
        raise InputError([Problem(identifier, "does not follow for this patient", "Ask with --why-not CLAIM.", known)])
    proof = explainer.proof(found[0])
    sets = [sorted(leaf.text for leaf in one) for one in explainer.justifications(found[0])]
    return {**proof.to_json(), "justifications": sets}, as_tree(proof, assessment.ontology)


def _explain_why_not(assessment: Assessment, claim: str) -> tuple[object, str]:
    if claim not in assessment.outcomes.by_claim:
        known = compiler.closest(claim, assessment.outcomes.by_claim)
        raise InputError([Problem(claim, "is no claim that depends on a patient", "See `warrant claims`.", known)])
    found = explore.why_not(assessment, claim)
    answer = render.why_not_json(assessment, found)
    lines = [f"{claim}: {found.outcome.outcome}"]
    lines += [f"  missing: {' and '.join(fact.label for fact in facts)}" for facts in found.outcome.missing]
    lines += [f"  contradicted: {label}" for label in found.blocks]
    return answer, "\n".join(lines) + "\n"


def _explain_what_if(engine: Engine, assessment: Assessment, fact: str, today: datetime.date) -> tuple[object, str]:
    data = parse_json(fact)
    if not isinstance(data, dict) or set(data) != {"list", "entry"}:
        raise CaseError(
            [Problem("--what-if", "is no fact", 'Write {"list": "diagnoses", "entry": {"concept": "..."}}.')]
        )
    case = {"as_of": str(assessment.record.facts.as_of), str(data["list"]): [data["entry"]]}
    change = CaseReader(Names(assessment.ontology), today).read(case)
    found = explore.what_if(assessment, engine, change)
    claims = {name: {"before": str(old), "after": str(new)} for name, (old, new) in found.claims.items()}
    lines = [f"{name}: {old} becomes {new}" for name, (old, new) in found.claims.items()]
    lines += [f"new: {name}" for name in found.added] + [f"gone: {name}" for name in found.removed]
    answer = {"claims": claims, "added": list(found.added), "removed": list(found.removed)}
    return answer, "\n".join(lines or ["nothing changes"]) + "\n"


def _explain_counterfactual(engine: Engine, assessment: Assessment, identifier: str) -> tuple[object, str]:
    found = explore.counterfactual(assessment, engine, identifier)
    if found is None:
        return {"change": None}, "no change of one stated fact flips it\n"
    state = "holds" if found.holds else "no longer holds"
    return {"change": found.change, "holds": found.holds}, f"{found.change}: {identifier} {state}\n"
