"""Verifies a certificate of Warrant. Shares no code with Warrant: standard library and a signature library only.

    python warrant_verify.py CERTIFICATE --ontology FOLDER --key PUBLIC.pem [--articles FOLDER]

Exit status 0 accepted, 1 rejected, 2 wrong use. The format and every check are specified in docs/certificate.md; the
numbers C1 to C10 below are those of its section "Checks".
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import itertools
import json
import math
import re
import sys
from collections import Counter, defaultdict
from decimal import Decimal, InvalidOperation
from functools import cache, cached_property
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

BASE = "https://w3id.org/warrant/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
DCT = "http://purl.org/dc/terms/"
OA = "http://www.w3.org/ns/oa#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
LEAVES = ("stated", "computed", "asserted absent", "about the record")
PARTS = {
    *("program", "ontology", "facts", "aside", "record", "steps", "conclusions"),
    *("outcomes", "cited", "open", "usage", "answer", "reading", "time"),
}


class Rejected(Exception):
    """The certificate is not accepted, and why."""


def need(holds: object, why: str) -> None:
    if not holds:
        raise Rejected(why)


# -- canonical JSON (RFC 8785)


def canonical(data: object) -> bytes:
    return _write(data).encode("utf-8")


def _write(data: object) -> str:
    if data is None or isinstance(data, (bool, str, int)):
        return json.dumps(data, ensure_ascii=False)
    if isinstance(data, float):
        return _number(data)
    if isinstance(data, list):
        return "[" + ",".join(map(_write, data)) + "]"
    rows = sorted(data.items(), key=lambda row: row[0].encode("utf-16-be"))
    return "{" + ",".join(f"{_write(name)}:{_write(value)}" for name, value in rows) + "}"


def _number(value: float) -> str:
    """As ECMAScript writes a number: shortest digits that read back as the same double."""
    need(math.isfinite(value), "a number is not finite")
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    point = len(digits) + exponent
    minus = "-" if sign else ""
    if 0 < point <= 21:
        return minus + text[:point].ljust(point, "0") + ("." + text[point:] if len(text) > point else "")
    if -6 < point <= 0:
        return minus + "0." + "0" * -point + text
    return f"{minus}{text[0]}{'.' + text[1:] if len(text) > 1 else ''}e{point - 1:+d}"


def parsed(content: bytes) -> object:
    def pairs(rows: list) -> dict:
        found = dict(rows)
        need(len(found) == len(rows), "a field stands twice in one object")
        return found

    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=pairs)
    except (ValueError, RecursionError) as error:
        raise Rejected(f"it is no JSON: {error}") from None


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def same(given: object, expected: object, what: str) -> None:
    need(canonical(given) == canonical(expected), f"it does not agree with {what}")


# -- C1: the envelope (DSSE) and its signature


def opened(envelope: object, keys: dict[str, Ed25519PublicKey]) -> object:
    need(isinstance(envelope, dict) and set(envelope) == {"payload", "payloadType", "signatures"}, "it is no envelope")
    need(envelope["payloadType"] == PAYLOAD_TYPE, "the payload is of another type")
    need(isinstance(envelope["signatures"], list) and len(envelope["signatures"]) == 1, "it has not one signature")
    (signature,) = envelope["signatures"]
    need(isinstance(signature, dict) and set(signature) == {"keyid", "sig"}, "the signature has other fields")
    need(isinstance(signature["keyid"], str) and signature["keyid"] in keys, "the key is not trusted")
    payload = _bytes(envelope["payload"])
    kind = PAYLOAD_TYPE.encode()
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    try:
        keys[signature["keyid"]].verify(_bytes(signature["sig"]), signed)
    except InvalidSignature:
        raise Rejected("the signature does not fit the content") from None
    statement = parsed(payload)
    need(canonical(statement) == payload, "the payload is not in canonical form")
    return statement


def _bytes(text: object) -> bytes:
    try:
        found = base64.b64decode(str(text), validate=True)
    except ValueError:
        raise Rejected("it holds what is no base64") from None
    need(base64.b64encode(found).decode() == text, "base64 is not in its proper form")
    return found


def public_keys(paths: list[Path]) -> dict[str, Ed25519PublicKey]:
    """Ed25519 public keys in PEM by id: the SHA-256 of their 32 bytes."""
    keys = [load_pem_public_key(path.read_bytes()) for path in paths]
    return {sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)): key for key in keys}


# -- Turtle: what the ontology's files use of it

TOKEN = re.compile(
    r"""(?P<skip>[ \t\r\n]+|\#[^\n]*)
      | <(?P<iri>[^<>"{}|^`\\\x00-\x20]*)>
      | "(?P<text>(?:[^"\\\n\r]|\\.)*)"
      | (?P<type>\^\^) | @(?P<word>[A-Za-z]+(?:-[A-Za-z0-9]+)*)
      | _:(?P<blank>[A-Za-z0-9_][\w.-]*[\w-]|[A-Za-z0-9_])
      | (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?=[\s;,.)\]]))
      | (?P<name>(?:[A-Za-z][\w.-]*)?:(?:[\w:%-]|\.(?=[\w:%-]))*)
      | (?P<plain>true|false|a)(?=[\s;,.)\]])
      | (?P<mark>[;,.()\[\]])""",
    re.VERBOSE,
)
ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
PLAIN = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


def unescaped(text: str) -> str:
    return ESCAPE.sub(lambda m: PLAIN[m[3]] if m[3] else chr(int(m[1] or m[2], 16)), text) if "\\" in text else text


class Turtle:
    """The triples of one file; blank nodes are `_:` with the number of the file before their label."""

    def __init__(self, text: str, number: int) -> None:
        self.number, self.count, self.prefixes, self.triples = number, 0, {}, []
        self.tokens = self._tokens(text)
        self.ahead = next(self.tokens, None)
        while self.ahead is not None:
            self._statement()

    def _tokens(self, text: str):
        place, end, match = 0, len(text), TOKEN.match
        while place < end:
            found = match(text, place)
            need(found, f"Turtle that is not understood: {text[place : place + 40]!r}")
            place = found.end()
            if found.lastgroup != "skip":
                yield found.lastgroup, found[found.lastgroup]

    def _next(self) -> tuple[str, str]:
        token, self.ahead = self.ahead, next(self.tokens, None)
        need(token is not None, "Turtle that ends too early")
        return token

    def _take(self, mark: str) -> None:
        need(self._next() == ("mark", mark), f"Turtle without a {mark}")

    def _statement(self) -> None:
        if self.ahead == ("word", "prefix"):
            self._next()
            name, iri = self._next()[1], self._next()[1]
            self.prefixes[name.removesuffix(":")] = iri
        else:
            subject = self._node()
            if self.ahead != ("mark", "."):
                self._properties(subject)
        self._take(".")

    def _properties(self, subject: str) -> None:
        while self.ahead not in (("mark", "."), ("mark", "]")):
            predicate = self._node()
            self._pair(subject, predicate)
            while self.ahead == ("mark", ","):
                self._next()
                self._pair(subject, predicate)
            while self.ahead == ("mark", ";"):
                self._next()

    def _pair(self, subject: str, predicate: str) -> None:
        self.triples.append((subject, predicate, self._node()))

    def _new(self) -> str:
        self.count += 1
        return f"_:{self.number}n{self.count}"

    def _node(self) -> str:
        kind, value = self._next()
        if kind == "name":
            prefix, _, local = value.partition(":")
            return self.prefixes[prefix] + local
        if kind == "text":
            if self.ahead and self.ahead[0] == "word":
                self._next()
            elif self.ahead == ("type", "^^"):
                self._next()
                self._node()
            return unescaped(value)
        if kind == "blank":
            return f"_:{self.number}x{value}"
        if kind == "plain" and value == "a":
            return RDF + "type"
        if kind in ("iri", "number", "plain"):
            return value
        return self._list() if value == "(" else self._blank(value)

    def _blank(self, mark: str) -> str:
        need(mark == "[", f"Turtle with a {mark} where a node should be")
        node = self._new()
        self._properties(node)
        self._take("]")
        return node

    def _list(self) -> str:
        members = []
        while self.ahead != ("mark", ")"):
            members.append(self._node())
        self._take(")")
        head = RDF + "nil"
        for member in reversed(members):
            node = self._new()
            self.triples += [(node, RDF + "first", member), (node, RDF + "rest", head)]
            head = node
        return head


# -- the ontology: axioms by their text, and forward chaining over them

FACETS = {"minInclusive": ">=", "minExclusive": ">", "maxInclusive": "<=", "maxExclusive": "<"}
COMPARE = {
    ">=": lambda value, limit: value >= limit,
    ">": lambda value, limit: value > limit,
    "<=": lambda value, limit: value <= limit,
    "<": lambda value, limit: value < limit,
}
# what is published beside them for people, and decides nothing
PUBLISHED = (BASE + "ontology", BASE + "ontology/public")
OF_CLASSES = ("cax-sco", "cls-int1", "cls-svf1", "cls-hv2", "cls-minqc", "dt-facet")
RULES = {
    "subClassOf": OF_CLASSES,
    "equivalentClass": OF_CLASSES,
    "subPropertyOf": ("prp-spo1", "prp-inv"),
    "propertyChainAxiom": ("prp-spo2",),
    "inverseOf": ("prp-inv",),
    "domain": ("prp-dom",),
    "range": ("prp-rng",),
    "disjointWith": ("cax-dw",),
    "members": ("cax-adc",),
}
NOTHING = OWL + "Nothing"


def local(iri: str) -> str:
    return iri.removeprefix(BASE)


def short(predicate: str) -> str:
    """The name by which axioms and proofs call a predicate."""
    for start in (RDFS, OWL, RDF, BASE):
        predicate = predicate.removeprefix(start)
    return predicate


class Ontology:
    """The files of an ontology folder that are reasoned from, as `catalog-v001.xml` lists them."""

    def __init__(self, folder: Path) -> None:
        catalog = (folder / "catalog-v001.xml").read_text(encoding="utf-8")
        listed = re.findall(r'name="([^"]+)" uri="([^"]+)"', catalog)
        contents = {uri: (folder / uri).read_bytes() for name, uri in listed if name not in PUBLISHED}
        rows = sorted((Path(uri).name, sha256(content)) for uri, content in contents.items())
        self.modules = [{"name": name, "digest": {"sha256": value}} for name, value in rows]
        self.spo = defaultdict(lambda: defaultdict(list))
        triples = [t for n, text in enumerate(contents.values()) for t in Turtle(text.decode("utf-8"), n).triples]
        for s, p, o in triples:
            self.spo[s][p].append(o)
        self.version = self.one(BASE + "ontology/warrant-reasoning", OWL + "versionIRI")
        self.body = cache(self._body)
        self.axioms = {self.text(s, p, o): (s, p, o, source) for s, p, o, source in self._annotated(triples)}
        self.axioms |= dict(self._disjoint(triples))
        self.chainer = Chainer(self)

    def _annotated(self, triples):
        """The triples that an owl:Axiom annotates with a source."""
        sources = {}
        for rows in self.spo.values():
            if OWL + "Axiom" in rows.get(RDF + "type", ()):
                key = tuple(rows[OWL + name][0] for name in ("annotatedSource", "annotatedProperty", "annotatedTarget"))
                sources[key] = local(rows[DCT + "source"][0])
        return [(*triple, sources[triple]) for triple in triples if triple in sources]

    def _disjoint(self, triples):
        """Axioms about disjoint classes by their text; the source stands at their own node."""
        for node in [s for s, p, o in triples if p == RDF + "type" and o == OWL + "AllDisjointClasses"]:
            head = self.one(node, OWL + "members")
            text = f"AllDisjointClasses members ({', '.join(map(local, self.members(head)))})"
            yield text, (node, OWL + "members", head, local(self.one(node, DCT + "source")))

    def exclusive(self, s: str, p: str, o: str) -> list[str]:
        """The classes that an axiom says to exclude each other."""
        kind = short(p)
        return list(map(local, self.members(o) if kind == "members" else [s, o] if kind == "disjointWith" else []))

    def one(self, node: str, predicate: str) -> str:
        rows = self.spo.get(node, {}).get(predicate)
        return rows[0] if rows else ""

    def own(self, name: str, predicate: str) -> list[str]:
        return [local(value) for value in self.spo.get(BASE + name, {}).get(BASE + predicate, ())]

    def own_one(self, name: str, predicate: str) -> str:
        return next(iter(self.own(name, predicate)), "")

    def label(self, name: str) -> str:
        return self.one(BASE + name, RDFS + "label") or name

    def members(self, head: str) -> list[str]:
        found = []
        while head and head != RDF + "nil":
            found.append(self.one(head, RDF + "first"))
            head = self.one(head, RDF + "rest")
        return found

    # a class expression as nested tuples, and as text

    def _body(self, node: str) -> tuple:
        if not node.startswith("_:"):
            return ("class", local(node))
        for kind, word in (("intersectionOf", "and"), ("unionOf", "or")):
            if head := self.one(node, OWL + kind):
                return (word, tuple(self.body(member) for member in self.members(head)))
        prop = local(self.one(node, OWL + "onProperty"))
        if not prop:
            inverse = self.one(node, OWL + "inverseOf")
            return ("inverse", local(inverse)) if inverse else ("chain", tuple(map(local, self.members(node))))
        if value := self.one(node, OWL + "hasValue"):
            return ("value", prop, local(value))
        if count := self.one(node, OWL + "minQualifiedCardinality"):
            return ("min", prop, self.body(self.one(node, OWL + "onClass")), int(count))
        filler = self.one(node, OWL + "someValuesFrom")
        nodes = self.members(self.one(filler, OWL + "withRestrictions"))
        limits = tuple(
            (sign, self.one(n, XSD + f)) for n in nodes for f, sign in FACETS.items() if self.one(n, XSD + f)
        )
        return ("facet", prop, limits) if limits else ("some", prop, self.body(filler))

    def show(self, body: tuple) -> str:
        kind, *rest = body
        if kind == "class":
            return rest[0]
        if kind == "inverse":
            return f"inverse {rest[0]}"
        if kind == "chain":
            return "(" + " o ".join(rest[0]) + ")"
        if kind in ("and", "or"):
            return "(" + f" {kind} ".join(map(self.show, rest[0])) + ")"
        if kind == "value":
            return f"{rest[0]} value {rest[1]}"
        if kind == "min":
            return f"{rest[0]} min {rest[2]} {self.show(rest[1])}"
        if kind == "facet":
            return " or ".join(f"{rest[0]} some xsd:decimal[{sign} {limit}]" for sign, limit in rest[1])
        return f"{rest[0]} some {self.show(rest[1])}"

    def text(self, s: str, p: str, o: str) -> str:
        return f"{self.show(self.body(s))} {short(p)} {self.show(self.body(o))}"

    # what is said of claims

    def is_claim(self, name: str) -> bool:
        return bool(self.own("claim/" + name, "sentence"))

    def claim(self, name: str) -> dict:
        node = "claim/" + name
        doubts = sorted(self.own(node, "hasDoubt"), key=lambda one: int(one.rpartition("/")[2]))
        return {
            "id": name,
            "sentence": self.own_one(node, "sentence"),
            "passage": self.passage(node),
            "markers": self.markers(node),
            "doubts": [{"text": self.own_one(d, "doubt"), "basis": self.own_one(d, "doubtBasis")} for d in doubts],
        }

    def passage(self, node: str) -> dict:
        sources = self.spo[BASE + node][DCT + "source"]
        (iri,) = [source for source in sources if source.startswith(BASE + "passage/")]
        return {
            "article": self.one(iri, OA + "hasSource").removeprefix(BASE + "article/"),
            "section": self.own_one(local(iri), "section"),
            "start": int(self.one(iri, OA + "start")),
            "end": int(self.one(iri, OA + "end")),
            "digest": self.own_one(local(iri), "digest"),
        }

    def markers(self, node: str) -> list[dict]:
        found = []
        for name in self.own(node, "marker"):
            row = {"number": int(self.own_one(name, "markerNumber")), "state": self.own_one(name, "markerState")}
            reference = self.own_one(name, "resolvesTo")
            found.append({**row, "reference": reference} if reference else row)
        return sorted(found, key=lambda row: row["number"])

    # names of conclusions

    @cached_property
    def executable(self) -> list[str]:
        nodes = [
            n for n, rows in self.spo.items() if BASE + "readingSituation" in rows and n.startswith(BASE + "claim/")
        ]
        return sorted({node.removeprefix(BASE + "claim/").partition("/")[0] for node in nodes})

    def lists(self) -> tuple[dict[str, str], dict[str, str]]:
        """Property of a patient → list; predicate of a claim → list."""
        tops = {n: rows[BASE + "listedAs"][0] for n, rows in self.spo.items() if BASE + "listedAs" in rows}
        below = {n: tops[t] for n, rows in self.spo.items() for t in rows.get(RDFS + "subPropertyOf", ()) if t in tops}
        said = {local(name): listed for name, listed in (tops | below).items()}
        chains = [
            (n, self.members(c)) for n, rows in self.spo.items() for c in rows.get(OWL + "propertyChainAxiom", ())
        ]
        return {local(n): said[local(c[1])] for n, c in chains if local(c[0]) == "claimApplies"}, said

    def ids(self, statement: tuple) -> set[str]:
        """The ids by which a conclusion may go."""
        _, predicate, value = statement
        properties, said = self.known_lists
        claim = value.removeprefix("claim/").partition("/")[0]
        if predicate in ("claimApplies", "claimExcluded"):
            return {claim}
        if predicate == "hasAlert":
            return {value.replace("/", ":")}
        if predicate in ("hasAbsent", "hasEstablished"):
            return {self._entry("differential", value)}
        if predicate == "hasKnownExplanation":
            return {self._entry("differential", concept) for concept in self._below(value)}
        if predicate in properties:
            return {self._entry(properties[predicate], value)}
        if predicate not in ("precautionFor", "holdsInReading"):
            return set()
        rows = self.spo.get(BASE + "claim/" + claim, {})
        found = {
            self._entry(said[local(p)], local(o)) for p, values in rows.items() if local(p) in said for o in values
        }
        suffix = ":precautionary" if predicate == "precautionFor" else ":wider_reading"
        return found | {name + suffix for name in found}

    def _below(self, concept: str) -> set[str]:
        found, todo = {concept}, [concept]
        while todo:
            new = set(self.own(todo.pop(), "hasNarrower")) - found
            found |= new
            todo += new
        return found

    def _entry(self, listed: str, concept: str) -> str:
        return f"{listed.removesuffix('s')}:{self.one(BASE + concept, SKOS + 'notation')}"

    @cached_property
    def known_lists(self):
        return self.lists()

    @cached_property
    def labels(self) -> dict[str, str]:
        """The vocabulary's code → label."""
        rows = [(name, codes.get(SKOS + "notation", ())) for name, codes in self.spo.items() if BASE in name]
        return {code: self.label(local(name)) for name, codes in rows for code in codes}

    def words(self, statement: tuple) -> str:
        s, p, o = statement
        link = ": " if p == "type" else f" {self.label(p)} "
        return self._thing(s) + link + self._thing(o)

    def _thing(self, name: str) -> str:
        kind, _, rest = name.partition("/")
        if kind == "claim":
            return rest.replace("/reading/", ", reading ")
        if kind != "patient":
            return self.label(name)
        part = rest.partition("/")[2].partition("/")[0]
        first, _, what = part.partition("-")
        if not part:
            return "patient"
        known = bool(self.own(first, "conceptKind"))
        return f"«{self.label(first)} {what}»" if known else f"«{self.label(what)}»"


