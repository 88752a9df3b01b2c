"""An assessment as text, Markdown or JSON. Renderers invent nothing: every sentence is a claim's or the ontology's."""

from kg.render.claims import claim_json, claim_source
from kg.render.data import as_json, conflict_json, dumps, why_not_json
from kg.render.document import source_line
from kg.render.markdown import as_markdown
from kg.render.proof_text import as_tree
from kg.render.text import as_screen, as_text

__all__ = [
    "as_json",
    "as_markdown",
    "as_screen",
    "as_text",
    "as_tree",
    "claim_json",
    "claim_source",
    "conflict_json",
    "dumps",
    "source_line",
    "why_not_json",
]
