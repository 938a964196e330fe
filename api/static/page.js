// The page: load everything, draw it, and follow what happens.

import * as causes from "/static/causes.js";
import { drawCounts as counts } from "/static/counts.js";
import * as detail from "/static/detail.js";
import { button, byId, fill, soon } from "/static/dom.js";
import * as drift from "/static/drift.js";
import { figure } from "/static/figures.js";
import * as table from "/static/links.js";
import { all, get, listen, post, send, setCsrf, upload } from "/static/net.js";
import * as capacity from "/static/capacity.js";
import * as hosts from "/static/hosts.js";
import * as overlays from "/static/overlays.js";
import * as points from "/static/points.js";
import * as polls from "/static/polls.js";
import * as reports from "/static/reports.js";
import * as services from "/static/services.js";
import * as side from "/static/side.js";
import { size } from "/static/states.js";
import * as tickets from "/static/tickets.js";
import * as wall from "/static/wall.js";
import { clock, duration, language, now, setClock, speak, t, time } from "/static/words.js";

const FEW_LINKS = 2000;
let me = null;
let overview = null;
let carriers = [];
let alerts = [];
let differing = [];
let filed = [];
const sites = new Map();
const links = new Map();
const figures = new Map();
const offered = new Map(); // services by id
let nextLinks = null; // cursor, when not all links are loaded

const open = (kind, id) => detail.open(kind, id);
const reopen = () => { if (detail.current()) open(detail.current().kind, detail.current().id); };
const may = (permission) => me.permissions.includes(permission);
const fewLinks = () => size(overview.links) <= FEW_LINKS;

// ---- Loading

async function loadOverview() {
  overview = await get("/api/v1/overview");
  setClock(overview.now);
  wall.follow(overview);
  drawCounts();
  drawBlind();
}

async function loadSites() {
  const area = wall.openArea();
  let items = [];
  if (!wall.isLarge(overview)) items = await all("/api/v1/sites");
  else if (area !== null) items = await all(`/api/v1/sites?area=${encodeURIComponent(area)}`);
  sites.clear();
  for (const site of items) sites.set(site.id, site);
  drawWall();
}

async function loadLinks() {
  const page = fewLinks()
    ? { items: await all("/api/v1/links"), next: null }
    : await get(`/api/v1/links?${table.query(wall.openArea())}`);
  links.clear();
  for (const link of page.items) links.set(link.id, link);
  nextLinks = page.next;
  drawLinks();
}

async function moreLinks() {
  const asked = `${table.query(wall.openArea())}&cursor=${encodeURIComponent(nextLinks)}`;
  const page = await get(`/api/v1/links?${asked}`);
  for (const link of page.items) links.set(link.id, link);
  nextLinks = page.next;
  drawLinks();
}

async function loadOutages() {
  const outages = await get("/api/v1/outages?running=true&limit=200");
  side.drawOutages(outages.items, outages.more, open);
}

async function loadAlerts() {
  const pending = await get("/api/v1/alerts?phase=pending&limit=200");
  const told = await all("/api/v1/alerts?phase=firing,resolved");
  const ids = new Set(told.map((alert) => alert.id)); // it may have fired in between
  alerts = [...told, ...pending.items.filter((alert) => !ids.has(alert.id))];
  side.drawAlerts(alerts, pending.next !== null, may("acknowledge"), open, acknowledge);
  drawCounts();
}

async function loadCarriers() {
  carriers = (await get("/api/v1/carriers")).items;
  side.drawCarriers(carriers, figures);
  table.drawFilters(carriers, filtersChanged);
  await Promise.all(carriers.map(async (carrier) => {
    const path = `/api/v1/carriers/${encodeURIComponent(carrier.id)}/availability?links=false`;
    const document = await get(path).catch(() => null);
    figures.set(carrier.id, document === null ? null : figure(document));
  }));
  side.drawCarriers(carriers, figures);
}

async function loadDrift(cursor = null) {
  const page = await get(`/api/v1/drift?${drift.query(cursor)}`);
  differing = cursor === null ? page.items : [...differing, ...page.items];
  const more = page.next === null ? null : () => loadDrift(page.next).catch(failed);
  const take = may("accept") ? accept : null;
  const visit = me.carriers.length ? null : (site) => open("site", site);
  drift.draw(differing, page.coverage, visit, take, more, () => loadDrift().catch(failed));
}

