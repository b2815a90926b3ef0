// The people of the demo: the list with unread counts, and the sheet for a new one.

import { attempt, modal, sheetHead } from "./dialogs.js";
import { differs, el } from "./dom.js";
import { TELEGRAM_LANGUAGES, language, number, word } from "./words.js";

const COLOURS = 7;

/** The round picture of a person: the first letter of the name on one of Telegram's colours. */
export function initials({ id, first_name }) {
  const [letter = "?"] = first_name.trim();
  return el("span", { class: `avatar colour-${Math.abs(id) % COLOURS}`, "aria-hidden": "true" }, letter.toUpperCase());
}

/** Fills `list` with the people; `choose` is called with the id of the one that is picked. */
export function drawPeople(list, people, currentId, choose) {
  if (!differs(list, [people, currentId, language()])) return;
  const focused = document.activeElement?.dataset?.personId;
  list.replaceChildren(...people.map((person) => el("li", {}, personButton(person, currentId, choose))));
  if (focused) list.querySelector(`[data-person-id="${focused}"]`)?.focus({ preventScroll: true });
}

function personButton(person, currentId, choose) {
  const { id, first_name, username, language_code, blocked, unread } = person;
  const current = id === currentId;
  const details = [username && `@${username}`, language_code?.toUpperCase(), blocked && word("blockedHint")].filter(Boolean).join(" · ");
  const words = el("span", { class: "person-words" }, el("b", {}, first_name), el("small", {}, details));
  const badge = unread > 0 && !current ? el("span", { class: "badge", role: "img", data: { role: "unread" }, "aria-label": word("unread", { count: unread }) }, number(unread)) : null;
  const properties = { type: "button", class: "person", "aria-current": current ? "true" : false, data: { role: "person", personId: id } };
  return el("button", { ...properties, onclick: () => choose(id) }, initials(person), words, badge);
}

/** Asks for the name and the language of a new person; `create` answers whether that went well. */
export function openNewPerson(create) {
  const name = el("input", { name: "first_name", required: true, maxlength: "64", value: word("defaultName"), autocomplete: "off", data: { role: "person-name" } });
  const tongues = TELEGRAM_LANGUAGES.map(([code, title]) => el("option", { value: code, selected: code === language() }, title));
  const select = el("select", { name: "language_code", data: { role: "person-language" } }, tongues);
  const form = el(
    "form",
    {},
    el("div", { class: "sheet-body" }, el("label", { class: "field" }, word("name"), name), el("label", { class: "field" }, word("language"), select)),
    el("div", { class: "sheet-actions column" }, el("button", { class: "wide", data: { role: "person-create" } }, word("create"))),
  );
  const dialog = modal({ label: word("newPerson"), role: "new-person" }, sheetHead(word("newPerson")), form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const first_name = name.value.trim();
    if (first_name && (await attempt(() => create(first_name, select.value)))) dialog.close();
  });
  name.focus();
  name.select();
}
