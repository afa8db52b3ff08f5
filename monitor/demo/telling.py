"""The demo: the daemon watches the pretend JustKalm, and both say what they do."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from monitor import terminal
from monitor.addresses import Address
from monitor.clock import DaemonClock
from monitor.config import load
from monitor.core.ports import Decided
from monitor.daemon import Daemon, Options
from monitor.demo.config import probes_yaml
from monitor.demo.pretend import JustKalm
from monitor.demo.script import play, until_cue
from monitor.journal import line
from monitor.running import Exit, run_daemon


def run_demo(listen: Address) -> Exit:
    """Until Ctrl-C; everything is in a directory that goes when the demo does."""
    with tempfile.TemporaryDirectory(prefix="justkalm-demo-") as directory:
        return asyncio.run(_demo(listen, Path(directory)))


async def _demo(listen: Address, directory: Path) -> Exit:
    justkalm = JustKalm(watcher=listen.host)
    began = time.monotonic()

    def say(who: str, words: str) -> None:
        terminal.say(f"{time.monotonic() - began:5.1f} s  {who:<9} {words}")

    def narrate(decided: Sequence[Decided]) -> None:
        for _, step in decided:
            for event in step.events:
                say("monitor", line(event))

    async def tell(daemon: Daemon) -> None:
        terminal.say(welcome(Address(*daemon.address)))
        await asyncio.sleep(until_cue(DaemonClock().now()))
        await play(justkalm, lambda words: say("JustKalm", words))

    config = directory / "probes.yaml"
    page_url = f"http://{listen}" if listen.port else "http://localhost"  # port 0 is chosen only later
    config.write_text(probes_yaml(justkalm.urls, page_url), encoding="utf-8")
    options = Options(config=config, data=directory / "data", host=listen.host, port=listen.port, environ={})
    try:
        await justkalm.start()
        return await run_daemon(options, load(config, {}), listeners=(narrate,), beside=tell)
    finally:
        await justkalm.stop()


def welcome(address: Address) -> str:
    """What to open, and how to end it."""
    if address.host in ("0.0.0.0", "::"):
        address = Address("localhost", address.port)
    return f"""\
A pretend JustKalm is up, and the monitor watches it at a one-second pace.

  page     http://{address}/
  status   http://{address}/api/v1/status
  metrics  http://{address}/metrics

Ctrl-C ends it and leaves nothing behind.
"""
