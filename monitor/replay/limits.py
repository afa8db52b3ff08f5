"""What a replay cannot tell, in a sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.config import Config
from monitor.core.model import ProbeSetup, Setup
from monitor.core.wording import listed
from monitor.replay.judging import reports_in
from monitor.replay.recording import Recording

RECONFIGURED = (
    "The config changed in that time: the recorded side tells of what came and went with it, such as components or "
    "maintenance; the new side goes by one config throughout."
)


def limits(config: Config, against: Config | None, recording: Recording) -> list[str]:
    """Of a replay of the config against another one, or against what was recorded."""
    configs = [config] if against is None else [against, config]
    return [
        *_unreplayable(configs, recording.setup),
        *_unrecorded(config, recording),
        *([RECONFIGURED] if against is None and recording.reconfigured else []),
        *_unheard(recording),
    ]


def _unreplayable(configs: Sequence[Config], recorded: Setup) -> Iterator[str]:
    """A line for each probe of which something is other than it was when it ran."""
    known, wanted = _probes(recorded), [_probes(config.setup) for config in configs]
    for probe in dict.fromkeys(probe for probes in wanted for probe in probes):
        sides = [probes[probe] for probes in wanted if probe in probes and probe in known]
        changes = [change for side in sides for change in _changes(side, known[probe])]
        if len({config.probes[probe].timeout for config in configs if probe in config.probes}) > 1:
            changes.append("timeout")
        if changes:
            changed = listed(list(dict.fromkeys(changes)))
            yield f"{probe}: {changed} changed, which cannot be replayed: it is judged as it ran."


def _changes(wanted: ProbeSetup, was: ProbeSetup) -> Iterator[str]:
    if wanted.interval != was.interval and not (reports_in(wanted) and reports_in(was)):
        yield "interval"
    if wanted.recheck_interval != was.recheck_interval:
        yield "recheck_interval"
    if wanted.fingerprint != was.fingerprint:
        yield "target or expect"


def _unrecorded(config: Config, recording: Recording) -> Iterator[str]:
    for probe in config.probes:
        if not recording.results[probe]:
            yield f"{probe}: no result was recorded, so nothing can be said of it."
    for probe, count in recording.results.items():
        if count and probe not in config.probes:
            yield f"{probe}: not in the new config, which leaves {count:,} of its results out."


def _unheard(recording: Recording) -> Iterator[str]:
    if recording.unheard:
        entries = "1 entry" if recording.unheard == 1 else f"{recording.unheard:,} entries"
        yield f"Left out of the new side, which has no such incident then: {entries} by people."


def _probes(setup: Setup) -> dict[str, ProbeSetup]:
    return {probe.id: probe for component in setup.components for probe in component.probes}
