// The table of links: worst first, filtered here when all are loaded, by the api when they are many.

import { byId, fill, h } from "/static/dom.js";
import { LEVELS, STATES, chip, named, rank } from "/static/states.js";
import { bits, duration, milliseconds, now, percent, reason, t } from "/static/words.js";

const STEP = 500;
const chosen = { state: "", carrier: "", level: "", search: "" };
let shown = STEP;

const COLUMNS = ["state", "link", "route", "carrier", "since", "rtt", "loss", "in", "out", "bandwidth"];
const NUMBERS = new Set(["since", "rtt", "loss", "in", "out", "bandwidth"]);

// What the api is asked when not everything is loaded.
export function query(area) {
  const parts = [];
  const states = chosen.state === "trouble" ? STATES.filter((state) => state !== "up") : chosen.state ? [chosen.state] : [];
  if (states.length) parts.push(`state=${states.join(",")}`);
  for (const name of ["carrier", "level"]) if (chosen[name]) parts.push(`${name}=${encodeURIComponent(chosen[name])}`);
  if (area) parts.push(`area=${encodeURIComponent(area)}`);
  return parts.join("&");
}

export function choose(name, value) { chosen[name] = value; shown = STEP; }

export const onlyTrouble = () => { if (!chosen.state) chosen.state = "trouble"; };

function wanted(link) {
  if (chosen.state === "trouble" ? named(link.state) === "up" : chosen.state && named(link.state) !== chosen.state) return false;
  if (chosen.carrier && link.carrier !== chosen.carrier) return false;
  if (chosen.level && link.level !== chosen.level) return false;
  if (!chosen.search) return true;
  const text = `${link.id} ${link.title} ${link.a_title} ${link.b_title}`.toLowerCase();
  return text.includes(chosen.search);
}

function select(name, all, options, changed) {
  return h("select", { "aria-label": all, "data-key": `filter:${name}`, onchange: (event) => { choose(name, event.target.value); changed(); } },
    h("option", { value: "" }, all),
    options.map(([value, text]) => h("option", { value, selected: chosen[name] === value }, text)));
}

export function drawFilters(carriers, changed) {
  const states = [["", t("page.filter.all")], ["trouble", t("page.filter.trouble")]];
  fill(byId("filters"),
    h("div", { class: "segments", role: "group", "aria-label": t("page.column.state") },
      states.map(([value, text]) => h("button", { type: "button", "data-key": `state:${value}`, "aria-pressed": String(chosen.state === value), onclick: () => { choose("state", value); changed(); } }, text)),
      ["down", "shadow", "degraded", "unknown"].map((state) => h("button", { type: "button", "data-key": `state:${state}`, "aria-pressed": String(chosen.state === state), onclick: () => { choose("state", chosen.state === state ? "" : state); changed(); } }, chip(state)))),
    select("carrier", t("page.filter.carrier"), carriers.map((one) => [one.id, one.title]), changed),
    select("level", t("page.filter.level"), LEVELS.map((level) => [level, t(`page.level.${level}`)]), changed),
    h("input", { type: "search", value: chosen.search, placeholder: t("page.filter.search"), "aria-label": t("page.filter.search"), "data-key": "filter:search",
      oninput: (event) => { choose("search", event.target.value.trim().toLowerCase()); changed(true); } }));
}

function meter(ratio) {
  if (ratio === null) return null;
  const box = h("span", { class: "meter", "aria-hidden": "true" });
  const level = h("span", { class: ratio > 0.9 ? "over" : ratio > 0.7 ? "high" : "" });
  level.style.width = `${Math.min(100, Math.max(0, (ratio ?? 0) * 100))}%`;
  box.append(level);
  return box;
}

function row(link, open) {
  const why = link.state === "up" ? "" : reason(link.reason);
  const cells = {
    state: chip(link.state, why ? h("small", {}, why) : ""),
    link: h("button", { type: "button", class: "plain", "data-key": `link:${link.id}`, "data-link": link.id, onclick: () => open(link.id) }, link.title || link.id),
    route: h("span", {}, link.a_title, h("span", { class: "arrow" }, " → "), link.b_title),
    carrier: link.carrier_title,
    since: link.since === null ? "–" : h("span", { "data-since": link.since }, duration(now() - link.since)),
    rtt: milliseconds(link.rtt_seconds),
    loss: h("span", { class: link.loss_ratio > 0 ? "warn" : "" }, percent(link.loss_ratio)),
    in: [percent(link.in_utilization), meter(link.in_utilization)],
    out: [percent(link.out_utilization), meter(link.out_utilization)],
    bandwidth: bits(link.bandwidth_bps),
  };
  return h("tr", { class: `s-${named(link.state)}` },
    COLUMNS.map((name) => h("td", { class: NUMBERS.has(name) ? `number c-${name}` : `c-${name}` }, cells[name])));
}

export function draw(links, more, open, fetchMore) {
  const all = [...links.values()].filter(wanted)
    .sort((a, b) => rank(a.state) - rank(b.state) || (a.state === "up" ? 0 : (b.since ?? 0) - (a.since ?? 0)));
  const head = h("thead", {}, h("tr", {}, COLUMNS.map((name) => h("th", { scope: "col", class: NUMBERS.has(name) ? "number" : "" }, t(`page.column.${name}`)))));
  fill(byId("links"), head, h("tbody", {}, all.slice(0, shown).map((link) => row(link, open))));
  const rest = all.length > shown || more;
  fill(byId("links-foot"),
    h("span", {}, t("page.shown", { shown: Math.min(shown, all.length), count: `${all.length}${more ? "+" : ""}` })),
    rest ? h("button", { type: "button", "data-key": "more", onclick: () => { shown += STEP; if (shown > all.length && more) fetchMore(); else draw(links, more, open, fetchMore); } }, t("page.more")) : null);
}
