"""Circuit breakers that follow JustKalm's status: one file, standard library only, for threads and asyncio alike.

    with Circuits("https://status.justkalm.com", ["api", "batch"]) as circuits:
        circuits.is_open("api")  # asks memory, never the network
        with circuits.guard("api"):  # raises CircuitOpen in place of a call that would fail
            call()

    queue = circuits.queue("batch", limit=100)

    @queue  # holds calls in an outage, and lets them go one after the other when it is over
    async def upload(): ...

It fails open. Whatever is wrong with the status service (not there, hanging, lying), calls go through, as they do
when its last good answer is older than two minutes, before the first one, and after `stop`. `with` waits for that
first answer, though no longer than one deadline.

One daemon thread asks, and `stop` ends it. It does not survive a fork: in the child a breaker knows nothing, and lets
all through; make one there.
"""

from __future__ import annotations

import asyncio
import functools
import http.client
import inspect
import io
import json
import logging
import math
import os
import socket
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

logger = logging.getLogger("justkalm_circuit")

INTERVAL = 10.0  # seconds from one question to the next
DEADLINE = 5.0  # seconds for a whole answer, from the first step to the last byte
MOST_BYTES = 4_194_304  # of an answer
TRUSTED = 120.0  # seconds that a good answer holds
TRICKLE = 1.0  # seconds from one call to the next while half open, and when a circuit has just closed
DOUBLING = 3.0  # seconds in which the pace doubles from then on
RAMP = 30.0  # seconds until all may go
LOOK = 0.25  # seconds after which whoever waits looks again

F = TypeVar("F", bound=Callable[..., Any])


class State(str, Enum):  # noqa: UP042 (StrEnum is younger than Python 3.9)
    CLOSED = "closed"  # calls go through
    HALF_OPEN = "half_open"  # a few do
    OPEN = "open"  # none does


@dataclass(frozen=True)
class Circuit:
    """What to do about a component; `retry_after` in seconds, `reason` a sentence for people."""

    state: State = State.CLOSED
    retry_after: float = 0.0
    reason: str | None = None


class CircuitOpen(Exception):
    """A call was not let through; worth trying again after `retry_after` seconds."""

    def __init__(self, component: str, circuit: Circuit) -> None:
        super().__init__(f"{component} is not called: {circuit.reason or 'its circuit is ' + circuit.state.value}")
        self.component = component
        self.retry_after = circuit.retry_after
        self.reason = circuit.reason


class QueueFull(CircuitOpen):
    """As many calls are held as may be."""


class WrongAnswer(ValueError):
    """The status service said something that it should not."""


def read_components(body: bytes) -> dict[str, Any]:
    """What is told of each component, by its id. Raises WrongAnswer."""
    try:
        return {document["id"]: document for document in json.loads(body)["components"]}
    except (ValueError, TypeError, LookupError, RecursionError) as fault:
        raise WrongAnswer(f"not a document of components ({type(fault).__name__})") from fault


def read_circuit(documents: Mapping[str, Any], component: str) -> Circuit:
    """The circuit of one of them. Raises WrongAnswer."""
    if component not in documents:
        raise WrongAnswer("there is no such component")
    try:
        told = documents[component]["circuit"]
        circuit = Circuit(State(told["state"]), told["retry_after"], told["reason"])
    except (ValueError, TypeError, LookupError) as fault:
        raise WrongAnswer(f"a component without a circuit ({type(fault).__name__})") from fault
    fits = type(circuit.retry_after) in (int, float) and 0 <= circuit.retry_after < math.inf
    if not fits or not isinstance(circuit.reason, (str, type(None))):
        raise WrongAnswer("a circuit with wrong fields")
    return circuit


