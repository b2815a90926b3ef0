// Listens to the events and draws them; what the server does not say is not shown.

const byId = (id) => document.getElementById(id);
const number = new Intl.NumberFormat("en");

/** An element. Text is always text: nothing from outside becomes markup. */
function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

function span(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

const clock = (time) => new Date(time).toLocaleTimeString([], { hour12: false });
const plural = (count, one, many) => `${number.format(count)} ${count === 1 ? one : many}`;
const percent = (share) => (share === null ? "–" : `${(share * 100).toFixed(share < 1 && share > 0.995 ? 1 : 0)} %`);

function rows(id, pairs) {
  const cells = pairs.flatMap(([name, value, kind]) => [el("dt", {}, name), el("dd", kind ? { class: kind } : {}, value)]);
  byId(id).replaceChildren(...cells);
}

function head(status) {
  byId("state").dataset.state = status.ready ? "up" : "down";
  byId("state").lastElementChild.textContent = status.ready ? "ready" : "in trouble";
  document.title = `${status.ready ? "🟢" : "🔴"} @${status.bot}`;
  byId("facts").textContent = `@${status.bot} · up for ${span((Date.parse(status.now) - Date.parse(status.started_at)) / 1000)} · version ${status.version}`;
  const troubles = Object.entries(status.parts).filter(([, part]) => !part.ok);
  byId("trouble").hidden = troubles.length === 0;
  byId("trouble").replaceChildren(...troubles.map(([name, part]) => el("p", {}, el("b", {}, name), `: ${part.trouble}`)));
}

function tile(title, value, note, alarm = false) {
  return el("div", { class: "tile", "data-alarm": alarm }, el("h2", {}, title), el("b", {}, number.format(value)), el("p", { title: note }, note));
}

function tiles({ people, jobs, outbox, hours }) {
  const under = jobs.reduce((sum, it) => sum + it.count, 0);
  const states = jobs.map((it) => `${number.format(it.count)} ${it.state}`).join(", ");
  const oldest = Math.max(0, ...jobs.map((it) => it.oldest_seconds));
  const stars = hours.reduce((sum, it) => sum + it.stars, 0);
  byId("tiles").replaceChildren(
    tile("People ordering, 24 h", people.ordering, `${number.format(people.new)} new, ${number.format(people.all)} in all`),
    tile("Orders under way", under, under ? `${states}; oldest ${span(oldest)}` : "nobody waits", oldest > 600),
    tile("Letters to send", outbox.count, outbox.oldest_seconds >= 1 ? `late by up to ${span(outbox.oldest_seconds)}` : "none is late", outbox.oldest_seconds > 300),
    tile("Stars, 24 h", stars, plural(hours.reduce((sum, it) => sum + it.succeeded, 0), "picture made", "pictures made")),
  );
}

/** Bars of the last 24 hours; `kinds` are stacked from below. */
function chart(id, hours, kinds) {
  const total = (hour) => kinds.reduce((sum, kind) => sum + hour[kind], 0);
  const top = Math.max(1, ...hours.map(total));
  const bars = hours.map((hour, index) => {
    const local = new Date(`${hour.hour}:00:00Z`).getHours();
    const said = kinds.map((kind) => `${hour[kind]} ${kind}`).join(", ");
    const parts = kinds.filter((kind) => hour[kind] > 0).map((kind) => {
      const part = el("span", { "data-kind": kind });
      part.style.height = `${(hour[kind] / top) * 100}%`;
      return part;
    });
    const mark = index % 6 === 5 || index === 0 ? [el("em", {}, `${local}:00`)] : [];
    return el("div", { class: "bar", title: `${local}:00 – ${said}` }, ...parts, ...mark);
  });
  const host = byId(id);
  host.setAttribute("role", "img");
  host.setAttribute("aria-label", `${kinds.join(", ")} in each of the last 24 hours, at most ${top} in one`);
  host.replaceChildren(...bars);
}

function charts({ hours }) {
  const sum = (kind) => hours.reduce((total, hour) => total + hour[kind], 0);
  chart("orders", hours, ["succeeded", "failed", "cancelled"]);
  chart("stars", hours, ["stars"]);
  chart("people", hours, ["people"]);
  byId("orders-sum").textContent = `${number.format(sum("succeeded"))} succeeded, ${number.format(sum("failed"))} failed`;
  byId("stars-sum").textContent = `${number.format(sum("stars"))} ⭐ in 24 hours`;
  byId("people-sum").textContent = `${number.format(sum("people"))} in 24 hours`;
}

/** Why a provider is left alone, in an operator's words. */
function why({ failures, trouble }) {
  switch (trouble) {
    case "silent": return failures === 1 ? "the last submit was not answered" : `${number.format(failures)} submits in a row were not answered`;
    case "limit": return "it asked for a pause";
    case "key": return "it does not accept the key, look at the settings";
    case "balance": return "its account is out of money or locked";
    default: return "it was in trouble";
  }
}

/** The breaker of a provider: what it does, and how that looks. */
function breaker(it, now) {
  switch (it.state) {
    case "takes": return ["takes orders", "soft"];
    case "stumbles": return [`takes orders, though ${why(it)}`, "warn"];
    case "rests": {
      const until = Date.parse(it.until);
      return [`rests until ${clock(until)}, for another ${span((until - now) / 1000)}: ${why(it)}`, "bad"];
    }
    default: return [`has rested, the next order shows whether it is well again: ${why(it)}`, "warn"];
  }
}

function providers(list, now) {
  const titles = ["Provider", "Orders", "Success", "Half within", "95 % within", "Calls", "Call, 95 % within"];
  const line = (it) => {
    const fill = el("i", { "data-low": it.share !== null && it.share < 0.9 });
    fill.style.width = `${(it.share ?? 0) * 100}%`;
    const [says, kind] = breaker(it.breaker, now);
    return el("tr", {},
      el("td", {}, it.name, el("p", { class: kind, "data-breaker": it.breaker.state }, says)),
      el("td", {}, number.format(it.jobs)),
      el("td", {}, ...(it.share === null ? [] : [el("span", { class: "share" }, fill)]), percent(it.share)),
      el("td", {}, span(it.p50_seconds)),
      el("td", {}, span(it.p95_seconds)),
      el("td", {}, it.calls_failed ? `${number.format(it.calls)}, ${number.format(it.calls_failed)} failed` : number.format(it.calls)),
      el("td", {}, span(it.call_p95_seconds)));
  };
  byId("providers").replaceChildren(
    el("thead", {}, el("tr", {}, ...titles.map((title) => el("th", { scope: "col" }, title)))),
    el("tbody", {}, ...list.map(line)),
  );
}

function avatars({ trainings, succeeded, failed, cancelled, deletions }) {
  const count = (...states) => trainings.filter((it) => states.includes(it.state)).reduce((sum, it) => sum + it.count, 0);
  const oldest = Math.max(0, ...trainings.map((it) => it.oldest_seconds));
  const open = deletions.count ? `${number.format(deletions.count)}, the first for ${span(deletions.oldest_seconds)}` : "0";
  rows("avatars", [
    ["Trainings in line", number.format(count("queued", "submitting"))],
    ["Training now", number.format(count("running"))],
    ["The oldest goes on for", trainings.length ? span(oldest) : "–"],
    ["Trained, 24 h", number.format(succeeded)],
    ["Failed, called off, 24 h", `${number.format(failed)}, ${number.format(cancelled)}`, failed ? "bad" : ""],
    ["Deletions not confirmed yet", open],
  ]);
}

function lists(status) {
  rows("parts", Object.entries(status.parts).map(([name, part]) => [name, part.ok ? `✓ ${part.milliseconds} ms` : "✗", part.ok ? "ok" : "bad"]));
  rows("speed", [
    ["Updates", number.format(status.updates.count)],
    ["Half handled within", span(status.updates.p50_seconds)],
    ["95 % handled within", span(status.updates.p95_seconds)],
    ["Presses of old buttons", number.format(status.updates.stale)],
    ["Updates that came twice", number.format(status.updates.repeated)],
    ["Given up, panicked", number.format(status.updates.broken), status.updates.broken ? "bad" : ""],
    ["SQL, 95 % within", span(status.sql_p95_seconds)],
    ["Bot API, 95 % within", span(status.telegram_p95_seconds)],
  ]);
  rows("replicas", status.replicas.map((it) => [`${it.id}${it.own ? " (this one)" : ""}`, `${it.version}, up for ${span(it.up_seconds)}`]));
  if (status.process) {
    const { memory_bytes, cpu_seconds, open_files } = status.process;
    byId("replicas").append(
      el("dt", {}, "Memory of this one"), el("dd", {}, `${Math.round(memory_bytes / 1048576)} MiB`),
      el("dt", {}, "Processor time"), el("dd", {}, span(cpu_seconds)),
      el("dt", {}, "Open files"), el("dd", {}, number.format(open_files)));
  }
  rows("money", [
    ["Credits that people have", number.format(status.money.available)],
    ["Held for orders", number.format(status.money.held)],
    ["Stars received, ever", `${number.format(status.money.stars)} ⭐`],
    ["Of them given back", `${number.format(status.money.stars_refunded)} ⭐`],
  ]);
  const errors = status.errors.map((it) =>
    el("li", { "data-level": it.level }, el("time", { datetime: it.at }, clock(it.at)), el("p", {}, it.text)));
  byId("errors").replaceChildren(...(errors.length ? errors : [el("li", {}, el("p", { class: "empty" }, "None. Good."))]));
}

function draw(status) {
  head(status);
  byId("inside").hidden = !status.inside;
  byId("closed").hidden = status.inside;
  if (!status.inside) {
    byId("closed-why").textContent = status.has_token
      ? "Show it once; this browser then remembers that you did."
      : "STATUS_TOKEN is unset, so that only the machine itself sees them.";
    byId("key").hidden = !status.has_token;
    return;
  }
  tiles(status.inside);
  charts(status.inside);
  providers(status.inside.providers, Date.parse(status.now));
  avatars(status.inside.avatars);
  lists({ ...status.inside, parts: status.parts });
}

/** A browser connects again by itself, but not to a server that has refused. */
function listen() {
  const events = new EventSource("events");
  events.onmessage = (event) => draw(JSON.parse(event.data));
  events.onerror = () => {
    byId("state").dataset.state = "unknown";
    byId("state").lastElementChild.textContent = "connecting";
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 10_000);
  };
}

listen();
