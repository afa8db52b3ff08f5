"""From a file to a config, or to all that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from monitor.config.building import build
from monitor.config.checks import check
from monitor.config.config import Config
from monitor.config.faults import ConfigError, Fault, Faults, shortened
from monitor.config.secrets import secrets_in
from monitor.config.source import read_source
from monitor.config.tree import grow
from monitor.config.validation import validate
from monitor.config.values import evaluate
from monitor.core.redaction import Redactor

LONGEST_PROBLEM = 300  # characters


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """The config in a file.

    Args:
        environ: where `${NAME}` is looked up.

    Raises:
        ConfigError: the file is wrong; its faults are all that is, with secrets redacted.
    """
    faults = Faults(str(path))
    values = evaluate(grow(read_source(path, faults), faults), path.parent, environ, faults)
    secrets = [*values.secrets, *secrets_in(values.root)]
    file = validate(values, faults)
    check(values, faults)
    if file is None or faults.found:
        raise ConfigError(_redacted(faults.found, Redactor(secrets)))
    return build(file, secrets)


def _redacted(faults: list[Fault], redactor: Redactor) -> list[Fault]:
    """Without secrets, and only then cut: half a secret would not be found any more."""
    return [replace(fault, problem=shortened(redactor(fault.problem), LONGEST_PROBLEM)) for fault in faults]
