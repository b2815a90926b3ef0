// The conductor of the page: holds the state of the open chat and joins the emulator with the parts of the page.

import * as api from "./api.js";
import { openCheckout } from "./checkout.js";
import { Composer } from "./composer.js";
import { alert, attempt, toast } from "./dialogs.js";
import { byId } from "./dom.js";
import { Header } from "./header.js";
import { openLightbox } from "./lightbox.js";
import { Log } from "./log.js";
import { pictureOf } from "./media.js";
import { drawPeople, openNewPerson } from "./people.js";
import { Side } from "./side.js";
import { drawCard, drawHeadPurse, drawTools } from "./tools.js";
import { language, speak, translate, word } from "./words.js";

const PRESS_MS = 30_000;
const UNREAD_MS = 3000;

const state = {
  people: [],
  personId: null,
  bot: { id: 0, first_name: "PIXEL AI", username: "" },
  chat: { commands: [], keyboard: null, stars: 0, language_code: "en", blocked: false },
  samples: [],
  knobs: [],
  restart: false,
  restarting: false,
};

/** Buttons whose spinner turns, as `message data`, and which press waits for which of them. */
const pressing = new Set();
const waiting = new Map();
/** Answers that were quicker than the answer to the press itself. */
const early = new Set();
const purseListeners = new Set();

let stopListening = () => {};
/** Events that come while the chat is read afresh; `null` when nothing is being read. */
let held = null;
/** Whether the bot's commands were asked for again since the chat was opened; a bot may set them while it starts. */
let askedForCommands = false;

const person = () => state.people.find(({ id }) => id === state.personId);
const tried = (work) => attempt(work);

const hooks = {
  bot: () => state.bot,
  own: (message) => message.from?.id !== state.bot.id,
  pressing: (message_id, data) => pressing.has(`${message_id} ${data}`),
  press,
  pay: checkout,
  command: (text) => actions.text(text),
  openPicture,
};

const actions = {
  text: (text) => tried(() => api.sendText(state.personId, text)),
  photos: (files, options) => tried(() => api.sendPhotos(state.personId, files, options)),
  sample: (name, asFile) => {
    side.close();
    return tried(() => api.sendSample(state.personId, name, asFile));
  },
  other: (kind) => {
    side.close();
    return tried(() => api.sendOther(state.personId, kind));
  },
  unblock: () => actions.block(false),
  block: (blocked) => tried(async () => {
    await api.setBlocked(state.personId, blocked);
    personChanged({ blocked });
  }),
  language: (code) => tried(async () => {
    await api.setLanguage(state.personId, code);
    personChanged({ language_code: code });
  }),
  addStars: () => tried(() => api.addStars(state.personId, 100)),
  samples: () => state.samples,
  knob: (name, value) => tried(async () => {
    await api.setKnob(name, value);
    state.knobs = await api.knobs();
    drawSide();
  }),
  restart: restartBot,
};

const side = new Side();
const header = new Header();
const composer = new Composer(actions);
const log = new Log({ scroller: byId("scroller"), list: byId("log"), button: byId("down"), intro: byId("intro") }, hooks);

async function press(message_id, data) {
  const key = `${message_id} ${data}`;
  if (pressing.has(key)) return;
  pressing.add(key);
  log.touch(message_id);
  const sent = await tried(async () => {
    const { press_id } = await api.press(state.personId, message_id, data);
    if (early.delete(press_id)) release(key);
    else waiting.set(press_id, key);
    setTimeout(() => answered(press_id), PRESS_MS);
  });
  if (!sent) release(key);
}

function answered(press_id) {
  const key = waiting.get(press_id);
  waiting.delete(press_id);
  if (key !== undefined) release(key);
  return key !== undefined;
}

function release(key) {
  if (pressing.delete(key)) log.touch(Number(key.split(" ")[0]));
}

function onAnswer({ press_id, text, show_alert }) {
  if (!answered(press_id)) early.add(press_id);
  if (!text) return;
  if (show_alert) alert(text, state.bot.first_name);
  else toast(text);
}

function openPicture(message) {
  const pictures = log.messages.filter(pictureOf);
  const shown = pictures.map((each) => ({ ...pictureOf(each), caption: each.caption }));
  openLightbox(shown, pictures.findIndex(({ message_id }) => message_id === message.message_id));
}

function checkout(message) {
  const changed = (listener) => {
    purseListeners.add(listener);
    return () => purseListeners.delete(listener);
  };
  const purse = { stars: () => state.chat.stars, add: actions.addStars, changed };
  openCheckout(message, { botName: state.bot.first_name, purse, pay: () => api.pay(state.personId, message.message_id) });
}

async function restartBot() {
  side.close();
  state.restarting = true;
  drawSide();
  if (await tried(api.restart)) toast(word("restarted"), "good");
  state.restarting = false;
  drawSide();
}

const receive = {
  message(message) {
    log.put(message);
    if (hooks.own(message)) return;
    header.action(null);
    if (state.chat.commands.length === 0 && !askedForCommands) {
      askedForCommands = true;
      readChat(true);
    }
  },
  edited: (message) => log.put(message),
  deleted: ({ message_id }) => log.remove(message_id),
  keyboard(markup) {
    state.chat.keyboard = markup;
    composer.setKeyboard(markup);
  },
  action: ({ action }) => header.action(action),
  answer: onAnswer,
  purse({ stars }) {
    state.chat.stars = stars;
    drawSide();
    for (const listener of purseListeners) listener();
  },
  person: (changed) => personChanged(changed ?? {}),
};

