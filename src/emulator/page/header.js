// The head of the chat: who the bot is and what it is doing right now.

import { byId } from "./dom.js";
import { word } from "./words.js";

/** Telegram shows a chat action for so long unless a message ends it. */
const ACTION_MS = 5000;

const ACTIONS = {
  typing: "typing",
  upload_photo: "sendingPhoto",
  upload_document: "sendingFile",
  upload_video: "sendingVideo",
  record_video: "sendingVideo",
  upload_voice: "sendingVoice",
  record_voice: "sendingVoice",
  choose_sticker: "choosingSticker",
};

/** A stream that comes back within this time was only renewed; nobody needs to hear of it. */
const GRACE_MS = 700;

export class Header {
  #lost = 0;
  #timer = 0;
  #action = null;

  draw({ first_name }) {
    byId("bot-name").textContent = first_name;
    this.#drawStatus();
  }

  /** Shows a chat action of the Bot API for its time; `null` ends it. */
  action(action) {
    clearTimeout(this.#timer);
    this.#action = action;
    if (action) this.#timer = setTimeout(() => this.action(null), ACTION_MS);
    this.#drawStatus();
  }

  /** Says that the emulator cannot be reached, unless it is back in no time. */
  lost() {
    if (this.#lost) return;
    this.#lost = setTimeout(() => this.#banner(word("offline")), GRACE_MS);
  }

  /** Ends what `lost` said. Answers whether anyone has seen it. */
  found() {
    clearTimeout(this.#lost);
    this.#lost = 0;
    const seen = byId("banner").classList.contains("shown");
    this.#banner("");
    return seen;
  }

  #banner(text) {
    byId("banner").textContent = text;
    byId("banner").classList.toggle("shown", text !== "");
  }

  #drawStatus() {
    const status = byId("status");
    const text = this.#action ? word(ACTIONS[this.#action] ?? "typing") : word("bot");
    status.classList.toggle("acting", this.#action !== null);
    if (status.textContent !== text) status.textContent = text;
  }
}
