"use strict";
// The console's page. It only reads, through /api, and takes nothing from anywhere else. Everything
// that it shows is put into the page as text, never as markup: actors and data may contain anything.

const POLL_MS = 2000;
const TAIL_MS = 1000;
const TAIL_EVENTS = 500;
const DIFF_LINES = 2000;

const main = document.getElementById("main");
const state = document.getElementById("state");

/** The page that is shown now; its timers and requests end when another is shown. */
let shown = new AbortController();

/** Creates an element with attributes, listeners and children, which are elements or text. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== undefined && value !== null) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

async function ask(path, parameters, signal) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(parameters || {})) {
    if (value !== "" && value !== null && value !== undefined) {
      url.searchParams.set(name, value);
    }
  }
  const response = await fetch(url, { signal, headers: { Accept: "application/json" } });
  if (!response.ok) {
    throw new Error((await response.text()).trim() || "HTTP " + response.status);
  }
  return response.json();
}

/** Repeats a step until its page is left. */
async function repeat(signal, everyMs, step) {
  while (!signal.aborted) {
    try {
      await step();
      state.textContent = "live";
      state.className = "";
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      state.textContent = error.message;
      state.className = "error";
    }
    await new Promise((done) => {
      const timer = setTimeout(done, everyMs);
      signal.addEventListener("abort", () => { clearTimeout(timer); done(); }, { once: true });
    });
  }
}

const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

function number(value) {
  return whole.format(BigInt(value));
}

function bytes(value) {
  let left = Number(value);
  for (const unit of ["B", "KiB", "MiB", "GiB"]) {
    if (left < 1024) {
      return short.format(left) + " " + unit;
    }
    left /= 1024;
  }
  return short.format(left) + " TiB";
}

function duration(seconds) {
  if (seconds < 120) return Math.round(seconds) + " s";
  if (seconds < 7200) return Math.round(seconds / 60) + " min";
  if (seconds < 172800) return Math.round(seconds / 3600) + " h";
  return Math.round(seconds / 86400) + " days";
}

/** The change of a counter per second between two answers; empty before the second one. */
class Rates {
  constructor() { this.before = new Map(); this.at = 0; }

  begin(seconds) { this.passed = this.at ? seconds - this.at : 0; this.at = seconds; this.now = new Map(); }

  of(name, count) {
    this.now.set(name, Number(count));
    const before = this.before.get(name);
    if (before === undefined || !(this.passed > 0) || count < before) return "";
    return short.format((count - before) / this.passed);
  }

  end() { this.before = this.now; }
}

function figures(pairs) {
  return make("dl", { class: "figures" },
    ...pairs.map(([name, value, kind]) =>
      make("div", {}, make("dt", {}, name), make("dd", { class: kind || "" }, String(value)))));
}

/** A table; a column is [heading, cell of a row, class]. */
function table(caption, columns, rows, none) {
  if (rows.length === 0) {
    return make("p", { class: "note" }, none);
  }
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    make("table", {},
      make("caption", {}, caption),
      make("thead", {}, make("tr", {},
        ...columns.map(([heading, , kind]) => make("th", { scope: "col", class: kind || "" }, heading)))),
      make("tbody", {}, ...rows.map((row) => make("tr", {},
        ...columns.map(([, cell, kind]) => make("td", { class: kind || "" }, cell(row))))))));
}

function actorLink(namespace, actor) {
  return make("a", { href: "#/actor?" + new URLSearchParams({ namespace, actor }) }, actor);
}

// ---- Overview

