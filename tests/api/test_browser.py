"""The pages as a person uses them, in a real Chromium; what axe finds wrong with them for people with other senses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from browser import DESKTOP, NEEDED, PATIENT, PHONE, QUESTION, ask, browsing, installed, unfold, visit
from endpoint import Endpoint
from service import EXAMPLES

CHROMIUM = installed()
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=NEEDED)
KINDS = [
    "start",
    "question",
    "rejected",
    "answer",
    "facts",
    "proof",
    "suppose",
    "why-not",
    "conversation",
    "letter",
    "expired",
]
KNOWLEDGE = [
    "/v1/claims",
    "/v1/claims/A0-39",
    "/v1/articles/A4",
    "/v1/concepts/mds",
    "/v1/references",
    "/passages/A0-39",
    "/sparql",
]
expect.set_options(timeout=60_000)
EVERYTHING: Final = {"resultTypes": ["violations"]}
CONTRAST: Final = {**EVERYTHING, "runOnly": {"type": "rule", "values": ["color-contrast"]}}
SCHEMES: Final[tuple[tuple[Literal["light", "dark"], Any], ...]] = (("light", EVERYTHING), ("dark", CONTRAST))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM is not None
    with browsing(CHROMIUM) as found:
        yield found


@pytest.fixture
def page(browser: Browser, endpoint: Endpoint) -> Iterator[Page]:
    """A page on a desktop. A message on its console, such as a breach of the content policy, fails the test."""
    found = browser.new_page(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    found.set_default_timeout(60_000)
    said: list[str] = []
    elsewhere: list[str] = []
    found.on("console", lambda message: said.append(message.text))
    found.on("request", lambda request: elsewhere.append(request.url))
    yield found
    found.close()
    assert [text for text in said if "status of 4" not in text] == []
    assert [url for url in elsewhere if not url.startswith((endpoint.root, "data:"))] == []


def violations(page: Page) -> list[str]:
    """What axe finds, with the first element of each kind; contrast in light and in dark colours."""
    found = []
    for scheme, options in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for item in Axe().run(page, options=options).response["violations"]:
            found.append(f"{scheme}: {item['id']}: {item['nodes'][0]['html'][:200]}")
    return found


# -- what a person does


def test_a_person_asks_about_a_patient_and_sees_what_to_do_first(page: Page, endpoint: Endpoint) -> None:
    ask(page, endpoint, PATIENT)
    expect(page.get_by_role("heading", level=1)).to_have_text("Woman, 62")
    for head in ("Do", "Do not", "Think of", "How sure", "Not read"):
        expect(page.get_by_role("region", name=head, exact=True)).to_be_in_viewport(ratio=1)
    assert re.fullmatch(rf"{endpoint.root}/v1/assessments/[0-9a-f]{{64}}", page.url)


def test_a_person_corrects_a_value_and_sees_another_answer(page: Page, endpoint: Endpoint) -> None:
    ask(page, endpoint, PATIENT)
    before = page.url
    unfold(page, "What was understood")
    page.get_by_text("correct, take out, add").click()
    page.get_by_label("Change Haemoglobin").click()
    page.get_by_label("Haemoglobin", exact=True).fill("13.4")
    page.locator("form", has=page.get_by_label("Haemoglobin", exact=True)).get_by_role("button", name="Correct").click()
    page.wait_for_url(lambda url: url != before)
    expect(page.get_by_text("Haemoglobin 13.4 g/dL", exact=False).first).to_be_visible()
    unfold(page, "What was understood")
    expect(page.locator(".source-text mark.gone")).to_have_text("Hb 9.8 g/dL")


def test_a_mark_in_the_text_opens_the_fact_that_came_of_it(page: Page, endpoint: Endpoint) -> None:
    ask(page, endpoint, PATIENT)
    expect(page.get_by_label("Change Leukopenia")).to_be_hidden()
    unfold(page, "What was understood")
    page.locator("mark").get_by_role("link", name="leukopenia").click()
    expect(page.get_by_label("Change Leukopenia")).to_be_visible()


def test_a_person_opens_a_proof_and_follows_it_to_the_claim_and_its_source(page: Page, endpoint: Endpoint) -> None:
    ask(page, endpoint, PATIENT)
    page.get_by_role("link", name=re.compile("^Why: .*bone marrow biopsy")).first.click()
    unfold(page, "As a picture")
    picture = page.get_by_role("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 300")
    page.locator("#passages ~ ul").get_by_role("link", name="A0-08", exact=True).click()
    assert page.url == f"{endpoint.root}/v1/claims/A0-08"
    page.go_back()
    page.locator("#passages ~ ul a[href^='/v1/references/']").first.click()
    assert "/v1/references/A0-R" in page.url
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_picture_is_shown_in_full_size_without_a_script(page: Page, endpoint: Endpoint) -> None:
    ask(page, endpoint, PATIENT)
    page.get_by_role("link", name=re.compile("^Why: .*bone marrow biopsy")).first.click()
    unfold(page, "As a picture")
    width = "image => image.getBoundingClientRect().width"
    page.get_by_role("img").evaluate("image => image.decode()")
    small = page.get_by_role("img").evaluate(width)
    page.get_by_label("Full size").check()
    assert page.get_by_role("img").evaluate(width) > small


def test_the_picture_is_enlarged_by_its_buttons(page: Page, endpoint: Endpoint) -> None:
    ask(page, endpoint, PATIENT)
    page.get_by_role("link", name=re.compile("^Why: .*bone marrow biopsy")).first.click()
    unfold(page, "As a picture")
    page.get_by_role("img").evaluate("image => image.decode()")
    width = "image => image.getBoundingClientRect().width"
    small = page.get_by_role("img").evaluate(width)
    page.get_by_role("button", name="Closer").click()
    page.wait_for_function(
        "before => document.querySelector('.picture img').getBoundingClientRect().width > before", arg=small
    )


def test_a_person_walks_a_proof_down_to_the_record_and_reads_the_sentence(page: Page, endpoint: Endpoint) -> None:
    ask(page, endpoint, PATIENT)
    page.get_by_role("link", name=re.compile("^Why: .*bone marrow biopsy")).first.click()
    steps = page.locator(".walk")
    expect(steps.get_by_text("Haemoglobin 9.8 g/dL")).to_be_hidden()
    steps.get_by_text("Anaemia is present").click()
    steps.get_by_text("Low measurement").click()
    steps.get_by_text("Haemoglobin below 12 g/dL").click()
    expect(steps.get_by_text("Haemoglobin 9.8 g/dL")).to_be_visible()
    steps.get_by_role("link", name=re.compile("^The sentence of the article behind A0-08")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Get a marrow biopsy at once.")


def test_a_person_asks_what_if_and_keeps_it(page: Page, endpoint: Endpoint) -> None:
    ask(page, endpoint, PATIENT)
    before = page.url
    unfold(page, "What to ask next")
    page.get_by_role("button", name="Yes: ").first.click()
    expect(page.get_by_role("heading", name="Gained")).to_be_visible()
    page.get_by_role("link", name="Back, unchanged").click()
    assert page.url == before
    page.locator("details.section", has_text="What to ask next").evaluate("one => { one.open = true }")
    page.get_by_role("button", name="Yes: ").first.click()
    page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Woman, 62")
    assert page.url != before


def test_a_person_answers_a_question_with_a_value(page: Page, endpoint: Endpoint) -> None:
    ask(page, endpoint, PATIENT)
    unfold(page, "What to ask next")
    form = page.locator("#questions form").filter(has=page.locator("input[name=value]")).first
    form.locator("input[name=value]").first.fill("612")
    form.get_by_role("button", name="What if").click()
    expect(page.get_by_text(re.compile(r"^with .* 612 "))).to_be_visible()


def test_all_of_it_works_from_the_keyboard(page: Page, endpoint: Endpoint) -> None:
    page.goto(endpoint.root)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type(PATIENT)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Woman, 62")


def test_all_of_it_works_without_scripts(browser: Browser, endpoint: Endpoint) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    ask(page, endpoint, PATIENT)
    unfold(page, "What to ask next")
    page.get_by_role("button", name="No: ").first.click()
    page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Woman, 62")
    context.close()


def test_a_question_leads_to_the_editor_with_its_query(page: Page, endpoint: Endpoint) -> None:
    ask(page, endpoint, QUESTION)
    page.get_by_text("The query that found this").click()
    page.get_by_role("link", name="Open it in the editor").click()
    expect(page.get_by_role("heading", name="Result")).to_be_visible()


def test_a_person_runs_a_query_of_the_project_in_the_editor(page: Page, endpoint: Endpoint) -> None:
    page.goto(endpoint.sparql)
    page.get_by_label("A query of the project").select_option("questions/articles")
    page.get_by_role("button", name="Load", exact=True).click()
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(4)
    write(page, "SELECT ?claim {")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("alert")).to_contain_text("Line 1, column")


def write(page: Page, query: str) -> None:
    """Replace the query in the coloured editor."""
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(query)


def test_the_editor_completes_names_that_the_dataset_counts_and_tells_why_nothing_is_found(
    page: Page, endpoint: Endpoint
) -> None:
    # Given the beginning of a property of ours
    page.goto(endpoint.sparql)
    write(page, "PREFIX : <https://w3id.org/warrant/>\nSELECT ?c { ?c :hasUrg")

    # When it is completed, then the property is put in
    page.keyboard.press("Control+Space")
    page.locator(".CodeMirror-hint").filter(has_text=":hasUrgency").click()
    expect(page.locator(".CodeMirror-code")).to_contain_text(":hasUrgency")
    expect(page.locator(".CodeMirror textarea").first).to_be_focused()  # which a click in the list takes for 20 ms

    # When the query has no answer, then the pattern that has no match is told
    page.keyboard.insert_text(" :Anemia ; a :Claim }")
    page.keyboard.press("Control+Enter")
    expect(page.locator("li code")).to_have_text("?c :hasUrgency :Anemia")
    expect(page.get_by_text("nothing matches this by itself")).to_be_visible()


def test_a_person_asks_the_graph_of_an_answer_what_explains_it(page: Page, endpoint: Endpoint) -> None:
    ask(page, endpoint, PATIENT)
    page.get_by_role("link", name="SPARQL", exact=True).last.click()
    page.get_by_label("A query of the project").select_option("explain/sources")
    page.get_by_role("button", name="Load", exact=True).click()
    page.get_by_role("textbox", name="conclusion").fill("A0-08")
    page.get_by_role("button", name="Put in").click()
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("table").get_by_role("row").nth(1)).to_contain_text("A0-08")


# -- for everybody


def test_axe_finds_nothing_on_any_page_about_a_patient(page: Page, endpoint: Endpoint) -> None:
    found = {name: violations(page) for name in visit(page, endpoint)}
    assert list(found) == KINDS
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("path", KNOWLEDGE)
def test_axe_finds_nothing_on_pages_of_knowledge(page: Page, endpoint: Endpoint, path: str) -> None:
    page.goto(endpoint.root + path)
    assert violations(page) == []


def test_no_page_is_wider_than_a_phone(page: Page, endpoint: Endpoint) -> None:
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    wide = {name: page.evaluate("document.documentElement.scrollWidth") for name in visit(page, endpoint)}
    assert list(wide) == KINDS
    assert {name: width for name, width in wide.items() if width > PHONE[0]} == {}


# -- the first screen, and paper

SEEN: Final = {
    "critical counts": "48-year-old man with fever. ANC 0.3, Hb 64 g/L, platelets 11, WBC 1.1, circulating blasts.",
    "a child": "6-year-old boy, pancytopenia, B12 1400 pg/mL.",
    "outside": "70-year-old man with sudden weakness of the left arm and chest pain, Hb 11 g/dL.",
    "a text": PATIENT,
    **{path.stem: path.read_text(encoding="utf-8") for path in EXAMPLES[::2]},
}


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_alerts_and_the_first_action_lie_inside_the_first_screen(
    page: Page, endpoint: Endpoint, size: tuple[int, int]
) -> None:
    assert len(SEEN) >= 12
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for text in SEEN.values():
        ask(page, endpoint, text)
        for line in page.locator(".alerts li, #do + ol > li:first-child, #donot + ul > li:first-child").all():
            expect(line).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth") == size[0]


def test_what_can_be_clicked_is_24_pixels_high(page: Page, endpoint: Endpoint) -> None:
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    ask(page, endpoint, PATIENT)
    for target in page.locator(".first a, .contents a, summary, button").locator("visible=true").all():
        box = target.bounding_box()
        assert box
        assert box["height"] >= 24, target.inner_text()


def test_on_paper_the_answer_is_one_page_and_nothing_is_to_be_clicked(page: Page, endpoint: Endpoint) -> None:
    ask(page, endpoint, PATIENT)
    page.emulate_media(media="print")
    assert page.locator(":is(button, input, select, nav):visible").count() == 0
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1
    page.locator("details.section").first.evaluate("one => { one.open = true }")
    expect(page.locator(".source-text")).to_be_visible()
