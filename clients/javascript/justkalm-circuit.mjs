/**
 * Circuit breakers that follow JustKalm's status: one module without dependencies, for browsers and Node (18 or later).
 *
 *     const circuits = new Circuits("https://status.justkalm.com", ["api", "batch"]).start();
 *     await circuits.ready(); // for the first answer, though no longer than one deadline
 *     circuits.isOpen("api"); // asks memory, never the network
 *     await circuits.guard("api", () => call()); // rejects with CircuitOpen in place of a call that would fail
 *
 *     const queue = circuits.queue("batch", { limit: 100 });
 *     await queue.run(() => upload()); // held in an outage; one after the other they go when it is over
 *
 *     circuits.stop();
 *
 * It fails open. Whatever is wrong with the status service (not there, hanging, lying), calls go through, as they do
 * when its last good answer is older than two minutes, before the first one, and after `stop`.
 */

const INTERVAL = 10_000; // ms from one question to the next
const DEADLINE = 5_000; // ms for a whole answer
const MOST_BYTES = 4_194_304; // of an answer
const TRUSTED = 120_000; // ms that a good answer holds
const TRICKLE = 1_000; // ms from one call to the next while half open, and when a circuit has just closed
const DOUBLING = 3_000; // ms in which the pace doubles from then on
const RAMP = 30_000; // ms until all may go
const LOOK = 250; // ms after which whoever waits looks again

/** @typedef {"closed" | "half_open" | "open"} State */
/** @typedef {{state: State, retryAfter: number, reason: string | null}} Circuit `retryAfter` in seconds. */
/** @typedef {{circuit: Circuit, at: number}} Known */

const STATES = ["closed", "half_open", "open"];

/** @type {Circuit} */
const UNKNOWN = Object.freeze({ state: "closed", retryAfter: 0, reason: null });

/** A call was not let through; worth trying again after `retryAfter` seconds. */
export class CircuitOpen extends Error {
  /** @param {string} component @param {Circuit} circuit */
  constructor(component, circuit) {
    super(`${component} is not called: ${circuit.reason ?? `its circuit is ${circuit.state}`}`);
    this.name = new.target.name;
    this.component = component;
    this.retryAfter = circuit.retryAfter;
    this.reason = circuit.reason;
  }
}

/** As many calls are held as may be. */
export class QueueFull extends CircuitOpen {}

/**
 * What a text tells of each component, by its id.
 * @param {string} text
 * @returns {Map<string, any>}
 * @throws {Error} when it is no document of components.
 */
export function readComponents(text) {
  return new Map(JSON.parse(text).components.map((/** @type {any} */ told) => [told.id, told]));
}

/**
 * The circuit of one of them.
 * @param {Map<string, any>} documents
 * @param {string} component
 * @returns {Circuit}
 * @throws {Error} when there is none to believe.
 */
export function readCircuit(documents, component) {
  if (!documents.has(component)) throw new Error("there is no such component");
  const { state, retry_after: retryAfter, reason } = documents.get(component).circuit;
  const fits = STATES.includes(state) && Number.isFinite(retryAfter) && retryAfter >= 0;
  if (!fits || !(reason === null || typeof reason === "string")) throw new Error("a circuit with wrong fields");
  return { state, retryAfter, reason };
}

/**
 * How fast calls may go: none while open, a trickle while half open, faster and faster once closed again.
 * Pure: milliseconds and chance are handed in.
 */
export class Valve {
  #random;
  /** @type {State} */
  #state = "closed";
  #since = -Infinity;
  #next = -Infinity;

  /** @param {() => number} random at least 0, below 1. */
  constructor(random) {
    this.#random = random;
  }