function overview(signal) {
  const nodeRates = new Rates();
  const rates = new Rates();
  const body = make("div", {});
  main.replaceChildren(make("h1", {}, "Overview"), body);
  return repeat(signal, POLL_MS, async () => {
    // The state of a node that cannot read its namespaces is what one looks for.
    const [now, store] = await Promise.all([
      ask("/api/node", {}, signal),
      ask("/api/namespaces", {}, signal).catch((error) => {
        if (signal.aborted) throw error;
        return { namespaces: [], total: 0, seconds: NaN, why: error.message };
      }),
    ]);
    const rows = store.namespaces;
    const present = new Set(now.conditions.map((one) => one.condition));
    nodeRates.begin(now.uptimeSeconds);
    rates.begin(store.seconds);
    const known = rows.filter((row) => row.commits !== undefined);
    const all = known.reduce((sum, row) => sum + Number(row.commits), 0);
    const state = present.has("unreachable") ? "not serving"
      : present.has("store_full") || present.has("saves_fail") ? "refuses saves" : "serving";
    body.replaceChildren(
      figures([
        ["This node", state, state === "serving" ? "good" : "bad"],
        ["Commits per second", rates.of(" all", all) || "…"],
        ...(now.conflicts === undefined ? [] : [
          ["Conflicts per second, this node", nodeRates.of("conflicts", now.conflicts) || "…"],
          ["Subscriptions, this node", number(now.subscriptions)],
          ["Furthest behind", number(now.behind) + " commits"],
        ]),
        ["Up for", duration(now.uptimeSeconds)],
        ["Version", now.version],
      ]),
      ...[...now.conditions.map((one) => one.text + " (for " + duration(one.seconds) + ")"), ...now.damage]
        .map((line) => make("p", { class: "error", role: "alert" }, line)),
      make("h2", {}, "Namespaces"),
      table(rows.length < store.total ? "The first " + rows.length + " of " + store.total + " namespaces" : rows.length + (rows.length === 1 ? " namespace" : " namespaces"), [
        ["Namespace", (row) => make("a", { href: "#/actors?" + new URLSearchParams({ namespace: row.namespace }) }, row.namespace), "name"],
        ["Commits", (row) => row.commits === undefined ? "" : number(row.commits), "number"],
        ["Commits per second", (row) => row.commits === undefined ? "" : rates.of("n " + row.namespace, Number(row.commits)), "number"],
        ["Size", (row) => row.bytes === undefined ? "" : bytes(row.bytes), "number"],
        ["Limit", (row) => row.maxBytes ? bytes(row.maxBytes) : "none", "number"],
        ["Replicas", (row) => String(row.replicas || "default"), "number"],
        ["Created", (row) => row.createdAt.slice(0, 19).replace("T", " "), "number"],
      ], rows, store.why || "There is no namespace that you may see."));
    nodeRates.end();
    rates.end();
  });
}

// ---- Conflicts

function conflicts(signal) {
  const body = make("div", {});
  main.replaceChildren(
    make("h1", {}, "Conflicts"),
    make("p", { class: "note" },
      "The actors with the most version conflicts on this node in the last 5 to 10 minutes. Where many writers meet on "
      + "one actor, let one of them do the work, or split the actor."),
    body);
  return repeat(signal, POLL_MS, async () => {
    const { actors } = await ask("/api/conflicts", {}, signal);
    const most = actors.length ? Number(actors[0].conflicts) : 1;
    body.replaceChildren(table(actors.length + " actors with conflicts", [
      ["Conflicts", (row) => number(row.conflicts), "number"],
      ["Share", (row) => { const bar = make("span", { class: "bar" }); bar.style.width = Math.max(2, Math.round(160 * row.conflicts / most)) + "px"; return bar; }],
      ["Namespace", (row) => row.namespace, "name"],
      ["Actor", (row) => actorLink(row.namespace, row.actorId), "name"],
      ["Too high by at most", (row) => number(row.over), "number"],
    ], actors, "No conflict in the last minutes."));
  });
}

// ---- Subscriptions

