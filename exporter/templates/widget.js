// <script src="https://status.justkalm.com/widget.js" async></script>
// <justkalm-status component="api"></justkalm-status>
(() => {
  "use strict";

  const HERE = document.currentScript?.src;
  const EVERY = 30_000; // ms
  const PATIENCE = 10_000;
  const UNKNOWN = ["Unknown", "?", "quiet"];
  const UNREACHABLE = ["Unknown: no answer from the status service", "?", "quiet"];
  const MISSING = ["Unknown: there is no such component", "?", "quiet"];
  const STATUSES = new Map([
    ["operational", ["Operational", "✓", "good"]],
    ["degraded_performance", ["Degraded performance", "!", "poor"]],
    ["partial_outage", ["Partial outage", "!", "poor"]],
    ["major_outage", ["Major outage", "✕", "bad"]],
    ["under_maintenance", ["Under maintenance", "⚙", "calm"]],
    ["unknown", UNKNOWN],
  ]);
  const COLOURS = (good, poor, bad, calm, quiet, ground, text) =>
    `:host{--good:${good};--poor:${poor};--bad:${bad};--calm:${calm};--quiet:${quiet};background:${ground};color:${text}}`;
  const STYLE = `
:host{display:inline-block;font:14px/1.4 system-ui,sans-serif;border-radius:6px;padding:4px 10px}
:host([hidden]){display:none}
bdi{font-weight:600;overflow-wrap:anywhere}
i{font-style:normal;font-weight:700;display:inline-block;width:1.4em;text-align:center}
.good{color:var(--good)}.poor{color:var(--poor)}.bad{color:var(--bad)}.calm{color:var(--calm)}.quiet{color:var(--quiet)}
${COLOURS("#116329", "#8a4600", "#b3141d", "#0550ae", "#57606a", "#fff", "#1f2328")}
@media (prefers-color-scheme:dark){
${COLOURS("#4ac26b", "#e3a008", "#ff8f87", "#79b8ff", "#a0a8b2", "#161b22", "#e6edf3")}
}`;

  class JustKalmStatus extends HTMLElement {
    static observedAttributes = ["component", "src"];
    #name = document.createElement("bdi"); // whatever its direction, the words keep theirs
    #sign = document.createElement("i");
    #words = document.createElement("span");
    #turn = 0; // only the latest answer is shown
    #timer;
    #look = () => this.#poll();

    constructor() {
      super();
      const line = document.createElement("span");
      line.setAttribute("role", "status");
      line.setAttribute("aria-live", "polite");
      line.setAttribute("aria-atomic", "true");
      this.#sign.setAttribute("aria-hidden", "true");
      line.append(this.#name, " ", this.#sign, " ", this.#words);
      const root = this.attachShadow({ mode: "open" });
      try {
        const sheet = new CSSStyleSheet(); // unlike a style element, no policy forbids it
        sheet.replaceSync(STYLE);
        root.adoptedStyleSheets = [sheet];
      } catch {
        // an old browser: the words are enough
      }
      root.append(line);
    }

    connectedCallback() {
      document.addEventListener("visibilitychange", this.#look);
      this.#poll();
    }

    disconnectedCallback() {
      document.removeEventListener("visibilitychange", this.#look);
      clearTimeout(this.#timer);
      this.#turn += 1;
    }

    attributeChangedCallback() {
      this.#name.textContent = "";
      if (this.isConnected) this.#poll();
    }

    async #poll() {
      clearTimeout(this.#timer);
      if (document.hidden) return;
      const turn = (this.#turn += 1);
      await null; // what changes together is asked for once
      if (turn !== this.#turn) return;
      const component = this.getAttribute("component") ?? "";
      const [shown, name] = await this.#ask(component).catch(() => [UNREACHABLE]);
      if (turn !== this.#turn) return;
      this.#show(name || this.#name.textContent || component, shown);
      this.#timer = setTimeout(this.#look, EVERY);
    }

    async #ask(component) {
      const src = this.getAttribute("src");
      const base = new URL(src ? src.replace(/\/*$/, "/") : ".", src ? document.baseURI : HERE);
      const asking = new AbortController();
      const timer = setTimeout(() => asking.abort(), PATIENCE);
      try {
        const address = new URL(`api/v1/components/${encodeURIComponent(component)}`, base);
        // The browser keeps the tag, and sends it.
        const answer = await fetch(address, { cache: "no-cache", credentials: "omit", signal: asking.signal });
        if (answer.status === 404) return [MISSING];
        const told = answer.ok && (await answer.json());
        const fits = typeof told?.name === "string" && typeof told.status === "string";
        return fits ? [STATUSES.get(told.status) ?? UNKNOWN, told.name] : [UNREACHABLE];
      } finally {
        clearTimeout(timer);
      }
    }

    #show(name, [words, sign, colour]) {
      // Only what changed: whatever is put there anew is read aloud.
      if (this.#name.textContent !== name) this.#name.textContent = name;
      if (this.#words.textContent === words) return;
      this.#words.textContent = words;
      this.#sign.textContent = sign;
      this.#words.className = this.#sign.className = colour;
    }
  }

  if (!customElements.get("justkalm-status")) customElements.define("justkalm-status", JustKalmStatus);
})();