/** What is new about the person whose chat is open. */
function personChanged({ id, first_name, language_code, blocked, stars }) {
  if (id !== undefined && id !== state.personId) return refreshPeople();
  const news = Object.fromEntries(Object.entries({ first_name, language_code, blocked, stars }).filter(([, value]) => value !== undefined));
  const translated = language_code !== undefined && language_code !== state.chat.language_code;
  Object.assign(state.chat, news);
  Object.assign(person() ?? {}, news);
  drawAll();
  // The bot's commands have words of their own in each language.
  if (translated) readChat(true);
}

/** Reads the chat; what happens meanwhile is held back and applied on top, which changes nothing that is known already. */
async function readChat(samePerson) {
  const reading = (held = []);
  const id = state.personId;
  try {
    const chat = await api.chat(id);
    if (id !== state.personId || held !== reading) return;
    const { messages, bot, ...rest } = chat;
    state.bot = bot;
    state.chat = { ...rest, commands: rest.commands ?? [] };
    Object.assign(person() ?? {}, { unread: 0, language_code: rest.language_code, blocked: rest.blocked });
    speak(rest.language_code);
    log.reset(messages, samePerson);
    drawAll();
  } catch (cause) {
    if (id === state.personId) toast(word("failed", { error: cause.message }), "bad");
  } finally {
    if (held === reading) {
      held = null;
      for (const [name, data] of reading) receive[name](data);
    }
  }
}

function connect() {
  stopListening();
  let first = true;
  stopListening = api.listen(state.personId, {
    opened() {
      if (header.found()) toast(word("online"), "good");
      readChat(!first);
      if (!first) readHouse();
      first = false;
    },
    lost: () => header.lost(),
    event: (name, data) => (held ? held.push([name, data]) : receive[name](data)),
  });
}

function choose(id) {
  side.close();
  if (id === state.personId) return;
  state.personId = id;
  location.replace(`#${id}`);
  for (const map of [pressing, waiting, early]) map.clear();
  // What was held back belongs to the chat that is left.
  held = null;
  askedForCommands = false;
  header.action(null);
  composer.clear();
  const { stars = 0, language_code, blocked = false } = person();
  state.chat = { commands: [], keyboard: null, stars, language_code, blocked };
  drawAll();
  log.clear();
  connect();
  composer.focus();
}

async function createPerson(first_name, language_code) {
  const created = await api.createPerson(first_name, language_code);
  await refreshPeople();
  choose(created.id);
}

/** The people, of whom there is always one: a demo that was started afresh knows nobody yet. */
async function readPeople() {
  state.people = await api.people();
  if (state.people.length === 0) state.people = await firstPeople();
}

/** Somebody to talk with the bot, and somebody who looks after it, where the bot knows of one. */
async function firstPeople() {
  const first = await api.createPerson(word("defaultName"), language());
  if (!(await api.info()).admin) return [first];
  const admin = await api.createPerson(word("adminName"), language());
  await api.sendText(admin.id, "/start");
  return [first, admin];
}

async function refreshPeople() {
  await readPeople();
  // The emulator may have come back with another file, in which this person never was.
  if (!person()) choose(state.people[0].id);
  drawPeople(byId("people"), state.people, state.personId, choose);
  const unread = state.people.reduce((sum, { id, unread }) => sum + (id === state.personId ? 0 : unread), 0);
  document.title = unread > 0 ? `(${unread}) ${state.bot.first_name}` : state.bot.first_name;
  side.unread(unread);
}

/** What belongs to the house and not to one chat. A part that cannot be read is left out, the chat goes on. */
async function readHouse() {
  const [samples, knobs, info] = await Promise.allSettled([api.samples(), api.knobs(), api.info()]);
  if (samples.value) state.samples = samples.value;
  if (knobs.value) state.knobs = knobs.value;
  if (info.value) state.restart = info.value.restart;
  drawSide();
}

function drawSide() {
  drawCard(byId("card"), state.chat, actions);
  drawTools(byId("tools"), state, actions);
  drawHeadPurse(state.chat.stars);
}

function drawAll() {
  speak(state.chat.language_code);
  document.documentElement.lang = language();
  translate();
  header.draw(state.bot);
  drawPeople(byId("people"), state.people, state.personId, choose);
  drawSide();
  composer.show(state.chat);
  log.draw();
}

function start() {
  speak(navigator.language);
  translate();
  header.draw(state.bot);
  byId("new-person").addEventListener("click", () => openNewPerson(createPerson));
  byId("start").addEventListener("click", () => actions.text("/start"));
  addEventListener("hashchange", () => state.people.some(({ id }) => id === asked()) && choose(asked()));
  enter();
}

/** The person that the page's address asks for. */
const asked = () => Number(location.hash.slice(1));

async function enter() {
  try {
    await readPeople();
  } catch {
    // The emulator is not there yet; the page waits for it as it does when the connection is lost later.
    header.lost();
    setTimeout(enter, UNREAD_MS);
    return;
  }
  header.found();
  choose((state.people.find(({ id }) => id === asked()) ?? state.people[0]).id);
  readHouse();
  // The stream tells of one person only; the unread counts of the others are asked for.
  setInterval(() => document.hidden || refreshPeople().catch(() => {}), UNREAD_MS);
}

start();
