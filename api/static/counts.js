// The row of numbers at the top: how many of what, in which state.

import { byId, fill, h } from "/static/dom.js";
import { LEVELS, STATES, glyph, size, sum, track, word } from "/static/states.js";
import { t } from "/static/words.js";

function box(cls, name, note, ...content) {
  return h("div", { class: `group ${cls}` },
    h("div", { class: "group-head" }, h("h2", {}, name), h("span", { class: "soft" }, note)),
    content);
}

function stat(state, count) {
  return h("div", { class: `stat s-${state} ${count ? "" : "zero"}` },
    h("strong", { class: "number" }, count),
    h("span", {}, h("span", { class: "glyph", "aria-hidden": "true" }, glyph(state)), word(state)));
}

function stats(counts) {
  const shown = [...STATES].reverse().filter((state) => counts[state] || state !== "unconnected");
  return h("div", { class: "stats" }, shown.map((state) => stat(state, counts[state] ?? 0)));
}

function level(name, counts) {
  const reached = (counts.up ?? 0) + (counts.degraded ?? 0);
  return h("div", { class: "level" },
    h("span", {}, t(`page.level.${name}`)),
    h("span", { class: "number soft" }, `${reached}/${size(counts)}`),
    track(counts));
}

export function drawCounts(overview, firing) {
  const sites = sum(...Object.values(overview.sites));
  const total = (counts) => t("page.total", { count: size(counts) });
  const levels = LEVELS.filter((one) => overview.sites[one]);
  const alerts = h("div", { class: "stat" },
    h("strong", { class: "number" }, firing), h("span", {}, t("page.phase.firing")));
  const has = size(overview.services) > 0;
  byId("counts").className = has ? "counts with-services" : "counts";
  fill(byId("counts"),
    box("", t("page.sites"), total(sites), stats(sites)),
    box("", t("page.links"), total(overview.links), stats(overview.links)),
    has ? box("", t("page.services"), total(overview.services), stats(overview.services)) : null,
    box("levels", t("page.wall"), "",
      h("div", { class: "level-bars" }, levels.map((one) => level(one, overview.sites[one])))),
    box(`firing ${firing ? "" : "zero"}`, t("page.alerts"), "", h("div", { class: "stats" }, alerts)));
}
