"use strict";
// Keeps the page up to date while it is looked at: it is fetched again now and then, on news at once, and what changed
// takes its place.
(() => {
  const STREAM = "/api/v1/stream";
  const NEWS = [
    "incident.created", "incident.updated", "incident.resolved", "component.status_changed",
    "maintenance.scheduled", "maintenance.started", "maintenance.completed",
  ];
  const PAUSE = 4_000; // ms between two fetches at least; as much again at random, for not all readers to come at once
  const AGAIN = 10_000; // ms after the latest news: caches on the way may have kept the page of before for some seconds
  const POLL = 30_000; // ms; much of the page changes with time alone
  const PATIENCE = 10_000; // ms for an answer
  const SILENCE = 40_000; // ms; a stream that lives says something every 15 s
  const LOST = "Lost touch with the status service: what is shown here may be out of date. Trying again.";

  const main = document.querySelector("main");
  const news = document.getElementById("news");
  const touch = document.getElementById("touch");
  const asOf = document.getElementById("asof");
  let shown = main.cloneNode(true); // as it was served
  let stream = null;
  let silence = null;
  let coming = null;
  let due = 0;
  let again = null;
  let fetched = 0;
  let failures = 0; // in a row

  function listen() {
    stream?.close();
    stream = new EventSource(STREAM);
    // One that breaks off tells of trouble; one that was refused tells of nothing.
    stream.onopen = () => stream.addEventListener("error", refreshSoon, { once: true });
    // A first snapshot is no news: whoever listens anew has, or fetches, what it tells.
    stream.addEventListener("snapshot", () => stream.addEventListener("snapshot", hear), { once: true });
    for (const kind of NEWS) stream.addEventListener(kind, hear);
    for (const kind of ["open", "ping", "snapshot", ...NEWS]) stream.addEventListener(kind, watch);
    watch();
  }

  // The stream lives; if it falls silent, as that of a service that hangs does, it is asked for anew.
  function watch() {
    clearTimeout(silence);
    silence = setTimeout(() => {
      listen();
      refreshSoon();
    }, SILENCE);
    if (failures) refreshSoon();
  }

  function hear() {
    refreshSoon();
    clearTimeout(again);
    again = setTimeout(refreshSoon, AGAIN);
  }

  function rest() {
    stream?.close();
    stream = null;
    for (const timer of [silence, coming, again]) clearTimeout(timer);
    coming = null;
  }

  function refreshSoon() {
    refreshIn(Math.max(fetched + PAUSE - Date.now(), 0) + Math.random() * PAUSE);
  }

  // Or earlier, if that is planned already.
  function refreshIn(wait) {
    if (coming && due <= Date.now() + wait) return;
    clearTimeout(coming);
    due = Date.now() + wait;
    coming = setTimeout(refresh, wait);
  }

  async function refresh() {
    coming = null;
    fetched = Date.now();
    try {
      const answer = await fetch(location.href, { cache: "no-cache", signal: AbortSignal.timeout(PATIENCE) });
      if (!answer.ok) throw new Error(answer.statusText);
      show(new DOMParser().parseFromString(await answer.text(), "text/html"));
      failures = 0;
    } catch {
      failures += 1;
    }
    say(touch, failures > 1 ? LOST : ""); // one failure may be a hiccup on the way
    if (document.hidden) return;
    if (failures === 1) refreshSoon();
    refreshIn(POLL);
  }

  function show(page) {
    const fresh = page.querySelector("main");
    document.title = page.title;
    document.querySelector("link[rel=icon]").href = page.querySelector("link[rel=icon]").href;
    asOf.replaceChildren(...document.adoptNode(page.getElementById("asof")).childNodes);
    if (fresh.isEqualNode(shown)) return;
    if (fresh.dataset.overall !== shown.dataset.overall) say(news, fresh.dataset.overall);
    shown = fresh.cloneNode(true);
    const keep = [keepFocus(), keepOpen(), keepPlace()];
    main.replaceChildren(...document.adoptNode(fresh).childNodes);
    for (const restore of keep) restore();
  }

  function keepFocus() {
    const before = main.contains(document.activeElement) ? document.activeElement : main;
    if (before === main) return () => {};
    const place = candidates(before).indexOf(before);
    return () => (candidates(before)[place] ?? main).focus({ preventScroll: true });
  }

  // What can have the focus and leads to the same place, in the order of the page.
  function candidates(like) {
    const name = (element) => `${element.tagName} ${element.getAttribute("href")} ${element.parentElement.id}`;
    return [...main.querySelectorAll("a, summary, [tabindex]")].filter((element) => name(element) === name(like));
  }

  function keepOpen() {
    const open = [...main.querySelectorAll("details[open]")].map((element) => element.id);
    return () => open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  }

  // What the reader looks at stays where it is, also when something appears above it.
  function keepPlace() {
    const top = (element) => element.getBoundingClientRect().top;
    const seen = [...main.querySelectorAll("[id]")].find((element) => top(element) >= 0);
    if (!seen || scrollY === 0) return () => {};
    const before = top(seen);
    return () => {
      const after = document.getElementById(seen.id);
      if (after) scrollBy({ top: top(after) - before, behavior: "instant" });
    };
  }

  function say(element, words) {
    if (element.textContent !== words) element.textContent = words;
    if (element === touch) element.hidden = !words;
  }

  document.addEventListener("visibilitychange", () => {
    rest(); // browsers open few connections to a site, and other tabs need them
    if (document.hidden) return;
    listen();
    refreshSoon();
  });
  if (document.hidden) return;
  listen();
  refreshIn(POLL);
})();
