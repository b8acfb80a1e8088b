"""`python tests/screenshots.py`: every page as a picture, at two widths, light and dark, under var/screenshots/.

Asks a running site with the demo data (`make run`) at SITE_URL, by default http://127.0.0.1:8000. Words in the
command, `python tests/screenshots.py match dark`, take only the pictures in whose names all of them stand.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.browsing import CHROMIUM, FLAGS, sign_in

ADDRESS = os.environ.get("SITE_URL", "http://127.0.0.1:8000")
OUT = Path(__file__).resolve().parent.parent / "var" / "screenshots"
PASSWORD = "demo-demo-1"
WIDTHS = (390, 1280)
THEMES = ("light", "dark")
TRIAL = "Our three deck ovens burn gas. So much heat leaves through the chimney that snow never stays on the roof."
HOPELESS = "We are looking for somebody who takes over our village shop when we retire."

ERRORS = {f"error-{name}": f"/dev/errors/{name}/" for name in ("400", "403", "404", "500")}
NEED = "/needs/ > main .rows h3 a"
OFFER = "/offers/ > main .rows h3 a"
MATCH = "/queue/ > main .rows h3 a"

# Who looks at which page; a page behind a list is reached through its first link, one with errors by an empty form.
VISITOR = {
    "home": "/",
    "sign-in": "/accounts/login/",
    "sign-in-wrong": "/accounts/login/ > main .submit button",
    "sign-up": "/accounts/signup/",
    "sign-up-wrong": "/accounts/signup/ > main .submit button",
    "password-reset": "/accounts/password/reset/",
    "link-broken": "/answer/x/",
    "search": "/search/?kind=offer&text=waste+heat",
    **ERRORS,
}
PAGES = {
    "sme": {
        "dashboard": "/", "needs": "/needs/", "need": NEED, "need-form": "/needs/new/",
        "need-wrong": "/needs/new/ > main .submit .button-primary",
        "need-edit": f"{NEED} > main a[href$='/edit/']", "offers-empty": "/offers/", "import": "/needs/import/",
        "compare": f"{NEED} > form[action*='/compare/'] button",
        "match": f"{NEED} > #suggestions .rows h3 a", "profile": "/profile/",
        "organisation": "/profile/ > main .rows h3 a", "organisation-join": "/organisations/join/",
        "organisation-edit": "/profile/ > main .rows h3 a > main a[href$='/edit/']",
        "search": "/search/?kind=offer&text=waste+heat", "saved-searches": "/searches/",
        "saved-search": "/searches/new/?kind=offer&text=waste+heat",
        "widget": "/widget/?kind=need&language=de&accent=8a2be2", "mail-settings": "/mail/",
        "tokens": "/profile/tokens/", "addresses": "/accounts/email/", "password": "/accounts/password/change/",
        "your-data": "/profile/data/", "erase": "/profile/erase/",
    },
    "provider": {
        "dashboard": "/", "offers": "/offers/", "offer": OFFER, "offer-form": "/offers/new/",
        "offer-needs": f"{OFFER} > main a[href$='/needs/']", "import": "/offers/import/", "demand": "/demand/",
    },
    "broker.nord": {
        "dashboard": "/", "queue": "/queue/", "match": MATCH, "asked": "/queue/?list=asked",
        "nothing-fits": "/queue/nothing-fits/",
        "reword": f"{MATCH} > main a[href$='/reword/']", "others": f"{MATCH} > main a[href$='/others/']",
        "cases": "/cases/", "case": "/cases/ > main .cards h3 a", "overview": "/overview/?period=all",
        "exposure": "/exposure/", "ranking": "/ranking/", "vocabulary": "/concepts/",
        "clients": "/clients/", "concept": "/concepts/ > main .rows h3 a", "concept-form": "/concepts/new/",
        "concept-proposals": "/concepts/proposals/", "client": "/clients/ > main .rows h3 a[href^='/organisations/']",
        "client-text": "/clients/ > main .rows h3 a", "client-ask": f"{NEED} > main a[href$='/ask-client/']",
        "needs": "/needs/", "requests": "/admissions/", "widget-code": "/widget/code/?kind=need",
    },
}  # fmt: skip
ROWS = b"Titel;Beschreibung;Stand\nNebelkammer;Feiner Staub wird mit Wasser gebunden;9\n;Ohne Titel;hoch\n"
TABLE = {"name": "angebote.csv", "mimeType": "text/csv", "buffer": ROWS}


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
        ways = {f"{person}-{name}-{width}-{theme}": way for name, way in (pages | STORIES.get(person, {})).items()}
        wanted = {name: way for name, way in ways.items() if all(word in name for word in sys.argv[1:])}
        if not wanted:
            continue
        context = browser.new_context(
            base_url=ADDRESS, viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
        )
        page = context.new_page()
        if person != "visitor":
            sign_in(page, f"{person}@demo.example", PASSWORD)
        for name, way in wanted.items():
            if way(page) if callable(way) else go(page, way):
                page.screenshot(path=OUT / f"{name}.png", full_page=True)
                yield name
        context.close()


def go(page: Page, way: str) -> bool:
    """Follow `address > link > link`; False where there is no such link."""
    address, *links = way.split(" > ")
    page.goto(address)
    for link in links:
        if not page.locator(link).count():
            return False
        followed(page, link)
    return True


def followed(page: Page, link: str) -> None:
    with page.expect_navigation():  # a click alone does not wait: the next link would be looked for on this page
        page.locator(link).first.click()


def tried(page: Page, text: str = TRIAL, shows: str = "#answer .next") -> bool:
    page.goto("/")
    page.locator("#trial textarea").fill(text)
    page.locator("#trial .button-primary").click()
    page.locator(shows).wait_for(timeout=60_000)
    return True


def tried_in_vain(page: Page) -> bool:
    return tried(page, HOPELESS)


def tried_without_text(page: Page) -> bool:
    return tried(page, "", ".error-summary")


def columns_of_a_table(page: Page) -> bool:
    page.goto("/offers/import/")
    page.locator("input[type=file]").set_input_files(TABLE)
    followed(page, "main .submit .button-primary")
    return True


def stopped_import(page: Page) -> bool:
    columns_of_a_table(page)
    followed(page, "main .submit .button-text")
    return True


def answer_of_a_client(page: Page) -> bool:
    """The page that a client without an account opens from the mail."""
    page.goto("/dev/mail/")
    letters = [link.get_attribute("href") for link in page.locator("main .rows h3 a").all()]
    for letter in letters:
        page.goto(f"{letter}html/")
        answers = page.locator("a[href*='/answer/client/']")
        if answers.count():
            page.goto(urlsplit(answers.first.get_attribute("href")).path)
            return True
    return False


# Pages that take more than following links.
STORIES = {
    "visitor": {
        "home-wrong": tried_without_text, "try": tried, "try-in-vain": tried_in_vain,
        "client-answer": answer_of_a_client,
    },
    "provider": {"import-columns": columns_of_a_table, "import-stopped": stopped_import},
}  # fmt: skip


if __name__ == "__main__":
    main()
