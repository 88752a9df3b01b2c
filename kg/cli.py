"""The command `warrant`. Exit status: 0 done, 1 a check failed, 2 the input is wrong."""

from __future__ import annotations

import argparse
import datetime
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from rdflib import Graph

from kg import __version__, explore, passages, render
from kg.assess import Assessment, Reasoner, assess
from kg.authoring import compiler
from kg.check import Finding, run
from kg.derivations import derivations
from kg.entries import Claim
from kg.errors import CaseError, InputError, Problem, WarrantError
from kg.examples import compile_examples
from kg.facts import PatientFacts
from kg.hermit import Hermit
from kg.index import catalog
from kg.names import Names
from kg.ontology import DEFAULT_FOLDER, Ontology
from kg.proof import Explainer
from kg.read_case import CaseReader, parse_json, parse_yaml
from kg.reasoner import Engine
from kg.render_proof import as_tree
from kg.schema import case_schema

DONE, FAILED, WRONG = 0, 1, 2
ARTICLES: Final = Path("..") / "shared" / "articles"
CLASSIFY_SECONDS: Final = 30.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors of input go to standard error with what, where and the remedy."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except WarrantError as error:
        print(error, file=sys.stderr)
        return WRONG
    except BrokenPipeError:
        return DONE
    except OSError as error:
        print(f"{error.filename or 'file'}: {error.strerror}", file=sys.stderr)
        return WRONG


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = argparse.ArgumentParser(prog="warrant", description="Answers about a patient, with the proof.")
    top.add_argument("--version", action="version", version=f"warrant {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _assess(commands)
    _explain(commands)
    _claims(commands)
    _check(commands)
    _schema(commands)
    _compile(commands)
    _passages(commands)
    _release(commands)
    return top


def _add(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], text: str, example: str
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=text,
        description=text,
        epilog=f"example: {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)
    command.add_argument("--ontology", type=Path, default=DEFAULT_FOLDER, help="folder of the ontology")
    return command


# -- assess


def _assess(commands: Any) -> None:
    example = "warrant assess case.yaml --reasoner hermit --format text"
    command = _add(commands, "assess", run_assess, "what follows from a patient's facts", example)
    _case_arguments(command)
    command.add_argument("--reasoner", choices=["engine", "hermit"], default="engine", help="who infers")
    command.add_argument("--format", choices=["text", "json"], help="text on a terminal, json otherwise")


def _case_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("case", help="a .json or .yaml file, or - for standard input")
    day = datetime.date.fromisoformat
    command.add_argument(
        "--as-of", type=day, default=None, metavar="DATE", help="day of the record, today if not given"
    )


def run_assess(options: argparse.Namespace) -> int:
    ontology = Ontology(options.ontology)
    facts = read_case(ontology, options.case, options.as_of or datetime.date.today())
    reasoner: Reasoner = Hermit(ontology) if options.reasoner == "hermit" else Engine(ontology)
    assessment = assess(ontology, reasoner, facts)
    form = options.format or ("text" if sys.stdout.isatty() else "json")
    if form == "text":
        sys.stdout.write(render.as_text(assessment, min(shutil.get_terminal_size((100, 24)).columns, 120)))
    else:
        print(render.dumps(render.as_json(assessment)))
    return DONE


def read_case(ontology: Ontology, name: str, today: datetime.date) -> PatientFacts:
    """The facts of a case file; `-` is standard input, read as YAML, of which JSON is a part."""
    try:
        content = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CaseError([Problem(name, f"is no UTF-8 text: {error.reason}", "Save it as UTF-8.")]) from error
    parse = parse_json if name.endswith(".json") or content.lstrip().startswith("{") else parse_yaml
    if not content.strip():
        raise CaseError([Problem(name, "is empty", 'Give a case such as {"findings": [{"concept": "..."}]}.')])
    return CaseReader(Names(ontology), today).read(parse(content))


# -- explain


def _explain(commands: Any) -> None:
    example = "warrant explain case.yaml --conclusion A0-39"
    command = _add(commands, "explain", run_explain, "why something follows, why not, and what if", example)
    _case_arguments(command)
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--conclusion", metavar="ID", help="a claim, or an entry of a list by its id")
    what.add_argument("--why-not", metavar="CLAIM", help="what is missing for a claim, and what blocks it")
    what.add_argument("--what-if", metavar="FACT", help='such as {"list": "diagnoses", "entry": {"concept": "..."}}')
    what.add_argument("--counterfactual", metavar="ID", help="the smallest change of one fact that flips a conclusion")
    command.add_argument("--format", choices=["text", "json"], help="text on a terminal, json otherwise")


def run_explain(options: argparse.Namespace) -> int:
    ontology = Ontology(options.ontology)
    engine = Engine(ontology)
    today = options.as_of or datetime.date.today()
    assessment = assess(ontology, engine, read_case(ontology, options.case, today))
    json_form = (options.format or ("text" if sys.stdout.isatty() else "json")) == "json"
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


# -- claims


def _claims(commands: Any) -> None:
    command = _add(commands, "claims", run_claims, "the claims of the articles", "warrant claims A0-39 --format json")
    command.add_argument("id", nargs="*", help="identifiers such as A0-39; all when none is given")
    command.add_argument("--article", help="only of this article")
    command.add_argument("--kind", help="only of this kind")
    command.add_argument("--concept", help="only those that conclude something of this concept (any of its names)")
    command.add_argument("--marker-state", help="only those with a marker in this state, or `uncited`")
    command.add_argument("--format", choices=["text", "json"], help="text on a terminal, json otherwise")


def run_claims(options: argparse.Namespace) -> int:
    ontology = Ontology(options.ontology)
    unknown = [name for name in options.id if name not in ontology.claims]
    if unknown:
        close = {name: compiler.closest(name, ontology.claims) for name in unknown}
        raise InputError([Problem(name, "no such claim", "See `warrant claims`.", close[name]) for name in unknown])
    found = [ontology.claims[name] for name in options.id or ontology.claims]
    found = [claim for claim in found if _wanted(ontology, claim, options)]
    if (options.format or ("text" if sys.stdout.isatty() else "json")) == "json":
        print(render.dumps([render.claim_json(claim) for claim in found]))
        return DONE
    for claim in found:
        print(f"{claim.id}  {claim.kind}: {claim.sentence}\n    {render.source_line(claim)}")
    return DONE


def _wanted(ontology: Ontology, claim: Claim, options: argparse.Namespace) -> bool:
    states = {marker.state for marker in claim.markers} or {"uncited"}
    concept = _concept(ontology, options.concept) if options.concept else ""
    return (
        (not options.article or claim.article == options.article)
        and (not options.kind or claim.kind == options.kind)
        and (not options.marker_state or options.marker_state in states)
        and (not concept or any(target == concept for _, target in claim.conclusions))
    )


def _concept(ontology: Ontology, name: str) -> str:
    try:
        return Names(ontology).find(name, "diagnoses").concept.name
    except LookupError as error:
        raise InputError(
            [Problem("--concept", str(error), "Use a label or a code.", getattr(error, "closest", ()))]
        ) from error


# -- check


def _check(commands: Any) -> None:
    command = _add(commands, "check", run_check, "every gate on the ontology", "warrant check --hermit")
    command.add_argument("--hermit", action="store_true", help="also classify with HermiT")
    command.add_argument("--all", action="store_true", help="every finding, not only the first twenty of a gate")


def run_check(options: argparse.Namespace) -> int:
    extra = [_stale_examples, *([_classified] if options.hermit else [])]
    report = run(options.ontology, extra)
    print("\n".join(report.lines(limit=1000 if options.all else 20)))
    return DONE if report.ok else FAILED


def _stale_examples(folder: Path) -> Iterable[Finding]:
    for path, text in compile_examples(Ontology(folder)).items():
        target = folder / path
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            yield Finding("stale-example", path, "is not what its case compiles to; run `warrant compile`")


def _classified(folder: Path) -> Iterable[Finding]:
    """Consistent, no unsatisfiable class, in time."""
    found = Hermit(Ontology(folder)).classify()
    print(f"HermiT classified {found.classes} classes in {found.seconds:.1f} s", file=sys.stderr)
    for name in found.unsatisfiable:
        yield Finding("unsatisfiable", name, "no patient can be in this class; look for contradicting axioms")
    if found.seconds > CLASSIFY_SECONDS:
        yield Finding(
            "slow-classification", "warrant", f"took {found.seconds:.0f} s; keep it under {CLASSIFY_SECONDS:.0f} s"
        )


# -- schema, compile, passages, release


def _schema(commands: Any) -> None:
    _add(commands, "schema", run_schema, "JSON Schema of a case", "warrant schema > case.schema.json")


def run_schema(options: argparse.Namespace) -> int:
    print(render.dumps(case_schema()))
    return DONE


def _compile(commands: Any) -> None:
    _add(commands, "compile", run_compile, "compile the ontology's sources to modules", "warrant compile")


def run_compile(options: argparse.Namespace) -> int:
    changed = compiler.write(options.ontology)
    for path, text in compile_examples(Ontology(options.ontology)).items():
        target = options.ontology / path
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
            changed.append(path)
    print("\n".join(changed) if changed else "nothing changed")
    return DONE


def _passages(commands: Any) -> None:
    example = "warrant passages --articles ../shared/articles"
    command = _add(commands, "passages", run_passages, "verify offsets and digests against the article texts", example)
    command.add_argument("--articles", type=Path, default=ARTICLES, help="folder of the article texts")
    command.add_argument("--show", metavar="CLAIM", help="print the words of a claim's passage")


def run_passages(options: argparse.Namespace) -> int:
    if options.show:
        print(passages.quotation(options.ontology, options.articles, options.show))
        return DONE
    result = passages.verify(options.ontology, options.articles)
    print(result.summary())
    return DONE if result.ok else FAILED


def _release(commands: Any) -> None:
    command = _add(
        commands, "release", run_release, "the merged ontology as RDF/XML", "warrant release build/warrant.owl"
    )
    command.add_argument("target", type=Path)


def run_release(options: argparse.Namespace) -> int:
    merged = Graph()
    for path in sorted(catalog(options.ontology).values()):
        merged.parse(path)
    options.target.parent.mkdir(parents=True, exist_ok=True)
    merged.serialize(options.target, format="xml")
    print(f"{options.target}: {len(merged)} triples")
    return DONE


if __name__ == "__main__":
    raise SystemExit(main())
