// The “/” menu: the bot's commands above the input field, narrowed while one is typed.

import { el } from "./dom.js";

/** The commands that continue what is typed so far; none once something other than a command is there. */
export function matching(commands, typed) {
  if (!/^\/\w*$/.test(typed)) return [];
  return commands.filter(({ command }) => `/${command}`.startsWith(typed.toLowerCase()));
}

/** The menu in `list`, driven by the keys of `input`; `choose` is called with a command such as `/start`. */
export class CommandMenu {
  #commands = [];
  #shown = [];
  #at = 0;

  constructor({ list, input, choose, complete }) {
    Object.assign(this, { list, input, choose, complete });
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  get open() {
    return !this.list.hidden;
  }

  set(commands) {
    this.#commands = commands ?? [];
    if (this.open) this.follow();
  }

  get any() {
    return this.#commands.length > 0;
  }

  /** Shows what fits the text that is typed now. */
  follow() {
    this.#show(matching(this.#commands, this.input.value));
  }

  showAll() {
    this.#show(this.#commands);
  }

  close() {
    this.#show([]);
  }

  /** Answers whether the key was the menu's. */
  key(event) {
    if (!this.open) return false;
    const { command } = this.#shown[this.#at];
    if (event.key === "ArrowDown") this.#move(1);
    else if (event.key === "ArrowUp") this.#move(-1);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Tab" && !event.shiftKey) this.complete(`/${command}`);
    else if (event.key === "Enter" && !event.shiftKey) this.#choose(command);
    else return false;
    event.preventDefault();
    return true;
  }

  #choose(command) {
    this.close();
    this.choose(`/${command}`);
  }

  #move(step) {
    this.#at = (this.#at + step + this.#shown.length) % this.#shown.length;
    this.#mark();
  }

  #show(commands) {
    this.#shown = commands;
    this.#at = 0;
    this.list.hidden = commands.length === 0;
    this.list.replaceChildren(...commands.map((each, index) => this.#option(each, index)));
    this.#mark();
  }

  #option({ command, description }, index) {
    const properties = { role: "option", id: `command-${index}`, data: { role: "command" }, onclick: () => this.#choose(command) };
    return el("div", properties, el("b", {}, `/${command}`), el("span", {}, description));
  }

  #mark() {
    [...this.list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === this.#at)));
    const marked = this.list.children[this.#at];
    if (marked) this.input.setAttribute("aria-activedescendant", marked.id);
    else this.input.removeAttribute("aria-activedescendant");
    marked?.scrollIntoView({ block: "nearest" });
  }
}
