"""`warrant explain`: why something follows, why not, and what if."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import Any

from kg import render
from kg.assess import Assessment
from kg.commands.common import DONE, case_arguments, chosen_format, command, format_argument, read_case
from kg.explanations.counterfactuals import counterfactuals
from kg.explanations.differences import what_if
from kg.explanations.stability import stability
from kg.knowledge import Knowledge
from kg.readers.case.parsing import parse_json
from kg.render import contrast, explanation, retraction
from kg.render import counterfactuals as flips


def add(commands: Any) -> None:
    """Declare the command."""
    example = "warrant explain case.yaml --conclusion A0-39"
    found = command(commands, "explain", run, "why something follows, why not, and what if", example)
    case_arguments(found)
    question_arguments(found, required=True)
    format_argument(found)


def question_arguments(parser: argparse.ArgumentParser, required: bool) -> None:
    """What may be asked of a finished assessment, one thing at a time."""
    what = parser.add_mutually_exclusive_group(required=required)
    what.add_argument("--conclusion", metavar="ID", help="a claim, or an entry of a list by its id")
    what.add_argument("--why-not", metavar="ID", help="what a claim, an entry or a condition lacks, what blocks it")
    what.add_argument("--what-if", metavar="FACT", help='such as {"list": "diagnoses", "entry": {"concept": "..."}}')
    what.add_argument("--counterfactual", metavar="ID", help="the smallest changes that flip a conclusion")
    what.add_argument(
        "--retract", metavar="SOURCES", help="what falls without A0-39, A0:12-34, A0[1], A0-R11, A0 or an interval"
    )
    what.add_argument("--why", metavar="ID", help="with --not ID: what separates a conclusion from another one")
    parser.add_argument("--not", dest="rather_than", metavar="ID", help="the other conclusion of --why")
    parser.add_argument(
        "--mode", choices=retraction.MODES, default=retraction.LENIENT, help="whether claims fall that cite others too"
    )
    what.add_argument("--sources", metavar="ID", help="the smallest sets of sources that a conclusion rests on")
    what.add_argument("--alternatives", metavar="ID", help="all minimal explanations, by length and by their sources")
    what.add_argument(
        "--stability", metavar="ID", nargs="?", const="", help="between which numbers the answer, or ID, stays the same"
    )


def run(options: argparse.Namespace) -> int:
    """One question to one assessment."""
    knowledge = Knowledge(options.ontology)
    found = (options.case, options.as_of, options.lenient, options.patient, options.columns)
    facts = read_case(knowledge, *found)
    assessment = knowledge.assess(replace(facts, defaults=options.defaults))
    return print_explanation(knowledge, assessment, options)


def print_explanation(knowledge: Knowledge, assessment: Assessment, options: argparse.Namespace) -> int:
    """Prints the answer to the question that the options ask."""
    data, text, markdown = _answer(knowledge, assessment, options)
    form = chosen_format(options)
    sys.stdout.write(render.dumps(data) + "\n" if form == "json" else markdown if form == "markdown" else text)
    return DONE


def _answer(knowledge: Knowledge, assessment: Assessment, options: argparse.Namespace) -> tuple[object, str, str]:
    """The answer as data, as text and as Markdown."""
    if options.conclusion:
        why = explanation.explain(assessment, options.conclusion)
        return explanation.explanation_json(why), *_both(why)
    data, text = _question(knowledge, assessment, options)
    return data, *_fenced(text)


def _question(knowledge: Knowledge, assessment: Assessment, options: argparse.Namespace) -> tuple[object, str]:
    """The answer to a question that has no form of its own in Markdown."""
    if options.why:
        parted = contrast.contrast(assessment, knowledge.engine, options.why, options.rather_than or "")
        return contrast.contrast_json(parted), contrast.contrast_text(parted)
    if options.why_not:
        hindered = explanation.why_not(assessment, options.why_not)
        return explanation.why_not_data(assessment, hindered), explanation.why_not_text(hindered)
    if options.what_if:
        change = explanation.facts_of(parse_json(options.what_if), knowledge.names, assessment)
        changed = what_if(assessment, knowledge.engine, change)
        return explanation.difference_json(changed), explanation.difference_text(changed)
    if options.retract:
        fallen = retraction.retraction(assessment, options.retract.split(","), options.mode)
        return retraction.retraction_json(fallen), retraction.retraction_text(fallen)
    if options.sources:
        based = retraction.rests_on(assessment, options.sources)
        return retraction.rests_on_json(based), retraction.rests_on_text(based)
    if options.alternatives:
        ways = flips.alternatives_of(assessment, options.alternatives)
        return (
            flips.alternatives_json(ways, options.alternatives),
            flips.alternatives_text(ways, options.alternatives, assessment.ontology),
        )
    if options.stability is not None:
        firm = stability(assessment, knowledge.engine, options.stability)
        return flips.stability_json(firm, options.stability), flips.stability_text(firm, options.stability)
    flipped = counterfactuals(assessment, knowledge.engine, options.counterfactual)
    asked = options.counterfactual
    return flips.counterfactuals_json(flipped, asked), flips.counterfactuals_text(flipped, asked)


def _both(why: explanation.Explanation) -> tuple[str, str]:
    return explanation.explanation_text(why), explanation.explanation_markdown(why)


def _fenced(text: str) -> tuple[str, str]:
    """Text, and the same as a code block of Markdown."""
    return text, f"```text\n{text}```\n"
