"""A small ontology of invented knowledge for tests of authoring: one article, a dozen terms, a few limits.

The schema, the public vocabulary and the list of sources are the real ones.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Final

from kg.ontology.compiled import DEFAULT_FOLDER

TEXT: Final = "Blueness of the nail means glowing.\nA glowing nail wants a lamp test.\nNever polish a glowing nail.\n"
TERMS: Final = """
terms:
- {name: Pregnancy, code: pregnancy, kind: condition, label: Pregnancy, definition: A state of carrying a child.}
- {name: BlueNail, code: blue_nail, kind: finding, label: Blue nail, definition: A nail that looks blue., exact:
   [bluish nail], source: tree}
- {name: DeepBlueNail, code: deep_blue_nail, kind: finding, label: Deep blue nail, definition: A nail of a deep
   blue., parents: [BlueNail]}
- {name: HighLumen, code: high_lumen, kind: finding, label: High lumen, definition: More light than usual., high_of:
   Lumen}
- {name: LowLumen, code: low_lumen, kind: finding, label: Low lumen, definition: Less light than usual.,
   low_of: Lumen}
- {name: GlowingNail, code: glowing_nail, kind: condition, label: Glowing nail, definition: A nail that gives light.}
- {name: Lumen, code: lumen, kind: analyte, label: Lumen of the nail, definition: The light of a nail.,
   abbreviations: [LMN]}
- {name: Tint, code: tint, kind: analyte, label: Tint of the nail, definition: The colour of a nail as a number.}
- {name: LampTest, code: lamp_test, kind: procedure, label: Lamp test, definition: A nail seen beside a lamp.}
- {name: NailRemoval, code: nail_removal, kind: history, label: Nail removal, definition: The nail was taken off.}
- {name: Polish, code: polish, kind: drug, label: Polish, definition: A varnish for nails.}
- {name: RedPolish, code: red_polish, kind: drug, label: Red polish, definition: A red varnish., parents: [Polish]}
- {name: NailRest, code: nail_rest, kind: therapy, label: Nail rest, definition: Nothing is put on the nail.}
- {name: NailCare, code: nail_care, kind: intent, label: Nail care, definition: Care of nails as an aim.}
- {name: LampReport, code: lamp_report, kind: result, label: Lamp report, definition: What the lamp test gave.}
- {name: StrongSuspicionOfGlow, code: strong_suspicion_of_glow, kind: suspicion, label: Strong suspicion of glow,
   definition: Glow is much suspected.}
- {name: Clippings, code: clippings, kind: specimen, label: Clippings, definition: Cut nail.}
- {name: PersonWithNails, code: person_with_nails, kind: context, label: Person with nails, definition: The patient
   of the article.}
"""
THRESHOLDS: Final = """
population: {adult_from: 18, not_in: [Pregnancy], blood: [], stale_after_days: 90, source: tree}
analytes:
- {name: Lumen, unit: mg/L, possible: {from: '0', to: '900', source: possible-values}, units: [{unit: g/L,
   factor: '1000', source: ucum}]}
- {name: Tint, unit: U/L}
derived:
- {name: LumenChange, formula: change-from-previous, of: [Lumen], unit: mg/L, definition: The latest lumen less the
   one before., source: tree}
parts: []
thresholds:
- {name: LumenAbove50, opposite: LumenAtMost50, of: Lumen, bound: '>', value: '50', unit: mg/L, population: adults,
   source: N1-01}
- {name: LumenBelow10, opposite: LumenAtLeast10, of: Lumen, bound: <, value: '10', unit: mg/L, population: adults,
   source: N1-01}
- {name: LumenRising, opposite: LumenNotRising, of: LumenChange, bound: '>', value: '0', unit: mg/L, population:
   adults, source: N1-01}
limits:
- {analyte: Lumen, when: LumenAbove50, position: high, rank: fallback, source: N1-01}
possible: []
rules:
- {if: hasFinding some BlueNail and hasCurrentMeasurement some LumenAbove50, concludes: GlowingNail, source: tree}
conditions:
- {name: PatientWithDarkNail, label: Patient with a dark nail, definition: A patient whose nail gives no light.,
   holds: hasCurrentMeasurement some LumenBelow10, fails: hasCurrentMeasurement some LumenAtLeast10, source: tree}
"""
ARTICLE: Final = """
article:
  id: N1
  slug: nails
  title: On nails
  file: nails.txt
  digest: {digest}
  length: {length}
  publisher: Nobody
  last_updated: '2026-02-01'
  review: {{stages: [draft], active_stage: draft, human_review: none}}
  intended_use: A test.
  status: draft
  references: [{{position: 1, type: web, title: Light, publisher: Nobody, year: 2020}}]
  markers: [{{number: 1, state: by-list-position, reference: 1}}]
situations:
  BlueAndBright: hasFinding some BlueNail and hasCurrentMeasurement some LumenAbove50
claims:
- id: N1-01
  kind: differential
  sentence: A blue nail means that it glows.
  section: Nails
  at: [0, 35]
  digest: {one}
  markers: [1]
  modality: suggests
  situation: BlueAndBright
  concludes: {{suggests: [GlowingNail]}}
  strength: suggests
- id: N1-02
  kind: next-step test
  sentence: A nail that glows is tested with a lamp.
  section: Nails
  at: [36, 69]
  digest: {two}
  modality: should
  situation: hasFinding some GlowingNail
  concludes: {{recommends: [LampTest]}}
- id: N1-03
  kind: contraindication
  sentence: Polish is not put on a nail that glows.
  section: Nails
  at: [70, 98]
  digest: {three}
  modality: must-not
  situation: hasFinding some GlowingNail
  concludes: {{contraindicates: [Polish]}}
  exceptions: [hasHistoryOf some NailRemoval]
"""
ALERTS: Final = """
alerts:
- {kind: population, code: child, if: ChildPatient, sentence: The patient is a child., source: tree}
"""


def digest(text: str) -> str:
    """The SHA-256 of a text, as the sources give it."""
    return hashlib.sha256(text.encode()).hexdigest()


def article() -> str:
    """The article as YAML."""
    parts = {"one": TEXT[0:35], "two": TEXT[36:69], "three": TEXT[70:98]}
    digests = {name: digest(part) for name, part in parts.items()}
    return ARTICLE.format(digest=digest(TEXT), length=len(TEXT), **digests)


def write_small_ontology(folder: Path) -> Path:
    """The sources in a folder, nothing generated."""
    for name in ("core.ttl", "sources.yaml", "public.yaml"):
        shutil.copy(DEFAULT_FOLDER / name, folder / name)
    files = {
        "terms/nails.yaml": TERMS,
        "thresholds.yaml": THRESHOLDS,
        "intervals.yaml": "intervals: []\n",
        "alerts.yaml": ALERTS,
        "articles/nails.yaml": article(),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
