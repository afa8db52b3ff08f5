"""Texts from anywhere, wherever they reach a page: nothing runs, and nothing breaks out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exporter.sources import Page, Sources, Vitals
from exporter.stream.stream import Stream
from monitor.core.board import Board
from monitor.core.model import (
    DAY,
    HOUR,
    ComponentState,
    Incident,
    IncidentStatus,
    Phases,
    Reason,
    Result,
    Setup,
    Status,
    Update,
    Verdict,
    Window,
)
from tests.browser.conftest import Read
from tests.builders import NOON, amendment, component_setup, incident, probe_setup
from tests.clients.chromium import needs_chromium
from tests.exporter.fakes import FakeHistory, sources

pytestmark = needs_chromium

CORPUS = (
    "<script>hacked = 1</script>",
    "</title><script>hacked = 1</script>",
    "</style><script>hacked = 1</script>",
    "</main></body><script src=//127.0.0.1:1/x.js></script>",
    "<img src=x onerror=hacked=1>",
    '"><svg onload=hacked=1>',
    "'><svg/onload=hacked=1>",
    '" onmouseover="hacked=1" autofocus onfocus="hacked=1" x="',
    "javascript:hacked=1",
    "<a href=javascript:hacked=1>x</a>",
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "<base href=//127.0.0.1:1/><meta http-equiv=refresh content='0;url=javascript:hacked=1'>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=hacked=1&gt;">',
    "<details open ontoggle=hacked=1><summary>x</summary></details>",
    "{{ 7 * 7 }}{% raw %}${hacked=1}",
    "<!--<script>hacked=1//-->",
    "&lt;script&gt;hacked = 1&lt;/script&gt;",
    "\u202e\u0000\ufeff<\u0073cript>hacked=1</script>",
    "<" * 200,
    "x" * 2_000,
)
MARK = "\u2603"  # marks where a text begins, so that it is found again


def hostile(attack: str) -> Sources:
    """The attack in every text of every noun that pages show."""
    text = MARK + attack
    component = component_setup("api", name=text, probes=(probe_setup(f"api/{text}"),))
    window = Window(id="mnt_1", title=text, components=("api", text), starts=NOON - HOUR, ends=NOON + HOUR)
    result = Result(
        probe=f"api/{text}",
        started=NOON,
        at=NOON,
        verdict=Verdict.FAIL,
        reason=Reason.BODY,
        phases=Phases(connect=1),
        detail=text,
    )
    board = Board(
        setup=Setup(components=(replace(component, description=text, depends_on=(text,)),), windows=(window,)),
        components={"api": ComponentState(status=Status.MAJOR_OUTAGE, decided=NOON)},
        incidents=[_incident("inc_open", text)],
        latest={f"api/{text}": result},
    )
    history = FakeHistory(
        runs={"api": [(NOON - 1, 1_000)]},
        known=[_incident("inc_open", text), _over(text)],
        planned=[window, replace(window, id="mnt_0", ends=NOON)],
        amended=[replace(amendment(since=NOON - HOUR, until=NOON), reason=text, by=text)],
    )
    return sources(
        board,
        history,
        page=Page(text, f"https://x/{attack}"),
        vitals=Vitals(degraded={text}),
        stream=Stream(history, board.component_setup, 10),
    )


def _incident(id_: str, text: str) -> Incident:
    update = Update(IncidentStatus.INVESTIGATING, text, NOON, text)
    return incident(id_, title=text, components=("api", text), updates=(update,), created_at=NOON - DAY)


def _over(text: str) -> Incident:
    over = replace(_incident("inc_over", text), status=IncidentStatus.RESOLVED, resolved_at=NOON, ended_at=NOON)
    updates = tuple(Update(IncidentStatus.RESOLVED, text, at, text) for at in (NOON, NOON + 1))
    return replace(over, postmortem=text, merged_into=text, updates=updates)


SHAPE = """[...document.querySelectorAll("*")].map((element) => [element.tagName, ...[...element.attributes].map(
    (attribute) => attribute.name)].join(" ")).join("\\n")"""


@pytest.mark.parametrize("path", ["/", "/history", "/incidents/inc_over", "/components/api"])
async def test_no_text_runs_or_changes_the_shape_of_a_page(read: Read, path: str) -> None:
    reader = await read(hostile("harmless"))
    await reader.opens(path)
    shape = await reader.asks(SHAPE)
    for attack in CORPUS:
        await read(hostile(attack))
        await reader.opens(path)
        assert await reader.asks("typeof hacked") == "undefined", attack
        assert await reader.asks(SHAPE) == shape, attack
        assert await reader.asks(f"document.querySelector('main').textContent.includes('{MARK}')") is True
        assert await reader.complaints() == [], attack
