// Entities of the Bot API become a well-formed tree, and only safe addresses become links.

import assert from "node:assert/strict";
import { test } from "node:test";

import { nest, safeLink } from "../../src/emulator/page/entities.js";

/** The tree in short: `type(children)`. */
const short = (nodes) => nodes.map((node) => (typeof node === "string" ? node : `${node.entity.type}(${short(node.children)})`)).join("");
const entity = (type, offset, length) => ({ type, offset, length });

test("a text without entities stays whole, markup and all", () => {
  assert.deepEqual(nest("<b>5 & 6</b>"), ["<b>5 & 6</b>"]);
  assert.deepEqual(nest(""), []);
});

test("offsets count utf-16 units, so an emoji before an entity shifts it by two", () => {
  assert.equal(short(nest("👋 Привет", [entity("bold", 3, 6)])), "👋 bold(Привет)");
});

test("an entity inside another is nested, in whichever order they come", () => {
  const tree = "a bold(b italic(c)) d";
  assert.equal(short(nest("a b c d", [entity("bold", 2, 3), entity("italic", 4, 1)])), tree);
  assert.equal(short(nest("a b c d", [entity("italic", 4, 1), entity("bold", 2, 3)])), tree);
});

test("two entities over the same words are both kept", () => {
  assert.equal(short(nest("abc", [entity("bold", 0, 3), entity("underline", 0, 3)])), "bold(underline(abc))");
});

test("overlapping entities are cut so that no letter is lost or doubled", () => {
  assert.equal(short(nest("abcdef", [entity("bold", 0, 4), entity("italic", 2, 4)])), "bold(abitalic(cd))italic(ef)");
});

test("an entity that reaches beyond the text is clipped, and an empty one is dropped", () => {
  assert.equal(short(nest("abc", [entity("code", 1, 99), entity("bold", 9, 2), entity("italic", 0, 0)])), "acode(bc)");
});

test("only addresses that are safe to open become links", () => {
  assert.equal(safeLink("https://example.com/a?b"), "https://example.com/a?b");
  assert.equal(safeLink("example.com"), "https://example.com");
  assert.equal(safeLink("localhost.test:8080/x"), "https://localhost.test:8080/x");
  assert.equal(safeLink("javascript:alert(1)"), null);
  assert.equal(safeLink(" JaVaScript:alert(1)"), null);
  assert.equal(safeLink("java\nscript:alert(1)"), "https://java\nscript:alert(1)");
  assert.equal(safeLink("data:text/html,x"), null);
});
