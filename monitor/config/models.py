"""The shape of probes.yaml. A new section is a new block and one more field of `File`."""

from __future__ import annotations

from pydantic import Field

from monitor.config.alerting import Alert
from monitor.config.block import Block
from monitor.config.kinds import BaseUrl, Flag, Id, Keep, Line, Network, Objective, Reference, Room, Timezone, Url
from monitor.config.maintenance import Maintenance
from monitor.config.probing.probe import Defaults, Probe
from monitor.core.model import DAY


class Page(Block):
    name: Line = Field(default="JustKalm", description="What the page is called.")
    url: Url = Field(default="https://status.justkalm.com", description="Where visitors find the page.")
    timezone: Timezone = Field(
        default="UTC", description="Whose days and clocks it goes by, such as Europe/Berlin; UTC."
    )


class Component(Block):
    name: Line | None = Field(default=None, description="What visitors call it; the id unless given.")
    description: Line = Field(default="", description="One line about it.")
    depends_on: list[Id] = Field(default=[], description="Components without which this one cannot work.")
    objective: Objective | None = Field(
        default=None, description="Percent of uptime aimed at in each month, such as 99.9; none unless given."
    )
    probes: dict[Id, Probe] = Field(min_length=1, description="Probes by their id.")


class Webhooks(Block):
    allow_http: Flag = Field(default=False, description="Whether endpoints may be http://, too; false.")
    allow_networks: list[Network] = Field(
        default=[], description="Networks that are not public but may hold endpoints, such as 10.0.0.0/8."
    )


class Server(Block):
    trusted_proxies: list[Network] = Field(
        default=[], description="Networks of the proxies before us, whose X-Forwarded-For is believed."
    )
    public_url: BaseUrl | None = Field(
        default=None, description="Where targets reach us, to post callbacks; where we listen unless given."
    )


class Storage(Block):
    keep: Keep = Field(default=365 * DAY, description="How long results are kept, such as 90d; 365d.")
    max_size: Room | None = Field(
        default=None,
        description="How large the database may become with its log, such as 2GB; any size unless given.",
    )


class File(Block):
    """Probes of JustKalm monitor."""

    page: Page = Field(default=Page(), description="The status page.")
    defaults: Defaults = Field(default=Defaults(), description="What probes are given that say nothing else.")
    components: dict[Id, Component] = Field(
        min_length=1, description="The parts that visitors know, in the order in which they are shown."
    )
    maintenance: list[Maintenance] = Field(
        default=[], description="Planned work, once or again and again, in which trouble is expected."
    )
    alerts: list[Alert] = Field(default=[], description="Who is told where they already look, and of what.")
    references: list[Reference] = Field(
        default=[],
        description="What should always answer, such as tcp://gateway.internal:443: if nothing does, it is us.",
    )
    webhooks: Webhooks = Field(default=Webhooks(), description="Where webhooks may be sent.")
    server: Server = Field(default=Server(), description="What stands before the page and the API.")
    storage: Storage = Field(default=Storage(), description="How long results are kept, and in how much room.")
