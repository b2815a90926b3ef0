// Draws one unit of the log: a message, an album, a service line or the name of a day.

import { el } from "./dom.js";
import { paint } from "./entities.js";
import { icon, tail } from "./icons.js";
import { inlineKeyboard } from "./keyboards.js";
import { album, file, forwardedFrom, invoice, picture, pictureBox, sticker, unusual } from "./media.js";
import { clock, day, price, word } from "./words.js";

/** The line that Telegram writes in place of a bubble, or `null` for an ordinary message. */
export function serviceText(message, botName) {
  if (message.successful_payment) {
    const { total_amount, currency } = message.successful_payment;
    return word("servicePaid", { total: price(total_amount, currency), bot: botName });
  }
  if (message.refunded_payment) {
    const { total_amount, currency } = message.refunded_payment;
    return word("serviceRefunded", { total: price(total_amount, currency), bot: botName });
  }
  return null;
}

/** The element of a unit, as `units` in `log.js` makes them. */
export function drawUnit(unit, hooks) {
  if (unit.kind === "day") return el("div", { class: "day", data: { role: "day" } }, el("span", {}, day(unit.date)));
  const [message] = unit.messages;
  const identity = { messageId: message.message_id, from: unit.own ? "person" : "bot" };
  if (unit.kind === "service") {
    return el("div", { class: "service", data: { role: "service", ...identity } }, el("span", {}, unit.text));
  }
  const stack = message.sticker ? stickerStack(message) : bubbleStack(unit, hooks);
  const keyboard = inlineKeyboard(message, hooks);
  if (keyboard) stack.append(keyboard);
  const author = unit.own ? word("you") : hooks.bot().first_name;
  const classes = ["row", unit.own ? "own" : "theirs", unit.first && "first", unit.last && "last", keyboard && "keyed"];
  const label = word("from", { author, time: clock(message.date) });
  return el("article", { class: classes.filter(Boolean).join(" "), "aria-label": label, data: { role: "bubble", ...identity } }, stack);
}

function stickerStack(message) {
  return el("div", { class: "stack bare" }, sticker(message.sticker), meta(message, "over"));
}

function bubbleStack(unit, hooks) {
  const { messages, own, last } = unit;
  const texted = messages.find((message) => message.text || message.caption);
  const pictured = messages.every((message) => message.photo);
  const bubble = el("div", { class: "bubble" }, content(messages, hooks));
  const stack = el("div", { class: "stack" }, bubble);
  if (pictured) {
    bubble.classList.add("pictured");
    const single = messages.length === 1 ? pictureBox(messages[0].photo.at(-1)).width : "400px";
    stack.style.width = single;
  }
  if (texted) bubble.append(text(texted, own, hooks));
  else bubble.append(meta(messages.at(-1), pictured ? "over" : "under", own));
  if (last && !(pictured && !texted)) bubble.append(tail());
  return stack;
}

function content(messages, hooks) {
  const [message] = messages;
  const forwarded = forwardedFrom(message);
  if (messages.length > 1 && messages.every((each) => each.photo)) return [forwarded, album(messages, hooks)];
  if (messages.length > 1) return messages.filter((each) => each.document).map((each) => withId(file(each, hooks), each));
  const parts = [forwarded];
  if (message.reply_to_message) parts.push(quote(message.reply_to_message, hooks));
  if (message.photo) parts.push(picture(message, hooks, pictureBox(message.photo.at(-1)).ratio));
  if (message.document) parts.push(file(message, hooks));
  if (message.invoice) parts.push(invoice(message.invoice));
  const rest = unusual(message);
  if (rest) parts.push(rest);
  return parts;
}

function withId(element, message) {
  element.dataset.messageId = message.message_id;
  return element;
}

function quote(message, hooks) {
  const author = hooks.own(message) ? word("you") : hooks.bot().first_name;
  return el("div", { class: "quote" }, el("b", {}, author), el("span", {}, message.text ?? message.caption ?? word("picture")));
}

function text(message, own, hooks) {
  const [string, entities] = message.text ? [message.text, message.entities] : [message.caption, message.caption_entities];
  const jumbo = !entities?.length && onlyEmoji(string);
  const body = el("div", { class: jumbo ? "body jumbo" : "body", dir: "auto", data: { role: "text" } }, paint(string, entities, hooks));
  return el("div", { class: "text" }, body, meta(message, "", own));
}

/** Whether a text is one to three emoji, which Telegram draws large. */
function onlyEmoji(string) {
  if (string.length > 40 || !/^(?:\p{Extended_Pictographic}|\p{Emoji_Component})+$/u.test(string) || /^[\d#*]+$/.test(string)) return false;
  return [...new Intl.Segmenter().segment(string)].length <= 3;
}

function meta(message, place, own = false) {
  const time = el("time", { datetime: new Date(message.date * 1000).toISOString() }, clock(message.date));
  const edited = message.edit_date ? el("span", { data: { role: "edited" } }, word("edited")) : null;
  return el("span", { class: `meta ${place}` }, edited, time, own && icon("ticks"));
}
