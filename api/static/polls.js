// How well devices answer: the slowest twenty, and what stands behind a verdict.

import { button, byId, fill, h } from "/static/dom.js";
import { chip } from "/static/states.js";
import { milliseconds, percent, t } from "/static/words.js";

const COLUMNS = ["device", "p95", "answered", "retries", "late"];
const NUMBERS = new Set(COLUMNS.slice(1));

function row(one, open) {
  const title = one.title || one.device;
  const cells = {
    device: h("span", { class: "line" },
      one.state === null ? null : chip(one.state),
      open ? button(`slow:${one.device}`, () => open("site", one.site), { class: "plain" }, title) : title),
    p95: milliseconds(one.p95_seconds),
    answered: percent(one.answered_ratio, 2),
    retries: one.retries,
    late: one.late,
  };
  const cell = (name) => h("td", { class: NUMBERS.has(name) ? "number" : "" }, cells[name]);
  return h("tr", { "data-device": one.device }, COLUMNS.map(cell));
}

// `open`: null for whoever may not look at sites.
export function draw(items, open) {
  const heading = (name) =>
    h("th", { scope: "col", class: NUMBERS.has(name) ? "number" : "" }, t(`page.polls.${name}`));
  fill(byId("slowest"), items.length
    ? [h("thead", {}, h("tr", {}, COLUMNS.map(heading))), h("tbody", {}, items.map((one) => row(one, open)))]
    : h("tbody", {}, h("tr", {}, h("td", { class: "empty" }, t("page.polls.none")))));
}

// One line about a device: how much of what was asked it answered, and how fast.
export function line(quality) {
  if (!quality || !quality.polls) return "";
  return t("page.polls.line", {
    answered: percent(quality.answered / quality.polls, 2),
    polls: quality.polls,
    p95: milliseconds(quality.p95_seconds),
  });
}
