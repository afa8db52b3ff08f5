"""The commands for incidents, through the real socket of a real server, and decided by the real machine."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TextIO

import pytest
from click.testing import CliRunner, Result

from monitor.cli import main
from monitor.commands.incidents import explain_incident
from monitor.core.model import HOUR, SECOND, Configured, Incident, IncidentStatus, Step, Tick, Verdict, Written
from tests.builders import NOON, component_setup, incident, result, setup
from tests.exporter.desk import Desk, watching

OPEN = ("open", "--title", "Slow logins", "--component", "api", "--message", "We look into it.")
BELL = "\a"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with watching(tmp_path) as desk:
        yield desk


async def incidents(data: Path, *arguments: str, given: str | bytes | None = None) -> Result:
    """Run `incident …` on a thread of its own, so that the server can answer meanwhile."""
    command = ["incident", *arguments, "--data", str(data)]
    return await asyncio.to_thread(CliRunner().invoke, main, command, input=given)


async def known(desk: Desk) -> Incident:
    """The one that there is, as it was written down."""
    (found,) = await desk.store.incidents(limit=2)
    return found


async def failed(desk: Desk, name: str = "API") -> Incident:
    """The one that the machine opens when the API is down."""
    await desk.obey.hear(Configured(NOON - HOUR, setup(component_setup("api", name=name), component_setup("cdn"))))
    for started in range(NOON - 3 * SECOND, NOON, SECOND):
        await desk.obey.hear(result("api/health", Verdict.FAIL, started=started))
    return await known(desk)


async def resolved(desk: Desk) -> Incident:
    """One that is over."""
    about = await failed(desk)
    over = Written(at=NOON, by="ada", incident=about.id, message="All is well.", status=IncidentStatus.RESOLVED)
    await desk.obey.hear(over)
    return about


# ── opening one ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_new_incident_is_printed_by_its_id_alone_on_the_last_line(desk: Desk, tmp_path: Path) -> None:
    result = await incidents(tmp_path, *OPEN)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"Slow logins is open, for people to look after:\n{(await known(desk)).id}\n"


async def test_an_incident_is_opened_as_it_was_typed(desk: Desk, tmp_path: Path) -> None:
    await incidents(tmp_path, *OPEN, "--component", "cdn", "--impact", "critical", "--status", "identified")
    found = await known(desk)
    assert (found.title, found.components, found.by) == ("Slow logins", ("api", "cdn"), "operator")
    assert (found.impact, found.status) == ("critical", "identified")
    assert found.updates[0].message == "We look into it."


async def test_an_incident_is_minor_and_investigated_unless_said_otherwise(desk: Desk, tmp_path: Path) -> None:
    await incidents(tmp_path, *OPEN)
    found = await known(desk)
    assert (found.impact, found.status) == ("minor", "investigating")


# ── listing them ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_list_shows_since_when_an_incident_is_and_that_the_machine_looks_after_it(
    desk: Desk, tmp_path: Path
) -> None:
    about = await failed(desk)
    result = await incidents(tmp_path, "list")
    head, line = result.stdout.splitlines()
    assert (result.exit_code, head.split("  ")[0]) == (0, "ID")
    assert line.split(maxsplit=5) == [
        about.id,
        "investigating",
        "critical",
        "2026-12-01T11:59:57Z",
        "machine",
        "API outage",
    ]


@pytest.mark.parametrize("hands", [("ada",), ("bob", "ada")])
async def test_of_the_people_who_look_after_an_incident_the_one_who_wrote_last_is_shown(
    desk: Desk, tmp_path: Path, hands: tuple[str, ...]
) -> None:
    about = await failed(desk)
    for name in hands:
        await desk.obey.hear(Written(at=NOON, by=name, incident=about.id, message="I look.", hold=True))
    _, line = (await incidents(tmp_path, "list")).stdout.splitlines()
    assert line.split()[4] == "ada"


@pytest.mark.parametrize(
    ("arguments", "shown"), [((), ["inc_4", "inc_3", "inc_2"]), (("--all",), ["inc_4", "inc_3", "inc_2", "inc_1"])]
)
async def test_what_is_over_is_listed_only_when_it_is_asked_for(
    desk: Desk, tmp_path: Path, arguments: tuple[str, ...], shown: list[str]
) -> None:
    statuses = [IncidentStatus.RESOLVED, *(each for each in IncidentStatus if each is not IncidentStatus.RESOLVED)]
    step = {f"inc_{at}": incident(f"inc_{at}", status=each, created_at=at) for at, each in enumerate(statuses, 1)}
    await desk.store.commit([(Tick(NOON), Step(incidents=step))], NOON)
    _, *lines = (await incidents(tmp_path, "list", *arguments)).stdout.splitlines()
    assert [line.split()[0] for line in lines] == shown


async def test_a_list_goes_on_over_all_pages(desk: Desk, tmp_path: Path) -> None:
    many = {f"inc_{at}": incident(f"inc_{at}", created_at=at) for at in range(101)}
    await desk.store.commit([(Tick(NOON), Step(incidents=many))], NOON)
    _, *lines = (await incidents(tmp_path, "list")).stdout.splitlines()
    assert [line.split()[0] for line in lines] == [f"inc_{at}" for at in reversed(range(101))]


@pytest.mark.parametrize(
    ("arguments", "sentence"), [((), "No incident is open."), (("--all",), "There was no incident yet.")]
)
async def test_an_empty_list_says_so(desk: Desk, tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    result = await incidents(tmp_path, "list", *arguments)
    assert (result.exit_code, result.stdout) == (0, f"{sentence}\n")


@pytest.mark.parametrize("command", ["list", "update", "postmortem"])
async def test_a_title_does_nothing_to_a_terminal(desk: Desk, tmp_path: Path, command: str) -> None:
    about = await failed(desk, name=f"A{BELL}PI")
    arguments = {"list": (), "update": (about.id, "--message", "We look."), "postmortem": (about.id, "--text", "So.")}
    if command == "postmortem":
        await incidents(tmp_path, "resolve", about.id)
    result = await incidents(tmp_path, command, *arguments[command])
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].endswith("A\N{REPLACEMENT CHARACTER}PI outage")


# ── writing in them ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--message", "We look."), "investigating, its impact is critical: API outage"),
        (("--status", "monitoring"), "monitoring, its impact is critical: API outage"),
        (("--title", "No logins"), "investigating, its impact is critical: No logins"),
        (("--impact", "none", "--status", "identified"), "identified, its impact is none: API outage"),
    ],
)
async def test_an_update_says_how_the_incident_stands(
    desk: Desk, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    about = await failed(desk)
    result = await incidents(tmp_path, "update", about.id, *arguments)
    assert (result.exit_code, result.stdout) == (0, f"{about.id} is {told}\n")


async def test_a_message_is_written_under_the_name_of_the_operator(desk: Desk, tmp_path: Path) -> None:
    about = await failed(desk)
    await incidents(tmp_path, "update", about.id, "--message", "We look.\nSoon more.")
    latest = (await known(desk)).updates[-1]
    assert (latest.message, latest.by) == ("We look.\nSoon more.", "operator")


async def test_an_incident_is_taken_over_and_given_back(desk: Desk, tmp_path: Path) -> None:
    about = await failed(desk)
    held = []
    for option in ("--hold", "--release"):
        await incidents(tmp_path, "update", about.id, option)
        held.append((await known(desk)).held)
    assert held == [True, False]


async def test_an_update_of_nothing_is_a_mistake_in_typing(tmp_path: Path) -> None:
    result = await incidents(tmp_path, "update", "inc_1")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == "Error: Say what there is to update, such as --message."


@pytest.mark.parametrize(
    ("arguments", "message"), [((), "It is now resolved."), (("--message", "All is well."), "All is well.")]
)
async def test_a_resolved_incident_is_over(
    desk: Desk, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    about = await failed(desk)
    result = await incidents(tmp_path, "resolve", about.id, *arguments)
    found = await known(desk)
    assert (found.open, found.updates[-1].message.startswith(message)) == (False, True)
    assert result.stdout.splitlines()[0] == f"{about.id} is resolved, its impact is critical: API outage"


@pytest.mark.parametrize("command", [("resolve",), ("update", "--status", "resolved")])
async def test_who_ends_an_incident_is_told_what_of_it_is_still_in_trouble(
    desk: Desk, tmp_path: Path, command: tuple[str, ...]
) -> None:
    about = await failed(desk)
    name, *options = command
    _, *lines = (await incidents(tmp_path, name, about.id, *options)).stdout.splitlines()
    told = "no incident opens for that until it gets worse, or is over and comes back"
    assert lines == [f"API is still in major_outage: {told}"]


@pytest.mark.parametrize("update", ["--hold", "--status=identified"])
async def test_of_an_incident_that_goes_on_nothing_is_said_to_be_still_in_trouble(
    desk: Desk, tmp_path: Path, update: str
) -> None:
    about = await failed(desk)
    assert len((await incidents(tmp_path, "update", about.id, update)).stdout.splitlines()) == 1


async def test_what_is_in_trouble_elsewhere_is_no_matter_of_an_incident_that_ends(desk: Desk, tmp_path: Path) -> None:
    await failed(desk)
    elsewhere = ("open", "--title", "Slow pictures", "--component", "cdn", "--message", "We look into it.")
    about = (await incidents(tmp_path, *elsewhere)).stdout.splitlines()[-1]
    assert len((await incidents(tmp_path, "resolve", about)).stdout.splitlines()) == 1


# ── what was learned ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("option", "given"), [(("--text", "It was DNS."), None), ((), "It was DNS.\n")])
async def test_a_post_mortem_is_typed_or_read_from_standard_input(
    desk: Desk, tmp_path: Path, option: tuple[str, ...], given: str | None
) -> None:
    about = await resolved(desk)
    result = await incidents(tmp_path, "postmortem", about.id, *option, given=given)
    assert (result.exit_code, result.stdout) == (0, f"{about.id} has its post-mortem: API outage\n")
    assert (await known(desk)).postmortem == "It was DNS."


class Terminal(io.StringIO):
    """Where somebody would have to type."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("source", [Terminal(), None])
