// The tools of the demo: purse, language, sample photos, unusual messages and knobs.

import { byId, differs, el } from "./dom.js";
import { icon } from "./icons.js";
import { language, number, pageLanguage, titled, word } from "./words.js";

/** Whether samples go out as files; kept while the tools are drawn again. */
let samplesAsFiles = false;

const OTHERS = ["sticker", "voice", "video", "location", "contact", "poll", "edited", "forward_album"];
/** Where the words of a kind have another name than the kind. */
const NAMES = { edited: "editedKind", forward_album: "forwardAlbum" };

/** Sample photos to pick from; `send` is called with the name and whether it goes as a file. */
export function sampleGrid(samples, send) {
  const remember = (event) => (samplesAsFiles = event.target.checked);
  const asFile = el("input", { type: "checkbox", checked: samplesAsFiles, data: { role: "sample-as-file" }, onchange: remember });
  const draw = ({ name, title, url }) => {
    const label = word("sample", { title: titled(title) });
    const image = el("img", { src: url, alt: "", loading: "lazy" });
    return el("button", { type: "button", class: "sample", "aria-label": label, title: titled(title), data: { role: "sample", name }, onclick: () => send(name, asFile.checked) }, image);
  };
  const head = el("div", { class: "tool-head" }, el("h3", {}, word("samples")), el("label", { class: "switch" }, asFile, el("span", {}, word("asFile"))));
  return el("section", { class: "samples", hidden: samples.length === 0 }, head, el("div", { class: "strip" }, samples.map(draw)));
}

/** Buttons for the messages that a bot seldom expects. */
export function otherButtons(send) {
  const draw = (kind) => {
    const label = word(NAMES[kind] ?? kind);
    return el("button", { type: "button", class: "other", "aria-label": label, title: label, data: { role: "other", kind }, onclick: () => send(kind) }, icon(kind));
  };
  return el("div", { class: "others" }, OTHERS.map(draw));
}

/** The purse, language and blocking of the person whose chat is open. */
export function drawCard(host, { stars, language_code, blocked }, actions) {
  if (!differs(host, [stars, language_code, blocked])) return;
  const speaks = pageLanguage(language_code);
  const tongue = (code, name) => {
    const properties = { type: "button", lang: code, "aria-pressed": String(speaks === code), data: { role: "language", language: code } };
    return el("button", { ...properties, onclick: () => actions.language(code) }, name);
  };
  const purse = el("span", { class: "purse", role: "img", data: { role: "purse", stars }, "aria-label": `${word("purse")}: ${word("stars", { count: stars })}` }, el("span", { "aria-hidden": "true" }, `⭐ ${number(stars)}`));
  const add = el("button", { type: "button", class: "pill", "aria-label": word("addStarsLabel"), data: { role: "add-stars" }, onclick: actions.addStars }, word("addStars"));
  const block = el("button", { type: "button", class: "line", data: { role: "block" }, onclick: () => actions.block(!blocked) }, icon("block"), word(blocked ? "unblock" : "block"));
  const line = (label, ...rest) => el("div", { class: "tool-line" }, el("span", { class: "label" }, label), ...rest);
  keepingFocus(host, () =>
    host.replaceChildren(
      line(word("purse"), purse, add),
      line(word("language"), el("div", { class: "segments", role: "group", "aria-label": word("language") }, tongue("ru", "Русский"), tongue("en", "English"))),
      block,
    ),
  );
}

/** Samples, unusual messages, knobs and the restart button, under the people. */
export function drawTools(host, { samples, knobs, restart, restarting }, actions) {
  if (!differs(host, [samples, knobs, restart, restarting, language()])) return;
  const others = el("section", {}, el("h3", {}, word("others")), otherButtons(actions.other));
  const again = el("button", { type: "button", class: restarting ? "line busy" : "line", disabled: restarting, data: { role: "restart" }, onclick: actions.restart }, icon("restart"), word(restarting ? "restarting" : "restart"));
  const behind = el("section", { class: "knobs", hidden: knobs.length === 0 && !restart }, el("h3", {}, word("knobs")), knobs.map((knob) => knobLine(knob, actions.knob)), restart && again);
  keepingFocus(host, () => host.replaceChildren(sampleGrid(samples, actions.sample), others, behind));
}

function knobLine({ name, title, options, value }, turn) {
  const draw = (option) => {
    const own = typeof option === "object" ? option.value : option;
    return el("option", { value: own, selected: String(own) === String(value) }, typeof option === "object" ? titled(option.title) : String(option));
  };
  const select = el("select", { data: { role: "knob", name }, onchange: (event) => turn(name, event.target.value) }, options.map(draw));
  return el("label", { class: "tool-line" }, el("span", { class: "label" }, titled(title) || name), select);
}

/** Redraws `host` so that the focus stays on the button of the same place. */
function keepingFocus(host, redraw) {
  const controls = () => [...host.querySelectorAll("button, select, input")];
  const at = controls().indexOf(document.activeElement);
  redraw();
  if (at >= 0) controls().at(at)?.focus({ preventScroll: true });
}

/** The purse in the head of the chat, which leads to the tools on a phone. */
export function drawHeadPurse(stars) {
  const pill = byId("head-purse");
  pill.textContent = `⭐ ${number(stars)}`;
  pill.setAttribute("aria-label", `${word("purse")}: ${word("stars", { count: stars })}`);
}
