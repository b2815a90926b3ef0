// Talks to the emulator: what one person's Telegram client can do, and the stream of what reaches it.

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 4000;
const EVENTS = ["message", "edited", "deleted", "keyboard", "action", "answer", "purse", "person"];

/** A refusal of the emulator, with its words. */
export class ApiError extends Error {}

async function call(method, path, body) {
  const options = { method };
  if (body instanceof FormData) options.body = body;
  else if (body !== undefined) {
    options.headers = { "content-type": "application/json" };
    options.body = JSON.stringify(body);
  }
  const response = await fetch(`/api/${path}`, options);
  const text = await response.text();
  let answer = null;
  try {
    answer = text ? JSON.parse(text) : null;
  } catch {
    // Not JSON: a proxy's or a crash's page; the status line says enough.
  }
  if (!response.ok) throw new ApiError(answer?.error ?? `${response.status} ${response.statusText}`);
  return answer;
}

const get = (path) => call("GET", path);
const post = (path, body = {}) => call("POST", path, body);
const of = (person, what) => `people/${person}/${what}`;

export const people = () => get("people");
export const createPerson = (first_name, language_code) => post("people", { first_name, language_code });
export const chat = (person) => get(of(person, "chat"));
export const sendText = (person, text) => post(of(person, "text"), { text });
export const sendSample = (person, name, as_file) => post(of(person, "sample"), { name, as_file });
export const sendOther = (person, kind) => post(of(person, "other"), { kind });
export const press = (person, message_id, data) => post(of(person, "press"), { message_id, data });
export const pay = (person, message_id) => post(of(person, "pay"), { message_id });
export const addStars = (person, amount) => post(of(person, "stars"), { amount });
export const setLanguage = (person, language_code) => post(of(person, "language"), { language_code });
export const setBlocked = (person, blocked) => post(of(person, "block"), { blocked });
export const samples = () => get("samples");
export const knobs = () => get("knobs");
export const setKnob = (name, value) => post(`knobs/${encodeURIComponent(name)}`, { value });
export const restart = () => post("restart");
export const info = () => get("info");

/** Where the bytes of a Telegram file are. */
export const fileUrl = (file_id) => `/api/photo/${encodeURIComponent(file_id)}`;

/** Sends pictures; several of them become an album. */
export function sendPhotos(person, files, { caption, asFile }) {
  const form = new FormData();
  if (caption) form.append("caption", caption);
  if (asFile) form.append("as_file", "true");
  for (const file of files) form.append("photo", file, file.name || "photo.png");
  return post(of(person, "photos"), form);
}

/**
 * Listens to what reaches `person` until the returned function is called. A lost stream is opened again by itself:
 * `lost` is called when it breaks, and `opened` each time it stands, so that the chat can be read afresh.
 */
export function listen(person, { opened, lost, event }) {
  let stream = null;
  let timer = 0;
  let wait = FIRST_RETRY_MS;
  const open = () => {
    stream = new EventSource(`/api/${of(person, "events")}`);
    stream.onopen = () => {
      wait = FIRST_RETRY_MS;
      opened();
    };
    // The browser itself gives up on some failures for good, so the reopening is done here for all of them.
    stream.onerror = () => {
      stream.close();
      lost();
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_RETRY_MS);
    };
    for (const name of EVENTS) stream.addEventListener(name, ({ data }) => event(name, JSON.parse(data)));
  };
  open();
  return () => {
    clearTimeout(timer);
    stream.close();
  };
}
