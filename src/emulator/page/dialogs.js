// Dialogs, alerts and toasts. Esc, a press beside the dialog and its close button all end it.

import { byId, el } from "./dom.js";
import { icon } from "./icons.js";
import { word } from "./words.js";

const TOAST_MS = 3500;

/** Opens a modal dialog around `content`; it leaves the page when it closes. */
export function modal({ label, role, className = "sheet", onclose }, ...content) {
  const dialog = el("dialog", { class: className, "aria-label": label, data: role ? { role } : {} }, ...content);
  dialog.addEventListener("close", () => {
    dialog.remove();
    onclose?.();
  });
  // The dialog's own box is its padding-free content, so a press on the element itself is one on the backdrop.
  dialog.addEventListener("pointerdown", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** The head of a sheet: its title and a close button. */
export function sheetHead(title) {
  const close = el("button", { type: "button", class: "round", "aria-label": word("close"), title: word("close") }, icon("close"));
  close.addEventListener("click", () => close.closest("dialog").close());
  return el("div", { class: "sheet-head" }, el("h2", {}, title), close);
}

/** Shows a text that has to be closed, as Telegram shows `show_alert`. */
export function alert(text, title = null) {
  const ok = el("button", { type: "button", class: "plain", autofocus: true }, word("ok"));
  const body = el("div", { class: "sheet-body" }, title && el("h2", {}, title), el("p", {}, text));
  const dialog = modal({ label: title ?? text, role: "alert", className: "sheet small" }, body, el("div", { class: "sheet-actions" }, ok));
  dialog.setAttribute("role", "alertdialog");
  ok.addEventListener("click", () => dialog.close());
}

/** Shows a text for a few seconds. */
export function toast(text, kind = "plain") {
  const host = byId("toasts");
  const bubble = el("div", { class: `toast ${kind}`, data: { role: "toast" } }, text);
  host.append(bubble);
  // A modal dialog covers everything but the top layer, where a popover that is shown last lies uppermost.
  if (host.showPopover) {
    if (host.matches(":popover-open")) host.hidePopover();
    host.showPopover();
  }
  setTimeout(() => {
    bubble.remove();
    if (host.childElementCount === 0 && host.hidePopover && host.matches(":popover-open")) host.hidePopover();
  }, TOAST_MS + text.length * 30);
}

/** Runs `work`, and shows as a toast what went wrong. Answers whether it went well. */
export async function attempt(work) {
  try {
    await work();
    return true;
  } catch (cause) {
    toast(word("failed", { error: cause.message }), "bad");
    return false;
  }
}