function subscriptions(signal) {
  const body = make("div", {});
  main.replaceChildren(
    make("h1", {}, "Subscriptions"),
    make("p", { class: "note" }, "The subscriptions of this node, and how many commits each has still to receive."),
    body);
  return repeat(signal, POLL_MS, async () => {
    const { subscriptions: rows, total } = await ask("/api/subscriptions", {}, signal);
    body.replaceChildren(table(rows.length < total ? rows.length + " of " + total + " subscriptions, those furthest behind" : total + " subscriptions", [
      ["Namespaces", (row) => row.pattern, "name"],
      ["Event types", (row) => row.types.join(", ") || "all", "name"],
      ["Actors", (row) => row.actors || "all", "name"],
      ["Subscriber", (row) => row.subscriber, "name"],
      ["Behind", (row) => number(row.behind) + " commits", "number"],
      ["State", (row) => make("span", { class: row.state === "live" ? "good" : "warn" }, row.state)],
      ["Open for", (row) => duration(row.seconds), "number"],
    ], rows, "There is no subscription."));
  });
}

// ---- Events

/** JSON text with line breaks and indentation, otherwise unchanged: numbers keep all their digits. */
function indented(text) {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let out = "";
  let depth = 0;
  const newLine = () => "\n" + "  ".repeat(depth);
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') {
      let end = i + 1;
      while (text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
      out += text.slice(i, end + 1);
      i = end;
    } else if (c === "{" || c === "[") {
      const rest = /^\s*[}\]]/.exec(text.slice(i + 1, i + 1000));
      if (rest) {
        out += c + rest[0].trim();
        i += rest[0].length;
      } else {
        depth++;
        out += c + newLine();
      }
    } else if (c === "}" || c === "]") {
      depth--;
      out += newLine() + c;
    } else if (c === ",") {
      out += c + newLine();
    } else if (c === ":") {
      out += ": ";
    } else if (!/\s/.test(c)) {
      out += c;
    }
  }
  return out;
}

function dataText(event) {
  return event.dataBase64 !== undefined ? event.dataBase64 : indented(event.data);
}

/** Lines of two texts as [kind, line], by their longest common subsequence. */
function difference(before, after) {
  const a = before.split("\n");
  const b = after.split("\n");
  if (a.length > DIFF_LINES || b.length > DIFF_LINES) {
    return [["", "too long to compare"]];
  }
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i][j] = a[i] === b[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  const lines = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(["", "  " + a[i++]]);
      j++;
    } else if (j >= b.length || (i < a.length && lengths[i + 1][j] >= lengths[i][j + 1])) {
      lines.push(["removed", "- " + a[i++]]);
    } else {
      lines.push(["added", "+ " + b[j++]]);
    }
  }
  return lines;
}

function copyButton(event) {
  const button = make("button", { type: "button", onclick: async () => {
    const copy = { ...event, metadata: Object.fromEntries(event.metadata) };
    try {
      await navigator.clipboard.writeText(JSON.stringify(copy, null, 2));
      button.textContent = "Copied";
    } catch {
      button.textContent = "The browser does not allow it";
    }
  } }, "Copy as JSON");
  return button;
}

/**
 * One event in a list.
 *
 * @param earlier the event before it of the same actor, to compare with, if it is known
 */