async function loadOverlays(cursor = null) {
  byId("overlays-panel").hidden = !may("assess");
  if (!may("assess")) return;
  const page = await get(`/api/v1/overlays?${overlays.query(cursor)}`);
  filed = cursor === null ? page.items : [...filed, ...page.items];
  const more = page.next === null ? null : () => loadOverlays(page.next).catch(failed);
  overlays.draw(filed, sayTo, more, () => loadOverlays().catch(failed));
}

const loadCauses = () => causes.load({ get, send, upload }, may);
const loadTickets = () => tickets.load({ get, send, upload }, me);

async function loadPoints() {
  if (!carriers.length) carriers = (await get("/api/v1/carriers")).items;
  await points.load({ get, send, upload }, me, carriers);
}

async function loadReports() {
  if (!carriers.length) carriers = (await get("/api/v1/carriers")).items;
  await reports.load({ get, send }, may, carriers, !(me.sites.length || me.carriers.length));
}

async function loadSlowest() {
  const visit = me.carriers.length ? null : open;
  polls.draw((await get("/api/v1/polls/slowest")).items, visit);
}

async function loadServices() {
  const items = size(overview.services) ? await all("/api/v1/services") : [];
  offered.clear();
  for (const service of items) offered.set(service.id, service);
  services.draw(offered, open);
}

async function loadHosts() {
  const items = size(overview.hosts) ? (await get("/api/v1/hosts")).items : [];
  hosts.draw(items, open);
  capacity.draw(items.length ? await get("/api/v1/capacity") : { at: null, failure: "", items: [] });
}

async function loadAll() {
  try {
    await loadOverview();
    await Promise.all([loadSites(), loadLinks(), loadOutages(), loadAlerts(), loadCarriers(), loadDrift(),
      loadSlowest(), loadServices(), loadHosts(), loadOverlays(), loadCauses(),
      loadTickets(), loadPoints(), loadReports()]);
    reopen();
    byId("failure").hidden = true;
    document.body.dataset.loaded = String(now());
  } catch (error) {
    failed(error);
  }
}

const quietly = (load) => async () => { try { await load(); } catch (error) { failed(error); } };

function failed(error) {
  const box = byId("failure");
  box.hidden = false;
  const again = button("retry", loadAll, { class: "small" }, t("page.retry"));
  fill(box, t("page.failed", { message: error.message }), " ", again);
}

// ---- Drawing

function drawCounts() {
  counts(overview, alerts.filter((alert) => alert.phase === "firing").length);
}

function drawBlind() {
  const since = overview.blind_since;
  byId("blind").hidden = since === null;
  byId("blind").textContent = since === null ? "" : t("page.blind", { time: time(since) });
}

function drawWall() {
  wall.draw(overview, sites, (id) => open("site", id), () => {
    loadSites().catch(failed);
    if (!fewLinks()) loadLinks().catch(failed);
  });
}

function drawLinks() {
  table.draw(links, nextLinks !== null, (id) => open("link", id), () => moreLinks().catch(failed));
}

function filtersChanged(typing = false) {
  if (!typing) table.drawFilters(carriers, filtersChanged);
  if (fewLinks() || typing) drawLinks();
  else loadLinks().catch(failed);
}

function drawWords() {
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  const title = overview?.title || t("page.title");
  byId("title").textContent = title;
  document.title = title;
  byId("who").textContent = me.name;
  byId("who").title = t("page.signed_in", { name: me.name });
  byId("scope").hidden = !(me.sites.length || me.carriers.length);
  wall.drawLegend();
  table.drawFilters(carriers, filtersChanged);
  if (may("file")) overlays.drawForm(me.roles.includes("carrier"), file);
}

function tick() {
  byId("clock").textContent = clock(now());
  for (const node of document.querySelectorAll("[data-since]")) {
    node.textContent = duration(now() - Number(node.dataset.since));
  }
}

function drawLive(connected) {
  const box = byId("live");
  box.className = `live ${connected ? "on" : "off"}`;
  box.textContent = t(connected ? "page.live" : "page.connecting");
}

// ---- Acting and following

async function acknowledge(alert) {
  try {
    await post(`/api/v1/alerts/${encodeURIComponent(alert)}/acknowledge`);
    await loadAlerts();
  } catch (error) {
    failed(error);
  }
}

