"""Taking identities out of a text: names given to it, addresses of every kind, phone and patent numbers.

A pure module. What a teaser may show is decided by the document; here only the text is changed.
"""

import re
from collections.abc import Iterable

MARK = "[…]"

# Each pattern with a sign without which it is in no text: the sign is found, or missed, many times as fast.
DIGIT = r"\d"
PATTERNS = tuple(
    (re.compile(sign, re.IGNORECASE), re.compile(pattern, re.IGNORECASE))
    for sign, pattern in (
        ("@", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),  # e-mail address
        (r"://|www\.", r"(?:https?://|www\.)\S+"),  # web address with its scheme
        (
            r"[a-z0-9-]\.[a-z]",
            r"\b(?:[a-z0-9-]+\.)+(?:eu|com|org|net|info|io|example|at|be|bg|ch|cy|cz|de|dk|ee|es|fi|fr|gr|hr|hu|ie|it"
            r"|lt|lu|lv|mt|nl|no|pl|pt|ro|se|si|sk|uk)\b(?:/\S*)?",
        ),  # bare domain
        (
            DIGIT,
            r"\b(?:EP|WO|US|DE|FR|GB|ES|IT|PL|NL|PT)[ -]?\d{2,4}[/ ]?\d{4,7}(?:[ -]?[A-C]\d?)?\b",
        ),  # patent number
        (DIGIT, r"(?<![\w/.,])(?:\+|00)\d[\d ()/.-]{6,}\d"),  # international phone number
        (DIGIT, r"(?<![\w.,/-])0\d{1,4}[ /-]\d[\d /-]{4,}\d"),  # national phone number
    )
)
LEGAL_FORM = re.compile(
    r"[\s,]+(?:\(demo\)|gmbh(?:\s*&\s*co\.?\s*kg)?|ag|kg|ug|e\.?\s?v\.?|s\.?a\.?r?\.?l?\.?|s\.?a\.?s\.?u?|s\.?l\.?u?\.?"
    r"|s\.?p\.?a\.?|s\.?r\.?l\.?|b\.?v\.?|n\.?v\.?|sp\.?\s*z\s*o\.?\s*o\.?|lda\.?|ltd\.?|limited|inc\.?|oy|ab|a/s|aps"
    r"|d\.?o\.?o\.?|s\.?r\.?o\.?|kft\.?)\s*$",
    re.IGNORECASE,
)


def name_forms(name: str) -> set[str]:
    """The name as registered, and as people write it: without legal form."""
    forms = {name.strip()}
    short = name.strip()
    while (cut := LEGAL_FORM.sub("", short).strip()) != short:
        short = cut
        forms.add(short)
    return {form for form in forms if len(form) >= 3}


def strip_identities(text: str, names: Iterable[str] = ()) -> str:
    """`text` with each of `names` (any legal form, any case), address, phone and patent number replaced by a mark."""
    for sign, pattern in _patterns(names):
        text = pattern.sub(MARK, text) if sign.search(text) else text
    return text


def identities_in(text: str, names: Iterable[str] = ()) -> list[str]:
    """What `strip_identities` would take out, as it stands in the text."""
    found = []
    for _sign, pattern in _patterns(names):
        found += [match.group() for match in pattern.finditer(text)]
        text = pattern.sub(MARK, text)
    return found


def _patterns(names: Iterable[str]) -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
    """Of the names, the longest first, and then of addresses and numbers; each with its sign."""
    forms = sorted({form for name in names for form in name_forms(name)}, key=len, reverse=True)
    named = [re.compile(rf"(?<!\w){re.escape(form)}(?!\w)", re.IGNORECASE) for form in forms]
    return [*((one, one) for one in named), *PATTERNS]
