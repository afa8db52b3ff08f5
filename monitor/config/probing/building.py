"""A probe of the file, as those take it who judge it and those who ask."""

from __future__ import annotations

from monitor.config.probing.fingerprint import fingerprint
from monitor.config.probing.probe import KINDS, Defaults, Probe
from monitor.config.probing.steps import transaction
from monitor.config.timing import STANDARD
from monitor.config.units import duration
from monitor.core.model import SECOND, Duration, ProbeSetup
from monitor.probers.settings import ProbeSettings, Target

# What holds where nothing is written, and where the interval or the timeout allows it.
FAILURES = 3
PASSES = 2
RECHECK = 5 * SECOND
SLOW = SECOND


def probe_setup(probe_id: str, probe: Probe, defaults: Defaults) -> ProbeSetup:
    if probe.heartbeat is not None:
        return probe.heartbeat.setup(probe_id)
    interval = probe.interval or defaults.interval or duration(STANDARD["interval"])
    return ProbeSetup(
        id=probe_id,
        interval=interval,
        failure_threshold=probe.failure_threshold or defaults.failure_threshold or FAILURES,
        success_threshold=probe.success_threshold or defaults.success_threshold or PASSES,
        recheck_interval=probe.recheck_interval or defaults.recheck_interval or min(RECHECK, interval),
        fingerprint=fingerprint(_target(probe), probe.expect.built()),
    )


def probe_settings(probe_id: str, probe: Probe, defaults: Defaults) -> ProbeSettings:
    """Of a probe that asks."""
    timeout: Duration = probe.timeout or defaults.timeout or duration(STANDARD["timeout"])
    return ProbeSettings(
        id=probe_id,
        target=_target(probe),
        expect=probe.expect.built(),
        timeout=timeout,
        slow_after=probe.slow_after or defaults.slow_after or min(SLOW, timeout // 2),
    )


def _target(probe: Probe) -> Target:
    if probe.steps is not None:
        return transaction(probe.steps)
    asked = next(kind for name in KINDS if (kind := getattr(probe, name)) is not None)
    target: Target = asked.target()
    return target
