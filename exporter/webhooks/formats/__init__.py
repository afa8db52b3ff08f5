"""How others are told: a format is one file with its settings and one pure function, and one line in this table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from exporter.webhooks.formats import (
    alertmanager,
    apprise,
    discord,
    mail,
    opsgenie,
    pagerduty,
    slack,
    standard,
    statuspage,
    teams,
)
from exporter.webhooks.formats.message import Message, Notice
from monitor.core.model import Duration

# From (settings, notice) to the message; None where there is nothing to say of it.
MessageOf: TypeAlias = Callable[[Any, Notice], Message | None]

BAD_BODY = frozenset({400, 413, 422})  # said again it would be refused again


@dataclass(frozen=True, slots=True)
class Format:
    """One way of telling.

    Args:
        settings: a dataclass; its fields are the keys under the format's name in the config.
        refused: statuses of answers that say that this message will never be taken.
        again_after: how long after it was taken the latest message of an open incident is sent again.
    """

    settings: type[Any]
    message: MessageOf
    refused: frozenset[int] = BAD_BODY
    again_after: Duration | None = None


FORMATS: Mapping[str, Format] = {
    "standard": Format(standard.Settings, standard.message),
    "slack": Format(slack.Settings, slack.message),
    "discord": Format(discord.Settings, discord.message),
    "teams": Format(teams.Settings, teams.message),
    "pagerduty": Format(pagerduty.Settings, pagerduty.message),
    "opsgenie": Format(opsgenie.Settings, opsgenie.message),
    "alertmanager": Format(alertmanager.Settings, alertmanager.message, again_after=alertmanager.AGAIN_AFTER),
    "statuspage": Format(statuspage.Settings, statuspage.message),
    "email": Format(mail.Settings, mail.message, refused=mail.REFUSED),
    "apprise": Format(apprise.Settings, apprise.message),
}
