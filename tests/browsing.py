"""Driving Chromium: one browser a run, and contexts that complain about whatever goes wrong in a page."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

# As root Chromium has no sandbox; without the network it must not look for anything by itself.
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-gpu"]
CHROMIUM = "/usr/bin/chromium"
PASSWORD = "correct horse"  # of the people in tests/factories.py


@contextmanager
def chromium() -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "true"  # Playwright's loop runs in the thread that also asks the database
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def window(browser: Browser, address: str, **options: object) -> Iterator[Page]:
    """A page in a context of its own; at the end it fails if the page met an error or broke the security policy."""
    context = browser.new_context(base_url=address, **options)
    page = context.new_page()
    page.set_default_timeout(30_000)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(complaint(message)))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert [text for text in complaints if text] == []


def complaint(message: ConsoleMessage) -> str:
    """A form that came back with errors is no complaint."""
    return message.text if message.type == "error" and "422" not in message.text else ""


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
