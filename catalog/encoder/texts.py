"""What counts as texts to encode; the same for the encoder in the process and for the one behind a socket."""

from collections.abc import Sequence


def check_texts(texts: Sequence[str]) -> None:
    """Raises TypeError for a single text or for what is no text, ValueError for half a character."""
    if isinstance(texts, str):
        raise TypeError("A list of texts is encoded, not a single text: pass [text].")
    for number, text in enumerate(texts, 1):
        if not isinstance(text, str):
            raise TypeError(f"Text number {number} is a {type(text).__name__}, not a str.")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"Text number {number} has no valid character at {error.start}.") from None
