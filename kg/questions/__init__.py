"""Questions about medicine, with no patient in them: intent and concepts, a query of `queries/`, the claims it finds.

customs (ontology/questions.yaml) ← understand: what is asked ← search: which query answers ← answer
"""

from kg.questions.answer import Answer, AnsweringClaim, Asker, answer

__all__ = ["Answer", "AnsweringClaim", "Asker", "answer"]
