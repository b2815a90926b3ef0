// The line icons of the page, drawn on a grid of 24.

import { svg } from "./dom.js";

const PATHS = {
  back: "M15 5l-7 7 7 7",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  clip: "M20 11.5l-8.2 8.2a5 5 0 0 1-7.1-7.1l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8l-8.4 8.4a1.7 1.7 0 0 1-2.4-2.4l7.6-7.6",
  send: "M4 12l-.8-7.2L21 12 3.2 19.2 4 12zm0 0h8",
  down: "M6 9.5l6 6 6-6",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  download: "M12 4v11m-5-4.5l5 5 5-5M5 20h14",
  keyboard: "M4 5h6v6H4zM14 5h6v6h-6zM4 14h6v5H4zM14 14h6v5h-6z",
  hide: "M6 9l6 6 6-6",
  slash: "M4 4h16v16H4zM14 8l-4 8",
  plus: "M12 5v14M5 12h14",
  star: "M12 3.2l2.6 5.6 6.1.7-4.5 4.2 1.2 6-5.4-3-5.4 3 1.2-6-4.5-4.2 6.1-.7z",
  block: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM5.7 5.7l12.6 12.6",
  restart: "M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 4v4h-4",
  picture: "M4 5h16v14H4zM4 16l4.5-4.5 4 4 3-3L20 17M15.5 9.2h.01",
  file: "M13.5 3H6v18h12V7.5zM13.5 3v4.5H18",
  sticker: "M12 3a9 9 0 0 0 0 18c.8 0 9-8 9-9a9 9 0 0 0-9-9zM20.5 13c-5-.5-8 2.5-8 8M8.5 10h.01M15 9h.01",
  voice: "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM6 11a6 6 0 0 0 12 0M12 17v4",
  video: "M3 7h12v10H3zM15 11l6-3.5v9L15 13z",
  location: "M12 21s7-6.2 7-11.3A7 7 0 0 0 5 9.7C5 14.8 12 21 12 21zM12 7.5a2.3 2.3 0 1 0 0 4.6 2.3 2.3 0 0 0 0-4.6z",
  contact: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20c.6-3.7 3.6-5.5 7.5-5.5s6.9 1.8 7.5 5.5",
  poll: "M5 20v-8M12 20V4M19 20v-5",
  edited: "M4 20l1-5L16 4l4 4L9 19zM13.5 6.5l4 4",
  forward_album: "M13 5l8 7-8 7v-4.5C7.5 14.5 4.5 16.5 3 20c0-6.5 3.5-10 10-10.5z",
  ticks: "M2 12.5l4.5 4.5L16 7M11.5 16l1 1L22 7",
  play: "M8 5.5v13l11-6.5z",
  external: "M8 16L16 8M9.5 8H16v6.5",
  card: "M3 6h18v12H3zM3 10h18",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
};

/** The icon of this name, hidden from screen readers: its button carries the words. */
export function icon(name, className = "") {
  const line = svg("path", { d: PATHS[name] });
  return svg("svg", { viewBox: "0 0 24 24", class: `icon icon-${name} ${className}`, "aria-hidden": "true" }, line);
}

/** The curved tail of the last bubble in a run. */
export function tail() {
  const shape = svg("path", { d: "M6 17H0V0c.193 2.84.876 5.767 2.05 8.782.904 2.325 2.446 4.485 4.625 6.48A1 1 0 0 1 6 17z" });
  return svg("svg", { viewBox: "0 0 9 17", class: "tail", "aria-hidden": "true" }, shape);
}