class World:
    """Triples over those of another world, by both ends."""

    def __init__(self, under: World | None = None) -> None:
        self.under, self.all = under, set()
        self.forth, self.back = defaultdict(list), defaultdict(list)

    def has(self, triple: tuple) -> bool:
        return triple in self.all or (self.under is not None and self.under.has(triple))

    def add(self, triple: tuple) -> None:
        s, p, o = triple
        self.all.add(triple)
        self.forth[s, p].append(o)
        self.back[p, o].append(s)

    def objects(self, s: str, p: str) -> list[str]:
        own = self.forth.get((s, p), [])
        return own + self.under.objects(s, p) if self.under else own

    def subjects(self, p: str, o: str) -> list[str]:
        own = self.back.get((p, o), [])
        return own + self.under.subjects(p, o) if self.under else own

    def differ(self, left: str, right: str) -> bool:
        return self.has((left, "differentFrom", right)) or self.has((right, "differentFrom", left))

    def claims(self, patient: str, predicate: str) -> set[str]:
        return {name.removeprefix("claim/") for name in self.objects(patient, predicate)}


def is_instance(body: tuple, s: str, world: World) -> bool:
    kind, *rest = body
    if kind == "class":
        return world.has((s, "type", rest[0]))
    if kind == "value":
        return world.has((s, *rest))
    if kind == "and":
        return all(is_instance(part, s, world) for part in rest[0])
    if kind == "or":
        return any(is_instance(part, s, world) for part in rest[0])
    ends = world.objects(s, rest[0])
    if kind == "facet":
        return any(within(end, rest[1]) for end in ends)
    if kind == "some":
        return any(is_instance(rest[1], end, world) for end in ends)
    inside = sorted({end for end in ends if is_instance(rest[1], end, world)})
    groups = itertools.combinations(inside, rest[2])
    return any(all(world.differ(a, b) for a, b in itertools.combinations(group, 2)) for group in groups)


