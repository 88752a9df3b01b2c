"""Pages about a patient that change what is known: facts changed, suppositions, questions, the letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlencode

import pytest

from endpoint import Endpoint
from pages import Elements
from patient_pages import FORM, HEADERS, PATIENT, answer_of, changed, checked, shown
from service import OFF_CHEMOTHERAPY

POSTED = {**HEADERS, "content-type": FORM}


@pytest.fixture(autouse=True)
def _reader(endpoint: Endpoint) -> Iterator[None]:
    """The cookies of the service, if it ever set one, would be seen here."""
    yield
    assert not endpoint.client.cookies


def kept(endpoint: Endpoint, place: str, **fields: str) -> str:
    """The address of the answer after a change."""
    response = changed(endpoint, place, **fields)
    assert response.status_code == 303, response.text
    return response.headers["location"]


def concepts(endpoint: Endpoint, place: str) -> dict[str, str]:
    """What is understood, by concept: the value or the status."""
    found = endpoint.client.get(place).json()["understood"]
    return {item["concept"]: str(item.get("value", item["status"])) for item in found}


def key_of(page: Elements, label: str) -> str:
    """The key of the fact whose form is labelled so."""
    fields = {item["for"] for item in page.all("label")}
    names = {item.get("aria-label"): item for item in page.all("summary")}
    assert f"Change {label}" in names
    order = [item["id"] for item in page.all("li") if re.fullmatch(r"[fm]\d+", item.get("id", ""))]
    changes = [name for name in names if name and name.startswith("Change ") and name != "Change day, sex, age"]
    key = order[changes.index(f"Change {label}")]
    assert {f"{key}-value", f"{key}-status"} & fields
    return key


@pytest.fixture(scope="module")
def place(endpoint: Endpoint) -> str:
    return answer_of(endpoint, PATIENT)


# -- changing facts


def test_a_fact_that_is_taken_out_is_gone_and_struck_in_the_text(endpoint: Endpoint, place: str) -> None:
    key = key_of(shown(endpoint, place), "Leukopenia")
    after = kept(endpoint, place, do="remove", fact=key)
    assert "leukopenia" in concepts(endpoint, place)
    assert "leukopenia" not in concepts(endpoint, after)
    assert '<mark class="gone">leukopenia</mark>' in endpoint.client.get(after, headers=HEADERS).text


def test_a_value_is_corrected_with_its_unit_and_sign(endpoint: Endpoint, place: str) -> None:
    key = key_of(shown(endpoint, place), "Haemoglobin")
    after = kept(endpoint, place, do="correct", fact=key, value="<131", unit="g/L", date="2026-01-30")
    (value,) = [item for item in endpoint.client.get(after).json()["understood"] if item["concept"] == "hemoglobin"]
    assert (value["value"], value["comparator"], value["unit"], value["date"]) == (131, "<", "g/L", "2026-01-30")


def test_the_status_of_a_fact_is_corrected(endpoint: Endpoint, place: str) -> None:
    key = key_of(shown(endpoint, place), "Chemotherapy")
    after = kept(endpoint, place, do="correct", fact=key, status="present", started="2026-01-05")
    assert concepts(endpoint, after)["chemotherapy"] == "present"


def test_a_fact_is_added_by_any_of_its_names(endpoint: Endpoint, place: str) -> None:
    after = kept(endpoint, place, do="add", name="MMA", value="120", unit="nmol/L")
    after = kept(endpoint, after, do="add", name="ESA", **{"as": "planned"})
    found = concepts(endpoint, after)
    assert found.keys() - concepts(endpoint, place).keys() == {"mma", "esa"}
    assert "added here" in shown(endpoint, after).text


def test_day_sex_and_age_are_corrected(endpoint: Endpoint, place: str) -> None:
    after = kept(endpoint, place, do="person", as_of="2026-03-01", sex="male", age="71")
    assert "as of 2026-03-01; sex: male; age: 71" in shown(endpoint, after).text


def test_a_list_is_declared_incomplete(endpoint: Endpoint) -> None:
    place = answer_of(endpoint, "as_of: 2026-02-10\nfindings: [{concept: pancytopenia}]\nrecord: {complete: [history]}")
    assert "complete in: history" in shown(endpoint, place).text
    assert "complete in: history" not in shown(endpoint, kept(endpoint, place, do="incomplete", list="history")).text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"do": "correct", "fact": "m0", "value": "12,x", "unit": "g/dL"}, "12,x"),
        ({"do": "correct", "fact": "m0", "value": "NaN", "unit": "g/dL"}, "value"),
        ({"do": "add", "name": "xyz"}, "xyz"),
        ({"do": "add", "name": ""}, "concept"),
        ({"do": "remove", "fact": "f99"}, "not stated"),
        ({"do": "remove", "fact": "²"}, "not stated"),
        ({"do": "person", "age": "old"}, "age"),
        ({"do": "person", "as_of": "yesterday"}, "as_of"),
        ({"do": "answer", "list": "findings", "concept": "leukopenia", "status": ""}, "no answer"),
        ({"do": "explode"}, "no change"),
        ({"do": ""}, "no change"),
    ],
)
def test_a_change_that_cannot_be_made_is_explained_on_the_answer(
    endpoint: Endpoint, place: str, fields: dict[str, str], said: str
) -> None:
    response = changed(endpoint, place, **fields)
    assert response.status_code == 422
    page = checked(response)
    (alert,) = re.findall(r'<section class="error" role="alert".*?</section>', response.text, re.DOTALL)
    assert said in unescape(alert)
    assert "What was understood" in page.text


def test_the_day_cannot_be_set_before_a_date_of_the_record(endpoint: Endpoint) -> None:
    place = answer_of(endpoint, OFF_CHEMOTHERAPY.read_text(encoding="utf-8"))
    response = changed(endpoint, place, do="person", as_of="2026-01-01")
    assert response.status_code == 422
    assert "2026-02-06" in checked(response).text


# -- what if


def test_what_if_shows_what_comes_and_goes_and_can_be_kept(endpoint: Endpoint) -> None:
    place = answer_of(endpoint, OFF_CHEMOTHERAPY.read_text(encoding="utf-8"))
    fields = {"do": "answer", "list": "treatments", "concept": "active_chemotherapy", "status": "present"}
    page = checked(changed(endpoint, place, **fields, then="suppose"))
    assert re.search(r"Changed contraindication: .*: not indicated .* before: .*: contraindicated", page.text)
    assert re.search(r"These claims would be excluded \(1\) .* A0-39 applicable before", page.text)
    again = {item["name"]: item["value"] for item in page.all("input") if item.get("type") == "hidden"}
    assert again == fields
    after = kept(endpoint, place, **again)
    assert concepts(endpoint, after)["active_chemotherapy"] == "present"
    before, now = (endpoint.client.get(one).json() for one in (place, after))
    assert "A0-39" in {item["id"] for item in before["claims"]["applicable"]}
    assert "A0-39" not in {item["id"] for item in now["claims"]["applicable"]}


def test_what_if_agrees_with_the_api(endpoint: Endpoint, place: str) -> None:
    fact = {"list": "findings", "entry": {"concept": "pancytopenia"}}
    found = endpoint.client.post(f"{place}/what-if", json=fact).json()
    fields = {"do": "answer", "list": "findings", "concept": "pancytopenia", "status": "present"}
    response = changed(endpoint, place, **fields, then="suppose")
    gained = re.search(r'aria-labelledby="h-Gained".*?</section>', response.text, re.DOTALL)
    assert gained is not None
    assert gained[0].count("<li>") == len(found["added"]) > 0
    assert all(f">{name}</a>" in response.text for name in found["claims"])


def test_a_change_without_effect_says_so(endpoint: Endpoint, place: str) -> None:
    fields = {"do": "answer", "list": "findings", "concept": "leukopenia", "status": "present"}
    assert "Nothing would change" in checked(changed(endpoint, place, **fields, then="suppose")).text


def test_every_question_of_the_answer_can_be_tried(endpoint: Endpoint, place: str) -> None:
    text = endpoint.client.get(place, headers=HEADERS).text
    forms = [form for form in re.findall(r"<form.*?</form>", text, re.DOTALL) if 'value="answer"' in form]
    assert len(forms) >= 5
    for form in forms:
        fields: list[tuple[str, str]] = []
        for name, rest in re.findall(r'<(?:input|select|button)[^>]*? name="(\w+)"([^>]*)', form):
            given = re.search(r'value="([^"]*)"', rest)
            default = {"value": "5", "unit": "", "status": "present"}.get(name, "")
            if name != "status" or "status" not in [key for key, _ in fields[-1:]]:
                fields.append((name, given[1] if given else default))
        response = endpoint.client.post(f"{place}/change", content=urlencode(fields), headers=POSTED)
        assert response.status_code in (200, 422), response.text
        assert response.status_code == 200 or "unit" in response.text, response.text


# -- questions about the patient, and the letter


def test_questions_follow_one_another_and_lead_to_proofs(endpoint: Endpoint) -> None:
    place = answer_of(endpoint, OFF_CHEMOTHERAPY.read_text(encoding="utf-8"))
    first = {"question": "Can I start darbepoetin?"}
    page = checked(endpoint.client.post(f"{place}/conversation", data=first, headers=HEADERS))
    assert re.search(r"Can I start darbepoetin\? No\. .*A0-39", page.text)
    assert [link for link in page.links() if link.startswith(f"{place}/proofs/")]
    fields = {item["name"]: item["value"] for item in page.all("input") if item.get("type") == "hidden"}
    assert fields == {"before": first["question"]}
    second = fields | {"question": "Why?"}
    page = checked(endpoint.client.post(f"{place}/conversation", data=second, headers=HEADERS))
    assert [item["id"] for item in page.all("h2")] == ["held", "t1", "t2"]
    assert "Active chemotherapy (started 2025-06-01, ended 2025-11-30)" in page.text
    nothing = endpoint.client.post(f"{place}/conversation", data={"question": ""}, headers=HEADERS)
    assert nothing.status_code == 422


def test_a_supposition_of_which_nothing_was_read_is_not_answered_with_no_change(endpoint: Endpoint, place: str) -> None:
    fields = {"question": "What if she gets zorbulene?"}
    page = checked(endpoint.client.post(f"{place}/conversation", data=fields, headers=HEADERS))
    assert "Nothing that this supposes was understood" in page.text
    assert "changes" not in page.text


def test_the_letter_has_facts_steps_reasons_sources_and_what_is_not_known(endpoint: Endpoint, place: str) -> None:
    response = endpoint.client.get(f"{place}/letter", headers=HEADERS)
    checked(response)
    (text,) = re.findall(r"<pre[^>]*>(.*?)</pre>", unescape(response.text), re.DOTALL)
    heads = re.findall(r"^([A-Z][a-z ]+):$", text, re.MULTILINE)
    assert heads == ["Known", "Please", "Please do not", "Considered", "Not known", "Sources"]
    assert text.startswith("Re: female, 62 years")
    assert "- not read: “lymphoma”" in text
    assert len(set(re.findall(r"^- \[(A\d-\d\d)\] .*\d+-\d+; ", text, re.MULTILINE))) > 5
