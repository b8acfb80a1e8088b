"""Words in a row as they are said: "a, b and c", in the reader's language."""

import re
from collections.abc import Sequence

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

SOUNDS_LIKE_I = re.compile(r"h?i(?!a|e|o|u)|y(?![aeou])", re.IGNORECASE)


def listed(words: Sequence[str]) -> str:
    """Spanish says *e* instead of *y* before the sound of an i: "Francia e Italia", but "nieve y hielo"."""
    joint = _("and")
    if joint == "y" and words and SOUNDS_LIKE_I.match(words[-1]):
        joint = "e"
    return get_text_list(list(words), joint)


def quoted(text: str) -> str:
    """In the quotation marks of the reader's language."""
    return _("“%(text)s”") % {"text": text}
