"""The dataset: what its graphs hold, where it is kept, and how one query is answered over it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.cache import artifacts as caches
from kg.errors import OntologyError
from kg.judges.hermit import Hermit
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.index import reasoning_files
from kg.store import dataset
from kg.store.checksums import sealed
from kg.store.dataset import dataset_digest, open_kept, open_store, prepare
from kg.store.evaluate import ParsedQuery, evaluate
from kg.store.mappings import mappings
from places import ROOT, SUPPORT
from store_rows import PREFIXES, B, rows

MODULES = len(reasoning_files(ROOT / "ontology"))
MADE = {"claims", "evidence", "examples", "inferred", "mappings", "requirements", "text", "vocabulary", "void"}


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return open_store()


def holds(store: ox.Store, query: str) -> bool:
    return bool(json.loads(evaluate(store, ParsedQuery(PREFIXES + query)).body)["boolean"])


def shape(triples: Iterable[ox.Triple]) -> tuple[Counter[tuple[str, ...]], int]:
    """Triples without the names of their blank nodes, numbers by their value; and the number of blank nodes."""
    rows = [(triple.subject, triple.predicate, triple.object) for triple in triples]
    blank = {node for row in rows for node in row if isinstance(node, ox.BlankNode)}
    return Counter(tuple(map(plain, row)) for row in rows), len(blank)


def plain(node: object) -> str:
    if isinstance(node, ox.BlankNode):
        return "_:"
    number = isinstance(node, ox.Literal) and re.search(r"#(decimal|\w*[iI]nteger)$", node.datatype.value)
    return str(Decimal(node.value).normalize()) if number else str(node)  # type: ignore[attr-defined]


# -- the graphs


def test_there_is_a_graph_for_each_module_and_nine_that_are_made(store: ox.Store) -> None:
    names = {graph.value.removeprefix(B + "graph/") for graph in store.named_graphs()}
    assert {name for name in names if not name.startswith("asserted/")} == MADE
    assert len(names) == MODULES + len(MADE)


def test_an_asserted_graph_is_its_module(store: ox.Store, ontology: Ontology) -> None:
    for path in ontology.files:
        graph = ox.NamedNode(f"{B}graph/asserted/{path.stem}")
        found = [quad.triple for quad in store.quads_for_pattern(None, None, None, graph)]
        assert shape(found) == shape(ontology.triples_of(path)), path


def test_the_default_graph_is_the_union_of_all_others(store: ox.Store) -> None:
    union = {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph())}
    named = {quad.triple for quad in store if isinstance(quad.graph_name, ox.NamedNode)}
    assert union == named
    assert len(union) > 60_000


def test_claims_and_provenance_have_a_graph_of_their_own(store: ox.Store, ontology: Ontology) -> None:
    query = """SELECT ?id ?start ?state FROM g:claims {
        ?claim skos:notation ?id ; :sentence ?s ; dcterms:source [ oa:start ?start ]
        OPTIONAL { ?claim :marker [ :markerState ?state ] } }"""
    found = rows(store, query)
    assert {row["id"] for row in found} == set(ontology.claims)
    assert {row.get("state") for row in found} >= {"unlisted", "by-list-position"}
    assert holds(store, "ASK FROM g:claims { ?axiom a owl:Axiom ; dcterms:source claim:A0-39 }")


def test_every_mapping_has_its_justification(store: ox.Store, ontology: Ontology) -> None:
    table = (ontology.folder / "mappings.sssom.tsv").read_text(encoding="utf-8")
    lines = [line for line in table.splitlines() if not line.startswith("#")][1:]
    query = """SELECT ?s ?p ?o ?why FROM g:mappings { ?s ?p ?o .
        ?axiom owl:annotatedSource ?s ; owl:annotatedProperty ?p ; owl:annotatedTarget ?o ;
               <https://w3id.org/sssom/mapping_justification> ?why }"""
    found = rows(store, query)
    assert len(found) == len(lines) > 200
    assert {"s": B + "Anemia", "p": terms.PREFIXES["skos"] + "closeMatch"}.items() <= found[0].items() or any(
        row["s"] == B + "Anemia" for row in found
    )


def test_a_mapping_with_an_unknown_prefix_is_an_error_that_names_it(tmp_path: Path) -> None:
    columns = "subject_id\tpredicate_id\tobject_id\tmapping_justification\tobject_label\tcomment"
    table = f"#curie_map:\n#  a: http://a/\n{columns}\na:x\ta:p\tzz:y\ta:j\tlabel\t\n"
    (tmp_path / "mappings.sssom.tsv").write_text(table)
    with pytest.raises(OntologyError, match="mapping 1: object_id: prefix 'zz'"):
        mappings(tmp_path)


# -- the inferred closure


def test_a_claim_that_contraindicates_is_found_by_what_that_means(store: ox.Store) -> None:
    found = {row["o"] for row in rows(store, "SELECT ?o FROM g:inferred { claim:A0-39 :warnsAgainst ?o }")}
    assert found == {B + "ErythropoiesisStimulatingAgent"}
    assert holds(store, "ASK FROM g:inferred { claim:A0-39 :concludes :ErythropoiesisStimulatingAgent ; a :Claim }")
    assert not holds(store, "ASK FROM g:inferred { claim:A0-39 :arguesFor ?o }")


@pytest.mark.long
@pytest.mark.long
def test_hermit_infers_the_same_classes_neither_more_nor_fewer(
    store: ox.Store, ontology: Ontology, tmp_path: Path
) -> None:
    named = "FILTER (isIRI(?x) && STRSTARTS(STR(?x), STR(:)))"
    classes = [row["x"] for row in rows(store, f"SELECT DISTINCT ?x {{ ?x a owl:Class {named} }}")]
    individuals = [row["x"] for row in rows(store, f"SELECT DISTINCT ?x {{ ?x a owl:NamedIndividual {named} }}")]
    assert len(classes) > 1000
    assert len(individuals) > 1000
    source = tmp_path / "ontology.nt"
    source.write_text("\n".join(Hermit(ontology)._axioms))
    asked = json.dumps({"source": str(source), "classes": classes, "individuals": individuals})
    worker = SUPPORT / "hierarchy_worker.py"
    done = subprocess.run([sys.executable, str(worker)], input=asked, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    for kind, predicate in (("above", "rdfs:subClassOf"), ("types", "rdf:type")):
        hermit = {(name, other) for name, others in answer[kind].items() for other in others}
        ours = {(row["x"], row["c"]) for row in rows(store, f"SELECT ?x ?c FROM g:inferred {{ ?x {predicate} ?c }}")}
        assert len(hermit) > 1500
        assert ours == hermit


# -- the description


def test_void_counts_what_is_there(store: ox.Store) -> None:
    query = """PREFIX void: <http://rdfs.org/ns/void#>
        SELECT ?graph ?n FROM g:void { ?graph void:triples ?n ; ^void:subset ?whole }"""
    described = {row["graph"]: int(row["n"]) for row in rows(store, query)}
    counted = Counter(quad.graph_name.value for quad in store if isinstance(quad.graph_name, ox.NamedNode))
    assert described == counted
    (whole,) = rows(store, "SELECT ?n FROM g:void { :dataset <http://rdfs.org/ns/void#triples> ?n }")
    default = store.quads_for_pattern(None, None, None, ox.DefaultGraph())
    assert int(whole["n"]) == sum(1 for _ in default)


def test_every_graph_has_a_title_a_description_and_a_source(store: ox.Store) -> None:
    query = """SELECT ?graph FROM g:void { ?graph a <http://www.w3.org/ns/sparql-service-description#NamedGraph> ;
        dcterms:title ?title ; dcterms:description ?text ; prov:wasDerivedFrom ?source }"""
    assert len(rows(store, query)) == MODULES + len(MADE)


def test_the_dataset_names_its_version_digest_and_license(store: ox.Store, ontology: Ontology) -> None:
    query = "SELECT ?v ?d ?l { :dataset dcterms:hasVersion ?v ; dcterms:identifier ?d ; dcterms:license ?l }"
    (row,) = rows(store, query)
    assert row["v"] == ontology.version
    assert row["d"] == f"sha256:{dataset_digest(ontology.folder)}"
    assert row["l"] == terms.LICENSE


# -- where it is kept


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder that still has the compiled rules."""
    folder = tmp_path / "cache"
    folder.mkdir()
    for rules in caches.folder().glob("*.rules"):
        (folder / rules.name).hardlink_to(rules)
    monkeypatch.setenv("WARRANT_CACHE", str(folder))
    return folder


@pytest.fixture
def made(cache: Path, store: ox.Store, monkeypatch: pytest.MonkeyPatch) -> frozenset[ox.Quad]:
    """A few quads of one claim are the dataset: these tests are about where it is kept."""
    quads = frozenset(store.quads_for_pattern(ox.NamedNode(f"{B}claim/A0-39"), None, None))
    assert len(quads) > 20
    text = sealed(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
    monkeypatch.setattr(dataset, "_quads_text", lambda ontology, digest: text)
    return quads


@pytest.mark.long
def test_two_builds_give_the_same_bytes(cache: Path) -> None:
    first = prepare().path.read_bytes()
    prepare().path.unlink()
    assert prepare().path.read_bytes() == first


def test_a_dataset_is_used_again_while_the_ontology_is_the_same(made: frozenset[ox.Quad]) -> None:
    location = prepare()
    before = location.path.stat().st_mtime_ns
    assert prepare() == location
    assert location.path.stat().st_mtime_ns == before


def test_a_change_of_the_mappings_makes_another_dataset(tmp_path: Path) -> None:
    source = Ontology().folder
    copy = tmp_path / "ontology"
    copy.mkdir()
    for entry in source.iterdir():
        (copy / entry.name).symlink_to(entry)
    assert dataset_digest(copy) == dataset_digest(source)
    (copy / "mappings.sssom.tsv").unlink()
    (copy / "mappings.sssom.tsv").write_text((source / "mappings.sssom.tsv").read_text() + "\n")
    assert dataset_digest(copy) != dataset_digest(source)


def test_a_cache_that_cannot_be_written_is_done_without(
    made: frozenset[ox.Quad], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARRANT_CACHE", "/dev/null/nowhere")
    location = prepare()
    assert location.temporary
    assert set(location.open()) == made
    location.discard()
    assert not location.path.exists()


def test_a_store_on_disk_holds_the_same_and_cannot_be_written(made: frozenset[ox.Quad], tmp_path: Path) -> None:
    kept = open_store(path=tmp_path / "store")
    assert set(kept) == made
    with pytest.raises((OSError, RuntimeError)):
        kept.add(ox.Quad(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), ox.Literal("x")))


def test_a_store_for_a_single_question_is_kept_in_the_cache(made: frozenset[ox.Quad], cache: Path) -> None:
    assert set(open_kept()) == made
    (kept,) = (cache / "stores").iterdir()
    before = kept.stat().st_ino
    assert len(open_kept()) == len(made)
    assert [entry.stat().st_ino for entry in (cache / "stores").iterdir()] == [before]


def test_where_no_store_can_be_kept_it_is_made_in_memory(
    made: frozenset[ox.Quad], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARRANT_CACHE", "/dev/null/nowhere")
    assert set(open_kept()) == made


def test_a_store_on_disk_appears_when_it_is_complete_and_is_used_again(
    made: frozenset[ox.Quad], tmp_path: Path
) -> None:
    folder = tmp_path / "store"
    location = prepare(path=folder)
    assert [entry.name for entry in folder.iterdir()] == [location.digest[:32]]
    before = location.path.stat().st_ino
    assert prepare(path=folder).path.stat().st_ino == before


def test_a_file_that_was_cut_short_or_altered_is_reported_and_made_again(
    made: frozenset[ox.Quad], cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = prepare().path.read_bytes()
    for damaged in (whole[:-1000], b"", whole.replace(b"A0-39", b"A0-93", 1)):
        prepare().path.write_bytes(damaged)
        caplog.clear()
        location = prepare()
        assert [record.getMessage() for record in caplog.records] == [
            f"{location.path}: is damaged; the dataset is made again"
        ]
        assert location.path.read_bytes() == whole


@pytest.mark.parametrize("name", ["*.sst", "CURRENT", "SHA256"])
def test_a_store_with_a_damaged_or_missing_part_is_reported_and_made_again(
    made: frozenset[ox.Quad], tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    location = prepare(path=tmp_path / "store")
    part = max(location.path.glob(name), key=lambda path: path.stat().st_size)
    content = part.read_bytes()
    if name == "SHA256":
        part.unlink()
    else:
        part.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert prepare(path=tmp_path / "store") == location
    assert "is damaged" in caplog.text
    assert set(location.open()) == made


def test_a_store_that_is_whole_is_not_reported(
    made: frozenset[ox.Quad], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        prepare(path=tmp_path / "store").open()
    assert caplog.text == ""


def test_a_store_that_could_not_be_completed_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(text: bytes) -> Iterator[ox.Quad]:
        raise OSError("the disk is full")
        yield

    monkeypatch.setattr(dataset, "parse_quads", broken)
    with pytest.raises(OSError, match="the disk is full"):
        prepare(path=tmp_path / "store")
    assert list((tmp_path / "store").iterdir()) == []


def test_only_the_latest_stores_are_kept(made: frozenset[ox.Quad], tmp_path: Path) -> None:
    for number in range(6):
        old = tmp_path / "store" / f"{number:032}"
        old.mkdir(parents=True)
        os.utime(old, (number, number))
    location = prepare(path=tmp_path / "store")
    kept = sorted(entry.name for entry in (tmp_path / "store").iterdir())
    assert kept == sorted([f"{4:032}", f"{5:032}", location.path.name])
