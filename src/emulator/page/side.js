// The left column, which is a drawer on a phone.

import { byId } from "./dom.js";
import { icon } from "./icons.js";
import { number } from "./words.js";

export class Side {
  #narrow = matchMedia("(max-width: 860px)");

  constructor() {
    this.element = byId("side");
    this.scrim = byId("scrim");
    byId("open-side").prepend(icon("back"));
    byId("close-side").append(icon("close"));
    byId("new-person").append(icon("plus"));
    for (const id of ["open-side", "head-purse"]) byId(id).addEventListener("click", () => this.open());
    byId("close-side").addEventListener("click", () => this.close());
    this.scrim.addEventListener("click", () => this.close());
    document.addEventListener("keydown", (event) => event.key === "Escape" && !document.querySelector("dialog[open]") && this.close());
    this.#narrow.addEventListener("change", () => this.#show(false));
    this.#show(false);
  }

  open() {
    this.#show(true);
    byId("close-side").focus();
  }

  close() {
    const wasOpen = this.element.classList.contains("open");
    this.#show(false);
    if (wasOpen) byId("open-side").focus();
  }

  /** The count on the button that opens the drawer. */
  unread(count) {
    const badge = byId("side-unread");
    badge.textContent = count ? number(count) : "";
    badge.hidden = count === 0;
  }

  #show(open) {
    const drawer = this.#narrow.matches;
    this.element.classList.toggle("open", drawer && open);
    this.scrim.hidden = !(drawer && open);
    // What cannot be seen must not be reached by the Tab key either.
    this.element.inert = drawer && !open;
    byId("chat").inert = drawer && open;
  }
}
