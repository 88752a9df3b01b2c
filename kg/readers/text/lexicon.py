"""All names and cues in one automaton over atoms; misspellings to the one name that they can mean.

Aho-Corasick over folded atoms: a name is found only between atoms, so never inside a word; the longest match
counts. A word that no name, cue or list of clinical words has is taken for the misspelling of a word of a name, when
one such word lies within one letter (six letters and more) or two (nine and more), begins with the same letter, no
other lies as near, and the corrected words are a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import ahocorasick
from rapidfuzz.distance import OSA

from kg.cache.derived import derived
from kg.ontology.model import Concept
from kg.readers.text.atoms import Atom, atoms
from kg.readers.text.cues import Cue
from kg.readers.text.lab_conventions import Customs, read_customs
from kg.readers.text.language import Language, read_language
from kg.readers.text.more_names import Denial
from kg.readers.text.word_lists import is_a_word
from kg.vocabulary.names import RELATED, SYNONYM, Names, fold

SMALL: Final = frozenset(
    {"is", "are", "was", "were", "has", "have", "been", "be", "my", "her", "his", "the", "left", "right"}
)
ONE_LETTER, TWO_LETTERS = 6, 9
_PARTS: Final = re.compile(r"\w+|[^\w\s]")
_DIGITS: Final = re.compile(r"^\d+")
_GLUED: Final = re.compile(r"(?P<name>[^\W\d_]{2,})(?P<number>\d+\w*)")


@dataclass(frozen=True, eq=False)
class LexiconEntry:
    """What a phrase stands for: concepts with the rank of the name, a cue, or the signs of an examination.

    `denies`: concepts that are absent where what the phrase means is; `states_absence`: the phrase itself says so.
    `other`: something that the vocabulary lacks and whose name has a name of the vocabulary inside.
    """

    concepts: tuple[tuple[Concept, int], ...] = ()
    cue: Cue | None = None
    absent: tuple[str, ...] = ()
    other: bool = False
    spelled: str = ""
    denies: tuple[str, ...] = ()
    states_absence: bool = False
    states_presence: bool = False
    otherwise: LexiconEntry | None = None


@dataclass(frozen=True, eq=False)
class PhraseHit:
    """A phrase found: atoms [first, last), characters [start, end), and what it stands for."""

    first: int
    last: int
    start: int
    end: int
    phrase: str
    entry: LexiconEntry
    corrected: bool = False


class Lexicon:
    """The phrases of an ontology's names and of the language; made once, shared by all texts."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.customs: Customs = read_customs(names.ontology.folder)
        self.language: Language = read_language(names.ontology.folder)
        self.entries = self._entries()
        phrases = self.language.phrases
        self.joints = frozenset({*phrases[Cue.AND], *phrases[Cue.OR], ",", "/", "nor"})
        self.automaton = ahocorasick.Automaton()
        for phrase, entry in self.entries.items():
            self.automaton.add_word(f" {phrase} ", (phrase, entry))
        self.automaton.make_automaton()
        self.words = self._clinical_words()
        self._by_letter: dict[str, list[str]] = {}
        for word in sorted(self.words):
            self._by_letter.setdefault(word[0], []).append(word)
        other = {word for phrases in self.language.phrases.values() for phrase in phrases for word in phrase.split()}
        other |= {word for name in self.customs.other_names for word in fold(name).split()}
        self.known = (
            self.words | other | self.language.words["fillers"] | self.language.words["closers"] | self.customs.words
        )

    def _entries(self) -> dict[str, LexiconEntry]:
        entries: dict[str, LexiconEntry] = {}
        for cue, phrases in self.language.phrases.items():
            entries |= {parted(fold(phrase)): LexiconEntry(cue=cue) for phrase in phrases}
        entries |= {parted(fold(test)): LexiconEntry(cue=Cue.TEST) for test in self.customs.tests}
        for item in self.customs.examinations:
            entries |= {parted(fold(name)): LexiconEntry(absent=item.absent) for name in item.names}
        plurals: dict[str, LexiconEntry] = {}
        for name, ranks in self.names.words.items():
            if name in self.customs.not_in_text:
                continue
            concepts = tuple((concept, rank) for rank in sorted(ranks) for concept in ranks[rank])
            phrase = parted(name)
            spelled = self.customs.upper_case_only.get(name, "")
            entry = LexiconEntry(concepts=concepts, spelled=spelled, otherwise=entries.get(phrase) if spelled else None)
            if phrase and not (phrase in entries and entries[phrase].absent):
                entries[phrase] = entry
                plurals |= dict.fromkeys(inflected(phrase), entry)
        for phrase, name in self.customs.with_numbers.items():
            entries[phrase] = LexiconEntry(concepts=((self.names.ontology.concepts[name], SYNONYM),))
        plurals |= {phrase.replace(" the ", " "): entry for phrase, entry in entries.items() if " of the " in phrase}
        entries = entries | self._more_names(entries)
        entries |= self._as_written(entries)
        lacking = {parted(fold(name)): LexiconEntry(other=True) for name in self.customs.other_names}
        lacking |= {plural: LexiconEntry(other=True) for phrase in lacking for plural in inflected(phrase)}
        return plurals | lacking | entries

    def _more_names(self, known: Mapping[str, LexiconEntry]) -> dict[str, LexiconEntry]:
        """What people write for concepts beyond the vocabulary: other names, members of a kind, broader words."""
        concepts, found = self.names.ontology.concepts, dict[str, LexiconEntry]()
        names = self.language.names
        ranked = [(name, phrase, RELATED) for name, phrases in names.members.items() for phrase in phrases]
        ranked += [(name, phrase, RELATED) for name, phrase in names.cancers]
        ranked += [(name, phrase, SYNONYM) for name, phrases in names.synonyms.items() for phrase in phrases]
        for name, phrase, rank in ranked:
            entry = LexiconEntry(concepts=((concepts[name], rank),))
            found[parted(fold(phrase))] = entry
            found |= dict.fromkeys(inflected(parted(fold(phrase))), entry) if rank == RELATED else {}
        for item in names.denies:
            for phrase in (parted(fold(name)) for name in item.names):
                found[phrase] = self._denial(item, known.get(phrase))
        return {
            phrase: kept
            for phrase, entry in found.items()
            if phrase
            for kept in [self._beside(entry, known.get(phrase))]
        }

    def _denial(self, item: Denial, known: LexiconEntry | None) -> LexiconEntry:
        """A broader word; one that the vocabulary has as a near name states what it states as well."""
        near = known is not None and bool(known.concepts) and known.concepts[0][1] == RELATED
        concepts = known.concepts if known and near else ((self.names.ontology.concepts[item.absent[0]], RELATED),)
        return LexiconEntry(concepts, denies=item.absent, states_absence=item.states_absence, states_presence=near)

    def _beside(self, entry: LexiconEntry, known: LexiconEntry | None) -> LexiconEntry:
        """A further name beside what the vocabulary has: it counts as well where it is of another kind."""
        if known is None or not (known.concepts or known.absent) or entry.denies:
            return entry
        kinds = {concept.kind for concept, _ in known.concepts}
        if known.absent or known.spelled or entry.concepts[0][0].kind in kinds:
            return known
        return LexiconEntry(concepts=(*known.concepts, *entry.concepts))

    def _as_written(self, known: Mapping[str, LexiconEntry]) -> dict[str, LexiconEntry]:
        """Names that count as they are written only, beside what else the letters mean."""
        found = {}
        for written, name in self.language.names.written.items():
            phrase = parted(fold(written))
            entry = LexiconEntry(
                ((self.names.ontology.concepts[name], SYNONYM),), spelled=written, otherwise=known.get(phrase)
            )
            found[phrase] = entry
        return found

    def _clinical_words(self) -> frozenset[str]:
        named = (phrase for phrase, entry in self.entries.items() if entry.concepts)
        return frozenset(word for phrase in named for word in phrase.split() if len(word) >= 5 and word.isalpha())

    # -- finding

    def find(self, text: str, words: Sequence[Atom]) -> tuple[PhraseHit, ...]:
        """Phrases of a text without overlap, leftmost and longest, but for names inside broader ones."""
        hits = self._with_shared_heads(words, self._select(text, words, [atom.word for atom in words]))
        corrected = self._corrected(words, hits)
        if not corrected:
            return hits
        spelled = [corrected.get(index, atom.word) for index, atom in enumerate(words)]
        again = self._select(text, words, spelled)
        useful = {index for hit in again if hit.entry.concepts for index in range(hit.first, hit.last)}
        mended = corrected.keys() & useful
        if not mended:
            return hits
        if len(mended) < len(corrected):
            spelled = [corrected[i] if i in mended else atom.word for i, atom in enumerate(words)]
            again = self._select(text, words, spelled)
        return tuple(
            PhraseHit(hit.first, hit.last, hit.start, hit.end, hit.phrase, hit.entry, True)
            if not mended.isdisjoint(range(hit.first, hit.last))
            else hit
            for hit in again
        )

    def _with_shared_heads(self, words: Sequence[Atom], hits: Sequence[PhraseHit]) -> tuple[PhraseHit, ...]:
        """Names that share the last word of one behind them: `liver or kidney disease`, `iron and ferritin are low`.

        A name that says less by itself, such as that of a quantity, gives way to the one with the shared word.
        """
        found = {hit.first: hit for hit in hits}
        for hit in hits:
            head = words[hit.last - 1].word
            if not hit.entry.concepts or hit.last - hit.first < 2:
                continue
            place = hit.first
            while place >= 2 and words[place - 1].word in self.joints:
                shared = self._sharing(words, hits, place - 1, head)
                if shared is None:
                    break
                found[shared.first] = shared
                place = shared.first
        return tuple(sorted(found.values(), key=lambda hit: (hit.first, -hit.last)))

    def _sharing(self, words: Sequence[Atom], hits: Sequence[PhraseHit], last: int, head: str) -> PhraseHit | None:
        """The name that ends before `last` and is one together with the word `head`."""
        before = next((hit for hit in hits if hit.last == last and not hit.entry.cue), None)
        first = before.first if before else last - 1
        phrase = f"{before.phrase if before else words[first].word} {head}"
        entry = self.entries.get(phrase)
        if entry is None or not entry.concepts:
            return None
        return PhraseHit(first, last, words[first].start, words[last - 1].end, phrase, entry)

    def _select(self, text: str, words: Sequence[Atom], spelled: Sequence[str]) -> tuple[PhraseHit, ...]:
        found = sorted(self._all(text, words, spelled), key=lambda hit: (hit.first, -hit.last))
        chosen: list[PhraseHit] = []
        end = 0
        for hit in found:
            if hit.first >= end:
                chosen.append(hit)
                end = hit.last
            elif hit.last <= end and hit.entry.concepts and self._says_more(chosen, hit):
                chosen.append(hit)
        return tuple(sorted(chosen, key=lambda hit: (hit.first, -hit.last)))

    def _says_more(self, chosen: Sequence[PhraseHit], inner: PhraseHit) -> bool:
        """Whether a name inside the last one states something of its own: the outer name is broader or narrower."""
        outer = next(hit for hit in reversed(chosen) if hit.first <= inner.first and inner.last <= hit.last)
        if chosen[-1] is not outer and chosen[-1].last > inner.first:
            return False
        if not outer.entry.concepts or outer.entry.concepts[0][1] != RELATED:
            return False
        concept, rank = inner.entry.concepts[0]
        ontology = self.names.ontology
        same = any(
            concept.name in ontology.ancestors(other.name) or other.name in ontology.ancestors(concept.name)
            for other, _ in outer.entry.concepts
        )
        return not same and rank != RELATED and concept.kind in ("condition", "finding")

    def _all(self, text: str, words: Sequence[Atom], spelled: Sequence[str]) -> Iterator[PhraseHit]:
        """Phrases as they stand, names with any number inside, names of several words with a small word between."""
        yield from self._in(text, words, spelled, range(len(spelled)))
        numbered = [_DIGITS.sub("0", word) for word in spelled]
        if numbered != spelled:
            found = self._in(text, words, numbered, range(len(spelled)))
            yield from (hit for hit in found if hit.phrase in self.customs.with_numbers)
        kept = [index for index, word in enumerate(spelled) if word not in SMALL]
        if len(kept) < len(spelled):
            for hit in self._in(text, words, [spelled[index] for index in kept], kept):
                if hit.entry.concepts and hit.last - hit.first > len(hit.phrase.split()):
                    yield hit

    def _in(
        self, text: str, words: Sequence[Atom], spelled: Sequence[str], places: Sequence[int]
    ) -> Iterator[PhraseHit]:
        starts, ends, position = {}, {}, 0
        shouting = text.isupper()
        for index, word in enumerate(spelled):
            starts[position] = places[index]
            position += len(word) + 1
            ends[position] = places[index] + 1
        for last, (phrase, entry) in self.automaton.iter(f" {' '.join(spelled)} "):
            first, after = starts[last - len(phrase) - 1], ends[last]
            start, end = words[first].start, words[after - 1].end
            meant: LexiconEntry | None = entry
            while meant and not self._as_spelled(meant, text[start:end], shouting):
                meant = meant.otherwise
            if meant:
                yield PhraseHit(first, after, start, end, phrase, meant)

    def _as_spelled(self, entry: LexiconEntry, written: str, shouting: bool) -> bool:
        """Whether a name that is another word in small letters is written as a name."""
        if not entry.spelled:
            return True
        mixed = not entry.spelled.isupper()
        return (written == entry.spelled or (written.isupper() and not mixed)) and not (shouting and entry.otherwise)

    def _corrected(self, words: Sequence[Atom], hits: Iterable[PhraseHit]) -> Mapping[int, str]:
        taken = {index for hit in hits if hit.entry.concepts or hit.entry.other for index in range(hit.first, hit.last)}
        found = ((i, self._meant(atom.word)) for i, atom in enumerate(words) if i not in taken)
        return {index: meant for index, meant in found if meant}

    @lru_cache(maxsize=16384)  # noqa: B019  (one lexicon lives as long as its names)
    def _meant(self, word: str) -> str:
        """The word of a name that a word is the misspelling of, or nothing."""
        if len(word) < ONE_LETTER or word in self.known or not word.isalpha():
            return ""
        limit = 2 if len(word) >= TWO_LETTERS else 1
        near: list[tuple[int, str]] = []
        for other in self._by_letter.get(word[0], ()):
            if abs(len(other) - len(word)) <= limit:
                distance = int(OSA.distance(word, other, score_cutoff=limit))
                if distance <= limit:
                    near.append((distance, other))
        near.sort()
        unique = near and (len(near) == 1 or near[0][0] < near[1][0])
        return near[0][1] if unique and not self._other_word(word) and not is_a_word(word) else ""

    def _other_word(self, word: str) -> bool:
        """Whether a clinical word that is no name lies as near."""
        return any(
            word[0] == other[0] and abs(len(word) - len(other)) <= 1 and OSA.distance(word, other, score_cutoff=1) <= 1
            for other in self.customs.words
        )

    def concepts(self, phrase: str) -> tuple[tuple[Concept, int], ...]:
        """What a phrase names, the best rank first; nothing if it is no name."""
        entry = self.entries.get(parted(fold(phrase)))
        return entry.concepts if entry else ()


