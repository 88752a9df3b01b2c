"""The ontology with everything that is made from it, loaded once and shared: the door for programs."""

from __future__ import annotations

import datetime
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.assess import Assessment, Reasoner, assess
from kg.assess.asking import asking
from kg.assess.branches import branches
from kg.cache.collector import settled
from kg.cache.derived import DerivedOwner
from kg.facts.patient import PatientFacts
from kg.judges.hermit import Hermit
from kg.ontology.compiled import DEFAULT_FOLDER, Ontology
from kg.readers.case.reader import CaseReader
from kg.reasoner.engine import Engine
from kg.reasoner.rule_cache import cached_rules
from kg.vocabulary.names import Names
from kg.vocabulary.site_codes import site_codes

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from kg.certificate.knowledge_base import KnowledgeBase
    from kg.questions import Asker
    from kg.questions.verification import Verifier


class Knowledge(DerivedOwner):
    """An ontology folder opened for use; its parts are loaded when first needed and never change.

    >>> from datetime import date
    >>> case = {"findings": [{"concept": "pancytopenia"}]}
    >>> "A1-55" in Knowledge().assess_case(case, date(2026, 1, 1)).outcomes.by_claim
    True
    """

    def __init__(self, folder: Path = DEFAULT_FOLDER) -> None:
        self.folder = folder

    @cached_property
    def ontology(self) -> Ontology:
        return Ontology(self.folder)

    @cached_property
    def names(self) -> Names:
        return Names(self.ontology, site_codes(self.ontology))

    @cached_property
    def engine(self) -> Engine:
        return Engine(self.ontology, cached_rules(self.ontology))

    @cached_property
    def asker(self) -> Asker:
        """Answers questions about medicine."""
        from kg.questions import Asker  # noqa: PLC0415 - a tenth of a cold start that no patient needs

        return Asker(self.ontology)

    @cached_property
    def verifier(self) -> Verifier:
        """Judges sentences by the claims."""
        from kg.questions.verification import Verifier  # noqa: PLC0415 - the same

        return Verifier(self.ontology, self.asker)

    @cached_property
    def base(self) -> KnowledgeBase:
        """The ontology as certificates are checked by it."""
        from kg.certificate.knowledge_base import KnowledgeBase  # noqa: PLC0415 - only certificates need its parser

        return KnowledgeBase(self.ontology)

    def certificate(self, assessment: Assessment, answer: Any, key: Ed25519PrivateKey, time: str) -> Any:
        """The signed certificate of an assessment; `answer` is what is shown of it, as JSON data."""
        from kg.certificate.envelope import sealed  # noqa: PLC0415 - the same
        from kg.certificate.statement import statement  # noqa: PLC0415 - the same

        return sealed(statement(assessment, self.engine, self.base, answer, time), key)

    def statement_again(self, found: Any, answer: Callable[[Assessment], Any]) -> Any:
        """A certificate's statement made again from its facts alone."""
        from kg.certificate.plain import from_plain  # noqa: PLC0415 - the same
        from kg.certificate.statement import statement  # noqa: PLC0415 - the same

        assessment = self.assess(from_plain(PatientFacts, found["predicate"]["facts"]))
        return statement(assessment, self.engine, self.base, answer(assessment), found["predicate"]["time"])

    def load(self) -> None:
        """Load what cases are read and assessed with, for a program that answers many times."""
        self.names, self.engine  # noqa: B018 - made when they are first asked for
        settled()

    def reasoner(self, name: str) -> Reasoner:
        """`engine` or `hermit`."""
        return Hermit(self.ontology) if name == "hermit" else self.engine

    def read_case(self, case: Any, today: datetime.date, lenient: bool = False) -> PatientFacts:
        """The facts of a parsed case. Raises CaseError with all its problems, or reports them in `unread`."""
        return CaseReader(self.names, today, lenient).read(case)

    def assess(self, facts: PatientFacts, reasoner: str = "engine", with_branches: bool = False) -> Assessment:
        """The assessment of one patient; branches and trials are the engine's, whoever reasons about the patient."""
        found = assess(self.ontology, self.reasoner(reasoner), facts)
        if not with_branches:
            return found
        return replace(found, branches=branches(found, self.engine), asking=asking(found, self.engine))

    def assess_case(self, case: Any, today: datetime.date) -> Assessment:
        """The assessment of a parsed case. Raises CaseError."""
        return self.assess(self.read_case(case, today))
