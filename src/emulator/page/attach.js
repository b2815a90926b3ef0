// The sheets for sending pictures: what to attach, and how the chosen pictures go out.

import { modal, sheetHead, toast } from "./dialogs.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { otherButtons, sampleGrid } from "./tools.js";
import { size, word } from "./words.js";

const ALBUM_LIMIT = 10;

const isImage = (file) => file.type.startsWith("image/");

function filePicker(chosen) {
  const input = el("input", { type: "file", multiple: true, class: "visually-hidden", tabindex: "-1", "aria-hidden": "true", data: { role: "file-input" } });
  input.addEventListener("change", () => {
    if (input.files.length > 0) chosen([...input.files]);
    input.value = "";
  });
  return input;
}

/** Offers one's own files, the sample photos and the unusual messages. */
export function openAttach(actions) {
  const choose = (files) => {
    dialog.close();
    openPreview(files, actions);
  };
  const after = (work) => (...values) => {
    dialog.close();
    return work(...values);
  };
  const input = filePicker(choose);
  const own = el("button", { type: "button", class: "wide", data: { role: "attach-file" }, onclick: () => input.click() }, icon("picture"), word("photoOrFile"));
  const samples = sampleGrid(actions.samples(), after(actions.sample));
  const others = el("section", {}, el("h3", {}, word("others")), otherButtons(after(actions.other)));
  const dialog = modal({ label: word("attach"), role: "attach-sheet", className: "sheet attach" }, sheetHead(word("attach")), el("div", { class: "sheet-body" }, own, input, samples, others));
}

/** Shows the chosen files before they go out: caption, as pictures or as files, several as one album. */
export function openPreview(files, actions) {
  let chosen = [];
  const grid = el("div", { class: "preview", role: "list" });
  const caption = el("textarea", { rows: "1", maxlength: "1024", placeholder: word("caption"), "aria-label": word("caption"), data: { role: "caption" } });
  const asFile = el("input", { type: "checkbox", data: { role: "as-file" } });
  const go = el("button", { type: "button", class: "wide", data: { role: "send-pictures" } });
  const input = filePicker((more) => take(more));
  const addMore = el("button", { type: "button", class: "plain", onclick: () => input.click() }, icon("plus"), word("addMore"));

  function take(more) {
    if (chosen.length + more.length > ALBUM_LIMIT) toast(word("tooMany"), "bad");
    chosen = [...chosen, ...more.map((file) => ({ file, url: isImage(file) ? URL.createObjectURL(file) : null }))].slice(0, ALBUM_LIMIT);
    refresh();
  }
  function remove(item) {
    chosen = chosen.filter((each) => each !== item);
    if (item.url) URL.revokeObjectURL(item.url);
    if (chosen.length === 0) dialog.close();
    else refresh();
  }
  function refresh() {
    // Telegram takes only pictures as photos; anything else can go out as a file alone.
    const onlyFiles = chosen.some(({ url }) => url === null);
    asFile.disabled = onlyFiles;
    if (onlyFiles) asFile.checked = true;
    grid.classList.toggle("single", chosen.length === 1);
    grid.replaceChildren(...chosen.map((item) => previewItem(item, remove)));
    addMore.disabled = chosen.length >= ALBUM_LIMIT;
    go.textContent = word(asFile.checked ? "sendFiles" : "sendPictures", { count: chosen.length });
  }

  const dialog = modal(
    { label: word("send"), role: "preview", className: "sheet attach", onclose: () => chosen.forEach(({ url }) => url && URL.revokeObjectURL(url)) },
    sheetHead(word("send")),
    el("div", { class: "sheet-body" }, grid, input, el("div", { class: "preview-options" }, el("label", { class: "switch" }, asFile, el("span", {}, word("sendAsFile"))), addMore), caption),
    el("div", { class: "sheet-actions column" }, go),
  );
  const send = async () => {
    go.disabled = true;
    const sent = await actions.photos(chosen.map(({ file }) => file), { caption: caption.value.trim(), asFile: asFile.checked });
    go.disabled = false;
    if (sent) dialog.close();
  };
  go.addEventListener("click", send);
  asFile.addEventListener("change", refresh);
  caption.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!go.disabled) send();
  });
  dialog.addEventListener("paste", (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    if (pasted.length > 0) take(pasted);
  });
  take(files);
  caption.focus();
}

function previewItem(item, remove) {
  const { file, url } = item;
  const shown = url ? el("img", { src: url, alt: file.name }) : el("span", { class: "preview-file" }, icon("file"), el("b", {}, file.name), el("small", {}, size(file.size)));
  const label = `${word("remove")} ${file.name}`;
  const drop = el("button", { type: "button", class: "round remove", "aria-label": label, title: label, onclick: () => remove(item) }, icon("close"));
  return el("div", { class: "preview-item", role: "listitem" }, shown, drop);
}
