// Shows the pictures of the chat large: arrow keys, swipes, download.

import { fileUrl } from "./api.js";
import { modal } from "./dialogs.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { word } from "./words.js";

const SWIPE_PIXELS = 50;

function control(name, label, className, onclick) {
  return el("button", { type: "button", class: `round ${className}`, "aria-label": label, title: label, onclick }, icon(name));
}

/** Opens `pictures` (`{ file_id, name, caption }`) at the one with index `at`. */
export function openLightbox(pictures, at) {
  const image = el("img", { alt: "" });
  const count = el("span", { class: "count", role: "status" });
  const caption = el("p", { class: "lightbox-caption" });
  const download = el("a", { class: "round", "aria-label": word("download"), title: word("download") }, icon("download"));
  const close = control("close", word("close"), "", () => dialog.close());
  const previous = control("left", word("previous"), "previous", () => show(at - 1));
  const next = control("right", word("next"), "next", () => show(at + 1));
  const bar = el("div", { class: "lightbox-bar" }, count, download, close);
  const stage = el("div", { class: "stage" }, image);

  function show(index) {
    if (index < 0 || index >= pictures.length) return;
    at = index;
    const { file_id, name, caption: text } = pictures[at];
    image.src = fileUrl(file_id);
    image.alt = text || word("picture");
    download.href = image.src;
    download.download = name;
    caption.textContent = text ?? "";
    count.textContent = word("pictureOf", { at: at + 1, all: pictures.length });
    previous.disabled = at === 0;
    next.disabled = at === pictures.length - 1;
  }

  const dialog = modal({ label: word("picture"), role: "lightbox", className: "lightbox" }, stage, caption, previous, next, bar);
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(at - 1);
    if (event.key === "ArrowRight") show(at + 1);
  });
  stage.addEventListener("click", (event) => event.target === stage && dialog.close());
  swipes(stage, (step) => show(at + step));
  close.focus();
  show(at);
}

function swipes(stage, step) {
  let from = null;
  stage.addEventListener("touchstart", (event) => (from = event.touches.length === 1 ? event.touches[0].clientX : null), { passive: true });
  stage.addEventListener("touchend", (event) => {
    const moved = from === null ? 0 : event.changedTouches[0].clientX - from;
    if (Math.abs(moved) > SWIPE_PIXELS) step(moved < 0 ? 1 : -1);
  });
}
