// The two kinds of keyboard: buttons under a message, and the bot's keyboard under the input field.

import { el } from "./dom.js";
import { toast } from "./dialogs.js";
import { safeLink } from "./entities.js";
import { icon } from "./icons.js";
import { price, word } from "./words.js";

/** The rows of buttons under a message; an invoice without a keyboard gets Telegram's own Pay button. */
function rowsOf(message) {
  const rows = message.reply_markup?.inline_keyboard ?? [];
  if (rows.length > 0 || !message.invoice) return rows;
  const { total_amount, currency } = message.invoice;
  return [[{ text: word("confirmPay", { total: price(total_amount, currency) }), pay: true }]];
}

/** The buttons under a message, or `null`. */
export function inlineKeyboard(message, hooks) {
  const rows = rowsOf(message);
  if (rows.length === 0) return null;
  const draw = (button) => inlineButton(message, button, hooks);
  return el("div", { class: "inline-keyboard" }, rows.map((row) => el("div", { class: "keys" }, row.map(draw))));
}

function inlineButton(message, button, hooks) {
  const { text, url, callback_data, copy_text, pay } = button;
  if (url) {
    const href = safeLink(url);
    return el("a", { class: "key", href: href ?? false, target: "_blank", rel: "noopener noreferrer", data: { role: "button" } }, text, icon("external", "corner"));
  }
  if (pay) return el("button", { type: "button", class: "key", data: { role: "pay" }, onclick: () => hooks.pay(message) }, text, icon("card", "corner"));
  if (copy_text) {
    const copy = () => navigator.clipboard?.writeText(copy_text.text).then(() => toast(word("copied")));
    return el("button", { type: "button", class: "key", data: { role: "button" }, onclick: copy }, text, icon("copy", "corner"));
  }
  const busy = hooks.pressing(message.message_id, callback_data);
  const press = () => hooks.press(message.message_id, callback_data);
  const properties = { type: "button", class: busy ? "key busy" : "key", "aria-busy": busy ? "true" : false, disabled: typeof callback_data !== "string" };
  return el("button", { ...properties, data: { role: "button" }, onclick: press }, text, busy && el("span", { class: "spinner corner", "aria-hidden": "true" }));
}

/** Fills `host` with the bot's keyboard. `send` is called with the text of a pressed key. */
export function drawReplyKeyboard(host, markup, send, other) {
  const rows = markup.keyboard.map((row) => row.map((key) => (typeof key === "string" ? { text: key } : key)));
  const press = (key) => {
    if (key.request_contact) other("contact");
    else if (key.request_location) other("location");
    else send(key.text);
  };
  const draw = (key) => el("button", { type: "button", class: "reply-key", data: { role: "reply-key" }, onclick: () => press(key) }, key.text);
  host.classList.toggle("resized", Boolean(markup.resize_keyboard));
  host.replaceChildren(...rows.map((row) => el("div", { class: "keys" }, row.map(draw))));
}
