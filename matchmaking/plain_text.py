"""The text part of a mail, read out of its HTML: one template says what both parts say. A pure module.

Headings, paragraphs and lines stay apart; what only decorates is left out. A button's address follows its words on
the same line, that of a link within a sentence stands below the paragraph. Words that differ from another text stand
between asterisks.
"""

import re
from html.parser import HTMLParser

BLOCKS = {"p", "div", "h1", "h2", "h3", "td", "tr", "table", "li", "ul", "ol"}
SPACED = {"p", "h1", "h2", "table"}  # with an empty line above
SILENT = {"head", "style", "title"}
MARKED = {"ins", "del"}
VOID = {"br", "hr", "img", "meta"}
SPACES = re.compile(r"[ \t\n\r\f\xa0]+")
BLANK_LINES = re.compile(r"\n{3,}")


def plain_text(html: str) -> str:
    """Ends with one line break."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = "\n".join(line.strip() for line in "".join(reader.parts).split("\n"))
    return BLANK_LINES.sub("\n\n", text).strip() + "\n"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.open: list[str] = []  # elements around, innermost last
        self.silent = 0  # how many of them are not to be read
        self.kept: list[int] = []  # depth of those whose line breaks count
        self.links: list[tuple[str, int, bool]] = []  # address, where its words begin, whether it is a button
        self.below: list[str] = []  # addresses that follow the paragraph
        self.marked = 0  # where the innermost words that differ begin

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        style = dict(attrs).get("style") or ""
        if tag == "br":
            self.parts.append("\n")
        if tag in VOID:
            return
        self.open.append(tag)
        if self.silent or tag in SILENT or "display:none" in style:
            self.silent += 1
            return
        if tag in BLOCKS:
            self._begin_block(tag, dict(attrs).get("class") or "")
        if "white-space:pre-line" in style:
            self.kept.append(len(self.open))
        if tag in MARKED:
            self.marked = len(self.parts)
        if tag == "a":
            self.links.append((dict(attrs).get("href") or "", len(self.parts), "inline-block" in style))

    def _begin_block(self, tag: str, classes: str) -> None:
        self.parts.append("\n\n" if tag in SPACED else "\n")
        if "foot" in classes.split():
            self.parts.append("\n\n--\n")
        if tag == "h2":
            self.parts.append("== ")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID or tag not in self.open:
            return
        while self.open and self._close() != tag:
            pass

    def _close(self) -> str:
        """Leave the innermost element; returns which it was."""
        tag = self.open.pop()
        if self.silent:
            self.silent -= 1
            return tag
        if self.kept and self.kept[-1] > len(self.open):
            self.kept.pop()
        if tag == "a" and self.links:
            self._end_link(*self.links.pop())
        if tag in MARKED:
            self._end_marked()
        if tag in BLOCKS:
            self.parts += [f"\n{address}" for address in self.below] + ["\n"]
            self.below = []
        return tag

    def _end_marked(self) -> None:
        text = "".join(self.parts[self.marked :])
        if words := text.strip():
            self.parts[self.marked :] = [text.replace(words, f"*{words}*", 1)]

    def _end_link(self, address: str, start: int, is_button: bool) -> None:
        words = "".join(self.parts[start:]).strip()
        if not address or address.removeprefix("mailto:") == words:
            return
        if is_button:
            self.parts.append(f": {address}\n")
        elif address not in self.below:
            self.below.append(address)

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data if self.kept else SPACES.sub(" ", data))