def test_a_post_mortem_does_not_wait_for_somebody_to_type(
    tmp_path: Path, source: TextIO | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain_incident(tmp_path, "inc_1", None, source) == 1
    sentence = "say what was learned with --text, or on standard input, from a file or another program\n"
    assert capsys.readouterr().err == sentence


async def test_a_post_mortem_that_is_no_text_is_refused(desk: Desk, tmp_path: Path) -> None:
    result = await incidents(tmp_path, "postmortem", "inc_1", given=b"\xff")
    assert (result.exit_code, result.stderr) == (1, "what comes on standard input is not text in utf-8\n")


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((*OPEN, "--impact", "huge"), "--impact: must be one of none, minor, major, critical."),
        ((*OPEN, "--status", "resolved"), "--status: must be one of investigating, identified, monitoring."),
        (
            ("open", "--title", "", "--component", "www", "--message", "So."),
            "--title: must be one line of 1 to 100 characters. --component: must be a list of some of api, cdn.",
        ),
        (("update", "inc_0", "--message", "So."), "There is no incident 'inc_0'."),
        (("resolve", "../status"), "There is no incident '../status'."),
        (("postmortem", "inc_0", "--text", "So."), "There is no incident 'inc_0'."),
    ],
)
async def test_what_the_daemon_refuses_is_told_in_its_words(
    desk: Desk, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    result = await incidents(tmp_path, *arguments)
    assert (result.exit_code, result.stderr, result.stdout) == (1, f"{sentence}\n", "")


async def test_where_people_look_after_a_component_a_second_incident_is_refused(desk: Desk, tmp_path: Path) -> None:
    await incidents(tmp_path, *OPEN)
    result = await incidents(tmp_path, *OPEN)
    held = (await known(desk)).id
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"api is part of {held}, which people look after: write there.\n"


async def test_what_people_opened_is_not_released(desk: Desk, tmp_path: Path) -> None:
    about = (await incidents(tmp_path, *OPEN)).stdout.splitlines()[-1]
    result = await incidents(tmp_path, "update", about, "--release")
    assert (result.exit_code, result.stderr) == (1, "--release: people opened it, so people end it.\n")


async def test_in_what_is_over_nothing_is_written_but_a_post_mortem(desk: Desk, tmp_path: Path) -> None:
    about = await resolved(desk)
    result = await incidents(tmp_path, "resolve", about.id)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"{about.id} is resolved; only a post-mortem can still be written.\n"


@pytest.mark.parametrize(
    ("option", "given", "named"), [(("--text", " "), None, "--text"), ((), " ", "standard input")]
)
async def test_a_post_mortem_without_words_is_refused_by_where_it_came_from(
    desk: Desk, tmp_path: Path, option: tuple[str, ...], given: str | None, named: str
) -> None:
    about = await resolved(desk)
    result = await incidents(tmp_path, "postmortem", about.id, *option, given=given)
    assert (result.exit_code, result.stderr.partition(":")[0]) == (1, named)


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        OPEN,
        ("update", "inc_1", "--hold"),
        ("resolve", "inc_1"),
        ("postmortem", "inc_1", "--text", "So."),
    ],
)
async def test_without_a_daemon_one_sentence_says_how_to_start_one(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = await incidents(tmp_path, *arguments)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == f"no daemon runs on {tmp_path}: start one with justkalm-monitor run --data {tmp_path}\n"