class Valve:
    """How fast calls may go: none while open, a trickle while half open, faster and faster once closed again.

    Pure: seconds and chance are handed in.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._state = State.CLOSED
        self._since = -math.inf
        self._next = -math.inf

    def see(self, state: State, now: float) -> None:
        """Take note of the state, also while nobody calls."""
        if state is not self._state:
            # Not at once, as all others who were told the same would come with us.
            self._next = max(self._next, now + TRICKLE * self._random.random())
            self._state, self._since = state, now

    def wait(self, state: State, now: float) -> float:
        """Seconds until a call may go; 0: one goes now, and is counted; infinite while open."""
        self.see(state, now)
        if state is State.OPEN:
            return math.inf
        closed_for = now - self._since if state is State.CLOSED else 0.0
        if closed_for >= RAMP:
            return 0.0
        if now < self._next:
            return self._next - now
        self._next = now + TRICKLE / 2 ** (closed_for / DOUBLING) * self._random.uniform(0.5, 1.5)
        return 0.0


class Watch:
    """What is known of one component. Pure; reading takes no lock."""

    def __init__(self, component: str, random: Random) -> None:
        self.component = component
        self.valve = Valve(random)
        self._good: tuple[Circuit, float] | None = None  # the latest answer and its instant; None: it was not good
        self._doubted = False

    def learn(self, circuit: Circuit, now: float) -> None:
        """What was answered to a question of this instant."""
        self._good, self._doubted = (circuit, now), False

    def renew(self, now: float) -> None:
        """It is still as it was told; what was not believed then is not believed now."""
        if self._good is not None:
            self._good = self._good[0], now

    def doubt(self) -> bool:
        """Believe nothing until the next good answer; False when that is no news."""
        news, self._doubted = not self._doubted, True
        self._good = None
        return news

    def circuit(self, now: float) -> Circuit:
        good = self._good
        return good[0] if good is not None and now - good[1] <= TRUSTED else Circuit()


def _left(ends: float) -> float:
    """Seconds until then. Raises TimeoutError when there are none."""
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError("the answer takes too long")
    return left


class _Timely(io.RawIOBase):
    """What a socket brings until a deadline: a timeout of its own holds for each read anew."""

    def __init__(self, sock: socket.socket, ends: float) -> None:
        self._sock = sock
        self._ends = ends

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(_left(self._ends))
        return self._sock.recv_into(buffer)


class _Source:
    """The status service; asked by one thread at a time."""

    def __init__(self, url: str, deadline: float) -> None:
        self.deadline = deadline
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not the address of a status service: {url!r}")
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._host, self._port = parts.hostname, parts.port or (443 if self._tls else 80)
        self._path = parts.path.rstrip("/") + "/api/v1/components"
        self._etag: str | None = None  # of the latest good answer
        self._sock: socket.socket | None = None

    def ask(self) -> dict[str, Any] | None:
        """What is told of each component, by its id, or None: still as at the last time.

        Raises:
            OSError, http.client.HTTPException, ValueError: there is no answer, or none to believe.
        """
        etag, self._etag = self._etag, None  # a tag that brought no good answer is not sent again
        try:
            response = self._response(etag, time.monotonic() + self.deadline)
            if response.status == 304 and etag:
                self._etag = etag
                return None
            if response.status != 200:
                raise WrongAnswer(f"HTTP {response.status}")
            body = response.read(MOST_BYTES + 1)
            if len(body) > MOST_BYTES:
                raise WrongAnswer(f"more than {MOST_BYTES} bytes")
            documents = read_components(body)
            self._etag = response.headers["ETag"]
            return documents
        finally:
            if self._sock:
                self._sock.close()

    def abort(self) -> None:
        """End a question that is under way."""
        if self._sock:
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)

    def _response(self, etag: str | None, ends: float) -> http.client.HTTPResponse:
        connection = self._connection()
        connection.sock = sock = self._connect(ends)
        headers = {"Accept": "application/json", "Connection": "close"}
        connection.request("GET", self._path, headers={**headers, "If-None-Match": etag} if etag else headers)
        response = http.client.HTTPResponse(cast(socket.socket, _Timely(sock, ends)), method="GET")
        response.begin()
        return response

    def _connection(self) -> http.client.HTTPConnection:
        if self._tls:
            return http.client.HTTPSConnection(self._host, self._port, context=self._tls)
        return http.client.HTTPConnection(self._host, self._port)

    def _connect(self, ends: float) -> socket.socket:
        sock = self._dial(socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM), ends)
        if self._tls:
            self._sock = sock = self._tls.wrap_socket(sock, server_hostname=self._host, do_handshake_on_connect=False)
            sock.settimeout(_left(ends))
            sock.do_handshake()
        sock.settimeout(_left(ends))
        return sock

    def _dial(self, addresses: Sequence[Any], ends: float) -> socket.socket:
        """The first that answers, of addresses as from getaddrinfo; none takes more than its share of the time."""
        refused = OSError("it has no address")
        for tried, (family, kind, protocol, _, address) in enumerate(addresses):
            self._sock = sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(_left(ends) / (len(addresses) - tried))
                sock.connect(address)
            except OSError as fault:
                sock.close()
                refused = fault
            else:
                return sock
        raise refused


class Circuits:
    """Follows the circuits of some components, from `start` to `stop`, or as a context manager of either kind.

    Args:
        url: where the status service is; ValueError when it is no address.
        components: their ids; KeyError when another is asked for.
        interval: seconds from one question to the next, give or take a fifth.
        deadline: seconds for a whole answer; only to look up a name may take longer.
        clock: seconds that never step.
    """

    def __init__(
        self,
        url: str,
        components: Iterable[str],
        *,
        interval: float = INTERVAL,
        deadline: float = DEADLINE,
        clock: Callable[[], float] = time.monotonic,
        random: Random | None = None,
    ) -> None:
        self._source = _Source(url, deadline)
        self._interval = interval
        self._clock = clock
        self._random = random or Random()
        self._watches = {component: Watch(component, self._random) for component in components}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._heard = threading.Event()  # the first question has ended, one way or another
        self._thread: threading.Thread | None = None
        self._process = os.getpid()

    def start(self) -> Circuits:
        """Begin to ask, and come back at once; a second time changes nothing, nor does it after `stop`."""
        if self.blind:
            return self
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="justkalm-circuits", daemon=True)
                self._thread.start()
        return self

    def ready(self) -> None:
        """Come back when the first question was answered or failed, after one deadline at the latest."""
        if not self.blind:
            self._heard.wait(self._source.deadline)

    async def ready_async(self) -> None:
        """The same for asyncio."""
        await asyncio.get_running_loop().run_in_executor(None, self.ready)

    def stop(self) -> None:
        """Ask no more. Calls that are held are refused, and later ones go through."""
        self._end()
        if self._thread is not None:
            self._thread.join(self._source.deadline)  # it may be looking up a name, which nothing ends

    def __enter__(self) -> Circuits:
        self.start()
        try:
            self.ready()
        except BaseException:  # nobody would stop what was not entered
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> Circuits:
        self.start()
        try:
            await self.ready_async()
        except BaseException:
            self._end()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self.stop)

    @property
    def blind(self) -> bool:
        """Whether nobody asks: it was stopped, or this is a child of the process that made it."""
        return self._stopping.is_set() or os.getpid() != self._process

    def circuit(self, component: str) -> Circuit:
        """What to do about a component now: closed when nothing is known."""
        watch = self._watches[component]
        return Circuit() if self.blind else watch.circuit(self._clock())

    def state(self, component: str) -> State:
        return self.circuit(component).state

    def is_open(self, component: str) -> bool:
        return self.state(component) is State.OPEN

    def guard(self, component: str) -> Guard:
        """Refuses calls while the circuit is open, and most of them while it is half open."""
        return Guard(self, self._watches[component].component)

    def queue(self, component: str, *, limit: int = 1_000, patience: float = 600.0) -> Queue:
        """Holds at most `limit` calls, each for `patience` seconds, until they may go in their order."""
        return Queue(self, self._watches[component].component, limit, patience)

    def wait_until_closed(self, component: str, timeout: float = math.inf) -> bool:
        """Whether the circuit closed within so many seconds."""
        ends = self._clock() + timeout
        while self.state(component) is not State.CLOSED:
            if self._clock() >= ends:
                return False
            self._stopping.wait(min(LOOK, timeout))
        return True

    async def wait_until_closed_async(self, component: str, timeout: float = math.inf) -> bool:  # noqa: ASYNC109
        """The same for asyncio."""
        ends = self._clock() + timeout
        while self.state(component) is not State.CLOSED:
            if self._clock() >= ends:
                return False
            await asyncio.sleep(min(LOOK, timeout))
        return True

    def turn(self, component: str) -> float:
        """Seconds until a call may go; 0: one goes now, and is counted."""
        state = self.state(component)
        with self._lock:
            return self._watches[component].valve.wait(state, self._clock())

    def _end(self) -> None:
        self._stopping.set()
        self._source.abort()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._ask()
            self._stopping.wait(self._interval * self._random.uniform(0.8, 1.2))

    def _ask(self) -> None:
        asked = self._clock()
        watches = self._watches.values()
        try:
            documents = self._source.ask()
        except Exception as fault:  # whatever it is, it must neither stop calls nor end the thread
            self._doubt(watches, fault)
        else:
            for watch in watches:
                self._learn(watch, documents, asked)
        with self._lock:
            for watch in watches:
                watch.valve.see(watch.circuit(asked).state, asked)
        self._heard.set()

    def _learn(self, watch: Watch, documents: Mapping[str, Any] | None, asked: float) -> None:
        if documents is None:
            watch.renew(asked)
            return
        try:
            watch.learn(read_circuit(documents, watch.component), asked)
        except WrongAnswer as fault:
            self._doubt([watch], fault)

    def _doubt(self, watches: Iterable[Watch], fault: Exception) -> None:
        news = [watch.component for watch in watches if watch.doubt()]
        if news and not self._stopping.is_set():
            logger.warning("nothing is known of %s, so calls go through: %r", ", ".join(news), fault)


class Gate:
    """What calls of a component pass: `with`, `async with`, or a decorator of either kind of function."""

    def __init__(self, circuits: Circuits, component: str) -> None:
        self.circuits = circuits
        self.component = component

    def enter(self) -> None:
        """Come back when a call may go. Raises CircuitOpen."""
        raise NotImplementedError

    async def enter_async(self) -> None:
        """The same for asyncio."""
        self.enter()

    def __enter__(self) -> None:
        self.enter()

    def __exit__(self, *_: object) -> None:
        return None

    async def __aenter__(self) -> None:
        await self.enter_async()

    async def __aexit__(self, *_: object) -> None:
        return None

    def __call__(self, function: F) -> F:
        @functools.wraps(function)
        def passed(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        @functools.wraps(function)
        async def passed_async(*args: Any, **kwargs: Any) -> Any:
            async with self:
                return await function(*args, **kwargs)

        return cast(F, passed_async if inspect.iscoroutinefunction(function) else passed)


class Guard(Gate):
    """Never waits: what may not go now is refused."""

    def enter(self) -> None:
        circuit = self.circuits.circuit(self.component)
        wait = 0.0 if circuit.state is State.CLOSED else self.circuits.turn(self.component)
        if wait:
            after = circuit.retry_after if wait == math.inf else wait
            raise CircuitOpen(self.component, Circuit(circuit.state, after, circuit.reason))


class Queue(Gate):
    """Holds calls in the order in which they came; only the first of them looks at the circuit."""

    def __init__(self, circuits: Circuits, component: str, limit: int, patience: float) -> None:
        super().__init__(circuits, component)
        self._limit = limit
        self._patience = patience
        self._lock = threading.Lock()
        # How to tell each that it is the first; a plain dict would be slow to find that after many have left.
        self._held: OrderedDict[Callable[[], object], None] = OrderedDict()

    def __len__(self) -> int:
        """How many calls are held."""
        return len(self._held)

    def enter(self) -> None:
        if self.circuits.blind:
            return
        first, ends = threading.Event(), time.monotonic() + self._patience
        wake = first.set
        self._join(wake)
        try:
            first.wait(self._patience)
            while (pause := self._pause(ends)) > 0:
                time.sleep(pause)
        finally:
            self._leave(wake)

    async def enter_async(self) -> None:
        if self.circuits.blind:
            return
        loop = asyncio.get_running_loop()
        first, ends = asyncio.Event(), time.monotonic() + self._patience
        wake = functools.partial(loop.call_soon_threadsafe, first.set)
        self._join(wake)
        timer = loop.call_later(self._patience, first.set)
        try:
            await first.wait()
            while (pause := self._pause(ends)) > 0:  # noqa: ASYNC110 (what time alone changes nobody tells)
                await asyncio.sleep(pause)
        finally:
            timer.cancel()
            self._leave(wake)

    def _join(self, wake: Callable[[], object]) -> None:
        with self._lock:
            if len(self._held) >= self._limit:
                raise self._refusal(QueueFull, "its queue is full")
            self._held[wake] = None
            if len(self._held) == 1:
                self._wake_first()

    def _leave(self, wake: Callable[[], object]) -> None:
        with self._lock:
            was_first = next(iter(self._held)) is wake
            del self._held[wake]
            if was_first and self._held:
                self._wake_first()

    def _wake_first(self) -> None:
        with suppress(RuntimeError):  # its loop was closed under it: it leaves by itself
            next(iter(self._held))()

    def _pause(self, ends: float) -> float:
        """Seconds after which the first looks again; 0: it goes."""
        left = ends - time.monotonic()
        if self.circuits.blind:
            raise self._refusal(CircuitOpen, "nobody asks any more")
        if left <= 0:
            told = self.circuits.circuit(self.component).reason
            raise self._refusal(CircuitOpen, told or "its turn did not come in time")
        return min(self.circuits.turn(self.component), left, LOOK)

    def _refusal(self, kind: type[CircuitOpen], reason: str) -> CircuitOpen:
        circuit = self.circuits.circuit(self.component)
        return kind(self.component, Circuit(circuit.state, circuit.retry_after, reason))