function eventItem(event, earlier, withActor) {
  if (event.corrupt !== undefined) {
    return make("li", { class: "corrupt" }, make("p", { class: "error" },
      "The record at position " + event.position + " cannot be read: " + event.corrupt));
  }
  const size = event.dataBase64 !== undefined ? event.dataBase64.length * 3 / 4 : new Blob([event.data]).size;
  const details = make("details", {}, make("summary", {}, "Data and metadata, " + bytes(Math.floor(size))));
  // Filled when it is opened, since most are not.
  details.addEventListener("toggle", () => {
    if (!details.open || details.childElementCount > 1) {
      return;
    }
    details.append(
      make("pre", { tabindex: "0" }, dataText(event)),
      make("dl", { class: "pairs" }, ...[
        ["content type", event.contentType], ["event id", event.eventId], ["commit id", event.commitId],
        ["command id", event.commandId], ["stored at", event.storedAt], ["position", event.position],
        ...event.metadata.map(([key, value]) => ["metadata " + key, value]),
      ].filter(([, value]) => value).flatMap(([key, value]) => [make("dt", {}, key), make("dd", {}, value)])),
      copyButton(event));
    if (earlier && earlier.corrupt === undefined) {
      const compare = make("details", {}, make("summary", {}, "Compare with version " + earlier.version));
      compare.addEventListener("toggle", () => {
        if (compare.open && compare.childElementCount === 1) {
          compare.append(make("pre", { tabindex: "0" }, ...difference(dataText(earlier), dataText(event))
            .map(([kind, line]) => make("span", { class: kind }, line + "\n"))));
        }
      });
      details.append(compare);
    }
  });
  return make("li", {},
    make("div", { class: "line" },
      withActor ? actorLink(event.namespace, event.actorId) : null,
      make("span", {}, "version " + event.version),
      make("strong", {}, event.eventType),
      make("span", { class: "faint" }, event.timestamp)),
    details);
}

// ---- Actors

/** Lists the namespaces for the field of that name. */
async function namespaceField(value, signal) {
  const list = make("datalist", { id: "namespaces" });
  ask("/api/namespaces", {}, signal)
    .then(({ namespaces }) => list.append(...namespaces.map((row) => make("option", { value: row.namespace }))))
    .catch(() => {});
  return make("label", {}, "Namespace", make("input", { name: "namespace", list: "namespaces", value, required: true }), list);
}

async function actors(signal, parameters) {
  const namespace = parameters.get("namespace") || "default";
  const prefix = parameters.get("prefix") || "";
  const body = make("div", {});
  main.replaceChildren(
    make("h1", {}, "Actors"),
    make("form", { role: "search", onsubmit: (submitted) => {
      submitted.preventDefault();
      location.hash = "#/actors?" + new URLSearchParams(new FormData(submitted.target));
    } },
      await namespaceField(namespace, signal),
      make("label", {}, "Actor, or the beginning of its id", make("input", { name: "prefix", value: prefix })),
      make("button", {}, "Search")),
    body);
  let page = "";
  const rows = [];
  const more = async () => {
    try {
      const answer = await ask("/api/actors", { namespace, prefix, page }, signal);
      rows.push(...answer.actors);
      page = answer.nextPage || "";
      body.replaceChildren(
        table(rows.length + (page ? " actors so far" : " actors"), [
          ["Actor", (row) => actorLink(namespace, row.actorId), "name"],
          ["Latest version", (row) => number(row.version), "number"],
        ], rows, "No actor of the namespace " + namespace + " begins with this."),
        page ? make("button", { type: "button", onclick: more }, "Show more") : "");
    } catch (error) {
      if (!signal.aborted) body.replaceChildren(make("p", { class: "error", role: "alert" }, error.message));
    }
  };
  await more();
}

