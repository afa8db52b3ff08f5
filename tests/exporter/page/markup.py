"""Pages as they arrive: their tags, their addresses, and the words between."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from exporter.sources import Sources
from tests.exporter.conftest import Serve

ATTACK = "<script>alert('\"&')</script>"
VOID = {"meta", "link"}
SELF_CLOSED = {"path", "rect", "circle", "use"}


class Markup(HTMLParser):
    """Collects the tags, what they lead to, and those that were opened but not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.stack: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SELF_CLOSED
        self._note(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def _note(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        self.ids += [value or "" for name, value in attrs if name == "id"]


async def fetched(serve: Serve, told: Sources, path: str = "/", status: int = 200) -> str:
    client = await serve(told)
    async with client.get(path) as response:
        assert (response.status, response.content_type) == (status, "text/html")
        return await response.text()


def words(html: str) -> str:
    """What the page itself says, on one line, without what it draws."""
    main = html[html.index("<main") : html.index("</main>")]
    return between_tags(re.sub(r"<title>.*?</title>", "", main))


def between_tags(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())
