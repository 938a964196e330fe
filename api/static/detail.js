// The panel beside: one link, site, service, server or device, with what it hangs on.

import { hostBody, serviceBody } from "/static/centre.js";
import { deviceBody } from "/static/configurations.js";
import { button, byId, fill, h } from "/static/dom.js";
import { get } from "/static/net.js";
import { big, facts, group, hanging, jump as jumpBy, monthLine, soft, standing } from "/static/parts.js";
import { line as polled } from "/static/polls.js";
import { circuit } from "/static/reports.js";
import { chip, named } from "/static/states.js";
import { strip } from "/static/strip.js";
import { bits, milliseconds, noRate, now, percent, reason, t, time } from "/static/words.js";

const RANGES = { "1h": 3600, "6h": 21600, "24h": 86400 };
let shown = null; // {kind, id}
let range = "1h";
let before = null; // what had the keyboard

export const current = () => shown;

export function close() {
  shown = null;
  byId("detail").hidden = true;
  before?.focus?.();
  before = null;
}

export async function open(kind, id) {
  if (shown === null) before = document.activeElement;
  const fresh = shown?.kind !== kind || shown?.id !== id;
  const stillWanted = () => shown?.kind === kind && shown?.id === id;
  const panel = byId("detail");
  shown = { kind, id };
  panel.hidden = false;
  if (fresh) fill(panel, head(kind, id, "", null), h("p", { class: "empty" }, t("page.loading")));
  try {
    const body = await BODIES[kind](id);
    if (stillWanted()) fill(panel, ...body);
  } catch (error) {
    const sorry = h("p", { class: "failure" }, t("page.failed", { message: error.message }));
    if (stillWanted()) fill(panel, head(kind, id, "", null), sorry);
  }
  if (fresh) panel.querySelector("button")?.focus();
}

// ---- What all have

function head(kind, title, id, row) {
  return h("div", { class: "detail-head" },
    h("div", {},
      soft(t(`page.${kind}`), id ? ` · ${id}` : ""),
      h("h2", { id: "detail-title" }, title),
      row ? standing(row) : null),
    button("close", close, { class: "close", "aria-label": t("page.close") }, "✕"));
}

const jump = (kind, id, text, state) => jumpBy(open, kind, id, text, state);

// ---- A link

async function linkBody(id) {
  const path = `/api/v1/links/${encodeURIComponent(id)}`;
  const until = now();
  const window = `since=${until - RANGES[range]}&until=${until}`;
  const [link, history, month, traps] = await Promise.all([
    get(path),
    get(`${path}/history?${window}`).catch(() => null),
    get(`${path}/availability`).catch(() => null),
    get(`/api/v1/traps?link=${encodeURIComponent(id)}&limit=8`).catch(() => null),
  ]);
  return [
    head("link", link.title || link.id, link.id, link),
    h("div", { class: "numbers" },
      big(t("page.column.rtt"), milliseconds(link.rtt_seconds)),
      big(t("page.column.loss"), percent(link.loss_ratio)),
      big(t("page.rate.in"), bits(link.in_bps), percent(link.in_utilization)),
      big(t("page.rate.out"), bits(link.out_bps), percent(link.out_utilization))),
    link.no_rate ? soft(noRate(link.no_rate)) : null,
    month === null ? null : monthLine(link.promised.availability, month),
    circuit(link),
    h("div", { class: "head" }, h("h3", {}, t("page.history")), ranges(id)),
    history === null ? h("p", { class: "empty" }, t("page.history.none")) : strip(history),
    ...hanging(open, link.services),
    linkFacts(link),
    ...group(t("page.traps"), (traps?.items ?? []).map(trapLine)),
  ];
}

// What an end of the link said unasked, or answered when it was asked because of that.
function trapLine(one) {
  const port = decodeURIComponent(one.subject.split("/")[1] ?? "");
  return h("span", { class: "jump" },
    soft(time(Math.floor(one.at))),
    h("span", {}, one.text),
    soft([one.device_title, port].filter(Boolean).join(" · ")));
}

function ranges(id) {
  const one = (name) => button(`range:${name}`, () => { range = name; open("link", id); },
    { "aria-pressed": String(range === name) }, t(`page.history.${name}`));
  return h("div", { class: "segments" }, Object.keys(RANGES).map(one));
}

function linkFacts(link) {
  const end = (one) => [one.device, one.interface, one.address].filter(Boolean).join(" · ");
  const others = link.backed_up_by.map((other) => jump("link", other, other));
  const route = [jump("site", link.a, link.a_title), " → ", jump("site", link.b, link.b_title)];
  return facts([
    [t("page.column.route"), h("span", {}, route)],
    [t("page.column.carrier"), link.carrier_title],
    [t("page.contract"), link.promised.title || link.contract],
    [t("page.column.bandwidth"), bits(link.bandwidth_bps)],
    [t("page.circuit"), link.circuit],
    [t("page.end.a"), end(link.ends.a)],
    [t("page.end.b"), end(link.ends.b)],
    [t("page.last_answer"), link.last_answer === null ? "" : time(link.last_answer)],
    [t("page.polls.a"), polled(link.polls.a)],
    [t("page.polls.b"), polled(link.polls.b)],
    [t("page.backup"), others.length ? others : ""],
  ]);
}

// ---- A site

async function siteBody(id) {
  const site = await get(`/api/v1/sites/${encodeURIComponent(id)}`);
  const name = (link) => `${link.title || link.id} · ${link.carrier_title}`;
  const ofLink = (link) => jump("link", link.id, name(link), link.state);
  const ofChild = (child) => jump("site", child.id, child.title, child.state);
  return [
    head("site", site.title, `${t(`page.level.${site.level}`)} · ${site.id}`, site),
    site.path.length ? wayUp(site) : null,
    facts([[t("page.unit"), site.unit_title]]),
    ...group(t("page.uplinks"), site.uplinks.map(ofLink)),
    ...group(t("page.downlinks"), site.downlinks.map(ofLink)),
    ...group(t("page.devices"), site.devices.map(deviceLine)),
    ...hanging(open, site.services),
    ...group(t("page.children"), site.children.map(ofChild)),
  ];
}

function wayUp(site) {
  const step = (one) => [one.visible ? jump("site", one.id, one.title) : soft(one.title), " › "];
  return h("p", { class: "path" }, site.path.map(step), h("span", {}, site.title));
}

function deviceLine(device) {
  const why = device.state !== "up" && device.reason ? reason(device.reason) : "";
  const words = [
    chip(device.state),
    h("span", {}, `${device.title || device.id} · ${device.platform}`),
    why ? h("small", { class: "soft" }, why) : null,
  ];
  const look = { class: `jump s-${named(device.state)}` };
  return device.platform === "linux"
    ? h("span", look, words)
    : button(`device:${device.id}`, () => open("device", device.id), look, words);
}

const BODIES = {
  link: linkBody,
  site: siteBody,
  service: (id) => serviceBody(id, head, open),
  host: (id) => hostBody(id, head, open),
  device: (id) => deviceBody(id, head),
};
