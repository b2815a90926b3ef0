// Builds DOM elements. Data becomes text nodes and attributes, never markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with attributes and children. `on…` properties are listeners, `data` fills the dataset,
 * `true` writes an empty attribute, and `false`, `null` and `undefined` leave an attribute or child out.
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An SVG element with attributes and children. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** The element of the page with this id. */
export const byId = (id) => document.getElementById(id);

const lastDrawn = new WeakMap();

/**
 * Whether `value` is something else than at the last call for `host`. What is redrawn without need loses presses that
 * are under way, and flickers.
 */
export function differs(host, value) {
  const now = JSON.stringify(value);
  if (lastDrawn.get(host) === now) return false;
  lastDrawn.set(host, now);
  return true;
}

/** Whether the person asked the system for less motion. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
