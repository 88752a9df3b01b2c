"""A real Chromium for tests, and pictures of the pages: `python tests/support/browser.py FOLDER` writes them.

The browser is one of the machine, found by PATH; its driver is Playwright, which needs none of its own. What a browser
of a distribution logs to the terminal is not looked at.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

from endpoint import Endpoint, serving

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
NEEDED: Final = f"no browser ({', '.join(NAMES)}); on Debian or Ubuntu: apt-get install chromium"
PHONE, DESKTOP = (390, 844), (1440, 900)
PATIENT: Final = (
    "62-year-old woman, breast cancer treated in 2019. Hb 9.8 g/dL, WBC 2.9, platelets 90, leukopenia, "
    "B12 1250 ng/L, ferritin 12 ng/mL. No chemotherapy. Father had lymphoma. An ESA is planned."
)
QUESTION: Final = "What dose of epoetin is given in low-risk MDS?"


def installed() -> str | None:
    """The path of a Chromium of this machine."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def browsing(path: str) -> Iterator[Browser]:
    """The browser at a path, without a window, until the end of the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def ask(page: Page, endpoint: Endpoint, text: str) -> None:
    """Types a text on the start page and sends it."""
    page.goto(endpoint.root)
    page.get_by_label("Patient or question").fill(text)
    page.get_by_role("button", name="Ask", exact=True).click()


def unfold(page: Page, heading: str) -> None:
    """Opens a section of an answer."""
    page.locator("details.section > summary").filter(has_text=heading).click()


def visit(page: Page, endpoint: Endpoint) -> Iterator[str]:
    """Opens a page of each kind in turn and gives its name."""
    page.goto(endpoint.root)
    yield "start"
    ask(page, endpoint, QUESTION)
    yield "question"
    ask(page, endpoint, "sex: female\nage: many")
    yield "rejected"
    ask(page, endpoint, PATIENT)
    answer = page.url
    yield "answer"
    unfold(page, "What was understood")
    page.get_by_text("correct, take out, add").click()
    page.locator("details details details > summary").first.click()
    yield "facts"
    page.get_by_role("link", name="Why: ").first.click()
    yield "proof"
    page.goto(answer)
    unfold(page, "What to ask next")
    page.get_by_role("button", name="Yes: ").first.click()
    yield "suppose"
    page.goto(answer)
    page.locator("a[href*='/why-not/']").first.evaluate("link => link.click()")
    page.wait_for_url("**/why-not/**")
    yield "why-not"
    page.goto(answer)
    page.get_by_label("Ask about this patient").fill("Can I start epoetin?")
    page.get_by_role("button", name="Ask", exact=True).click()
    yield "conversation"
    page.goto(f"{answer}/letter")
    yield "letter"
    page.goto(f"{endpoint.root}/v1/assessments/none")
    yield "expired"


def main(folder: Path) -> None:
    """Pictures of every kind of page: phone, desktop, dark, and on paper."""
    path = installed()
    assert path, NEEDED
    folder.mkdir(parents=True, exist_ok=True)
    with serving() as endpoint, browsing(path) as browser:
        for size, (width, height) in {"phone": PHONE, "desktop": DESKTOP}.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            for name in visit(page, endpoint):
                page.screenshot(path=folder / f"{name}-{size}.png", full_page=True)
                if size == "desktop":
                    page.emulate_media(color_scheme="dark")
                    page.screenshot(path=folder / f"{name}-dark.png", full_page=True)
                    page.emulate_media(color_scheme="light")
                    page.emulate_media(media="print")
                    page.screenshot(path=folder / f"{name}-print.png", full_page=True)
                    page.emulate_media(media="screen")
            page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
