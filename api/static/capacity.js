// What the servers have and use together, by zone and site, and when it will be full.

import { byId, fill, h } from "/static/dom.js";
import { meter } from "/static/states.js";
import { bytes, t, time } from "/static/words.js";

const RESOURCES = ["cpu", "memory", "storage"];

const amount = (use, value) => (use.resource === "cpu" ? String(Math.round(value * 10) / 10) : bytes(value));

function cell({ use, text }) {
  const parts = { used: amount(use, use.used), total: amount(use, use.total) };
  return [meter(use.ratio), h("span", { class: "number" }, ` ${t("page.capacity.used", parts)}`),
    h("div", { class: "soft" }, text)];
}

function row(group) {
  const found = new Map(group.uses.map((one) => [one.use.resource, one]));
  const shown = (resource) => (found.has(resource) ? cell(found.get(resource)) : "–");
  return h("tr", {},
    h("td", {}, group.title || group.id),
    h("td", { class: "number" }, `${group.heard} / ${group.hosts}`),
    RESOURCES.map((resource) => h("td", { class: "c-capacity" }, shown(resource))));
}

// Not there where nothing was added up so far.
export function draw({ at, failure, items }) {
  byId("capacity-panel").hidden = items.length === 0;
  fill(byId("capacity"),
    h("thead", {}, h("tr", {},
      h("th", { scope: "col" }, t("page.column.zone")),
      h("th", { scope: "col", class: "number" }, t("page.capacity.heard")),
      RESOURCES.map((one) => h("th", { scope: "col" }, t(`page.capacity.${one}`))))),
    h("tbody", {}, items.map(row)));
  fill(byId("capacity-foot"),
    h("span", {}, at === null ? "" : t("page.capacity.at", { time: time(at) })),
    failure ? h("span", { class: "warn" }, t("page.capacity.failed", { why: failure })) : null);
}
