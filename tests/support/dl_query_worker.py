"""The child process of test_dl_queries.py: HermiT answers DL queries as Protégé's tab does.

Query on stdin: {"source": path of N-Triples, "queries": [{"expression": Manchester syntax, "want": "Instances"}]}.
Answer on stdout: one list of short names for each query, or one text that says what is wrong with it; where `want` is
"Satisfiable", whether the expression can have an instance.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import jpype

from kg.judges.hermit_worker import _Session, _start


class Tab:
    """The DL Query tab: entities go by the last step of their IRI."""

    def __init__(self, session: _Session) -> None:
        self.session = session
        api = "org.semanticweb.owlapi"
        short = jpype.JClass(f"{api}.util.SimpleShortFormProvider")()
        ontologies = jpype.JClass("java.util.Collections").singleton(session.ontology)
        manager = session.ontology.getOWLOntologyManager()
        self.names = jpype.JClass(f"{api}.util.BidirectionalShortFormProviderAdapter")(manager, ontologies, short)
        self.checker = jpype.JClass(f"{api}.expression.ShortFormEntityChecker")(self.names)
        self.parser = jpype.JClass("org.coode.owlapi.manchesterowlsyntax.ManchesterOWLSyntaxEditorParser")

    def ask(self, expression: str, want: str) -> list[str] | str | bool:
        named = re.findall(r"value ([^\s()]+)", expression)
        if unclear := [name for name in named if self._individuals(name) != 1]:
            return f"not the name of exactly one individual: {unclear}"
        parser = self.parser(self.session.factory, expression)
        parser.setOWLEntityChecker(self.checker)
        try:
            parsed = parser.parseClassExpression()
        except jpype.JException as error:
            return f"does not parse: {error}"
        reasoner = self.session.reasoner
        if want == "Satisfiable":
            return bool(reasoner.isSatisfiable(parsed))
        found = reasoner.getInstances(parsed, False) if want == "Instances" else reasoner.getSubClasses(parsed, False)
        return sorted(self._name(item) for item in found.getFlattened() if not item.isBottomEntity())

    def _individuals(self, name: str) -> int:
        return sum(bool(item.isOWLNamedIndividual()) for item in self.names.getEntities(name))

    def _name(self, item: Any) -> str:
        return str(item.getIRI()).rsplit("/", 1)[-1]


def main() -> None:
    """Read the queries, print the answers."""
    asked = json.load(sys.stdin)
    _start()
    tab = Tab(_Session(asked["source"]))
    json.dump([tab.ask(query["expression"], query["want"]) for query in asked["queries"]], sys.stdout)


if __name__ == "__main__":
    main()
