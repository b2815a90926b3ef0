// The sheet that confirms a payment in Stars.

import { alert, attempt, modal, sheetHead, toast } from "./dialogs.js";
import { el } from "./dom.js";
import { price, word } from "./words.js";

/**
 * Asks whether to pay the invoice of `message`. `purse.stars()` is what the person has, `purse.add()` adds to it and
 * `purse.changed(listener)` tells of changes until the function it returns is called; `pay()` pays and answers how it went.
 */
export function openCheckout(message, { botName, purse, pay }) {
  const { title, currency, total_amount } = message.invoice;
  const total = price(total_amount, currency);
  const rows = el("dl", { class: "sums" });
  const confirm = el("button", { type: "button", class: "wide", data: { role: "pay-confirm" } }, word("confirmPay", { total }));
  const add = el("button", { type: "button", class: "wide quiet", "aria-label": word("addStarsLabel"), data: { role: "pay-add-stars" } }, word("addStars"));
  const body = el("div", { class: "sheet-body centred" }, el("div", { class: "big-star", "aria-hidden": "true" }, "⭐"), el("p", {}, word("payFor", { total, bot: botName, title })), rows);

  const refresh = () => {
    const left = purse.stars() - total_amount;
    const sum = (label, value) => [el("dt", {}, label), el("dd", {}, price(value, currency))];
    rows.replaceChildren(...sum(word("inPurse"), purse.stars()), ...sum(word(left < 0 ? "missing" : "afterwards"), Math.abs(left)));
    rows.classList.toggle("poor", left < 0);
    add.hidden = left >= 0;
    confirm.disabled = left < 0;
  };
  const forget = purse.changed(refresh);
  const dialog = modal({ label: word("checkout"), role: "checkout", onclose: forget }, sheetHead(word("checkout")), body, el("div", { class: "sheet-actions column" }, add, confirm));
  add.addEventListener("click", purse.add);
  confirm.addEventListener("click", async () => {
    busy(confirm, true);
    const known = await attempt(async () => conclude(dialog, await pay(), total));
    if (!known || dialog.open) {
      busy(confirm, false);
      refresh();
    }
  });
  refresh();
  (confirm.disabled ? add : confirm).focus();
}

function busy(button, on) {
  button.disabled = on;
  button.classList.toggle("busy", on);
  button.setAttribute("aria-busy", String(on));
}

function conclude(dialog, { status, error }, total) {
  if (status === "poor") return toast(word("payPoor"), "bad");
  dialog.close();
  if (status === "paid") return toast(word("paid", { total }), "good");
  if (status === "timeout") return alert(word("payTimeout"), word("payRefused"));
  return alert(error || word("payRefused"), error ? word("payRefused") : null);
}
