"""In which of the 24 official EU languages a text is written. A pure module.

Measured on 1,760 procurement labels of three words and more in 22 languages, on 767 buyers' needs and on 4,042
English descriptions of one line: py3langid 97.5 %, 99.7 % and 99.7 % right at 0.1 ms a text and 5 MB; lingua,
which does not know Maltese, 92.6 %, 99.7 % and 98.9 % at 2 to 5 ms and 700 MB.
"""

from functools import cache
from typing import Any

LANGUAGES = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv".split()  # noqa: SIM905 - a line
UNDECIDED = "und"
LEAST_CONFIDENCE = 0.3  # below, as for "AB-12" or "ok", the default is the better guess
# Characters read at the beginning, in the middle and at the end; more only cost time. On the demo's 208 texts and on
# 1,560 of 400 and more of five public sets they say what the first 1,000 say, also after an English summary.
PIECE = 150


def detect(text: str, default: str) -> str:
    """The ISO 639-1 code of the text's language; `default` where the text is too short to tell."""
    language, _confidence = _identifier().classify(_telling(text))
    return default if language == UNDECIDED else language


def _telling(text: str) -> str:
    if len(text) <= 3 * PIECE:
        return text
    middle = (len(text) - PIECE) // 2
    return " ".join((text[:PIECE], text[middle : middle + PIECE], text[-PIECE:]))


@cache
def _identifier() -> Any:
    """Loaded at the first text, in about half a second."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True, min_confidence=LEAST_CONFIDENCE)
    identifier.set_languages(LANGUAGES)
    return identifier
