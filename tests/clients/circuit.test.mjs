/** The JavaScript breaker against a status service on loopback that is there, gone, hung, slow or lying. */

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import {
  CircuitOpen,
  Circuits,
  QueueFull,
  Valve,
  readCircuit,
  readComponents,
} from "../../clients/javascript/justkalm-circuit.mjs";
import { LIES, REASON, StatusService, TRUE, component, document, http, says, tells } from "./lies.mjs";

const TWO_MINUTES = 120_000;
const OPEN = { state: "open", retryAfter: 30, reason: REASON };

const warn = mock.method(console, "warn", () => undefined);
const warned = () => warn.mock.calls.map(({ arguments: [line] }) => line);
beforeEach(() => warn.mock.resetCalls());

/** A service, a clock that stands still, and breakers that asked once. */
async function world(t, answer = tells(), { components = ["api"], ...options } = {}) {
  const service = await new StatusService().start();
  t.after(() => service.kill());
  service.answer = answer;
  const clock = { at: 1_000 };
  const circuits = new Circuits(service.url, components, { clock: () => clock.at, random: () => 0.5, ...options });
  t.after(() => circuits.stop());
  await circuits.ask();
  return { service, clock, circuits };
}

async function closes({ service, clock, circuits }) {
  service.answer = tells("closed", '"v2"');
  await circuits.ask();
  clock.at += 60_000; // nobody needs to go slowly any more
}

test("of what was never heard of the circuit is closed", () => {
  assert.equal(new Circuits("http://127.0.0.1:1", ["api"]).state("api"), "closed");
});

for (const state of ["closed", "half_open", "open"]) {
  test(`${state} is believed`, async (t) => {
    const { circuits } = await world(t, tells(state));
    assert.deepEqual([circuits.state("api"), circuits.isOpen("api")], [state, state === "open"]);
  });
}

test("a circuit bears its wait and its reason", async (t) => {
  const { circuits } = await world(t);
  assert.deepEqual(circuits.circuit("api"), OPEN);
});

test("later questions bear the tag, and that nothing changed is good news", async (t) => {
  const { service, clock, circuits } = await world(t);
  for (const _ of [1, 2]) {
    clock.at += TWO_MINUTES;
    await circuits.ask();
  }
  clock.at += TWO_MINUTES;
  assert.deepEqual(service.asked.map((head) => /if-none-match: "v1"/i.test(head)), [false, true, true]);
  assert.ok(circuits.isOpen("api"));
});

test("two minutes after the last good answer calls go through", async (t) => {
  const { clock, circuits } = await world(t);
  clock.at += TWO_MINUTES;
  assert.ok(circuits.isOpen("api"));
  clock.at += 1;
  assert.equal(circuits.state("api"), "closed");
});

test("while a question is under way the last answer holds", async (t) => {
  const { service, circuits } = await world(t);
  const reached = new Promise((resolve) => (service.answer = resolve));
  const asking = circuits.ask();
  await reached;
  assert.ok(circuits.isOpen("api"));
  circuits.stop();
  await asking;
});

test("a service that was killed is not believed any more", async (t) => {
  const { service, circuits } = await world(t);
  assert.ok(circuits.isOpen("api"));
  await service.kill();
  await circuits.ask();
  assert.equal(circuits.state("api"), "closed");
});

for (const [name, lie] of Object.entries(LIES)) {
  test(`when the service says ${name}, calls go through until it tells the truth`, async (t) => {
    const { service, circuits } = await world(t, says(http(TRUE)), { deadline: 1_000 });
    assert.ok(circuits.isOpen("api"));
    service.answer = lie;
    await circuits.ask();
    assert.equal(circuits.state("api"), "closed");
    service.answer = tells();
    await circuits.ask();
    assert.ok(circuits.isOpen("api"));
  });
}

test("a lying tag is not sent for ever", async (t) => {
  const { service, circuits } = await world(t);
  service.answer = says(http("", "400 Bad Request"));
  await circuits.ask();
  service.answer = tells();
  await circuits.ask();
  assert.deepEqual(service.asked.map((head) => /if-none-match/i.test(head)), [false, true, false]);
});

test("what is wrong is said once for all components, and again when it comes back", async (t) => {
  const { service, circuits } = await world(t, says(http("", "404 Not Found")), { components: ["api", "cdn"] });
  await circuits.ask();
  const said = "nothing is known of api, cdn, so calls go through: Error: HTTP 404";
  assert.deepEqual(warned(), [said]);
  service.answer = says(http(document(component(), { ...component(), id: "cdn" })));
  await circuits.ask();
  service.answer = says(http("", "404 Not Found"));
  await circuits.ask();
  assert.deepEqual(warned(), [said, said]);
});

