"""The classes of the Explanation Ontology (https://purl.org/heals/eo, version 2) to which answers belong."""

from __future__ import annotations

from typing import Final

EO: Final = "https://purl.org/heals/eo#"
TRACE: Final = EO + "TraceBasedExplanation"
CONTRASTIVE: Final = EO + "ContrastiveExplanation"
COUNTERFACTUAL: Final = EO + "CounterfactualExplanation"
SIMULATED: Final = EO + "SimulationBasedExplanation"
SCIENTIFIC: Final = EO + "scientificExplanation"
