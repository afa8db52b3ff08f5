"""A page, taken apart."""

from __future__ import annotations

from html.parser import HTMLParser

ATTACK = "<script>alert('\"&')</script>"
VOID = {"meta", "link"}


class Markup(HTMLParser):
    """Tags, addresses and text of a page; in `open_tags` stay those that were not closed in their order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open_tags: list[str] = []
        self.addresses: list[str] = []
        self._texts: list[str] = []
        self.feed(html)

    @property
    def text(self) -> str:
        """What is read on the page, on one line."""
        return " ".join(" ".join(self._texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags.pop() == tag

    def handle_data(self, data: str) -> None:
        if "head" not in self.open_tags:
            self._texts.append(data)