test("a mistyped component is said once, and calls of it go through", async (t) => {
  const { service, circuits } = await world(t, tells(), { components: ["api", "apo"] });
  await circuits.ask();
  service.answer = tells("open", '"v2"');
  await circuits.ask();
  assert.deepEqual([circuits.state("api"), circuits.state("apo")], ["open", "closed"]);
  assert.deepEqual(warned(), ["nothing is known of apo, so calls go through: Error: there is no such component"]);
});

test("one component may be lied about while another is believed", async (t) => {
  const answer = says(http(document(component(), { ...component("ajar"), id: "cdn" })));
  const { circuits } = await world(t, answer, { components: ["api", "cdn"] });
  assert.deepEqual([circuits.state("api"), circuits.state("cdn")], ["open", "closed"]);
});

test("one question is for all components", async (t) => {
  const names = Array.from({ length: 12 }, (_, number) => `part-${number}`);
  const answer = says(http(document(...names.map((id) => ({ ...component(), id })))));
  const { service, circuits } = await world(t, answer, { components: names });
  assert.ok(names.every((name) => circuits.isOpen(name)));
  assert.equal(service.asked.length, 1);
});

test("a redirect is not followed", async (t) => {
  const { service } = await world(t, says(http("", "302 Found", { Location: "/elsewhere" })));
  assert.equal(service.asked.length, 1);
});

test("the service may live below a path", async (t) => {
  const { service } = await world(t);
  await new Circuits(`${service.url}/status`, ["api"]).ask();
  assert.match(service.asked[1], /^GET \/status\/api\/v1\/components HTTP/);
});

test("what is no address is refused at once", () => {
  assert.throws(() => new Circuits("status.justkalm.com", ["api"]), TypeError);
});

test("a component that is not followed is a mistake of the caller", async () => {
  const circuits = new Circuits("http://127.0.0.1:1", ["api"]);
  assert.throws(() => circuits.state("cdn"), RangeError);
  assert.throws(() => circuits.queue("cdn"), RangeError);
  await assert.rejects(circuits.guard("cdn", () => undefined), RangeError);
});

test("a document is read whatever else it bears", () => {
  const text = JSON.stringify({ components: [{ ...component(), more: 1 }], more: 1 });
  assert.deepEqual(readCircuit(readComponents(text), "api"), OPEN);
});

test("breakers go on asking until they are stopped", async (t) => {
  const { service } = await world(t);
  const circuits = new Circuits(service.url, ["api"], { interval: 1 });
  const often = new Promise((resolve) => {
    service.answer = (socket, head) => {
      tells()(socket, head);
      if (service.asked.length > 4) resolve();
    };
  });
  circuits.start();
  await often;
  circuits.stop();
  assert.equal(circuits.state("api"), "closed");
});

test("who waits until they are ready knows the first answer", async (t) => {
  const { service } = await world(t);
  const circuits = new Circuits(service.url, ["api"]).start();
  t.after(() => circuits.stop());
  await circuits.ready();
  await assert.rejects(circuits.guard("api", () => assert.fail("it was called")), CircuitOpen);
});

test("a hung service is waited for no longer than a deadline", async (t) => {
  const { service } = await world(t);
  service.answer = LIES.silence;
  const circuits = new Circuits(service.url, ["api"], { deadline: 20 }).start();
  t.after(() => circuits.stop());
  await circuits.ready();
  assert.equal(await circuits.guard("api", () => "called"), "called");
});

test("the end ends the wait for the first answer, and nothing is said of it", async (t) => {
  const { service } = await world(t);
  const reached = new Promise((resolve) => (service.answer = resolve));
  const circuits = new Circuits(service.url, ["api"], { deadline: 3_600_000 }).start();
  await reached;
  circuits.stop();
  await circuits.ready();
  assert.deepEqual(warned(), []);
});

test("a second start makes no second asker", async (t) => {
  const { service } = await world(t);
  const circuits = new Circuits(service.url, ["api"]).start().start();
  t.after(() => circuits.stop());
  await circuits.ready();
  assert.equal(service.asked.length, 2); // of which one was the world's
});

test("a guard refuses calls while open", async (t) => {
  const { circuits } = await world(t);
  const refused = await circuits.guard("api", () => assert.fail("it was called")).catch((error) => error);
  assert.ok(refused instanceof CircuitOpen);
  assert.deepEqual([refused.component, refused.retryAfter, refused.reason], ["api", 30, OPEN.reason]);
});

