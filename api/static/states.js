// States with a shape and a word beside their colour.

import { h } from "/static/dom.js";
import { t } from "/static/words.js";

export const STATES = ["down", "shadow", "degraded", "unknown", "unconnected", "up"]; // worst first
export const LEVELS = ["province", "cloud", "city", "county", "township", "village"];

const GLYPHS = { up: "●", degraded: "▲", down: "✕", unknown: "?", shadow: "◐", unconnected: "○" };

export const named = (state) => state ?? "unconnected";
export const glyph = (state) => GLYPHS[named(state)] ?? "?";
export const word = (state) => t(`page.state.${named(state)}`);
export const rank = (state) => STATES.indexOf(named(state));
export const worst = (counts) => STATES.find((state) => counts[state]) ?? "unconnected";

export function chip(state, extra = "") {
  return h("span", { class: `chip s-${named(state)}` }, h("span", { class: "glyph", "aria-hidden": "true" }, glyph(state)), word(state), extra);
}

export function sum(...many) {
  const total = {};
  for (const counts of many) for (const [state, n] of Object.entries(counts)) total[state] = (total[state] ?? 0) + n;
  return total;
}

export const size = (counts) => Object.values(counts).reduce((a, b) => a + b, 0);

// A bar of proportions; the numbers are its text.
export function bar(counts) {
  const text = STATES.filter((state) => counts[state]).map((state) => `${word(state)} ${counts[state]}`).join(", ");
  const box = h("span", { class: "bar-of", role: "img", "aria-label": text, title: text });
  for (const state of [...STATES].reverse()) {
    if (!counts[state]) continue;
    const part = h("span", { class: `s-${state}` });
    part.style.flexGrow = String(counts[state]);
    box.append(part);
  }
  return box;
}
