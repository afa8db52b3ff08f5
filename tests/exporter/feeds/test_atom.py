"""The feed of incidents keeps all that RFC 4287 says an Atom feed must."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, fromstring

import pytest

from exporter.feeds.atom import feed
from exporter.sources import Page
from monitor.core.model import DAY, MINUTE, Incident, IncidentStatus, Update
from tests.builders import NOON, incident

PAGE = Page("JustKalm", "https://status.justkalm.com")
NAMES = {"api": "API", "cdn": "CDN"}
ATOM = "{http://www.w3.org/2005/Atom}"
AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")

HOSTILE = [
    "<script>alert(1)</script>",
    "]]></content></entry></feed>",
    "&amp; &lt;b&gt; &#0; &nosuch;",
    "<!--",
    '"><img src=x onerror=alert(1)>',
    "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
    "\x00\x01\x08\x0b\x0c\x0e\x1f\x7f",
    "\ufffe\uffff",
    "\ud800 and \udfff",
    "\u202eesrever \U0001f600 \u0000",
    "a\r\nb\tc",
]


class Seen(HTMLParser):
    """The tags and the text that a reader shows of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def told(*incidents: Incident, page: Page = PAGE) -> Element:
    text = feed(page, incidents, NAMES, NOON - 40 * DAY)
    assert text.startswith('<?xml version="1.0" encoding="utf-8"?>\n<feed ')
    return fromstring(text.encode())


def text(parent: Element, *path: str) -> str:
    (found,) = parent.findall("/".join(ATOM + tag for tag in path))
    return found.text or ""


def links(parent: Element) -> dict[str, str]:
    return {link.attrib["rel"]: link.attrib["href"] for link in parent.findall(f"{ATOM}link")}


def test_the_feed_has_all_that_a_feed_must_have() -> None:
    root = told(incident())
    assert root.tag == f"{ATOM}feed"
    assert text(root, "title") == "JustKalm incidents"
    assert text(root, "author", "name") == "JustKalm"
    assert text(root, "id").startswith("urn:uuid:")
    assert AT.fullmatch(text(root, "updated"))
    assert links(root) == {
        "self": "https://status.justkalm.com/feed.atom",
        "alternate": "https://status.justkalm.com/",
    }


def test_an_entry_has_all_that_an_entry_must_have() -> None:
    (entry,) = told(incident("inc_abc")).findall(f"{ATOM}entry")
    assert text(entry, "title") == "API outage"
    assert text(entry, "published") == text(entry, "updated") == "2026-12-01T12:00:00Z"
    assert links(entry) == {"alternate": "https://status.justkalm.com/incidents/inc_abc"}
    assert entry.findall(f"{ATOM}content")[0].attrib == {"type": "html"}


def test_ids_are_these_for_ever_also_when_the_page_moves() -> None:
    here = [text(entry, "id") for entry in told(incident("inc_abc"), incident("inc_def")).findall(f"{ATOM}entry")]
    assert here == [
        "urn:uuid:4a3459b5-7952-5587-8cfb-5245c41b364c",
        "urn:uuid:4c16af98-81f5-5780-9172-a6b0e0a8b63c",
    ]
    moved = told(incident("inc_abc"), page=Page("Other", "https://elsewhere.example/"))
    assert [text(entry, "id") for entry in moved.findall(f"{ATOM}entry")] == here[:1]


def test_the_feeds_of_two_pages_are_two() -> None:
    assert text(told(), "id") != text(told(page=Page("JustKalm", "https://status.other.example")), "id")


def test_an_incident_is_updated_with_its_last_entry_and_the_feed_with_its_newest_incident() -> None:
    later = Update(IncidentStatus.IDENTIFIED, "Connections are refused.", NOON + 3 * MINUTE)
    old = incident("inc_old", created_at=NOON - DAY, updates=(*incident().updates, later))
    new = incident(
        "inc_new", created_at=NOON + MINUTE, updates=(Update(IncidentStatus.INVESTIGATING, "", NOON + MINUTE),)
    )
    root = told(new, old)
    assert [text(entry, "updated") for entry in root.findall(f"{ATOM}entry")] == [
        "2026-12-01T12:01:00Z",
        "2026-12-01T12:03:00Z",
    ]
    assert text(root, "updated") == "2026-12-01T12:03:00Z"


def test_while_nothing_happened_the_feed_is_as_old_as_the_watch() -> None:
    root = told()
    assert (root.findall(f"{ATOM}entry"), text(root, "updated")) == ([], "2026-10-22T12:00:00Z")


def test_the_content_tells_what_is_affected_and_the_timeline_newest_first() -> None:
    updates = (
        Update(IncidentStatus.INVESTIGATING, "All checks fail.", NOON),
        Update(IncidentStatus.RESOLVED, "Stable.\nSorry.", NOON + MINUTE),
        Update(IncidentStatus.RESOLVED, "A cable.", NOON + DAY, "bob"),
    )
    (entry,) = told(incident(components=("api", "gone"), updates=updates)).findall(f"{ATOM}entry")
    assert text(entry, "content") == (
        "<p>Impact: critical. Affects API, gone.</p>"
        "<p><strong>Postmortem</strong> <time>2026-12-02T12:00:00Z</time><br>A cable.</p>"
        "<p><strong>Resolved</strong> <time>2026-12-01T12:01:00Z</time><br>Stable.<br>Sorry.</p>"
        "<p><strong>Investigating</strong> <time>2026-12-01T12:00:00Z</time><br>All checks fail.</p>"
    )


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text_wherever_it_stands(hostile: str) -> None:
    update = Update(IncidentStatus.INVESTIGATING, hostile, NOON)
    page = Page(hostile, "https://status.justkalm.com")
    root = told(incident(title=hostile, components=(hostile,), updates=(update,)), page=page)
    (entry,) = root.findall(f"{ATOM}entry")
    seen = Seen(text(entry, "content"))
    assert seen.tags == {"p", "strong", "time", "br"}
    assert {child.tag.removeprefix(ATOM) for child in entry} == {
        "id", "title", "published", "updated", "link", "content",
    }  # fmt: skip
    assert plain([text(entry, "title"), seen.text]) == [plain_words(hostile)] * 2


def plain_words(hostile: str) -> str:
    """What must remain of a text, whatever became of its odd characters."""
    return "".join(re.findall(r"[ -~]", hostile))


def plain(shown: Sequence[str]) -> list[str]:
    title, content = shown
    story = content.partition("Affects ")[2]
    return [plain_words(title), plain_words(story.partition(".Investigating ")[0])]


def test_without_an_address_links_are_relative() -> None:
    assert links(told(page=Page("JustKalm"))) == {"self": "/feed.atom", "alternate": "/"}
