/** A status service on loopback that says whatever it is told to, and the ways in which one can lie. */

import { createServer } from "node:net";

export const REASON = 'The incident "API outage" is open.';

export function component(state = "open", changes = {}) {
  const circuit = { state, retry_after: 30, reason: REASON, ...changes };
  return { id: "api", name: "API", circuit };
}

export const document = (...components) => ({ components });

/** One whose circuit is not as it should be. */
const wrong = (changes) => says(http(document(component("open", changes))));

export function http(body, status = "200 OK", headers = {}) {
  const content = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const lines = Object.entries({ "Content-Length": content.length, Connection: "close", ...headers });
  const head = [`HTTP/1.1 ${status}`, ...lines.map(([name, value]) => `${name}: ${value}`), "", ""].join("\r\n");
  return Buffer.concat([Buffer.from(head), content]);
}

export const says = (content) => (socket) => socket.end(content);

export const tells = (state = "open", tag = '"v1"') => (socket, head) => {
  const known = head.toLowerCase().includes(`if-none-match: ${tag}`);
  socket.end(known ? http("", "304 Not Modified") : http(document(component(state)), "200 OK", { ETag: tag }));
};

function endless(socket) {
  const more = () => socket.writable && socket.write(Buffer.alloc(65_536, " "), more);
  socket.write("HTTP/1.1 200 OK\r\n\r\n", more);
}

function drips(socket) {
  const drip = setInterval(() => socket.write(" "), 5);
  socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
  socket.on("close", () => clearInterval(drip));
}

/** Says `answer` to each question; `asked` holds their heads. */
export class StatusService {
  asked = [];
  answer = tells();
  #open = new Set();

  async start() {
    this.server = createServer((socket) => {
      this.#open.add(socket);
      socket.on("error", () => undefined); // the client goes away, which is what some tests are about
      socket.on("close", () => this.#open.delete(socket));
      socket.once("data", (head) => {
        this.asked.push(head.toString("latin1"));
        this.answer(socket, this.asked.at(-1));
      });
    });
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  async kill() {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export const TRUE = document(component());
export const LIES = {
  "a server error": says(http(TRUE, "500 Internal Server Error")),
  "nothing of that name": says(http({ status: 404 }, "404 Not Found")),
  "a redirect": says(http("", "302 Found", { Location: "/elsewhere" })),
  "no content": says(http("", "204 No Content")),
  "unchanged, though nobody had it": says(http("", "304 Not Modified")),
  "an empty body": says(http("")),
  "a page": says(http("<!doctype html><title>Welcome</title>")),
  "half of it": says(http(TRUE).subarray(0, -20)),
  "no text": says(http(Buffer.from([0xff, 0xfe, 0x7b]))),
  "deep brackets": says(http("[".repeat(100_000))),
  "a list": says(http([component()])),
  nothing: says(http("null")),
  "no components": says(http({ id: "api" })),
  "components of null": says(http({ components: null })),
  "components that are a component": says(http({ components: component() })),
  "a component of null": says(http(document(component(), null))),
  "only another component": says(http(document({ ...component(), id: "cdn" }))),
  "no circuit": says(http(document({ id: "api", status: "major_outage" }))),
  "a circuit of null": says(http(document({ id: "api", circuit: null }))),
  "a state of its own": wrong({ state: "ajar" }),
  "a state that is a list": wrong({ state: ["open"] }),
  "a wait of null": wrong({ retry_after: null }),
  "a wait in words": wrong({ retry_after: "30" }),
  "a negative wait": wrong({ retry_after: -1 }),
  "a wait without end": says(http(JSON.stringify(TRUE).replace("30", "1e999"))),
  "a reason that is a list": wrong({ reason: ["down"] }),
  "no reason at all": wrong({ reason: undefined }),
  "a huge body": says(http(" ".repeat(4_300_000) + JSON.stringify(TRUE))),
  "the truth, and then too much": says(http(JSON.stringify(TRUE) + " ".repeat(4_300_000))),
  "a body without end": endless,
  "headers without end": says(`HTTP/1.1 200 OK\r\n${"X-Much: more\r\n".repeat(20_000)}`),
  "not HTTP": says("SSH-2.0-OpenSSH_9.2p1\r\n"),
  "silence, and then the end": (socket) => socket.end(),
  silence: () => undefined,
  "half a body, and then silence": (socket) => socket.write(http(TRUE).subarray(0, -10)),
  "a drop at a time": drips,
};