test("a guard lets all calls through while closed", async (t) => {
  const { circuits } = await world(t, tells("closed"));
  for (let call = 0; call < 100; call += 1) assert.equal(await circuits.guard("api", () => call), call);
});

test("a guard lets a trickle through while half open", async (t) => {
  const { clock, circuits } = await world(t, tells("half_open"));
  let called = 0;
  for (let tenth = 0; tenth < 600; tenth += 1) {
    clock.at += 100;
    await circuits.guard("api", () => (called += 1)).catch((error) => assert.ok(error instanceof CircuitOpen));
  }
  assert.ok(called > 50 && called < 70, `${called}`);
});

test("what a guarded call throws comes out", async (t) => {
  const { circuits } = await world(t, tells("closed"));
  await assert.rejects(circuits.guard("api", () => Promise.reject(new RangeError("mine"))), /mine/);
});

test("waiting ends when its time is over", async (t) => {
  const { circuits } = await world(t);
  assert.equal(await circuits.waitUntilClosed("api", 0), false);
});

test("waiting ends when the circuit closes", async (t) => {
  const here = await world(t);
  const waiting = here.circuits.waitUntilClosed("api");
  await closes(here);
  assert.equal(await waiting, true);
});

test("held calls go in the order in which they came", async (t) => {
  const here = await world(t);
  const queue = here.circuits.queue("api");
  const called = [];
  const calls = Array.from({ length: 50 }, (_, number) => queue.run(() => called.push(number)));
  assert.deepEqual([queue.length, called], [50, []]);
  await closes(here);
  await Promise.all(calls);
  assert.deepEqual([queue.length, called], [0, Array.from({ length: 50 }, (_, number) => number)]);
});

test("only the first of those that are held looks at the circuit", async (t) => {
  const here = await world(t);
  const queue = here.circuits.queue("api");
  const looks = t.mock.method(here.circuits, "turn");
  const calls = Array.from({ length: 50 }, () => queue.run(() => undefined));
  await new Promise(setImmediate); // all had their chance
  assert.equal(looks.mock.callCount(), 1);
  await closes(here);
  await Promise.all(calls);
});

test("a full queue refuses more", async (t) => {
  const here = await world(t);
  const queue = here.circuits.queue("api", { limit: 2 });
  const held = [queue.run(() => "called"), queue.run(() => "called")];
  const refused = await queue.run(() => "called").catch((error) => error);
  assert.ok(refused instanceof QueueFull);
  assert.equal(refused.message, "api is not called: its queue is full");
  await closes(here);
  assert.deepEqual(await Promise.all(held), ["called", "called"]);
});

test("patience ends, and makes room", async (t) => {
  const { circuits } = await world(t);
  const queue = circuits.queue("api", { patience: 1 });
  await assert.rejects(queue.run(() => assert.fail("it was called")), CircuitOpen);
  assert.equal(queue.length, 0);
});

test("stopping refuses what is held, and lets later calls through", async (t) => {
  const { circuits } = await world(t);
  const queue = circuits.queue("api");
  const held = queue.run(() => assert.fail("it was called"));
  circuits.stop();
  await assert.rejects(held, { name: "CircuitOpen", reason: "nobody asks any more" });
  assert.equal(await queue.run(() => "called"), "called");
  assert.equal(await circuits.guard("api", () => "called"), "called");
});

test("after an outage calls go faster and faster, and at last all", () => {
  const valve = new Valve(() => 0.5);
  valve.see("open", 0);
  const gone = Array.from({ length: 30_000 }, (_, ms) => valve.wait("closed", 100_000 + ms)).map((wait) => wait === 0);
  const bySecond = Array.from({ length: 8 }, (_, n) => gone.slice(n * 3_000, n * 3_000 + 1_000).filter(Boolean).length);
  assert.deepEqual(bySecond, [...bySecond].sort((one, other) => one - other));
  assert.equal(bySecond[0], 1);
  assert.ok(bySecond[7] > 100, `${bySecond}`);
  assert.deepEqual([valve.wait("closed", 130_000), valve.wait("closed", 130_000)], [0, 0]);
});

test("nothing goes while open, and a wait ends when it says so", () => {
  const valve = new Valve(() => 0.5);
  assert.equal(valve.wait("open", 0), Infinity);
  assert.equal(valve.wait("half_open", 0), 500);
  assert.equal(valve.wait("half_open", 500), 0);
  assert.ok(valve.wait("half_open", 500) > 0);
});
