"""Pages about a patient over HTTP: what they show, what can be changed on them, and what they keep to themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from endpoint import Endpoint
from kg.ontology.compiled import Ontology
from kg.render.charts import CHARTS
from patient_pages import FORM, HEADERS, PATIENT, answer_of, changed, checked, sent, shown
from service import EXAMPLES, NAMES, OFF_CHEMOTHERAPY


@pytest.fixture(autouse=True)
def _reader(endpoint: Endpoint) -> Iterator[None]:
    """The cookies of the service, if it ever set one, would be seen here."""
    yield
    assert not endpoint.client.cookies


# -- the start page


def test_the_start_page_has_a_field_three_things_to_try_and_every_example_patient(endpoint: Endpoint) -> None:
    page = shown(endpoint, "/")
    asks = [item for item in page.all("button") if item.get("aria-label", "").startswith("Ask: ")]
    assert len(asks) == 3
    assert [item["href"] for item in page.all("a") if "?example=" in item["href"]] == [
        f"/?example={name}" for name in NAMES
    ]


def test_each_thing_to_try_is_answered(endpoint: Endpoint, ontology: Ontology) -> None:
    for article in ontology.articles.values():
        response = endpoint.client.post("/", data={"text": article.title}, headers=HEADERS, follow_redirects=True)
        assert response.status_code == 200
        assert f"{article.id}-" in checked(response).text


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_every_example_patient_can_be_put_in_the_field_and_asked(endpoint: Endpoint, path: Path) -> None:
    start = endpoint.client.get("/", params={"example": path.stem}, headers=HEADERS)
    text = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", start.text, re.DOTALL)
    assert text is not None
    page = shown(endpoint, answer_of(endpoint, unescape(text[1])))
    assert "What was understood" in page.text


def test_a_question_is_answered_with_claims_passages_and_the_query_that_was_run(endpoint: Endpoint) -> None:
    page = checked(sent(endpoint, "What dose of epoetin is given in low-risk MDS?"))
    assert "/v1/claims/A0-32" in page.links()
    assert "by-list-position" in page.text
    (query,) = [link for link in page.links() if link.startswith("/sparql?query=")]
    assert endpoint.client.get(query, headers={"accept": "text/csv"}).status_code == 200


def test_what_the_articles_do_not_say_is_said_plainly(endpoint: Endpoint) -> None:
    page = checked(sent(endpoint, "What is the dose of hydroxyurea?"))
    assert "The articles do not" in page.text


def test_a_case_in_json_and_one_in_yaml_lead_to_the_same_answer(endpoint: Endpoint) -> None:
    yaml = "as_of: 2026-02-10\nfindings:\n  - {concept: pancytopenia}\n"
    json = '{"as_of": "2026-02-10", "findings": [{"concept": "pancytopenia"}]}'
    assert answer_of(endpoint, yaml) == answer_of(endpoint, json)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" ", "the text: is empty"),
        ("sex: female\nage: many", "$.age"),
        ('{"findings": [{"concept": "pancytopeniaa"}]}', "pancytopenia"),
        ('{"findings":', "is not JSON"),
        ("x" * 20_001, "20001 characters"),
    ],
)
def test_what_cannot_be_used_stays_in_the_field_with_the_reason(endpoint: Endpoint, text: str, said: str) -> None:
    response = endpoint.client.post("/", data={"text": text}, headers=HEADERS)
    assert response.status_code == 422
    page = checked(response)
    assert said in page.text
    assert page.all("textarea")[0]["aria-invalid"] == "true"
    assert text in unescape(response.text)


def test_the_day_of_the_record_can_be_given(endpoint: Endpoint) -> None:
    place = sent(endpoint, PATIENT, as_of="2026-02-10").headers["location"]
    assert "as of 2026-02-10" in shown(endpoint, place).text
    assert sent(endpoint, PATIENT, as_of="10.2.2026").status_code == 422


def test_a_body_that_is_no_form_is_refused(endpoint: Endpoint) -> None:
    assert endpoint.client.post("/", json={"text": PATIENT}).status_code == 415
    assert endpoint.client.post("/", content=b"text=%ff", headers={"content-type": FORM}).status_code == 400


# -- the answer


@pytest.fixture(scope="module")
def place(endpoint: Endpoint) -> str:
    return answer_of(endpoint, PATIENT)


def test_the_text_is_shown_whole_with_what_was_understood_marked(endpoint: Endpoint, place: str) -> None:
    text = endpoint.client.get(place, headers=HEADERS).text
    (source,) = re.findall(r'<div class="source-text"[^>]*>(.*?)</div>', text, re.DOTALL)
    assert unescape(re.sub(r"<[^>]+>", "", source)) == PATIENT
    marks = re.findall(r'<mark class="(\w+)">(?:<a [^>]*>)?([^<]+)', source)
    assert ("present", "leukopenia") in marks
    assert ("absent", "chemotherapy") in marks
    assert ("unread", "lymphoma") in marks
    assert len(marks) >= 7


def test_what_was_not_used_is_told_with_the_reason(endpoint: Endpoint, place: str) -> None:
    assert "“lymphoma”: said of the family" in shown(endpoint, place).text


def test_the_sections_of_the_page_stand_in_the_order_of_the_text_answer(endpoint: Endpoint, place: str) -> None:
    page = shown(endpoint, place)
    text = endpoint.client.get(place, headers={"accept": "text/plain"}).text
    headings = [line for line in text.splitlines() if line and not line.startswith(" ")]
    shared = [line for line in headings if f" {line} " in page.text and len(line) < 60]
    assert {"Act now", "Next steps, in order", "Avoid", "Differential", "Sources"} <= set(shared)
    first = [page.text.rindex(name) for name in ("Act now", "Next steps, in order", "Differential")]
    assert first == sorted(first)


# -- the first card


def cards(text: str) -> dict[str, list[str]]:
    """The lines of the first card by its heads."""
    (card,) = re.findall(r'<article class="first".*?</article>', text, re.DOTALL)
    parts = re.findall(r"<section.*?<h2[^>]*>(.*?)</h2>(.*?)</section>", card, re.DOTALL)
    lines = {head: re.findall(r"<li>(.*?)</li>|<p>(.*?)</p>", rest, re.DOTALL) for head, rest in parts}
    plain = {
        head: [" ".join(re.sub(r"<[^>]+>", " ", a + b).split()) for a, b in found] for head, found in lines.items()
    }
    return {unescape(head): [unescape(line) for line in found] for head, found in plain.items()}


def test_the_first_card_has_alerts_do_do_not_think_of_how_sure_and_what_was_not_read(endpoint: Endpoint) -> None:
    text = PATIENT.replace("9.8", "6.4")
    found = cards(endpoint.client.get(answer_of(endpoint, text), headers=HEADERS).text)
    assert list(found) == ["Alert", "Do", "Do not", "Think of", "How sure", "Not read"]
    assert found["Alert"][0].startswith("Haemoglobin 6.4 g/dL critical below ")
    assert found["Do"][0].endswith("why")
    assert all(line.startswith("Do not ") for line in found["Do not"] if "precaution" not in line)
    assert "lymphoma" in found["Not read"][0]


def test_the_pictures_of_an_answer_are_drawn_and_each_has_its_table(endpoint: Endpoint, place: str) -> None:
    page = shown(endpoint, place)
    pictures = page.all("img")
    assert {item["src"] for item in pictures} <= {f"{place}/pictures/{name}.svg" for name in CHARTS}
    assert len(pictures) == len(page.all("figure")) == len(page.all("table")) >= 3
    assert all(item["alt"] for item in pictures)
    for item in (*pictures, *page.all("source")):
        response = endpoint.client.get(item.get("src") or item["srcset"])
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("image/svg+xml")
        assert response.headers["cache-control"] == "no-store"
    assert endpoint.client.get(f"{place}/pictures/none.svg").status_code == 404


def test_what_follows_from_the_facts_is_told_with_them(endpoint: Endpoint, place: str) -> None:
    told = re.search(r"From these facts follow: (.*?)\.", shown(endpoint, place).text)
    assert told is not None
    follows = [one for one in endpoint.client.get(place).json()["inferred"] if one["status"] == "present"]
    assert follows
    assert all(one["label"] in told[1] for one in follows)


def test_nothing_on_the_card_reassures_while_an_alert_stands(endpoint: Endpoint) -> None:
    seen = 0
    for path in EXAMPLES:
        place = answer_of(endpoint, path.read_text(encoding="utf-8"))
        found = cards(endpoint.client.get(place, headers=HEADERS).text)
        alerts = [lines for head, lines in found.items() if "lert" in head]
        assert bool(alerts) is bool(endpoint.client.get(place).json()["alerts"]), path
        assert not (alerts and "Nothing urgent" in found["Do"][0]), path
        seen += bool(alerts)
    assert seen >= 1


def test_a_record_that_contradicts_itself_says_so_on_the_card(endpoint: Endpoint) -> None:
    place = answer_of(endpoint, (EXAMPLES[0].parent / "chemotherapy-stated-both-ways.yaml").read_text(encoding="utf-8"))
    (said,) = cards(endpoint.client.get(place, headers=HEADERS).text)["Check"]
    assert "both present and absent" in said


def test_each_section_is_folded_with_its_count_and_its_first_line(endpoint: Endpoint, place: str) -> None:
    text = endpoint.client.get(place, headers=HEADERS).text
    folded = re.findall(
        r'<details class="section[^"]*">\s*<summary><h2>(.*?)</h2>.*?"count">(\d+)<.*?"most">(.+?)</span>', text
    )
    contents = re.findall(r'<li><a href="#([a-z0-9]+)">(.*?)</a> <span class="count">(\d+)</span></li>', text)
    assert [(head, count) for head, count, _ in folded] != []
    assert sorted((head, count) for head, count, _ in folded) == sorted((head, count) for _, head, count in contents)
    assert all(int(count) > 0 and first.strip() for _, count, first in folded)


def test_every_conclusion_leads_to_its_proof(endpoint: Endpoint, place: str) -> None:
    data, links = endpoint.client.get(place).json(), set(shown(endpoint, place).links())
    for name in ("next_steps", "contraindications", "differential", "treatments", "monitoring"):
        for item in data[name]:
            if item["basis"] == "entailed":
                assert f"{place}/proofs/{item['id']}" in links
    for claim in data["claims"]["applicable"]:
        assert f"{place}/proofs/{claim['id']}" in links


def test_every_link_of_an_answer_leads_somewhere(endpoint: Endpoint, place: str) -> None:
    links = {link.partition("#")[0] for link in shown(endpoint, place).links()} - {""}
    assert len(links) > 40
    others, proofs = ({link for link in links if ("/proofs/" in link) is wanted} for wanted in (False, True))
    tried = [*sorted(others), *sorted(proofs)[::8]]
    assert len(tried) > 20
    broken = [link for link in tried if endpoint.client.get(link, headers=HEADERS).status_code != 200]
    assert broken == []


def test_a_text_that_also_asks_is_answered_on_the_same_page(endpoint: Endpoint) -> None:
    page = shown(endpoint, answer_of(endpoint, f"{PATIENT} What dose of epoetin is given in low-risk MDS?"))
    assert "To the question" in page.text
    assert "Act now" in page.text


# -- proofs


def test_a_proof_shows_facts_passages_markers_sets_and_what_would_change_it(endpoint: Endpoint, place: str) -> None:
    page = shown(endpoint, f"{place}/proofs/A0-39")
    assert "Chemotherapy: absent" in page.text
    assert "[1] by-list-position" in page.text
    assert "/v1/claims/A0-39" in page.links()
    assert any(link.startswith("/v1/references/A0-R") for link in page.links())
    assert re.search(r"It would no longer hold with ", page.text)
    assert re.search(r"Minimal sets it follows from \d+", page.text)


def test_a_proof_has_a_picture_with_a_text_in_its_place_and_all_its_forms(endpoint: Endpoint, place: str) -> None:
    page = shown(endpoint, f"{place}/proofs/A0-39")
    (picture,) = page.all("img")
    assert re.match(r"Proof in \d+ steps from \d+ facts", picture["alt"])
    files = {item["href"]: endpoint.client.get(item["href"]) for item in page.all("a") if "download" in item}
    assert {path.rpartition(".")[2] for path in files} == {"svg", "txt", "md", "json", "ttl", "jsonld"}
    assert picture["src"] in files
    assert {response.status_code for response in files.values()} == {200}


def test_every_conclusion_of_an_example_has_a_page_of_its_proof(endpoint: Endpoint) -> None:
    place = answer_of(endpoint, OFF_CHEMOTHERAPY.read_text(encoding="utf-8"))
    proofs = sorted({link for link in shown(endpoint, place).links() if "/proofs/" in link})
    assert len(proofs) >= 8
    for path in proofs:
        assert "Step by step" in shown(endpoint, path).text


def test_a_claim_that_is_open_says_what_is_missing_and_lets_one_answer(endpoint: Endpoint, place: str) -> None:
    data = endpoint.client.get(place).json()["claims"]
    for item in (*data["undetermined"][:5], *data["ambiguous"][:5]):
        page = shown(endpoint, f"{place}/why-not/{item['id']}")
        assert len([form for form in page.all("form") if form["action"] == f"{place}/change"]) == len(item["missing"])


# -- errors and privacy


def test_an_error_is_a_page_for_a_person_and_a_problem_for_a_program(endpoint: Endpoint) -> None:
    for path, status in (("/v1/assessments/none", 404), ("/nothing", 404), ("/v1/claims/A9-99", 404)):
        page = endpoint.client.get(path, headers=HEADERS)
        assert page.status_code == status
        assert len(checked(page).all("h1")) == 1
        assert endpoint.client.get(path).headers["content-type"] == "application/problem+json"


def test_nothing_of_a_patient_stands_in_an_address_or_is_stored_on_the_way(endpoint: Endpoint, place: str) -> None:
    assert re.fullmatch(r"/v1/assessments/[0-9a-f]{64}", place)
    page = shown(endpoint, place)
    for form in page.all("form"):
        assert form["method"] == "post"
    paths = [place, f"{place}/proofs/A0-39", f"{place}/why-not/A0-50"]
    answers = [endpoint.client.get(path, headers=HEADERS) for path in paths]
    fields = {"do": "answer", "list": "findings", "concept": "pancytopenia", "status": "present"}
    answers += [
        sent(endpoint, PATIENT),
        sent(endpoint, "How is it?"),
        changed(endpoint, place, **fields, then="suppose"),
    ]
    for response in answers:
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["referrer-policy"] == "no-referrer"
        policy = response.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "form-action 'self'" in policy


def test_what_a_person_writes_is_never_markup(endpoint: Endpoint) -> None:
    bad = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&"
    place = answer_of(endpoint, f"{PATIENT} {bad}")
    for response in (
        endpoint.client.get(place, headers=HEADERS),
        changed(endpoint, place, do="add", name=bad),
        sent(endpoint, f"What is {bad}?"),
        sent(endpoint, '{"findings": [{"concept": "<script>alert(1)</script>"}]}'),
    ):
        assert "<script>alert" not in response.text
        assert "<img src=x" not in response.text
        checked(response)


def test_pages_load_nothing_from_another_server(endpoint: Endpoint, place: str) -> None:
    seen = 0
    for path in ("/", place, f"{place}/proofs/A0-39"):
        page = shown(endpoint, path)
        loaded = [item["href"] for item in page.all("link")] + [item["src"] for item in page.all("img")]
        assert all(address.startswith("/") for address in loaded)
        assert all(item["src"].startswith("/static/") and "defer" in item for item in page.all("script"))
        seen += len(loaded)
    assert seen >= 10