def parted(folded: str) -> str:
    """A folded name as atoms with one blank between them."""
    return " ".join(_PARTS.findall(folded))


def inflected(phrase: str) -> Iterator[str]:
    """Plural and singular of the last word."""
    last = phrase.rpartition(" ")[2]
    if len(last) < 4 or not last.isalpha():
        return
    if last.endswith("y") and last[-2] not in "aeiou":
        yield phrase[:-1] + "ies"
    elif last == "patient":
        return
    elif last.endswith("s"):
        if not last.endswith(("ss", "is", "us")):
            yield phrase[:-1]
    else:
        yield phrase + "s"


@derived
def lexicon_of(names: Names) -> Lexicon:
    """The lexicon of some names, made once."""
    return Lexicon(names)


def look(lexicon: Lexicon, text: str) -> tuple[tuple[Atom, ...], tuple[PhraseHit, ...]]:
    """The atoms of a text and the phrases in it. A number that stands at the name of a test is parted from it."""
    words = tuple(part for atom in atoms(text) for part in _parts(lexicon, atom))
    return words, lexicon.find(text, words)


def _parts(lexicon: Lexicon, atom: Atom) -> tuple[Atom, ...]:
    match = _GLUED.fullmatch(atom.word)
    entry = lexicon.entries.get(match["name"]) if match and atom.word not in lexicon.entries else None
    if match is None or entry is None or not entry.concepts:
        return (atom,)
    if len(atom.word) != atom.end - atom.start or any(concept.kind != "analyte" for concept, _ in entry.concepts):
        return (atom,)
    middle = atom.start + match.end("name")
    return Atom(atom.start, middle, match["name"]), Atom(middle, atom.end, match["number"])
