// The list of messages: groups them, redraws only what changed, and keeps the newest in sight.

import { calm, el } from "./dom.js";
import { icon } from "./icons.js";
import { drawUnit, serviceText } from "./message.js";
import { language, number } from "./words.js";

const NEAR_BOTTOM = 80;
const RUN_SECONDS = 600;

const dayOf = (message) => new Date(message.date * 1000).toDateString();

/**
 * What the log shows of `messages` (oldest first): names of days, service lines, albums, and messages in runs of one
 * author. `first` and `last` tell where a unit stands in its run.
 */
export function units(messages, { own, botName }) {
  const all = [];
  for (const message of messages) {
    const before = all.at(-1);
    const [last] = before?.messages?.slice(-1) ?? [];
    if (!last || dayOf(last) !== dayOf(message)) all.push({ kind: "day", key: `day-${dayOf(message)}`, date: message.date });
    else if (message.media_group_id && last.media_group_id === message.media_group_id) {
      before.messages.push(message);
      continue;
    }
    const text = serviceText(message, botName);
    all.push({ kind: text ? "service" : "message", key: `message-${message.message_id}`, messages: [message], own: own(message), text });
  }
  all.forEach((unit, index) => {
    unit.first = !sameRun(all[index - 1], unit);
    unit.last = !sameRun(unit, all[index + 1]);
  });
  return all;
}

function sameRun(one, other) {
  if (one?.kind !== "message" || other?.kind !== "message" || one.own !== other.own) return false;
  return other.messages[0].date - one.messages.at(-1).date < RUN_SECONDS;
}

/** The log in `list`, which `scroller` scrolls; `button` leads to the newest message when it is out of sight. */
export class Log {
  #messages = new Map();
  #revisions = new Map();
  #drawn = new Map();
  #below = 0;
  #stuck = true;
  /** The heights at which the place was last set; scrolling between other heights is a layout's doing, not the reader's. */
  #heights = "";

  constructor({ scroller, list, button, intro }, hooks) {
    Object.assign(this, { scroller, list, button, intro, hooks });
    button.prepend(icon("down"));
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    button.addEventListener("click", () => this.toBottom(true));
    new ResizeObserver(() => this.#stuck && this.toBottom()).observe(scroller);
    new ResizeObserver(() => this.#stuck && this.toBottom()).observe(list);
  }

  /** The messages, oldest first. */
  get messages() {
    return [...this.#messages.values()].sort((one, other) => one.message_id - other.message_id);
  }

  /** Shows these messages instead of what was there; `samePerson` keeps the place that the reader is at. */
  reset(messages, samePerson) {
    this.list.setAttribute("aria-busy", "true");
    const before = this.#messages;
    this.#messages = new Map(messages.map((message) => [message.message_id, message]));
    for (const [id, message] of this.#messages) {
      if (!samePerson || JSON.stringify(before.get(id)) !== JSON.stringify(message)) this.#bump(id);
    }
    if (!samePerson) this.#stuck = true;
    this.draw();
    if (this.#stuck) this.toBottom();
    this.list.setAttribute("aria-busy", "false");
  }

  /** Empties the log while another chat is being read. */
  clear() {
    this.reset([], false);
    this.intro.hidden = true;
  }

  /** Adds a message, or replaces it by its newer text. */
  put(message) {
    const fresh = !this.#messages.has(message.message_id);
    this.#messages.set(message.message_id, message);
    this.#bump(message.message_id);
    if (fresh && this.hooks.own(message)) this.#stuck = true;
    this.draw(fresh ? message.message_id : null);
    if (!fresh) return;
    if (this.#stuck) this.toBottom();
    else this.#setBelow(this.#below + 1);
  }

  remove(id) {
    if (this.#messages.delete(id)) this.draw();
  }

  /** Draws a message again although it has not changed itself, such as when one of its buttons is pressed. */
  touch(id) {
    this.#bump(id);
    this.draw();
  }

  toBottom(smoothly = false) {
    this.#stuck = true;
    this.#setBelow(0);
    this.#heights = this.#measure();
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smoothly && !calm() ? "smooth" : "instant" });
  }

  /** Brings the elements in line with the messages. */
  draw(freshId = null) {
    const all = units(this.messages, { own: this.hooks.own, botName: this.hooks.bot().first_name });
    const keys = new Set(all.map(({ key }) => key));
    for (const [key, { node }] of this.#drawn) {
      if (keys.has(key)) continue;
      node.remove();
      this.#drawn.delete(key);
    }
    let previous = null;
    for (const unit of all) {
      const node = this.#node(unit, freshId);
      const place = previous ? previous.nextSibling : this.list.firstChild;
      if (node !== place) this.list.insertBefore(node, place);
      previous = node;
    }
    this.intro.hidden = all.length > 0;
  }

  #node(unit, freshId) {
    const signature = this.#signature(unit);
    const old = this.#drawn.get(unit.key);
    if (old?.signature === signature) return old.node;
    const node = drawUnit(unit, this.hooks);
    if (old) replace(old.node, node);
    else if (unit.messages?.[0].message_id === freshId) node.classList.add("fresh");
    this.#drawn.set(unit.key, { node, signature });
    return node;
  }

  #signature(unit) {
    const ids = unit.messages?.map(({ message_id }) => `${message_id}.${this.#revisions.get(message_id)}`) ?? [];
    return [language(), unit.first, unit.last, unit.own, ...ids].join(" ");
  }

  #bump(id) {
    this.#revisions.set(id, (this.#revisions.get(id) ?? 0) + 1);
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    if (this.#stuck && this.#measure() !== this.#heights) return this.toBottom();
    this.#stuck = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM;
    if (this.#stuck) this.#setBelow(0);
    this.button.classList.toggle("shown", !this.#stuck);
    this.button.inert = this.#stuck;
  }

  #measure() {
    return `${this.scroller.scrollHeight} ${this.scroller.clientHeight}`;
  }

  #setBelow(count) {
    this.#below = count;
    const badge = this.button.querySelector(".badge");
    badge.textContent = count ? number(count) : "";
    badge.hidden = count === 0;
  }
}

/** Puts `node` in the place of `old` without a flash: pictures stay loaded, and the focus stays where it was. */
function replace(old, node) {
  const focused = [...old.querySelectorAll("button, a")].indexOf(document.activeElement);
  const waiting = [];
  for (const image of node.querySelectorAll("img[data-file]")) {
    const same = old.querySelector(`img[data-file="${CSS.escape(image.dataset.file)}"]`);
    if (same) image.replaceWith(same);
    else waiting.push(image);
  }
  const [image] = waiting;
  const shown = old.querySelector(".stack > .bubble > .picture img[data-file]");
  if (shown && image?.matches(".bubble > .picture img")) {
    const under = el("img", { src: shown.src, alt: "", class: "under" });
    image.before(under);
    image.addEventListener("load", () => under.remove(), { once: true });
  }
  old.replaceWith(node);
  if (focused >= 0) [...node.querySelectorAll("button, a")].at(focused)?.focus({ preventScroll: true });
}