async function accept(finding) {
  try {
    await post(`/api/v1/drift/accept?finding=${encodeURIComponent(finding)}`);
  } catch (error) {
    failed(error);
  }
  await quietly(loadDrift)();
}

async function sayTo(overlay, verdict) {
  try {
    await send(`/api/v1/overlays/${encodeURIComponent(overlay)}/decision`, { verdict });
    overlays.told();
  } catch (error) {
    overlays.told(error.message);
  }
  await quietly(loadOverlays)();
}

// Whether it was taken.
async function file(form, document) {
  try {
    const documents = [];
    if (document) {
      const { sha256, name } = (await upload("/api/v1/documents", document)).document;
      documents.push({ sha256, name });
    }
    const { overlay } = await send("/api/v1/overlays", { ...form, documents });
    const notes = overlay.notes.map((note) => ` ${note.text}`);
    overlays.told(t("page.overlays.sent", { id: overlay.id }), notes);
    await quietly(loadOverlays)();
    return true;
  } catch (error) {
    overlays.told(error.message);
    return false;
  }
}

const countsSoon = soon(quietly(loadOverview), 2000);
const outagesSoon = soon(quietly(loadOutages), 1000);
const alertsSoon = soon(quietly(loadAlerts), 800);
const driftSoon = soon(quietly(loadDrift), 5000);
const figuresSoon = soon(quietly(loadCarriers), 30000);
const linksSoon = soon(drawLinks, 400);
const servicesSoon = soon(() => services.draw(offered, open), 400);
const wallSoon = soon(quietly(async () => { await loadOverview(); drawWall(); }), 2500);
const detailSoon = soon(reopen, 1500);
const everythingSoon = soon(loadAll, 500);

function heard(kind, body) {
  if (kind === "alert") { alertsSoon(); return; }
  if (kind === "drift") { driftSoon(); return; }
  if (!["site", "link", "service"].includes(kind)) { // hello, resync, reload, blind
    if (kind === "blind") { overview.blind_since = body.since; drawBlind(); }
    everythingSoon();
    return;
  }
  if (kind === "site") {
    if (sites.has(body.id)) {
      sites.set(body.id, body);
      wall.touch(body);
    } else if (wall.isLarge(overview)) wallSoon();
  } else if (kind === "service") {
    offered.set(body.id, body);
    services.touch(body);
    servicesSoon();
  } else {
    if (fewLinks() || links.has(body.id) || body.state !== "up") links.set(body.id, body);
    linksSoon();
  }
  countsSoon();
  outagesSoon();
  figuresSoon();
  if (detail.current()?.id === body.id) detailSoon();
}

async function start() {
  me = await get("/api/v1/me");
  setCsrf(me.csrf);
  setClock(me.now);
  const stored = localStorage.getItem("language");
  await speak(stored === "zh" || stored === "en" ? stored : me.language, get);
  overview = await get("/api/v1/overview");
  if (!fewLinks()) table.choose("state", "trouble"); // thousands that are up say nothing
  drawWords();
  drawLive(false);
  wall.keyboard();
  byId("language").addEventListener("click", async () => {
    const other = language() === "zh" ? "en" : "zh";
    localStorage.setItem("language", other);
    await speak(other, get);
    drawWords();
    drawLive(byId("live").classList.contains("on"));
    await loadAll();
  });
  byId("logout").addEventListener("click", async () => { await post("/logout"); location.assign("/login"); });
  addEventListener("keydown", (event) => { if (event.key === "Escape" && detail.current()) detail.close(); });
  tick();
  setInterval(tick, 1000);
  setInterval(() => { if (!document.hidden) { loadLinks().catch(failed); detailSoon(); } }, 30000);
  const seldom = () => {
    const loads = [loadCarriers, loadSlowest, loadDrift, loadServices, loadHosts, loadOverlays, loadCauses,
      loadTickets, loadPoints, loadReports];
    for (const load of loads) load().catch(failed);
    countsSoon();
  };
  setInterval(() => { if (!document.hidden) seldom(); }, 60000);
  await loadAll();
  listen(["site", "link", "service", "alert", "drift", "blind", "reload", "resync"], heard, drawLive);
}

start().catch(failed);