async function actor(signal, parameters) {
  const namespace = parameters.get("namespace");
  const id = parameters.get("actor");
  const head = make("p", { class: "note" });
  const kept = make("div", {});
  const list = make("ol", { class: "events", "aria-label": "Events, the newest first" });
  const end = make("div", {});
  main.replaceChildren(make("h1", {}, id), head, kept, make("h2", {}, "History"), list, end);
  let to = "";
  let last = null;
  const more = async () => {
    const answer = await ask("/api/events", { namespace, actor: id, to }, signal);
    head.textContent = "In namespace " + namespace + ", latest version " + answer.latest
      + (answer.firstKept > 1 ? ", trimmed before version " + answer.firstKept : "");
    // The last one that is shown is only complete when the one before it is known.
    const events = last ? [last, ...answer.events] : answer.events;
    if (last) list.lastElementChild.remove();
    list.append(...events.map((event, at) => eventItem(event, events[at + 1], false)));
    last = events[events.length - 1] || null;
    const next = last && last.version !== undefined ? BigInt(last.version) - 1n : 0n;
    to = String(next);
    end.replaceChildren(answer.more && next > 0n
      ? make("button", { type: "button", onclick: () => more().catch(failed) }, "Show earlier events") : "");
    if (events.length === 0) list.replaceChildren(make("li", {}, "This actor has no events."));
  };
  const failed = (error) => {
    if (!signal.aborted) end.replaceChildren(make("p", { class: "error", role: "alert" }, error.message));
  };
  await more().catch(failed);
  try {
    const { snapshot } = await ask("/api/snapshot", { namespace, actor: id }, signal);
    if (snapshot) {
      kept.append(make("details", {}, make("summary", {}, "Snapshot at version " + snapshot.version + ", of " + snapshot.timestamp),
        make("pre", { tabindex: "0" }, dataText(snapshot))));
    }
  } catch (error) {
    if (!signal.aborted) kept.append(make("p", { class: "error" }, "The snapshot: " + error.message));
  }
}

// ---- Live tail

function tail(signal, parameters) {
  const wanted = {
    pattern: parameters.get("pattern") || ">",
    type: parameters.get("type") || "",
    actor: parameters.get("actor") || "",
  };
  const list = make("ol", { class: "events", "aria-label": "Events, the newest first" });
  const note = make("p", { class: "note" }, "Waiting for events…");
  let paused = false;
  const pause = make("button", { type: "button", "aria-pressed": "false", onclick: () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Continue" : "Pause";
  } }, "Pause");
  main.replaceChildren(
    make("h1", {}, "Live tail"),
    make("form", { onsubmit: (submitted) => {
      submitted.preventDefault();
      location.hash = "#/tail?" + new URLSearchParams(new FormData(submitted.target));
    } },
      make("label", {}, "Namespaces (* and > as in subscriptions)", make("input", { name: "pattern", value: wanted.pattern })),
      make("label", {}, "Event type", make("input", { name: "type", value: wanted.type })),
      make("label", {}, "Actors (* and >)", make("input", { name: "actor", value: wanted.actor })),
      make("button", {}, "Show"), pause),
    note, list);
  let cursor = "";
  let seen = 0;
  return repeat(signal, TAIL_MS, async () => {
    let answer;
    do {
      if (paused) return;
      answer = await ask("/api/tail", { ...wanted, cursor }, signal);
      cursor = answer.cursor;
      seen += answer.events.length;
      list.prepend(...answer.events.reverse().map((event) => eventItem(event, null, true)));
      while (list.childElementCount > TAIL_EVENTS) list.lastElementChild.remove();
      if (seen > 0) {
        note.textContent = number(seen) + " events since the page was opened"
          + (seen > TAIL_EVENTS ? ", the last " + TAIL_EVENTS + " are shown" : "");
      }
    } while (answer.more);
  });
}

// ---- Which page is shown

const pages = { overview, conflicts, subscriptions, actors, actor, tail };

async function show() {
  shown.abort();
  shown = new AbortController();
  const [name, query] = location.hash.replace(/^#\//, "").split("?");
  const page = Object.hasOwn(pages, name) ? name : "overview";
  for (const link of document.querySelectorAll("nav a")) {
    const current = link.getAttribute("href") === "#/" + (page === "actor" ? "actors" : page);
    if (current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = document.querySelector("nav a[aria-current]").textContent + " – Aether console";
  state.textContent = "";
  const signal = shown.signal;
  try {
    await pages[page](signal, new URLSearchParams(query || ""));
  } catch (error) {
    if (!signal.aborted) main.append(make("p", { class: "error", role: "alert" }, error.message));
  }
}

addEventListener("hashchange", show);
ask("/api/node").then((now) => { document.getElementById("node").textContent = now.node; }).catch(() => {});
show();
