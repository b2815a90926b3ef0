// The log groups messages as Telegram does, and a long text leaves in pieces.

import assert from "node:assert/strict";
import { test } from "node:test";

import { matching } from "../../src/emulator/page/commands.js";
import { pieces } from "../../src/emulator/page/composer.js";
import { units } from "../../src/emulator/page/log.js";
import { speak, word } from "../../src/emulator/page/words.js";

const BOT = 999;
const NOON = new Date(2026, 4, 9, 12).getTime() / 1000;
const message = (message_id, from, more = {}) => ({ message_id, from: { id: from }, date: NOON + message_id, text: "x", ...more });
const grouped = (messages) => units(messages, { own: ({ from }) => from.id !== BOT, botName: "PIXEL AI" });

test("messages of one author form a run, whose ends are marked", () => {
  const [, first, second, answer] = grouped([message(1, BOT), message(2, BOT), message(3, 1)]);
  assert.deepEqual([first.first, first.last], [true, false]);
  assert.deepEqual([second.first, second.last], [false, true]);
  assert.deepEqual([answer.own, answer.first, answer.last], [true, true, true]);
});

test("every day begins with its name", () => {
  const kinds = grouped([message(1, BOT), message(2, BOT, { date: NOON + 86_400 })]).map(({ kind }) => kind);
  assert.deepEqual(kinds, ["day", "message", "day", "message"]);
});

test("the pictures of an album are one unit", () => {
  const all = grouped([message(1, 1, { media_group_id: "a" }), message(2, 1, { media_group_id: "a" }), message(3, 1, { media_group_id: "b" })]);
  assert.deepEqual(all.slice(1).map(({ messages }) => messages.length), [2, 1]);
});

test("a payment is a service line that ends a run", () => {
  const paid = message(2, BOT, { text: undefined, successful_payment: { total_amount: 50, currency: "XTR" } });
  const [, before, service] = grouped([message(1, BOT), paid, message(3, BOT)]);
  assert.equal(before.last, true);
  assert.equal(service.kind, "service");
  assert.match(service.text, /50 ⭐/);
});

test("a text beyond telegram's limit leaves in pieces that lose nothing", () => {
  assert.deepEqual(pieces("  hello  "), ["hello"]);
  assert.deepEqual(pieces(" \n "), []);
  const long = Array.from({ length: 40 }, (_, index) => `word${index}`).join(" ");
  const parts = pieces(long, 50);
  assert.ok(parts.every((part) => part.length <= 50));
  assert.equal(parts.join(" "), long);
});

test("a cut never splits a character of two units", () => {
  assert.ok(pieces("🙂".repeat(30), 7).every((part) => /^(🙂)+$/u.test(part)));
});

test("commands are offered while one is typed, and not within a sentence", () => {
  const commands = [{ command: "start" }, { command: "settings" }];
  assert.equal(matching(commands, "/").length, 2);
  assert.deepEqual(matching(commands, "/SE"), [{ command: "settings" }]);
  assert.deepEqual(matching(commands, "see /s"), []);
});

test("russian plurals follow the number", () => {
  speak("ru-RU");
  assert.deepEqual([1, 3, 5, 21].map((count) => word("stars", { count })), ["1 звезда", "3 звезды", "5 звёзд", "21 звезда"]);
  speak("de");
  assert.equal(word("stars", { count: 1 }), "1 Star");
});
