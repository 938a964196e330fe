// The five levels: every site a tile, under its county, under its city. A province that is too
// large for that shows its cities, and a city when it is opened.

import { button, byId, fill, h } from "/static/dom.js";
import { LEVELS, bar, chip, glyph, named, size, sum, word } from "/static/states.js";
import { duration, now, reason, t } from "/static/words.js";

const TILES = 1500;
const NAMELESS = new Set(["township", "village"]);
const tiles = new Map(); // site id -> its tile
let open = null; // the area that is opened, in a large province

export const isLarge = (overview) => size(sum(...Object.values(overview.sites))) > TILES;
export const openArea = () => open;

const depth = (site) => LEVELS.indexOf(site.level);
const byDepth = (a, b) => depth(a) - depth(b);

// ---- Tiles

function describe(site) {
  const parts = [site.title, t(`page.level.${site.level}`), word(site.state)];
  if (site.state !== "up" && site.reason) parts.push(reason(site.reason));
  if (site.since !== null) parts.push(duration(now() - site.since));
  return parts.join(" · ");
}

function paint(tile, site) {
  const state = named(site.state);
  tile.className = `tile l-${site.level} s-${state}`;
  tile.setAttribute("aria-label", describe(site));
  tile.title = describe(site);
  tile.firstChild.textContent = state === "up" ? "" : glyph(state);
}

function tile(site, choose) {
  const node = button(`site:${site.id}`, () => choose(site.id), { tabindex: "-1", "data-site": site.id },
    h("span", { class: "glyph", "aria-hidden": "true" }),
    NAMELESS.has(site.level) ? null : h("span", { class: "label" }, site.title));
  paint(node, site);
  tiles.set(site.id, node);
  return node;
}

// A site changed: one tile is painted again, nothing else moves.
export function touch(site) {
  const node = tiles.get(site.id);
  if (node) paint(node, site);
}

// ---- A city with everything below it

function countyOf(site, sites) {
  let here = site;
  while (here && here.level !== "county") here = here.parent === null ? null : sites.get(here.parent);
  return here ? here.id : "";
}

function countyRow(county, places, choose) {
  const order = [...places].sort(byDepth);
  const own = order.filter((site) => site.level === "county").map((site) => tile(site, choose));
  const rest = order.filter((site) => site.level !== "county").map((site) => tile(site, choose));
  const nobody = h("span", { class: "direct" }, county === "" ? t("page.direct") : "");
  return h("div", { class: "county" }, own.length ? own : nobody, h("div", { class: "below" }, rest));
}

function block(area, members, sites, choose) {
  const heads = members.filter((site) => depth(site) <= LEVELS.indexOf("city"));
  const counties = new Map();
  for (const site of members.filter((one) => depth(one) > LEVELS.indexOf("city"))) {
    const county = countyOf(site, sites);
    if (!counties.has(county)) counties.set(county, []);
    counties.get(county).push(site);
  }
  const title = heads.length ? heads.map((site) => tile(site, choose)) : h("strong", {}, area);
  return h("div", { class: counties.size ? "area" : "area lone", "data-area": area },
    h("div", { class: "area-head" }, title),
    [...counties].map(([county, places]) => countyRow(county, places, choose)));
}

function blocks(sites, choose) {
  const areas = new Map();
  for (const site of sites.values()) {
    if (open !== null && site.area !== open) continue;
    if (!areas.has(site.area)) areas.set(site.area, []);
    areas.get(site.area).push(site);
  }
  const top = (members) => Math.min(...members.map(depth));
  const order = [...areas].sort(([, a], [, b]) => top(a) - top(b));
  return order.map(([area, members]) => block(area, members, sites, choose));
}

// ---- A card of a city, in a large province

function tally(counts) {
  const lost = ["down", "shadow", "unknown"].filter((state) => counts[state]);
  const one = (state) => h("span", { class: `lost s-${state}` }, glyph(state), counts[state], " ");
  return h("span", { class: "number" }, lost.map(one), size(counts));
}

function card(area, enter) {
  const row = (name, counts) =>
    h("span", { class: "card-row" }, h("span", {}, name), bar(counts), tally(counts));
  const levels = LEVELS.filter((level) => area.sites[level]);
  const look = { class: `card s-${named(area.state)}`, tabindex: "-1" };
  return button(`area:${area.id}`, () => enter(area.id), look,
    h("span", { class: "card-head" }, h("strong", {}, area.title), chip(area.state)),
    levels.map((level) => row(t(`page.level.${level}`), area.sites[level])),
    row(t("page.links"), area.links));
}

// ---- All of it

export function drawLegend() {
  const states = ["up", "degraded", "down", "shadow", "unknown", "unconnected"];
  fill(byId("legend"), states.map((state) => chip(state)));
}

// The inventory may have been reloaded: an area that is gone is open no more.
export function follow(overview) {
  if (open !== null && !overview.areas.some((area) => area.id === open)) open = null;
}

// `sites`: id -> row; in a large province those of the open area only. `entered()`: the area changed.
export function draw(overview, sites, choose, entered) {
  const enter = (area) => { open = area; entered(); };
  const wall = byId("wall");
  tiles.clear();
  if (isLarge(overview) && open === null) {
    wall.className = "wall cards";
    fill(wall, [...overview.areas].sort(byDepth).map((area) => card(area, enter)));
  } else {
    const made = blocks(sites, choose);
    const lone = made.filter((one) => one.classList.contains("lone"));
    const back = button("back", () => enter(null), { class: "back" }, "← ", t("page.back"));
    wall.className = open === null ? "wall" : "wall single";
    fill(wall, open === null ? null : back,
      h("div", { class: "lone-areas" }, lone),
      h("div", { class: "areas" }, made.filter((one) => !lone.includes(one))));
  }
  const first = wall.querySelector("[tabindex='-1'][data-key]");
  if (first) first.tabIndex = 0;
}

// One stop for the Tab key; arrows walk through the tiles.
export function keyboard() {
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };
  const wall = byId("wall");
  wall.addEventListener("keydown", (event) => {
    const items = [...wall.querySelectorAll("[data-key]")];
    const here = items.indexOf(document.activeElement);
    if (here < 0 || !(event.key in steps)) return;
    event.preventDefault();
    const target = items[Math.max(0, Math.min(items.length - 1, here + steps[event.key]))];
    items[here].tabIndex = -1;
    target.tabIndex = 0;
    target.focus();
  });
}
