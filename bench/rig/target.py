"""A target that costs as little as can be: the same small answer to every request, on a port of its own."""

from __future__ import annotations

import asyncio
import ssl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import trustme

from bench.rig.children import Child, child

BODY = b'{"status":"ok"}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
WAITING = 4_096  # connections that may wait to be accepted


@dataclass(frozen=True, slots=True)
class Target:
    """Where it is; `ca_file` is the authority to trust, None without TLS."""

    process: Child
    url: str
    ca_file: str | None

    def first_asked(self) -> float:
        """When its first connection came, in seconds on the monotonic clock; waits for it. To be called once."""
        return float(self.process.said())


@contextmanager
def target(scheme: str = "http") -> Iterator[Target]:
    """A target in a process of its own; `https` with a certificate of an authority of its own (ECDSA, P-256)."""
    with TemporaryDirectory() as directory:
        files = _certified(Path(directory)) if scheme == "https" else ()
        with child("-m", "bench.rig.target", *files[1:]) as process:
            yield Target(process, f"{scheme}://127.0.0.1:{process.said()}/", next(iter(files), None))


def _certified(directory: Path) -> tuple[str, str]:
    """The files of the authority, and of the certificate with its key."""
    authority, ca_file, certificate = trustme.CA(), directory / "authority.pem", directory / "certificate.pem"
    authority.cert_pem.write_to_path(ca_file)
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
    return str(ca_file), str(certificate)


# ── in the process ───────────────────────────────────────────────────────────────────────────────────


class Answering(asyncio.Protocol):
    asked = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if not Answering.asked:
            Answering.asked = True
            print(time.monotonic(), flush=True)

    def data_received(self, data: bytes) -> None:
        self._transport.write(ANSWER)
        self._transport.close()


async def serve(certificate: str | None = None) -> None:
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answering, "127.0.0.1", 0, backlog=WAITING, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
