"""`python tests/screenshots.py`: every page as a picture, at two widths, light and dark, under var/screenshots/.

Asks a running site with the demo data (`make run`) at SITE_URL, by default http://127.0.0.1:8000.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.browsing import CHROMIUM, FLAGS, sign_in

ADDRESS = os.environ.get("SITE_URL", "http://127.0.0.1:8000")
OUT = Path(__file__).resolve().parent.parent / "var" / "screenshots"
PASSWORD = "demo-demo-1"
WIDTHS = (390, 1280)
THEMES = ("light", "dark")
TRIAL = "Every evening we throw away a third of our dough because nobody knows how many customers will come."

# Who looks at which page; a page behind a list is reached through its first link.
VISITOR = {"home": "/", "sign-in": "/accounts/login/", "sign-up": "/accounts/signup/", "not-found": "/nowhere/"}
PAGES = {
    "sme": {
        "dashboard": "/", "needs": "/needs/", "need": "/needs/ > main .rows h3 a", "need-form": "/needs/new/",
        "need-edit": "/needs/ > main .rows h3 a > main a[href$='/edit/']", "offers-empty": "/offers/",
        "compare": "/needs/ > main .rows h3 a > form[action*='/compare/'] button",
        "match": "/needs/ > main .rows h3 a > #suggestions .rows h3 a", "profile": "/profile/",
        "search": "/search/?kind=offer&text=waste+heat", "saved-searches": "/searches/",
        "widget": "/widget/?kind=need&language=de&accent=8a2be2", "mail-settings": "/mail/",
        "tokens": "/profile/tokens/", "your-data": "/profile/data/", "erase": "/profile/erase/",
    },
    "provider": {
        "dashboard": "/", "offers": "/offers/", "offer": "/offers/ > main .rows h3 a", "offer-form": "/offers/new/",
        "import": "/offers/import/", "demand": "/demand/",
    },
    "broker.nord": {
        "dashboard": "/", "queue": "/queue/", "match": "/queue/ > main .rows h3 a", "asked": "/queue/?list=asked",
        "reword": "/queue/ > main .rows h3 a > main a[href$='/reword/']",
        "others": "/queue/ > main .rows h3 a > main a[href$='/others/']",
        "cases": "/cases/", "overview": "/overview/?period=all", "vocabulary": "/concepts/",
        "clients": "/clients/", "concept": "/concepts/ > main .rows h3 a",
        "client-text": "/clients/ > main .rows h3 a", "requests": "/admissions/",
        "widget-code": "/widget/code/?kind=need",
    },
}  # fmt: skip


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for width in WIDTHS:
            for theme in THEMES:
                for name in taken(browser, width, theme):
                    sys.stdout.write(f"{name}\n")
        browser.close()


def taken(browser: Browser, width: int, theme: str) -> Iterator[str]:
    for person, pages in {"visitor": VISITOR, **PAGES}.items():
        context = browser.new_context(
            base_url=ADDRESS, viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
        )
        page = context.new_page()
        if person != "visitor":
            sign_in(page, f"{person}@demo.example", PASSWORD)
        for name, way in pages.items():
            if go(page, way):
                yield picture(page, f"{person}-{name}-{width}-{theme}")
        if person == "visitor":
            yield trial(page, width, theme)
        context.close()


def go(page: Page, way: str) -> bool:
    """Follow `address > link > link`; False where there is no such link."""
    address, *links = way.split(" > ")
    page.goto(address)
    for link in links:
        if not page.locator(link).count():
            return False
        with page.expect_navigation():  # a click alone does not wait: the next link would be looked for on this page
            page.locator(link).first.click()
    return True


def trial(page: Page, width: int, theme: str) -> str:
    page.goto("/")
    page.get_by_label("What would you like to solve?").fill(TRIAL)
    page.get_by_role("button", name="Show who could help").click()
    page.get_by_text("What happens next").wait_for(timeout=60_000)
    return picture(page, f"visitor-try-{width}-{theme}")


def picture(page: Page, name: str) -> str:
    page.screenshot(path=OUT / f"{name}.png", full_page=True)
    return name


if __name__ == "__main__":
    main()
