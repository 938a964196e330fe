// Services: a strip of tiles for each group, and the table of all, worst first.

import { button, byId, fill, h } from "/static/dom.js";
import { chip, glyph, named, rank, size, sum, word } from "/static/states.js";
import { ago, days, duration, milliseconds, now, t, time } from "/static/words.js";

const COLUMNS = ["state", "service", "kind", "unit", "since", "success", "took", "days"];
const NUMBERS = new Set(["since", "success", "took", "days"]);
const KINDS = ["website", "application", "video", "exchange", "backup", "certificate", "dns", "other"];
const STEP = 200;
const SOON = 30; // days that a certificate lasts, below which that is a warning
const chosen = { state: "", kind: "", group: "", search: "" };
const tiles = new Map(); // service id -> its tile
let shown = STEP;

const kindOf = (service) => t(`page.service_kind.${service.kind}`);
const why = (service) => (service.state === "up" ? "" : service.reason_text);

// ---- The strips of groups

function describe(service) {
  const parts = [service.title, word(service.state), why(service)];
  if (service.last_success !== null) parts.push(`${t("page.last_success")} ${time(service.last_success)}`);
  return parts.filter(Boolean).join(" · ");
}

function paint(tile, service) {
  const state = named(service.state);
  tile.className = `tile l-unit s-${state}`;
  tile.setAttribute("aria-label", describe(service));
  tile.title = describe(service);
  tile.firstChild.textContent = state === "up" ? "" : glyph(state);
}

function tile(service, open) {
  const node = button(`unit:${service.id}`, () => open("service", service.id),
    { "data-service": service.id },
    h("span", { class: "glyph", "aria-hidden": "true" }), h("span", { class: "label" }, service.title));
  paint(node, service);
  tiles.set(service.id, node);
  return node;
}

function strip(group, members, open) {
  const up = members.filter((one) => one.state === "up" || one.state === "degraded").length;
  const title = t("page.services.group", { title: group, up, count: members.length });
  return h("div", { class: "strip-of", role: "group", "aria-label": title },
    h("span", { class: "soft" }, title),
    h("div", { class: "below" }, members.map((one) => tile(one, open))));
}

function drawStrips(services, open) {
  const groups = new Map();
  for (const service of services.values()) {
    if (service.group === null) continue;
    if (!groups.has(service.group)) groups.set(service.group, []);
    groups.get(service.group).push(service);
  }
  tiles.clear();
  fill(byId("service-groups"),
    [...groups.values()].map((members) => strip(members[0].group_title, members, open)));
}

// A service changed: one tile is painted again, nothing else moves.
export function touch(service) {
  const node = tiles.get(service.id);
  if (node) paint(node, service);
}

// ---- The table

function select(name, everything, options, changed) {
  const pick = (event) => { chosen[name] = event.target.value; shown = STEP; changed(); };
  return h("select", { "aria-label": everything, "data-key": `services:${name}`, onchange: pick },
    h("option", { value: "" }, everything),
    options.map(([value, text]) => h("option", { value, selected: chosen[name] === value }, text)));
}

function segment(value, content, changed) {
  const pressed = chosen.state === value;
  const pick = () => { chosen.state = pressed ? "" : value; shown = STEP; changed(); };
  return button(`services:state:${value}`, pick, { "aria-pressed": String(pressed) }, content);
}

function drawFilters(services, changed) {
  const search = t("page.filter.search");
  const type = (event) => { chosen.search = event.target.value.trim().toLowerCase(); changed(true); };
  const kinds = KINDS.filter((kind) => [...services.values()].some((one) => one.kind === kind));
  const groups = new Map();
  for (const one of services.values()) if (one.group !== null) groups.set(one.group, one.group_title);
  fill(byId("service-filters"),
    h("div", { class: "segments", role: "group", "aria-label": t("page.column.state") },
      segment("", t("page.filter.all"), changed),
      segment("trouble", t("page.filter.trouble"), changed)),
    select("kind", t("page.filter.kind"), kinds.map((one) => [one, t(`page.service_kind.${one}`)]), changed),
    groups.size ? select("group", t("page.filter.group"), [...groups], changed) : null,
    h("input", {
      type: "search", value: chosen.search, placeholder: search, "aria-label": search,
      "data-key": "services:search", oninput: type,
    }));
}

function wanted(service) {
  if (chosen.state === "trouble" && service.state === "up") return false;
  if (chosen.kind && service.kind !== chosen.kind) return false;
  if (chosen.group && service.group !== chosen.group) return false;
  if (!chosen.search) return true;
  const text = `${service.id} ${service.title} ${service.unit_title}`.toLowerCase();
  return text.includes(chosen.search);
}

function row(service, open) {
  const name = { class: "plain", "data-service-row": service.id };
  const because = why(service);
  const left = service.days_left;
  const cells = {
    state: chip(service.state, because ? h("small", {}, because) : ""),
    service: button(`service:${service.id}`, () => open("service", service.id), name, service.title),
    kind: service.group_title ? `${kindOf(service)} · ${service.group_title}` : kindOf(service),
    unit: service.unit_title,
    since: service.since === null
      ? "–"
      : h("span", { "data-since": service.since }, duration(now() - service.since)),
    success: service.last_success === null
      ? "–"
      : h("span", { "data-since": service.last_success }, ago(service.last_success)),
    took: milliseconds(service.duration_seconds),
    days: h("span", { class: left !== null && left < SOON ? "warn" : "" }, days(left)),
  };
  const kind = (column) => `c-${column} ${NUMBERS.has(column) ? "number" : ""}`;
  return h("tr", { class: `s-${named(service.state)}` },
    COLUMNS.map((column) => h("td", { class: kind(column) }, cells[column])));
}

// Worst first; among what is not up the newest first, what is up in the order of the inventory.
function order(a, b) {
  return rank(a.state) - rank(b.state) || (a.state === "up" ? 0 : (b.since ?? 0) - (a.since ?? 0));
}

function drawTable(services, open) {
  const all = [...services.values()].filter(wanted).sort(order);
  const heading = (column) =>
    h("th", { scope: "col", class: NUMBERS.has(column) ? "number" : "" }, t(`page.column.${column}`));
  fill(byId("services"),
    h("thead", {}, h("tr", {}, COLUMNS.map(heading))),
    h("tbody", {}, all.slice(0, shown).map((service) => row(service, open))));
  const more = () => { shown += STEP; drawTable(services, open); };
  const count = all.length;
  fill(byId("services-foot"),
    count ? h("span", {}, t("page.shown", { shown: Math.min(shown, count), count }))
      : h("span", {}, t("page.services.none_of_these")),
    count > shown ? button("services:more", more, {}, t("page.more")) : null);
}

// `services`: id -> row. A network without any has no panel.
export function draw(services, open) {
  byId("services-panel").hidden = services.size === 0;
  const counts = sum(...[...services.values()].map((one) => ({ [named(one.state)]: 1 })));
  const trouble = size(counts) - (counts.up ?? 0);
  byId("services-count").textContent = trouble ? String(trouble) : "";
  const changed = (typing = false) => {
    if (!typing) drawFilters(services, changed);
    drawTable(services, open);
  };
  drawFilters(services, changed);
  drawStrips(services, open);
  drawTable(services, open);
}
