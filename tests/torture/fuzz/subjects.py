"""All that is fuzzed, in one table; each is called as its file is."""

from __future__ import annotations

from collections.abc import Mapping

from tests.torture.fuzz import answers, config, requests, signatures
from tests.torture.fuzz.subject import Subject

SUBJECTS: Mapping[str, Subject] = {
    "config": config.SUBJECT,
    "requests": requests.SUBJECT,
    "answers": answers.SUBJECT,
    "signatures": signatures.SUBJECT,
}
