// The parts of a bubble that are not text: pictures, albums, files, invoices and the unusual kinds.

import { fileUrl } from "./api.js";
import { el, svg } from "./dom.js";
import { icon } from "./icons.js";
import { number, price, size, word } from "./words.js";

const BUBBLE_PIXELS = 800;
const WIDEST = 400;
const TALLEST = 430;
const NARROWEST = 240;
/** How much of the window's height a picture may take, in percent. */
const LOW_WINDOW_SHARE = 45;

/** How many pictures stand in each row of an album of so many. */
const ROWS = [[], [1], [2], [1, 2], [2, 2], [2, 3], [3, 3], [2, 2, 3], [2, 3, 3], [3, 3, 3], [2, 2, 3, 3]];

const isImage = (file) => Boolean(file?.mime_type?.startsWith("image/"));

/** The picture of a message that can be opened large, or `null`. */
export function pictureOf(message) {
  const largest = message.photo?.at(-1);
  if (largest) return { file_id: largest.file_id, name: `pixelai-${message.message_id}.jpg` };
  if (!isImage(message.document)) return null;
  return { file_id: message.document.file_id, name: message.document.file_name ?? `pixelai-${message.message_id}.png` };
}

/** The width at which a single picture stands in its bubble, as CSS, and its shape. */
export function pictureBox({ width, height }) {
  const scale = Math.min(WIDEST / width, TALLEST / height);
  const ratio = Math.min(2.4, Math.max(0.6, width / height));
  // A low window shows pictures smaller, so that the words and buttons below stay in sight with them.
  const low = `max(${NARROWEST}px, ${(ratio * LOW_WINDOW_SHARE).toFixed(1)}dvh)`;
  return { width: `min(${Math.round(Math.max(NARROWEST, width * scale))}px, ${low})`, ratio };
}

/** A photo as a button that opens it large. */
export function picture(message, hooks, ratio) {
  const shown = message.photo.find((photo) => photo.width >= BUBBLE_PIXELS) ?? message.photo.at(-1);
  const image = el("img", { src: fileUrl(shown.file_id), alt: message.caption ?? word("picture"), data: { file: shown.file_id }, draggable: "false" });
  const open = () => hooks.openPicture(message);
  const frame = el("button", { type: "button", class: "picture", "aria-label": word("openPicture"), data: { role: "picture" }, onclick: open }, image);
  frame.style.aspectRatio = String(ratio);
  return frame;
}

/** Several photos as one mosaic. */
export function album(messages, hooks) {
  const mosaic = el("div", { class: "album" });
  let at = 0;
  for (const inRow of ROWS[Math.min(messages.length, ROWS.length - 1)]) {
    for (const message of messages.slice(at, at + inRow)) {
      const frame = picture(message, hooks, inRow === 1 ? 1.5 : 1);
      frame.dataset.messageId = message.message_id;
      frame.style.gridColumn = `span ${6 / inRow}`;
      mosaic.append(frame);
    }
    at += inRow;
  }
  return mosaic;
}

/** A document: its icon or picture, name and size. */
export function file(message, hooks) {
  const { file_id, file_name, file_size, thumbnail } = message.document;
  const name = file_name ?? word("fileName");
  const words = el("span", { class: "file-words" }, el("b", {}, name), el("small", {}, file_size ? size(file_size) : ""));
  if (!isImage(message.document)) {
    return el("a", { class: "file", href: fileUrl(file_id), download: name }, el("span", { class: "file-icon" }, icon("download")), words);
  }
  const source = thumbnail?.file_id ?? file_id;
  const image = el("img", { src: fileUrl(source), alt: "", data: { file: source } });
  const open = () => hooks.openPicture(message);
  return el("button", { type: "button", class: "file", data: { role: "file" }, onclick: open }, el("span", { class: "file-icon image" }, image), words);
}

/** What is for sale, and for how much. */
export function invoice({ title, description, currency, total_amount }) {
  const head = el("div", { class: "invoice-head" }, el("span", { class: "invoice-star", "aria-hidden": "true" }, "⭐"), el("span", {}, price(total_amount, currency)));
  return el("div", { class: "invoice", data: { role: "invoice" } }, head, el("b", {}, title), el("p", {}, description));
}

/** A sticker is its emoji, large. */
export const sticker = ({ emoji }) => el("div", { class: "sticker", role: "img", "aria-label": word("sticker") }, emoji ?? "🖼");

const minutes = (seconds = 0) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

function voice({ duration }) {
  const bars = svg("svg", { viewBox: "0 0 120 20", class: "wave", "aria-hidden": "true" });
  for (let bar = 0; bar < 30; bar++) {
    const height = 3 + Math.round(15 * Math.abs(Math.sin(bar * 1.7) * Math.cos(bar * 0.6)));
    bars.append(svg("rect", { x: bar * 4, y: 20 - height, width: 2.4, height, rx: 1.2 }));
  }
  return el("div", { class: "voice" }, el("span", { class: "file-icon" }, icon("play")), el("span", { class: "file-words" }, bars, el("small", {}, `${word("voice")} · ${minutes(duration)}`)));
}

function tile(name, title, small) {
  return el("div", { class: "voice" }, el("span", { class: "file-icon" }, icon(name)), el("span", { class: "file-words" }, el("b", {}, title), el("small", {}, small)));
}

function place({ latitude, longitude }) {
  const degrees = `${number(latitude)}, ${number(longitude)}`;
  const map = el("div", { class: "map", "aria-hidden": "true" }, icon("location"));
  return el("div", { class: "place" }, map, el("small", {}, `${word("location")} · ${degrees}`));
}

function poll({ question, options }) {
  const lines = options.map(({ text, voter_count }) => el("li", {}, el("span", {}, text), el("small", {}, number(voter_count ?? 0))));
  return el("div", { class: "poll" }, el("b", {}, question), el("small", {}, word("poll")), el("ul", {}, lines));
}

/** Who wrote a forwarded message first, or `null` for one that was not forwarded. */
export function forwardedFrom({ forward_origin: origin }) {
  if (!origin) return null;
  const author = origin.sender_user?.first_name ?? origin.sender_user_name ?? origin.sender_chat?.title ?? origin.chat?.title ?? word("hidden");
  return el("div", { class: "forwarded" }, word("forwarded", { author }));
}

/** The part of a message that is neither text, picture, file nor invoice; `null` when there is none. */
export function unusual(message) {
  if (message.voice) return voice(message.voice);
  if (message.video) return tile("video", word("video"), minutes(message.video.duration));
  if (message.location) return place(message.location);
  if (message.contact) return tile("contact", [message.contact.first_name, message.contact.last_name].filter(Boolean).join(" "), message.contact.phone_number);
  if (message.poll) return poll(message.poll);
  if (message.text || message.caption || message.photo || message.document || message.invoice || message.sticker) return null;
  return el("em", { class: "unsupported" }, word("unsupported"));
}
