// Draws a text with its Bot API entities: nested, clipped where they overlap, and safe by construction.

import { el } from "./dom.js";
import { word } from "./words.js";

const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const SAFE_LINK = /^(https?:|mailto:|tel:|tg:)/i;

/**
 * The text as a tree: strings, and `{ entity, children }`. Offsets count UTF-16 units, as JavaScript's strings do.
 * An entity that crosses the end of the one around it is cut in two there, so that the tree is always well formed.
 */
export function nest(text, entities = []) {
  const queue = entities
    .map((entity) => ({ entity, start: Math.max(0, entity.offset), end: Math.min(text.length, entity.offset + entity.length) }))
    .filter(({ start, end }) => start < end)
    .sort(byPlace);
  return within(text, 0, text.length, queue);
}

const byPlace = (one, other) => one.start - other.start || other.end - one.end;

function within(text, start, end, queue) {
  const nodes = [];
  let at = start;
  while (queue.length > 0 && queue[0].start < end) {
    const span = queue.shift();
    if (span.end > end) {
      queue.push({ ...span, start: end });
      queue.sort(byPlace);
      span.end = end;
    }
    if (span.start > at) nodes.push(text.slice(at, span.start));
    nodes.push({ entity: span.entity, children: within(text, span.start, span.end, queue) });
    at = span.end;
  }
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}

/** An absolute address that is safe to open from a chat, or `null`. A bare domain gets `https`. */
export function safeLink(address) {
  const trimmed = String(address ?? "").trim();
  if (SAFE_LINK.test(trimmed)) return trimmed;
  return /^[a-z][a-z0-9+.-]*:/i.test(trimmed) && !/^[^/]+\.[^/]+:\d/.test(trimmed) ? null : `https://${trimmed}`;
}

const plain = (node) => (typeof node === "string" ? node : node.children.map(plain).join(""));

/** The DOM nodes of a text. `command` is called with a bot command that was pressed in it. */
export function paint(text, entities, { command } = {}) {
  return drawAll(nest(text, entities), { command });
}

function drawAll(nodes, hooks) {
  let afterBlock = false;
  return nodes.map((node) => {
    if (typeof node === "string") {
      // A block breaks the line by itself; the newline that follows it would draw an empty one.
      const text = afterBlock && node.startsWith("\n") ? node.slice(1) : node;
      afterBlock = false;
      return document.createTextNode(text);
    }
    afterBlock = BLOCKS.has(node.entity.type);
    return draw(node, hooks);
  });
}

const SIMPLE = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code" };

function draw({ entity, children }, hooks) {
  const inside = drawAll(children, hooks);
  if (SIMPLE[entity.type]) return el(SIMPLE[entity.type], {}, inside);
  switch (entity.type) {
    case "pre":
      return el("pre", { data: entity.language ? { language: entity.language } : {} }, el("code", {}, inside));
    case "blockquote":
      return el("blockquote", {}, inside);
    case "expandable_blockquote":
      return expandable(inside);
    case "spoiler":
      return spoiler(inside);
    case "text_link":
      return link(entity.url, inside);
    case "url":
      return link(children.map(plain).join(""), inside);
    case "email":
      return link(`mailto:${children.map(plain).join("")}`, inside);
    case "bot_command":
      return commandLink(children.map(plain).join(""), inside, hooks);
    case "mention":
    case "hashtag":
    case "cashtag":
    case "text_mention":
    case "phone_number":
      return el("span", { class: "mention" }, inside);
    default:
      return el("span", {}, inside);
  }
}

function link(address, inside) {
  const href = safeLink(address);
  if (href === null) return el("span", {}, inside);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer", title: href }, inside);
}

function commandLink(text, inside, { command }) {
  return el("button", { type: "button", class: "link", onclick: () => command?.(text) }, inside);
}

function spoiler(inside) {
  const hidden = el("span", { class: "spoiler-text", "aria-hidden": "true" }, inside);
  const cover = el("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": word("spoiler") }, hidden);
  const show = () => {
    cover.classList.add("shown");
    hidden.removeAttribute("aria-hidden");
    for (const name of ["role", "tabindex", "aria-label"]) cover.removeAttribute(name);
  };
  cover.addEventListener("click", show, { once: true });
  cover.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      show();
    }
  });
  return cover;
}

function expandable(inside) {
  const quote = el("blockquote", { class: "expandable", tabindex: "0", role: "button", "aria-expanded": "false" }, inside);
  const toggle = () => quote.setAttribute("aria-expanded", String(quote.classList.toggle("open")));
  quote.addEventListener("click", (event) => event.target.closest("a, .link, .spoiler") || toggle());
  quote.addEventListener("keydown", (event) => {
    if (event.target === quote && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      toggle();
    }
  });
  return quote;
}
