"""Who is told where they already look: the blocks of `alerts`, and what is made of them."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ConfigDict, Field

from monitor.config.alert_kinds import (
    AppriseUrl,
    BaseUrl,
    EventPattern,
    LeastImpact,
    MailAddress,
    Security,
    SigningSecret,
    WebhookUrl,
)
from monitor.config.block import Block, SecretBlock
from monitor.config.credentials import Password, Token
from monitor.config.kinds import Host, Id, Line, Port
from monitor.config.places import ALERT_SECRETS
from monitor.core import subscribing
from monitor.core.model import Impact

PORTS: Mapping[str, int] = {"starttls": 587, "tls": 465, "none": 25}


class Format(SecretBlock):
    """What a format must know."""

    in_files = ALERT_SECRETS

    def settings(self) -> dict[str, object]:
        """As the format takes them: lists as tuples, so that they stay as they are."""
        return {name: tuple(value) if isinstance(value, list) else value for name, value in self}


class Standard(Format):
    url: WebhookUrl = Field(description="Where our own webhooks are sent.")
    secret: SigningSecret = Field(description="What signs them: whsec_ and 24 to 64 bytes in base64.")


class Webhook(Format):
    url: WebhookUrl = Field(description="The webhook's URL, as its channel shows it.")


class PagerDuty(Format):
    routing_key: Token = Field(description="The integration key of an Events API v2 integration.")
    url: BaseUrl = Field(
        default="https://events.pagerduty.com", description="Where PagerDuty is; https://events.pagerduty.com."
    )


class Opsgenie(Format):
    api_key: Token = Field(description="The key of an API integration.")
    url: BaseUrl = Field(
        default="https://api.opsgenie.com", description="Where Opsgenie is; https://api.opsgenie.com."
    )


class Alertmanager(Format):
    url: BaseUrl = Field(description="Where Alertmanager is, such as http://alertmanager:9093.")


class Email(Format):
    host: Host = Field(description="The mail server.")
    port: Port | None = Field(default=None, description="Its port; 587, with tls 465, with none 25.")
    security: Security = Field(
        default="starttls", description="How it is talked to: starttls, tls or none; starttls."
    )
    username: Line = Field(default="", description="Whom to log in as; nobody unless given.")
    password: Password = Field(default="", description="The password to log in with.")
    sender: MailAddress = Field(alias="from", description="The address that mails come from.")
    to: list[MailAddress] = Field(min_length=1, description="The addresses that mails go to.")

    def settings(self) -> dict[str, object]:
        return super().settings() | {"port": self.port or PORTS[self.security]}


class Apprise(Format):
    url: AppriseUrl = Field(description="An Apprise URL, such as tgram://…; needs justkalm-monitor[apprise].")


class Formats(Block):
    """How to tell; an alert has one of these."""

    standard: Standard | None = Field(default=None, description="Our own signed webhook.")
    slack: Webhook | None = Field(default=None, description="A channel of Slack.")
    pagerduty: PagerDuty | None = Field(default=None, description="A service of PagerDuty.")
    opsgenie: Opsgenie | None = Field(default=None, description="Opsgenie or Jira Service Management.")
    discord: Webhook | None = Field(default=None, description="A channel of Discord.")
    teams: Webhook | None = Field(default=None, description="A workflow of Microsoft Teams.")
    alertmanager: Alertmanager | None = Field(default=None, description="Prometheus Alertmanager.")
    statuspage: Webhook | None = Field(default=None, description="A webhook in the shape of Atlassian Statuspage.")
    email: Email | None = Field(default=None, description="Mail, over SMTP.")
    apprise: Apprise | None = Field(default=None, description="Anything else that Apprise knows.")


FORMATS = tuple(Formats.model_fields)


class Alert(Formats):
    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [format_]} for format_ in FORMATS]})

    name: Id | None = Field(default=None, description="What it is called; the format's name unless given.")
    events: list[EventPattern] = Field(
        default=["incident.*"],
        min_length=1,
        description="Kinds of event, families of them such as incident.*, or *; incident.* unless given.",
    )
    components: list[Id] = Field(
        default=[], min_length=1, description="Components that it tells of; all unless given."
    )
    least_impact: LeastImpact | None = Field(
        default=None,
        description=f"Impact below which an incident tells nobody: {', '.join(Impact)}; none unless given.",
    )


def built(alert: Alert) -> subscribing.Alert:
    """The alert as those take it who tell."""
    chosen = next(format_ for format_ in FORMATS if getattr(alert, format_) is not None)
    return subscribing.Alert(
        name=alert.name or chosen,
        format=chosen,
        settings=getattr(alert, chosen).settings(),
        events=tuple(alert.events),
        components=tuple(alert.components),
        least_impact=alert.least_impact,
    )
