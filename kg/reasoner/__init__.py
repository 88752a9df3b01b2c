"""OWL axioms to Horn rules, rules and assertions to a closure."""
