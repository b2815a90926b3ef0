// The foot of the chat: input field, commands, the bot's keyboard, attaching by button, paste and drop.

import { openAttach, openPreview } from "./attach.js";
import { CommandMenu } from "./commands.js";
import { byId } from "./dom.js";
import { icon } from "./icons.js";
import { drawReplyKeyboard } from "./keyboards.js";
import { word } from "./words.js";

/** Telegram's limit on a text; a client sends a longer one as several messages. */
const TEXT_LIMIT = 4096;

/** A long text in pieces that Telegram takes, cut at line ends or spaces where there are any. */
export function pieces(text, limit = TEXT_LIMIT) {
  const all = [];
  let rest = text.trim();
  while (rest.length > limit) {
    const head = rest.slice(0, limit);
    const cut = [head.lastIndexOf("\n"), head.lastIndexOf(" ")].find((at) => at > limit / 2) ?? wholeCharacters(head);
    all.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  if (rest) all.push(rest);
  return all;
}

/** Where to cut so that a character of two UTF-16 units stays whole. */
const wholeCharacters = (head) => (/[\uD800-\uDBFF]$/.test(head) ? head.length - 1 : head.length);

/** What the person types and sends. `actions` does the sending: `text`, `photos`, `sample`, `other`, `unblock`, `samples`. */
export class Composer {
  #keyboard = null;
  #keyboardShown = false;

  constructor(actions) {
    this.actions = actions;
    this.input = byId("input");
    this.keys = byId("reply-keyboard");
    this.menu = new CommandMenu({
      list: byId("commands"),
      input: this.input,
      choose: (command) => this.#send(command),
      complete: (command) => this.#write(`${command} `),
    });
    this.#drawButtons();
    this.#listen();
  }

  /** The state of the chat that the foot shows. */
  show({ commands, keyboard, blocked }) {
    this.menu.set(commands);
    byId("menu").hidden = !this.menu.any;
    byId("compose").hidden = blocked;
    byId("blocked").hidden = !blocked;
    if (blocked) this.menu.close();
    this.setKeyboard(blocked ? null : keyboard);
    this.#fit();
  }

  /** A keyboard that the bot has sent is shown at once; `null` takes it away. */
  setKeyboard(markup) {
    const changed = JSON.stringify(markup) !== JSON.stringify(this.#keyboard);
    this.#keyboard = markup;
    this.input.placeholder = markup?.input_field_placeholder || word("message");
    if (markup && changed) drawReplyKeyboard(this.keys, markup, (text) => this.#key(text), (kind) => this.actions.other(kind));
    this.#showKeyboard(Boolean(markup) && (changed ? true : this.#keyboardShown));
  }

  /** Forgets the draft, as when another person takes over. */
  clear() {
    this.#write("");
    this.#keyboard = null;
  }

  focus() {
    // On a touch screen the focus would push the system's keyboard over the chat.
    if (matchMedia("(hover: hover)").matches) this.input.focus({ preventScroll: true });
  }

  #drawButtons() {
    byId("menu").prepend(icon("menu"));
    byId("attach").append(icon("clip"));
    byId("send").append(icon("send"));
  }

  #listen() {
    byId("compose").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(this.input.value);
    });
    this.input.addEventListener("input", () => {
      this.#fit();
      this.menu.follow();
    });
    this.input.addEventListener("keydown", (event) => this.#typed(event));
    this.input.addEventListener("blur", () => this.menu.close());
    document.addEventListener("paste", (event) => document.querySelector("dialog[open]") || this.#dropped(event, event.clipboardData));
    document.addEventListener("keydown", (event) => this.#typedBeside(event));
    byId("menu").addEventListener("pointerdown", (event) => event.preventDefault());
    byId("menu").addEventListener("click", () => this.#toggleMenu());
    byId("attach").addEventListener("click", () => openAttach(this.actions));
    byId("toggle-keyboard").addEventListener("click", () => this.#showKeyboard(!this.#keyboardShown));
    byId("unblock").addEventListener("click", () => this.actions.unblock());
    this.#listenToDrops(byId("chat"), byId("drop"));
  }

  #listenToDrops(area, curtain) {
    const show = (on) => (curtain.hidden = !on);
    const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
    area.addEventListener("dragover", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      show(true);
    });
    area.addEventListener("dragleave", (event) => area.contains(event.relatedTarget) || show(false));
    area.addEventListener("drop", (event) => {
      show(false);
      this.#dropped(event, event.dataTransfer);
    });
  }

  #dropped(event, transfer) {
    const files = [...(transfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    openPreview(files, this.actions);
  }

  #typed(event) {
    if (event.isComposing || this.menu.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#send(this.input.value);
    }
  }

  /** A letter that is typed while nothing has the focus belongs into the field, as in Telegram. */
  #typedBeside(event) {
    const free = event.target === document.body || event.target.id === "scroller";
    if (free && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) this.input.focus();
  }

  #toggleMenu() {
    if (this.menu.open) return this.menu.close();
    this.input.focus({ preventScroll: true });
    this.menu.showAll();
  }

  #key(text) {
    if (this.#keyboard?.one_time_keyboard) this.#showKeyboard(false);
    this.actions.text(text);
  }

  async #send(text) {
    const parts = pieces(text);
    if (parts.length === 0) return;
    const draft = this.input.value;
    this.#write("");
    for (const [index, part] of parts.entries()) {
      if (await this.actions.text(part)) continue;
      // What did not leave goes back into the field, unless something new is there already.
      if (this.input.value === "") this.#write(index === 0 ? draft : parts.slice(index).join("\n"));
      return;
    }
  }

  #write(text) {
    this.input.value = text;
    this.menu.close();
    this.#fit();
  }

  #fit() {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight}px`;
    byId("send").classList.toggle("ready", this.input.value.trim() !== "");
  }

  #showKeyboard(shown) {
    this.#keyboardShown = shown;
    const toggle = byId("toggle-keyboard");
    toggle.hidden = this.#keyboard === null;
    toggle.replaceChildren(icon(shown ? "hide" : "keyboard"));
    toggle.setAttribute("aria-expanded", String(shown));
    toggle.setAttribute("aria-label", word(shown ? "hideKeyboard" : "showKeyboard"));
    toggle.title = word(shown ? "hideKeyboard" : "showKeyboard");
    this.keys.hidden = !shown || this.#keyboard === null;
  }
}
