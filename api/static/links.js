// The table of links: worst first, filtered here when all are loaded, by the api when they are many.

import { button, byId, fill, h } from "/static/dom.js";
import { LEVELS, STATES, chip, meter, named, rank } from "/static/states.js";
import { bits, duration, milliseconds, now, percent, reason, t } from "/static/words.js";

const STEP = 500;
const chosen = { state: "", carrier: "", level: "", search: "" };
let shown = STEP;

const COLUMNS = ["state", "link", "route", "carrier", "since", "rtt", "loss", "in", "out", "bandwidth"];
const NUMBERS = new Set(["since", "rtt", "loss", "in", "out", "bandwidth"]);

function wantedStates() {
  if (chosen.state === "trouble") return STATES.filter((state) => state !== "up");
  return chosen.state ? [chosen.state] : [];
}

// What the api is asked when not everything is loaded.
export function query(area) {
  const asked = new URLSearchParams({ limit: "200" });
  if (wantedStates().length) asked.set("state", wantedStates().join(","));
  if (chosen.carrier) asked.set("carrier", chosen.carrier);
  if (chosen.level) asked.set("level", chosen.level);
  if (area) asked.set("area", area);
  return asked.toString();
}

export function choose(name, value) { chosen[name] = value; shown = STEP; }

// ---- The filters

function select(name, everything, options, changed) {
  const pick = (event) => { choose(name, event.target.value); changed(); };
  return h("select", { "aria-label": everything, "data-key": `filter:${name}`, onchange: pick },
    h("option", { value: "" }, everything),
    options.map(([value, text]) => h("option", { value, selected: chosen[name] === value }, text)));
}

function segment(value, content, changed) {
  const pressed = chosen.state === value;
  const pick = () => { choose("state", pressed ? "" : value); changed(); };
  return button(`state:${value}`, pick, { "aria-pressed": String(pressed) }, content);
}

export function drawFilters(carriers, changed) {
  const search = t("page.filter.search");
  const type = (event) => { choose("search", event.target.value.trim().toLowerCase()); changed(true); };
  fill(byId("filters"),
    h("div", { class: "segments", role: "group", "aria-label": t("page.column.state") },
      segment("", t("page.filter.all"), changed),
      segment("trouble", t("page.filter.trouble"), changed),
      ["down", "shadow", "degraded", "unknown"].map((state) => segment(state, chip(state), changed))),
    select("carrier", t("page.filter.carrier"), carriers.map((one) => [one.id, one.title]), changed),
    select("level", t("page.filter.level"), LEVELS.map((one) => [one, t(`page.level.${one}`)]), changed),
    h("input", {
      type: "search", value: chosen.search, placeholder: search, "aria-label": search,
      "data-key": "filter:search", oninput: type,
    }));
}

// ---- The rows

function wanted(link) {
  const states = wantedStates();
  if (states.length && !states.includes(named(link.state))) return false;
  if (chosen.carrier && link.carrier !== chosen.carrier) return false;
  if (chosen.level && link.level !== chosen.level) return false;
  if (!chosen.search) return true;
  const text = `${link.id} ${link.title} ${link.a_title} ${link.b_title}`.toLowerCase();
  return text.includes(chosen.search);
}

function row(link, open) {
  const why = link.state === "up" ? "" : reason(link.reason);
  const name = { class: "plain", "data-link": link.id };
  const lasts = () => h("span", { "data-since": link.since }, duration(now() - link.since));
  const cells = {
    state: chip(link.state, why ? h("small", {}, why) : ""),
    link: button(`link:${link.id}`, () => open(link.id), name, link.title || link.id),
    route: h("span", {}, link.a_title, h("span", { class: "arrow" }, " → "), link.b_title),
    carrier: link.carrier_title,
    since: link.since === null ? "–" : lasts(),
    rtt: milliseconds(link.rtt_seconds),
    loss: h("span", { class: link.loss_ratio > 0 ? "warn" : "" }, percent(link.loss_ratio)),
    in: [percent(link.in_utilization), meter(link.in_utilization)],
    out: [percent(link.out_utilization), meter(link.out_utilization)],
    bandwidth: bits(link.bandwidth_bps),
  };
  const kind = (column) => `c-${column} ${NUMBERS.has(column) ? "number" : ""}`;
  const cell = (column) => h("td", { class: kind(column) }, cells[column]);
  return h("tr", { class: `s-${named(link.state)}` }, COLUMNS.map(cell));
}

// Worst first; among what is not up the newest first, what is up in the order of the inventory.
function order(a, b) {
  return rank(a.state) - rank(b.state) || (a.state === "up" ? 0 : (b.since ?? 0) - (a.since ?? 0));
}

// `more`: the api has more than is loaded, and `fetchMore` gets it.
export function draw(links, more, open, fetchMore) {
  const all = [...links.values()].filter(wanted).sort(order);
  const heading = (column) =>
    h("th", { scope: "col", class: NUMBERS.has(column) ? "number" : "" }, t(`page.column.${column}`));
  fill(byId("links"),
    h("thead", {}, h("tr", {}, COLUMNS.map(heading))),
    h("tbody", {}, all.slice(0, shown).map((link) => row(link, open))));
  const showMore = () => {
    shown += STEP;
    if (shown > all.length && more) fetchMore();
    else draw(links, more, open, fetchMore);
  };
  const count = `${all.length}${more ? "+" : ""}`;
  fill(byId("links-foot"),
    h("span", {}, t("page.shown", { shown: Math.min(shown, all.length), count })),
    all.length > shown || more ? button("more", showMore, {}, t("page.more")) : null);
}
