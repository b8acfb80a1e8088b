"""Every address of ours that shows a page, found in the table of addresses: nobody has to list a new page.

`addresses(rows)` fills the arguments of each named address with rows that exist; an address about something unknown
here raises LookupError, which says where to name the row.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

# Where what an address is about is told from how the address begins; `{pk}` is then that row's number.
ABOUT = {
    "needs": "need", "offers": "offer", "matches": "match", "organisations": "organisation",
}  # fmt: skip
# No pages of ours, or not for people: files about a document, feeds, colours, the API and what libraries bring.
FOREIGN = {"admin", "api", "anymail", "i18n", "accent.css", "healthz", "dev", "<slug:kind>", "feeds"}
ONCE_SIGNED = {"token", "key", "uidb36", "key_expires"}  # addresses that only a mail holds have tests of their own


def addresses(rows: Mapping[str, Any]) -> dict[str, str]:
    """{name: path} of all that may be a page; whether it answers to GET, the asker finds out."""
    found = {}
    for route, name, arguments in _named(get_resolver().url_patterns):
        beginning = route.split("/")[0]
        if beginning in FOREIGN or set(arguments) & ONCE_SIGNED:
            continue
        found[name] = reverse(name, kwargs={each: _value(route, each, rows) for each in arguments})
    return found


def _value(route: str, argument: str, rows: Mapping[str, Any]) -> Any:
    if argument in rows:
        return rows[argument]
    about = ABOUT.get(route.split("/")[0], route.split("/")[0])
    if about not in rows:
        raise LookupError(f"{route}: which row is this about? Add one to `rows` of tests/test_pages.py as {about!r}.")
    return rows[about].pk


def _named(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, str, list[str]]]:
    for each in patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            if each.namespace is None:
                yield from _named(each.url_patterns, route)
        elif each.name:
            plain = re.sub(r"[\^$?]", "", route)
            yield plain, each.name, list(each.pattern.converters) or list(each.pattern.regex.groupindex)
