"""What compiles and is still not as it should be: said of a whole ontology, or of one layer of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kg.authoring.claim_schema import ArticleFile, ClaimEntry
from kg.authoring.sources import Sources
from kg.errors import Problem

TODO: Final = "TODO"
LONGEST: Final = 40
IN_A_ROW: Final = 9
REFUSING: Final = ("must-not", "caution")


def lint(sources: Sources, texts: Path | None = None) -> Iterator[Problem]:
    """Every finding, file by file; `texts` is the folder of the articles' texts, where they are at hand."""
    used = {text.strip() for _, file in sources.articles for entry in file.claims for text in _conditions(entry)}
    for name, file in sources.articles:
        for situation in file.situations.keys() - used:
            yield Problem(f"{name}: {situation}: situation", "no claim names it.", "Remove it, or name it in a claim.")
        expected = {claim for entry in file.expectations for claim in entry.applies}
        just_not = {claim for entry in file.expectations for claim in (*entry.excluded, *entry.open)}
        words = _words_in_a_row(texts, file)
        for entry in file.claims:
            yield from _claim(f"{name}: {entry.id}", entry, words)
            if file.expectations and entry.situation:
                for field, known in (("applies", expected), ("excluded or open", just_not)):
                    if entry.id not in known:
                        message = f"no patient under `expectations` has it {field}."
                        yield Problem(f"{name}: {entry.id}: expectations", message, "Add one at its edge.")
    yield from _numbers(sources)


def _conditions(entry: ClaimEntry) -> Iterator[str]:
    yield from (text for text in (entry.situation, entry.other_reading, entry.precaution) if text)
    yield from (*entry.exceptions, *entry.unless)


def _claim(where: str, entry: ClaimEntry, words: frozenset[tuple[str, ...]]) -> Iterator[Problem]:
    if entry.sentence == TODO:
        yield Problem(f"{where}: sentence", "is not written yet.", "Say in your own words what the claim says.")
    if len(entry.sentence.split()) > LONGEST:
        yield Problem(f"{where}: sentence", f"has more than {LONGEST} words.", "Make two claims of it, or shorten it.")
    if copied := next((run for run in _runs(entry.sentence) if run in words), None):
        yield Problem(f"{where}: sentence", f"repeats the text: {' '.join(copied)!r}.", "Use your own words.")
    if entry.situation and not entry.concludes:
        yield Problem(f"{where}: concludes", "is empty: the claim applies and concludes nothing.", "Say what follows.")
    if entry.modality in REFUSING and {"recommends", "treats", "prefers"} & entry.concludes.keys():
        message = f"recommends, though its modality is {entry.modality!r}."
        yield Problem(f"{where}: modality", message, "Mend one of the two.")
    if not entry.asks:
        yield Problem(f"{where}: asks", "is empty: nobody finds the claim by a question.", "Write questions.")


def _numbers(sources: Sources) -> Iterator[Problem]:
    """Limits that no condition, rule or other limit names."""
    file = sources.thresholds
    texts = [text for _, article in sources.articles for text in article.situations.values()]
    texts += [text for _, article in sources.articles for entry in article.claims for text in _conditions(entry)]
    texts += [form.holds + " " + form.fails for item in file.conditions for form in item.forms]
    texts += [f"{rule.if_} {rule.refutes or ''}" for rule in file.rules] + [item.when for item in file.limits]
    texts += [f"{item.low_when or ''} {item.not_low_when or ''}" for item in file.derived]
    named = set(re.findall(r"\w+", " ".join(texts)))
    for item in file.thresholds:
        if not {item.name, item.opposite} & named:
            yield Problem(f"thresholds.yaml: {item.name}: name", "no condition names it.", "Remove it, or use it.")


def _words_in_a_row(texts: Path | None, file: ArticleFile) -> frozenset[tuple[str, ...]]:
    path = texts / file.article.file if texts else None
    found = path.read_text(encoding="utf-8") if path and path.is_file() else ""
    return frozenset(run for line in found.splitlines() for run in _runs(line))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    yield from (tuple(words[i : i + IN_A_ROW]) for i in range(len(words) - IN_A_ROW + 1))
