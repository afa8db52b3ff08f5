"""Whom a probe trusts under TLS, and how it proves who we are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import Field

from monitor.config.block import Block
from monitor.config.faults import BadValue, Found
from monitor.config.kinds import Text
from monitor.config.places import TRUST_FILES
from monitor.config.text_files import read_text
from monitor.probers import settings
from monitor.probers.wire.trust import UnusableTrust, believing, verifying

CERTIFICATE = "-----BEGIN CERTIFICATE-----"
PRIVATE_KEY = "PRIVATE KEY-----"
MAX_SIZE = 1024 * 1024  # bytes; all authorities of a system take a quarter of it


class Trust(Block):
    ca_file: Text | None = Field(default=None, description="A PEM file of authorities to trust, not the system's.")
    certificate_file: Text | None = Field(
        default=None, description="A PEM file of the certificate that proves who we are, with its chain."
    )
    key_file: Text | None = Field(
        default=None, description="A PEM file of its key; it is in the certificate's file unless given."
    )

    def built(self) -> settings.Trust:
        return settings.Trust(self.ca_file, self.certificate_file, self.key_file)


def unusable(trust: Mapping[str, object]) -> Found:
    """What is wrong with the files of such a block, each with its key."""
    files = {key: path for key in TRUST_FILES if isinstance(path := trust.get(key), str)}
    if "key_file" in trust and "certificate_file" not in trust:
        yield ("key_file",), "certificate_file is missing beside it; write both"
    unfit = {key: problem for key, path in files.items() if (problem := _unfit(key, path, "key_file" in trust))}
    for key, problem in (unfit or _unloadable(files)).items():
        yield (key,), problem


def _unfit(key: str, path: str, has_key_file: bool) -> str | None:
    """What is wrong with the text of a file."""
    try:
        text = read_text(Path(), path, MAX_SIZE)
    except BadValue as error:
        return str(error)
    if key != "key_file" and CERTIFICATE not in text:
        return f"{path} holds no certificate in PEM; name a file that does"
    if key == "ca_file" or (key == "certificate_file" and has_key_file):
        return None
    if PRIVATE_KEY not in text:
        return f"{path} holds no private key in PEM; name a file that does as key_file"
    return f"the key in {path} is encrypted; write it without a passphrase" if "ENCRYPTED" in text else None


def _unloadable(files: Mapping[str, str]) -> Mapping[str, str]:
    """What OpenSSL does not take: a problem by its key."""
    ours = {key: path for key, path in files.items() if key != "ca_file"}
    refused = {
        "ca_file": _refusal(verifying, settings.Trust(files["ca_file"])) if "ca_file" in files else None,
        "certificate_file": _refusal(believing, settings.Trust(**ours)) if "certificate_file" in ours else None,
    }
    return {key: f"OpenSSL refuses {files[key]}: {why}; write another" for key, why in refused.items() if why}


def _refusal(context: Callable[[settings.Trust], object], trust: settings.Trust) -> str | None:
    try:
        context(trust)
    except UnusableTrust as error:
        reason = getattr(error.__cause__, "reason", None) or "it is damaged"
        return str(reason).replace("_", " ").lower()
    return None
