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

export function chip(state, extra = "") {
  const shape = h("span", { class: "glyph", "aria-hidden": "true" }, glyph(state));
  return h("span", { class: `chip s-${named(state)}` }, shape, word(state), extra);
}

export const size = (counts) => Object.values(counts).reduce((a, b) => a + b, 0);

export function sum(...many) {
  const total = {};
  for (const [state, n] of many.flatMap(Object.entries)) total[state] = (total[state] ?? 0) + n;
  return total;
}

function parts(counts) {
  return [...STATES].reverse().filter((state) => counts[state]).map((state) => {
    const part = h("span", { class: `s-${state}` });
    part.style.flexGrow = String(counts[state]);
    return part;
  });
}

// A thin bar beside numbers that say the same.
export const track = (counts) => h("span", { class: "track", "aria-hidden": "true" }, parts(counts));

// A bar whose numbers are its text.
export function bar(counts) {
  const said = STATES.filter((state) => counts[state]).map((state) => `${word(state)} ${counts[state]}`);
  const text = said.join(", ");
  return h("span", { class: "bar-of", role: "img", "aria-label": text, title: text }, parts(counts));
}

// How much of something is used.
export function meter(ratio) {
  if (ratio === null) return null;
  const level = h("span", { class: ratio > 0.9 ? "over" : ratio > 0.7 ? "high" : "" });
  level.style.width = `${Math.min(100, Math.max(0, ratio * 100))}%`;
  return h("span", { class: "meter", "aria-hidden": "true" }, level);
}
