"""Reading HTML that must be well formed, and the pictures in it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

VOID = {"br", "meta", "wbr"}
TAGS = {
    *("div", "p", "b", "br", "code", "span", "table", "tr", "th", "td", "details", "summary"),
    *("dl", "dt", "dd", "pre", "svg", "path", "circle", "g", "text", "metadata"),
}
ATTRIBUTES = {
    *("style", "open", "scope", "role", "aria-label", "aria-level", "aria-hidden"),
    *("viewbox", "preserveaspectratio", "width", "height", "x", "y", "cx", "cy", "r", "d"),
    *("fill", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray"),
    *("font-size", "text-anchor"),
}
_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)

Attributes = tuple[tuple[str, str | None], ...]


class Strict(HTMLParser):
    """Collects the tags with their attributes, and checks that what opens is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.seen: list[tuple[str, Attributes]] = []
        self.feed(text)
        self.close()
        assert not self.opened

    @property
    def tags(self) -> set[str]:
        return {tag for tag, _ in self.seen}

    @property
    def attributes(self) -> set[str]:
        return {name for _, attributes in self.seen for name, _ in attributes}

    def shape(self) -> list[tuple[str, Attributes]]:
        """All that stands in angle brackets but the words for a screen reader."""
        return [
            (tag, tuple(pair for pair in attributes if pair[0] != "aria-label"))
            for tag, attributes in self.seen
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.opened.append(tag)
        self.seen.append((tag, tuple(attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag


def pictures(page: str) -> list[ET.Element]:
    """The SVG of a page, each read as XML. Raises ParseError."""
    found = _SVG.findall(page)
    assert len(found) == page.count("<svg")
    return [ET.fromstring(text) for text in found]  # noqa: S314  our own text
