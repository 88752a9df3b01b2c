"""The second opinion: HermiT on the same axioms, and what compares the engine with it."""