  /**
   * Take note of the state, also while nobody calls.
   * @param {State} state @param {number} now
   */
  see(state, now) {
    if (state === this.#state) return;
    // Not at once, as all others who were told the same would come with us.
    this.#next = Math.max(this.#next, now + TRICKLE * this.#random());
    this.#state = state;
    this.#since = now;
  }

  /**
   * Milliseconds until a call may go; 0: one goes now, and is counted; infinite while open.
   * @param {State} state @param {number} now
   */
  wait(state, now) {
    this.see(state, now);
    if (state === "open") return Infinity;
    const closedFor = state === "closed" ? now - this.#since : 0;
    if (closedFor >= RAMP) return 0;
    if (now < this.#next) return this.#next - now;
    this.#next = now + (TRICKLE / 2 ** (closedFor / DOUBLING)) * (0.5 + this.#random());
    return 0;
  }
}

/** Follows the circuits of some components, from `start` to `stop`. */
export class Circuits {
  #url;
  #interval;
  #deadline;
  #clock;
  #random;
  #valves;
  /** @type {Map<string, Known>} */
  #known = new Map();
  /** @type {Set<string>} of which nothing is known, as was said */
  #doubted = new Set();
  /** @type {string | null} of the latest good answer */
  #etag = null;
  #asking = new AbortController();
  /** @type {Promise<void> | undefined} */
  #first;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {string} url where the status service is.
   * @param {Iterable<string>} components their ids.
   * @param {object} [options]
   * @param {number} [options.interval] ms from one question to the next, give or take a fifth.
   * @param {number} [options.deadline] ms for a whole answer.
   * @param {() => number} [options.clock] ms that never step.
   * @param {() => number} [options.random]
   * @throws {TypeError} when the address is none.
   */
  constructor(url, components, options = {}) {
    this.#url = new URL(url.endsWith("/") ? url : `${url}/`);
    this.#interval = options.interval ?? INTERVAL;
    this.#deadline = options.deadline ?? DEADLINE;
    this.#clock = options.clock ?? (() => performance.now());
    this.#random = options.random ?? Math.random;
    this.#valves = new Map([...components].map((component) => [component, new Valve(this.#random)]));
  }

  /** Begin to ask, and come back at once; a second time changes nothing. Keeps no Node alive by itself. */
  start() {
    this.#first ??= this.#round();
    return this;
  }

  /**
   * Wait until the first question was answered or failed, after one deadline at the latest.
   * @returns {Promise<void>} never rejects.
   */
  async ready() {
    await this.#first;
  }

  /** Ask no more. Calls that are held are refused, and later ones go through. */
  stop() {
    clearTimeout(this.#timer);
    this.#asking.abort();
  }

  get stopped() {
    return this.#asking.signal.aborted;
  }

  /**
   * What to do about a component now: closed when nothing is known.
   * @param {string} component
   * @returns {Circuit}
   */
  circuit(component) {
    this.#valve(component);
    const known = this.#known.get(component);
    const trusted = known && !this.stopped && this.#clock() - known.at <= TRUSTED;
    return trusted ? known.circuit : UNKNOWN;
  }

  /** @param {string} component */
  state(component) {
    return this.circuit(component).state;
  }

  /** @param {string} component */
  isOpen(component) {
    return this.state(component) === "open";
  }

  /**
   * Call it, unless the circuit is open; while that is half open, only now and then.
   * @template T
   * @param {string} component
   * @param {() => T | Promise<T>} call
   * @returns {Promise<T>} rejects with CircuitOpen when it was not called.
   */
  async guard(component, call) {
    const circuit = this.circuit(component);
    const wait = circuit.state === "closed" ? 0 : this.turn(component);
    if (wait > 0) {
      const retryAfter = Number.isFinite(wait) ? wait / 1_000 : circuit.retryAfter;
      throw new CircuitOpen(component, { ...circuit, retryAfter });
    }
    return call();
  }

  /**
   * Holds at most `limit` calls, each for `patience` ms, until they may go in their order.
   * @param {string} component
   * @param {{limit?: number, patience?: number}} [options]
   */
  queue(component, { limit = 1_000, patience = 600_000 } = {}) {
    this.#valve(component);
    return new Queue(this, component, limit, patience);
  }

  /**
   * @param {string} component
   * @param {number} [timeout] ms
   * @returns {Promise<boolean>} whether the circuit closed in time.
   */
  async waitUntilClosed(component, timeout = Infinity) {
    const ends = this.#clock() + timeout;
    while (this.state(component) !== "closed") {
      if (this.#clock() >= ends) return false;
      await pause(Math.min(LOOK, timeout));
    }
    return true;
  }

  /**
   * Milliseconds until a call may go; 0: one goes now, and is counted.
   * @param {string} component
   */
  turn(component) {
    return this.#valve(component).wait(this.state(component), this.#clock());
  }

  /**
   * Ask once; `start` does so at its pace.
   * @returns {Promise<void>} never rejects.
   */
  async ask() {
    if (this.stopped) return;
    const asked = this.#clock();
    try {
      this.#learn(await this.#answer(), asked);
    } catch (fault) {
      this.#doubt([...this.#valves.keys()], fault);
    }
    for (const [component, valve] of this.#valves) valve.see(this.state(component), this.#clock());
  }

  /** @param {Map<string, any> | null} documents null: still as at the last time. @param {number} asked */
  #learn(documents, asked) {
    if (documents === null) {
      for (const known of this.#known.values()) known.at = asked;
      return;
    }
    for (const component of this.#valves.keys()) this.#learnOf(component, documents, asked);
  }

  /** @param {string} component @param {Map<string, any>} documents @param {number} asked */
  #learnOf(component, documents, asked) {
    try {
      this.#known.set(component, { circuit: readCircuit(documents, component), at: asked });
      this.#doubted.delete(component);
    } catch (fault) {
      this.#doubt([component], fault);
    }
  }

  /** @param {string[]} components @param {unknown} fault */
  #doubt(components, fault) {
    const news = components.filter((component) => !this.#doubted.has(component));
    for (const component of components) {
      this.#known.delete(component);
      this.#doubted.add(component);
    }
    if (news.length === 0 || this.stopped) return;
    console.warn(`nothing is known of ${news.join(", ")}, so calls go through: ${fault}`);
  }

  async #round() {
    await this.ask();
    if (this.stopped) return;
    this.#timer = setTimeout(() => void this.#round(), this.#interval * (0.8 + 0.4 * this.#random()));
    unref(this.#timer);
  }

  /**
   * @returns {Promise<Map<string, any> | null>} what is told of each component, or null: still as at the last time;
   *   rejects when there is no answer, or none to believe.
   */
  async #answer() {
    const etag = this.#etag;
    this.#etag = null; // a tag that brought no good answer is not sent again
    const asking = new AbortController();
    const abort = () => asking.abort();
    this.#asking.signal.addEventListener("abort", abort);
    const timer = setTimeout(abort, this.#deadline);
    try {
      const response = await fetch(new URL("api/v1/components", this.#url), {
        cache: "no-store",
        credentials: "omit",
        headers: etag ? { "If-None-Match": etag } : {},
        redirect: "error",
        signal: asking.signal,
      });
      const documents = await read(response, etag !== null);
      this.#etag = documents ? response.headers.get("ETag") : etag;
      return documents;
    } catch (fault) {
      abort(); // lets go of a body that is not read
      throw fault;
    } finally {
      clearTimeout(timer);
      this.#asking.signal.removeEventListener("abort", abort);
    }
  }

  /** @param {string} component */
  #valve(component) {
    const valve = this.#valves.get(component);
    if (!valve) throw new RangeError(`${component} is not followed`);
    return valve;
  }
}

/** Holds calls in the order in which they came; only the first of them looks at the circuit. */
export class Queue {
  #circuits;
  #component;
  #limit;
  #patience;
  #first = Promise.resolve();
  #held = 0;

  /** @param {Circuits} circuits @param {string} component @param {number} limit @param {number} patience */
  constructor(circuits, component, limit, patience) {
    this.#circuits = circuits;
    this.#component = component;
    this.#limit = limit;
    this.#patience = patience;
  }

  /** How many calls are held. */
  get length() {
    return this.#held;
  }

  /**
   * Call it when it may go.
   * @template T
   * @param {() => T | Promise<T>} call
   * @returns {Promise<T>} rejects with CircuitOpen when it was not called, with QueueFull if for lack of room.
   */
  async run(call) {
    await this.#turn();
    return call();
  }

  async #turn() {
    if (this.#circuits.stopped) return;
    if (this.#held >= this.#limit) throw this.#refusal(QueueFull, "its queue is full");
    this.#held += 1;
    const before = this.#first;
    const passed = this.#pass(before, performance.now() + this.#patience);
    this.#first = passed.catch(() => undefined);
    try {
      await passed;
    } finally {
      this.#held -= 1;
    }
  }

  /** @param {Promise<void>} before @param {number} ends */
  async #pass(before, ends) {
    await before;
    for (let wait = this.#wait(ends); wait > 0; wait = this.#wait(ends)) await pause(wait);
  }

  /** @param {number} ends */
  #wait(ends) {
    if (this.#circuits.stopped) throw this.#refusal(CircuitOpen, "nobody asks any more");
    if (performance.now() >= ends) {
      const told = this.#circuits.circuit(this.#component).reason;
      throw this.#refusal(CircuitOpen, told ?? "its turn did not come in time");
    }
    return Math.min(this.#circuits.turn(this.#component), LOOK);
  }

  /** @param {typeof CircuitOpen} kind @param {string} reason */
  #refusal(kind, reason) {
    return new kind(this.#component, { ...this.#circuits.circuit(this.#component), reason });
  }
}

/**
 * What an answer tells of each component, or null: still as at the last time.
 * @param {Response} response
 * @param {boolean} tagged whether it may say that.
 */
async function read(response, tagged) {
  if (response.status === 304 && tagged) return null;
  if (response.status !== 200) throw new Error(`HTTP ${response.status}`);
  return readComponents(await text(response));
}

/**
 * The body of an answer, unless it is too long.
 * @param {Response} response
 */
async function text(response) {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  let bytes = 0;
  let whole = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    bytes += read.value.byteLength;
    if (bytes > MOST_BYTES) throw new Error(`more than ${MOST_BYTES} bytes`);
    whole += decoder.decode(read.value, { stream: true });
  }
  return whole + decoder.decode();
}

/** @param {number} ms @returns {Promise<void>} */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** In Node a timer keeps the process alive unless it is told not to. */
function unref(/** @type {any} */ timer) {
  timer.unref?.();
}
