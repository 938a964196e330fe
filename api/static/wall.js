// The five levels: every site a tile, under its county, under its city. A province that is too
// large for that shows its cities, and a city when it is opened.

import { byId, fill, h } from "/static/dom.js";
import { LEVELS, bar, chip, glyph, named, rank, size, sum, word } from "/static/states.js";
import { duration, now, reason, t } from "/static/words.js";

const TILES = 1500;
const tiles = new Map(); // site id -> its tile
let open = null; // the area that is opened, in a large province

export const isLarge = (overview) => size(sum(...Object.values(overview.sites))) > TILES;
export const openArea = () => open;

function describe(site) {
  const since = site.since === null ? "" : ` · ${duration(now() - site.since)}`;
  const why = site.state === "up" || !site.reason ? "" : ` · ${reason(site.reason)}`;
  return `${site.title} · ${t(`page.level.${site.level}`)} · ${word(site.state)}${why}${since}`;
}

function paint(tile, site) {
  const state = named(site.state);
  tile.className = `tile l-${site.level} s-${state}`;
  tile.setAttribute("aria-label", describe(site));
  tile.title = describe(site);
  tile.firstChild.textContent = state === "up" ? "" : glyph(state);
}

function tile(site, choose) {
  const node = h("button", { type: "button", tabindex: "-1", "data-key": `site:${site.id}`, "data-site": site.id, onclick: () => choose(site.id) },
    h("span", { class: "glyph", "aria-hidden": "true" }));
  if (site.level !== "township" && site.level !== "village") node.append(h("span", { class: "label" }, site.title));
  paint(node, site);
  tiles.set(site.id, node);
  return node;
}

// A site changed: one tile is painted again, nothing else moves.
export function touch(site) {
  const node = tiles.get(site.id);
  if (node) paint(node, site);
}

function countyOf(site, sites) {
  let here = site;
  while (here && here.level !== "county") here = here.parent === null ? null : sites.get(here.parent);
  return here ? here.id : "";
}

function block(area, members, sites, choose) {
  const counties = new Map();
  const heads = [];
  for (const site of members) {
    if (LEVELS.indexOf(site.level) <= LEVELS.indexOf("city")) heads.push(site);
    else {
      const county = countyOf(site, sites);
      if (!counties.has(county)) counties.set(county, []);
      counties.get(county).push(site);
    }
  }
  const rows = [...counties].map(([county, places]) => {
    const order = [...places].sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
    const own = order.filter((site) => site.level === "county");
    const rest = order.filter((site) => site.level !== "county");
    const name = own.length ? own.map((site) => tile(site, choose)) : h("span", { class: "direct" }, county === "" ? t("page.direct") : "");
    return h("div", { class: "county" }, name, h("div", { class: "below" }, rest.map((site) => tile(site, choose))));
  });
  return h("div", { class: rows.length ? "area" : "area lone", "data-area": area },
    h("div", { class: "area-head" }, heads.map((site) => tile(site, choose)), heads.length ? null : h("strong", {}, area)), rows);
}

function tally(counts) {
  const lost = ["down", "shadow", "unknown"].filter((state) => counts[state]);
  return h("span", { class: "number" }, lost.map((state) => h("span", { class: `lost s-${state}` }, glyph(state), counts[state], " ")), size(counts));
}

function card(area, enter) {
  const levels = LEVELS.filter((level) => area.sites[level]);
  return h("button", { type: "button", class: `card s-${named(area.state)}`, tabindex: "-1", "data-key": `area:${area.id}`, onclick: () => enter(area.id) },
    h("span", { class: "card-head" }, h("strong", {}, area.title), chip(area.state)),
    levels.map((level) => h("span", { class: "card-row" }, h("span", {}, t(`page.level.${level}`)), bar(area.sites[level]), tally(area.sites[level]))),
    h("span", { class: "card-row" }, h("span", {}, t("page.links")), bar(area.links), tally(area.links)));
}

export function drawLegend() {
  fill(byId("legend"), ["up", "degraded", "down", "shadow", "unknown", "unconnected"].map((state) => chip(state)));
}

// Draw all of it. `sites`: id -> row; in a large province those of the open area only.
export function draw(overview, sites, choose, enter) {
  tiles.clear();
  const wall = byId("wall");
  wall.className = "wall";
  if (isLarge(overview) && open === null) {
    wall.classList.add("cards");
    const order = [...overview.areas].sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
    fill(wall, order.map((area) => card(area, (id) => { open = id; enter(id); })));
  } else {
    const areas = new Map();
    for (const site of sites.values()) {
      if (open !== null && site.area !== open) continue;
      if (!areas.has(site.area)) areas.set(site.area, []);
      areas.get(site.area).push(site);
    }
    if (open !== null) wall.classList.add("single");
    const blocks = [...areas].map(([area, members]) => ({ members, node: block(area, members, sites, choose) }));
    blocks.sort((a, b) => top(a.members) - top(b.members));
    fill(wall,
      open === null ? null : h("button", { type: "button", class: "back", onclick: () => { open = null; enter(null); } }, "← ", t("page.back")),
      h("div", { class: "lone-areas" }, blocks.filter((one) => one.node.classList.contains("lone")).map((one) => one.node)),
      h("div", { class: "areas" }, blocks.filter((one) => !one.node.classList.contains("lone")).map((one) => one.node)));
  }
  const first = wall.querySelector("[tabindex='-1'][data-key]");
  if (first) first.tabIndex = 0;
}

const top = (members) => Math.min(...members.map((site) => LEVELS.indexOf(site.level)));

// One stop for the Tab key; arrows walk through the tiles.
export function keyboard() {
  const wall = byId("wall");
  wall.addEventListener("keydown", (event) => {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const items = [...wall.querySelectorAll("[data-key]")];
    const here = items.indexOf(document.activeElement);
    if (here < 0) return;
    let next = here;
    if (event.key in steps) next = here + steps[event.key];
    else if (event.key === "Home") next = 0;
    else if (event.key === "End") next = items.length - 1;
    else return;
    event.preventDefault();
    const target = items[Math.max(0, Math.min(items.length - 1, next))];
    items[here].tabIndex = -1;
    target.tabIndex = 0;
    target.focus();
  });
}

export const worstFirst = (a, b) => rank(a.state) - rank(b.state) || (b.since ?? 0) - (a.since ?? 0);