def within(value: str, limits: tuple) -> bool:
    try:
        return all(COMPARE[sign](Decimal(value), Decimal(limit)) for sign, limit in limits)
    except InvalidOperation:
        return False


class Chainer:
    """Forward chaining: every axiom is tried at an individual when something that its body asks for becomes true."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self.at_value, self.at_filler, self.at_link = defaultdict(list), defaultdict(list), defaultdict(list)
        self.above, self.ends = defaultdict(list), defaultdict(list)
        self.left, self.right = defaultdict(list), defaultdict(list)
        self.apart = defaultdict(set)
        start = []
        for s, p, o, _ in ontology.axioms.values():
            kind = short(p)
            if kind in ("subClassOf", "equivalentClass"):
                body, head = (s, o) if kind == "subClassOf" else (o, s)
                self._rule(ontology.body(body), self.heads(ontology.body(head)))
            elif kind in ("subPropertyOf", "inverseOf"):
                below = ontology.body(s)
                self.above[below[1]].append((local(o), kind == "inverseOf" or below[0] == "inverse"))
                if kind == "inverseOf":
                    self.above[local(o)].append((local(s), True))
            elif kind == "propertyChainAxiom":
                first, second = map(local, ontology.members(o))
                self.left[first].append((second, local(s)))
                self.right[second].append((first, local(s)))
            elif kind in ("domain", "range"):
                self.ends[local(s)].append((kind, local(o)))
            elif kind in ("disjointWith", "members"):
                for one, other in itertools.permutations(ontology.exclusive(s, p, o), 2):
                    self.apart[one].add(other)
            else:
                start.append((local(s), kind, local(o)))
        self.ground = self.close(World(), start)

    @staticmethod
    def heads(body: tuple) -> list[tuple[str, str]]:
        if body[0] == "and":
            return [head for part in body[1] for head in Chainer.heads(part)]
        return [("type", body[1])] if body[0] == "class" else [body[1:]] if body[0] == "value" else []

    def _rule(self, body: tuple, heads: list) -> None:
        for table, key in set(self._triggers(body)):
            {"value": self.at_value, "filler": self.at_filler, "link": self.at_link}[table][key].append((body, heads))

    def _triggers(self, body: tuple):
        kind, *rest = body
        if kind in ("and", "or"):
            for part in rest[0]:
                yield from self._triggers(part)
        elif kind in ("class", "value"):
            yield "value", ("type", rest[0]) if kind == "class" else tuple(rest)
        elif kind in ("some", "min") and rest[1][0] == "class":
            yield "filler", (rest[1][1], rest[0])
        else:
            yield "link", rest[0]

    def over(self, triples) -> World:
        return self.close(World(self.ground), triples)

    def close(self, world: World, triples) -> World:
        plain = ("value", "valueAtMost", "valueBelow", "valueAtLeast", "valueAbove", "differentFrom")
        todo = sorted(set(triples), key=lambda triple: triple[1] not in plain, reverse=True)
        while todo:
            triple = todo.pop()
            if not world.has(triple):
                world.add(triple)
                todo += self._new(world, *triple)
        return world

    def _new(self, world: World, s: str, p: str, o: str):
        for rule in self.at_value.get((p, o), ()):
            yield from self._fire(world, rule, s)
        if p == "type":
            yield from self._new_class(world, s, o)
            return
        for kind in world.objects(o, "type"):
            for rule in self.at_filler.get((kind, p), ()):
                yield from self._fire(world, rule, s)
        for rule in self.at_link.get(p, ()):
            yield from self._fire(world, rule, s)
        for upper, turned in self.above.get(p, ()):
            yield (o, upper, s) if turned else (s, upper, o)
        for kind, name in self.ends.get(p, ()):
            yield (s if kind == "domain" else o, "type", name)
        for second, result in self.left.get(p, ()):
            yield from ((s, result, end) for end in world.objects(o, second))
        for first, result in self.right.get(p, ()):
            yield from ((start, result, o) for start in world.subjects(first, s))

    def _new_class(self, world: World, s: str, name: str):
        if any(world.has((s, "type", other)) for other in self.apart.get(name, ())):
            yield s, "type", NOTHING
        for kind, prop in self.fillers.get(name, ()):
            for start in world.subjects(prop, s):
                for rule in self.at_filler[kind, prop]:
                    yield from self._fire(world, rule, start)

    @cached_property
    def fillers(self):
        found = defaultdict(list)
        for kind, prop in self.at_filler:
            found[kind].append((kind, prop))
        return found

    @staticmethod
    def _fire(world: World, rule: tuple, s: str):
        body, heads = rule
        if is_instance(body, s, world):
            yield from ((s, *head) for head in heads if not world.has((s, *head)))


# -- the checks


class Verifier:
    """Holds statements against one ontology and, where their folder is given, the texts of the articles."""

    def __init__(self, ontology: Ontology, articles: Path | None = None) -> None:
        self.ontology, self.articles = ontology, articles

    def verify(self, envelope: object, keys: dict[str, Ed25519PublicKey]) -> None:
        """Accept silently, or raise Rejected."""
        try:
            self.check(opened(envelope, keys))
        except (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise Rejected(f"it has not the form of a certificate: {error!r}") from None

    def check(self, statement: dict) -> None:
        need(set(statement) == {"_type", "predicateType", "subject", "predicate"}, "it is no in-toto statement")  # C2
        need(statement["_type"] == "https://in-toto.io/Statement/v1", "it is another kind of statement")
        need(statement["predicateType"] == BASE + "certificate/v1", "it is no certificate")
        found = statement["predicate"]
        need(set(found) == PARTS, "its parts are not those of a certificate")
        need(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found["time"]), "its time is no instant")
        digests = [{"name": n, "digest": {"sha256": sha256(canonical(found[n]))}} for n in sorted(PARTS - {"time"})]
        same(statement["subject"], digests, "the digests of its parts")
        program = found["program"]
        need(set(program) == {"name", "version", "digest"} and program["name"] == "warrant", "another program")
        need(isinstance(program["version"], str) and set(program["digest"]) == {"sha256"}, "another program")
        need(re.fullmatch("[0-9a-f]{64}", program["digest"]["sha256"]), "the digest of the program is no SHA-256")
        same(found["ontology"], {"version": self.ontology.version, "modules": self.ontology.modules}, "the files")  # C3
        facts = self.record(found)
        world = self.ontology.chainer.over(facts)
        need(not world.subjects("type", NOTHING), "something in the record is of classes that exclude each other")
        ids = self.steps(found, facts)
        self.conclusions(found, world, ids)
        self.outcomes(found, world)
        self.cited(found)
        self.open(found, world)
        self.usage(found)
        self.answer(found, ids)
        same(found["reading"], reading(found), "the reading of its parts")  # C10

    # C4: the record, as far as it can be judged without compiling it anew

    def record(self, found: dict) -> set[tuple]:
        record, facts = found["record"], found["facts"]
        need(set(record) == {"patient", "assertions", "different"}, "the record has other fields")
        patient = record["patient"]
        need(re.fullmatch(r"patient/[^/ ]+", patient), "the patient has no name")
        rows = [tuple(row) for row in record["assertions"]]
        need(rows == sorted(set(rows)) and all(len(r) == 4 and r[3] in LEAVES for r in rows), "assertions in no order")
        assertions = {row[:3] for row in rows}
        aside = [canonical(item) for item in found["aside"]]
        stated = [item for item in facts["facts"] if canonical(item) not in aside]
        need(set(aside) <= {canonical(item) for item in facts["facts"]}, "what is set aside is no fact")
        days = {(m["quantity"], m["date"] or "undated") for m in facts["measurements"]}
        sex = {"female": "FemalePatient", "male": "MalePatient", "": ""}[facts["sex"]]
        kinds = {o for s, p, o in assertions if (s, p) == (patient, "type")}
        need(
            kinds & {"FemalePatient", "MalePatient"} == ({sex} if sex else set()),
            "the record gives the patient another sex",
        )
        linked = {o for s, _, o in assertions if s == patient}
        for s, p, o in assertions:
            need(s == patient or s in linked, f"{s} belongs to nobody")
            if o.startswith(patient + "/"):
                name = o.removeprefix(patient + "/")
                self._individual(name, p, stated, days, assertions, o)
        for item in facts["measurements"]:
            self._value(item, facts["measurements"], patient, assertions)
        return assertions | self._different(record)

    def _different(self, record: dict) -> set[tuple]:
        groups = [sorted(group) for group in record["different"]]
        return {(a, "differentFrom", b) for group in groups for a, b in itertools.combinations(group, 2)}

    def _individual(self, name: str, prop: str, stated: list, days: set, assertions: set, node: str) -> None:
        """Something in the record is a fact that was stated, a value of a day, or a derived quantity."""
        first, _, rest = name.partition("-")
        if first == prop:
            need(any(item["concept"] == rest for item in stated), f"nobody stated {rest}")
            need((node, "type", rest) in assertions, f"{node} is not of its kind")
        elif first == "derived":
            need((node, "type", rest) in assertions, f"{node} is not of its kind")
        else:
            day = re.sub(r"(-in-another-unit)?(-value-\d+)?$", "", rest)
            named = day == "undated" and first in {quantity for quantity, _ in days}
            need(named or (first, day) in days, f"nobody measured {first} on that day")

    def _value(self, item: dict, measured: list, patient: str, assertions: set) -> None:
        """A value of the record must be one that was measured on its day."""
        node = f"{patient}/{item['quantity']}-{item['date'] or 'undated'}"
        exact = {Decimal(o) for s, p, o in assertions if (s, p) == (node, "value")}
        low, high = item["value"]["low"], item["value"]["high"]
        if exact and low is not None and low == high:
            same_day = [m for m in measured if (m["quantity"], m["date"]) == (item["quantity"], item["date"])]
            need(exact <= {Decimal(m["value"]["low"]) for m in same_day if m["value"]["low"]}, f"{node}: another value")

    # C5: steps

    def steps(self, found: dict, facts: set[tuple]) -> list[str]:
        leaves = {tuple(row) for row in found["record"]["assertions"]}
        leaves |= {(*fact, "about the record") for fact in facts if fact[1] == "differentFrom"}
        ids: list[str] = []
        for place, row in enumerate(found["steps"]):
            need(set(row) == {"conclusion", "rule", "axiom", "source", "premises"}, "a step has other fields")
            numbers, triple = row["premises"], tuple(row["conclusion"])
            need(all(type(n) is int and 0 <= n < place for n in numbers), "a step rests on none before it")
            need(numbers == sorted(set(numbers)), "premises are not in order")
            premises = World()
            for number in numbers:
                premises.add(tuple(found["steps"][number]["conclusion"]))
            if row["rule"] in LEAVES:
                need((*triple, row["rule"]) in leaves, f"{triple} is no fact of the record")
                need(row["axiom"] is None and row["source"] == "record" and not numbers, "a fact is more than a fact")
            else:
                self.inference(row, triple, premises)
            text = "\n".join((*triple, row["rule"], row["axiom"] or "", *sorted(ids[n] for n in numbers)))
            ids.append("sha256:" + sha256(text.encode()))
        need(len(set(ids)) == len(ids), "a step stands there twice")
        return ids

    def inference(self, row: dict, triple: tuple, premises: World) -> None:
        axiom = self.ontology.axioms.get(row["axiom"])
        need(axiom, f"the ontology has no such axiom: {row['axiom']}")
        s, p, o, source = axiom
        kind, body = short(p), self.ontology.body
        need(row["source"] == source, f"the source of an axiom is {source}")
        need(row["rule"] in RULES.get(kind, ("ontology",)), f"{row['rule']} is no rule for {row['axiom']}")
        a, b, c = triple
        if kind in ("subClassOf", "equivalentClass"):
            under, head = (s, o) if kind == "subClassOf" else (o, s)
            good = (b, c) in Chainer.heads(body(head)) and is_instance(body(under), a, premises)
        elif kind == "subPropertyOf":
            turned = body(s)[0] == "inverse"
            good = b == local(o) and premises.has((c, body(s)[1], a) if turned else (a, local(s), c))
        elif kind == "inverseOf":
            good = any(b == x and premises.has((c, y, a)) for x, y in ((local(s), local(o)), (local(o), local(s))))
        elif kind == "propertyChainAxiom":
            first, second = map(local, self.ontology.members(o))
            good = b == local(s) and any(premises.has((m, second, c)) for m in premises.objects(a, first))
        elif kind in ("disjointWith", "members"):
            held = [one for one in self.ontology.exclusive(s, p, o) if premises.has((a, "type", one))]
            good = (b, c) == ("type", NOTHING) and len(held) > 1
        elif kind == "domain":
            good = (b, c) == ("type", local(o)) and bool(premises.objects(a, local(s)))
        elif kind == "range":
            good = (b, c) == ("type", local(o)) and bool(premises.subjects(local(s), a))
        else:
            good = not premises.all and triple == (local(s), kind, local(o))
        need(good, f"{' '.join(triple)} does not follow by {row['axiom']}")

    # C6: conclusions and outcomes

    def conclusions(self, found: dict, world: World, ids: list[str]) -> None:
        rows, steps, patient = found["conclusions"], found["steps"], found["record"]["patient"]
        need([row["id"] for row in rows] == sorted({row["id"] for row in rows}), "conclusions in no order")
        for row in rows:
            need(set(row) == {"id", "statement", "words", "step"}, "a conclusion has other fields")
            need(type(row["step"]) is int and row["step"] >= 0, "a conclusion names no step")
            statement = tuple(row["statement"])
            same(row["statement"], steps[row["step"]]["conclusion"], "what a step concludes")
            need(row["id"] in self.ontology.ids(statement), f"{row['id']} is no name of its conclusion")
            need(row["words"] == self.ontology.words(statement), f"the words of {row['id']} say something else")
        shown_ids = {row["id"] for row in rows}
        for predicate in ("claimApplies", "claimExcluded", *self.ontology.known_lists[0]):
            for value in world.objects(patient, predicate):
                missing = shown_ids.isdisjoint(self.ontology.ids((patient, predicate, value)))
                need(not missing, f"it leaves out {predicate} {value}")
        used = {row["step"] for row in rows} | {number for row in steps for number in row["premises"]}
        shown = {item.get("proof") for item in walked(found["answer"])}
        used |= {place for place, identifier in enumerate(ids) if identifier in shown}
        need(used == set(range(len(steps))), "nothing rests on one of its steps")

    def outcomes(self, found: dict, world: World) -> None:
        patient = found["record"]["patient"]
        need(sorted(found["outcomes"]) == self.ontology.executable, "it skips a claim")
        applies, excluded = world.claims(patient, "claimApplies"), world.claims(patient, "claimExcluded")
        held = {name.partition("/")[0] for name in world.claims(patient, "holdsInReading")}
        for claim, outcome in found["outcomes"].items():
            if claim in applies:
                possible = {"applicable"}
            elif claim in held:
                possible = {"ambiguous"}
            else:
                possible = {"excluded"} if claim in excluded else {"ambiguous", "undetermined"}
            need(outcome in possible, f"{claim} is not {outcome}")

    # C7: what is said of claims

    def cited(self, found: dict) -> None:
        sources = {row["source"] for row in found["steps"] if row["source"].startswith("claim/")}
        names = sorted(source.removeprefix("claim/") for source in sources)
        same(found["cited"], [self.ontology.claim(name) for name in names], "what the ontology says of claims")
        for row in found["cited"] if self.articles else []:
            passage = row["passage"]
            article = "article/" + passage["article"]
            path = self.articles / self.ontology.own_one(article, "fileName")
            if path.is_file():
                content = path.read_bytes()
                need(sha256(content) == self.ontology.own_one(article, "digest"), f"{path.name} is another text")
                part = content.decode("utf-8")[passage["start"] : passage["end"]]
                need(sha256(part.encode()) == passage["digest"], f"the passage of {row['id']} is another text")

    # C8: open claims and the use of facts

    def open(self, found: dict, base: World) -> None:
        patient, rows = found["record"]["patient"], found["open"]
        need(
            set(rows) == {"models", "without_model"} and set(rows["without_model"]) == {"holds", "fails"},
            "other fields",
        )
        known = base.claims(patient, "claimApplies") | base.claims(patient, "claimExcluded")
        waiting = set(self.ontology.executable) - known
        shown = {"holds": set(), "fails": set()}
        for row in rows["models"]:
            need(set(row) == {"added", "holds", "fails"}, "a model has other fields")
            sides = self.extension([tuple(one) for one in row["added"]], base, patient)
            both = sides["holds"] & sides["fails"]
            for side, names in sides.items():
                same(row[side], sorted((names - both) & waiting), f"the open claims of a model ({side})")
                shown[side] |= names - both
        for side, names in shown.items():
            same(rows["without_model"][side], sorted(waiting - names), f"the claims without a model ({side})")

    def extension(self, added: list[tuple], base: World, patient: str) -> dict[str, set[str]]:
        need(added and added == sorted(set(added)), "an extension is not in order")
        for s, p, o in added:
            need(not base.has((s, p, o)), "an extension adds what is known")
            need(s == patient or s.startswith(f"{patient}/supposed-"), f"{s} is nothing that is supposed")
            need(s != patient or p not in ("claimApplies", "claimExcluded", "hasClash"), f"{p} cannot be supposed")
            need(p != "type" or s != patient or o.endswith("Patient"), f"{o} cannot be supposed")
        world = self.ontology.chainer.close(World(base), added)
        need(not world.subjects("type", NOTHING), "something in an extension is of classes that exclude each other")
        clashes = set(world.objects(patient, "hasClash")) - set(base.objects(patient, "hasClash"))
        need(not clashes, "an extension clashes")
        names = {"holds": "claimApplies", "fails": "claimExcluded"}
        return {side: world.claims(patient, predicate) for side, predicate in names.items()}

    def usage(self, found: dict) -> None:
        given = {tuple(row[:3]) for row in found["record"]["assertions"]}
        count = len(found["facts"]["facts"]) + len(found["facts"]["measurements"])
        same([row["fact"] for row in found["usage"]], list(range(count)), "the number of facts")
        below: list[set] = []
        for row in found["steps"]:
            own = {tuple(row["conclusion"])} if row["rule"] in LEAVES else set()
            below.append(own.union(*(below[number] for number in row["premises"])))
        for row in found["usage"]:
            need(set(row) == {"fact", "assertions", "used_in", "without"}, "the use of a fact has other fields")
            mine = [tuple(one) for one in row["assertions"]]
            need(mine == sorted(set(mine)) and set(mine) <= given, "a fact is behind what is not in the record")
            used = [item["id"] for item in found["conclusions"] if below[item["step"]] & set(mine)]
            same(row["used_in"], used, "the conclusions that rest on a fact")
            need(not (used and row["without"]), "a fact that is used is judged by leaving it out")

    # C9: the answer that is shown

    def answer(self, found: dict, ids: list[str]) -> None:
        answer, one = found["answer"], self.ontology
        proofs = {row["id"]: ids[row["step"]] for row in found["conclusions"]}
        seen = set()
        for item in walked(answer):
            name = item.get("id")
            if item.get("proof") is not None:
                good = item["proof"] in ids if name is None else item["proof"] == proofs.get(name)
                need(good, f"the proof of {name} is another one")
                seen.add(name)
            for key in ("concept", "condition", "action", "substance"):
                if isinstance(item.get(key), str) and item[key] and "label" in item:
                    need(one.labels.get(item[key]) == item["label"], f"{item[key]} has another label")
            if isinstance(name, str) and "sentence" in item and one.is_claim(name):
                need(item["sentence"] == one.own_one("claim/" + name, "sentence"), f"{name} says something else")
            if {"kind", "sentence", "proof", "sources"} <= set(item):
                template = one.own_one(str(name).replace(":", "/"), "alertSentence")
                pattern = ".+".join(map(re.escape, re.split(r"\{\w+\}", template)))
                need(re.fullmatch(pattern, item["sentence"]), f"{name} says something else")
            if set(item) == {"claim", "passage", "markers"}:
                node = "claim/" + item["claim"]
                same(item, {"claim": item["claim"], "passage": one.passage(node), "markers": one.markers(node)}, node)
            for key in ("claims", "for", "against"):
                for claim in item[key] if isinstance(item.get(key), list) else []:
                    need(not isinstance(claim, str) or one.is_claim(claim), f"{claim} is no claim")
        need(set(proofs) <= seen, "the answer leaves out a conclusion")
        for outcome in ("applicable", "ambiguous", "excluded"):
            expected = [claim for claim, said in found["outcomes"].items() if said == outcome]
            need([item["id"] for item in answer["claims"][outcome]] == expected, f"claims that are {outcome}")


def walked(data: object):
    """Every object in some JSON data."""
    if isinstance(data, dict):
        yield data
    for item in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from walked(item)


# C10: the reading


def reading(found: dict) -> list[str]:
    facts, program, models = found["facts"], found["program"], found["open"]["models"]
    lines = [f"What follows from {len(facts['facts']) + len(facts['measurements'])} facts as of {facts['as_of']}."]
    lines.append(f"Ontology {found['ontology']['version']}; {program['name']} {program['version']}.")
    lines += [f"Alert: {alert['sentence']}" for alert in found["answer"].get("alerts", [])]
    lines += [f"{item['id']}: {item['words']}." for item in found["conclusions"]]
    for claim in found["cited"]:
        passage = claim["passage"]
        markers = ", ".join(f"[{marker['number']}] {marker['state']}" for marker in claim["markers"]) or "no marker"
        place = f"{passage['article']} {passage['start']}-{passage['end']}"
        lines.append(f"{claim['id']} ({place}; {markers}): {claim['sentence']}")
        lines += [f"{claim['id']}, doubt: {doubt['text']}" for doubt in claim["doubts"]]
    counts = Counter(found["outcomes"].values())
    parts = ", ".join(f"{counts[name]} {name}" for name in ("applicable", "excluded", "ambiguous", "undetermined"))
    lines.append(f"No claim was skipped: {parts}, {sum(counts.values())} in all.")
    lines.append(
        f"{len(models)} extensions of the facts show why claims are open: each holds in one and fails in another."
    )
    for side in ("fails", "holds"):
        if names := found["open"]["without_model"][side]:
            lines.append(f"No extension was found in which {side}: {', '.join(names)}.")
    for use in found["usage"]:
        if not use["used_in"]:
            changes = ", ".join(use["without"]) or "nothing"
            lines.append(f"Fact {use['fact'] + 1} is used in no proof; without it changes: {changes}.")
    return lines + [f"Not understood ({item['reason']}): {item['text']}" for item in facts["unread"]]


def main() -> int:
    parser = argparse.ArgumentParser(description="Verify a certificate of Warrant.")
    parser.add_argument("certificate", type=Path)
    parser.add_argument("--ontology", type=Path, required=True, help="the ontology's folder, with catalog-v001.xml")
    parser.add_argument("--key", type=Path, action="append", required=True, help="a public key that is trusted, in PEM")
    parser.add_argument("--articles", type=Path, help="the folder of the articles' texts, where they are at hand")
    options = parser.parse_args()
    try:
        envelope = parsed(options.certificate.read_bytes())
        Verifier(Ontology(options.ontology), options.articles).verify(envelope, public_keys(options.key))
    except Rejected as error:
        print(f"rejected: {error}")
        return 1
    print("accepted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
