// The panel beside: one link or one site, with what it hangs on.

import { byId, fill, h } from "/static/dom.js";
import { get } from "/static/net.js";
import { chip, named } from "/static/states.js";
import { strip } from "/static/strip.js";
import { bits, duration, milliseconds, now, percent, reason, t, time } from "/static/words.js";
import { figure } from "/static/figures.js";

const RANGES = { "1h": 3600, "6h": 21600, "24h": 86400 };
let shown = null; // {kind, id}
let range = "1h";
let before = null; // what had the keyboard

export const current = () => shown;

export function close() {
  shown = null;
  byId("detail").hidden = true;
  document.body.classList.remove("with-detail");
  before?.focus?.();
  before = null;
}

export async function open(kind, id) {
  if (shown === null) before = document.activeElement;
  const fresh = shown?.kind !== kind || shown?.id !== id;
  shown = { kind, id };
  const panel = byId("detail");
  panel.hidden = false;
  document.body.classList.add("with-detail");
  if (fresh) fill(panel, head(kind, id, "", null), h("p", { class: "empty" }, t("page.loading")));
  try {
    const body = kind === "link" ? await linkBody(id) : await siteBody(id);
    if (shown?.kind === kind && shown?.id === id) fill(panel, ...body);
  } catch (error) {
    if (shown?.id === id) fill(panel, head(kind, id, "", null), h("p", { class: "failure" }, t("page.failed", { message: error.message })));
  }
  if (fresh) panel.querySelector("button")?.focus();
}

function head(kind, title, id, row) {
  return h("div", { class: "detail-head" },
    h("div", {}, h("span", { class: "soft" }, t(`page.${kind}`), id ? ` · ${id}` : ""), h("h2", { id: "detail-title" }, title),
      row ? h("p", { class: "line" }, chip(row.state), row.state !== "up" && row.reason ? h("span", {}, reason(row.reason)) : null,
        row.since === null ? null : h("span", { class: "soft" }, t("page.since", { time: time(row.since) })),
        row.since === null ? null : h("span", { class: "number", "data-since": row.since }, duration(now() - row.since))) : null),
    h("button", { type: "button", class: "close", "aria-label": t("page.close"), "data-key": "close", onclick: close }, "✕"));
}

const facts = (pairs) => h("dl", { class: "facts" }, pairs.filter(([, value]) => value).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));

const end = (one) => [one.device, one.interface, one.address].filter(Boolean).join(" · ");

function jump(kind, id, text, state) {
  return h("button", { type: "button", class: `jump s-${named(state)}`, "data-key": `jump:${kind}:${id}`, onclick: () => open(kind, id) }, state === undefined ? null : chip(state), h("span", {}, text));
}

async function linkBody(id) {
  const path = `/api/v1/links/${encodeURIComponent(id)}`;
  const until = now();
  const [link, history, month] = await Promise.all([
    get(path), get(`${path}/history?since=${until - RANGES[range]}&until=${until}`).catch(() => null), get(`${path}/availability`).catch(() => null)]);
  const measured = month === null ? null : figure(month);
  return [
    head("link", link.title || link.id, link.id, link),
    h("div", { class: "numbers" },
      big(t("page.column.rtt"), milliseconds(link.rtt_seconds)), big(t("page.column.loss"), percent(link.loss_ratio)),
      big(t("page.rate.in"), bits(link.in_bps), percent(link.in_utilization)), big(t("page.rate.out"), bits(link.out_bps), percent(link.out_utilization))),
    measured ? h("div", { class: "month line" }, h("span", { class: "soft" }, t("page.availability"), ` ${month.period ?? ""}`), h("span", { class: "figure" }, measured.percent ? `${measured.percent} %` : t("page.no_figure")),
      measured.provisional ? h("span", { class: "tag" }, t("page.provisional")) : null,
      measured.coverage ? h("span", { class: "soft" }, t("page.coverage", { value: measured.coverage })) : null,
      link.promised.availability ? h("span", { class: "soft" }, t("page.promised", { value: Number((link.promised.availability * 100).toFixed(4)) })) : null) : null,
    h("div", { class: "head" }, h("h3", {}, t("page.history")),
      h("div", { class: "segments" }, Object.keys(RANGES).map((name) => h("button", { type: "button", "data-key": `range:${name}`, "aria-pressed": String(range === name), onclick: () => { range = name; open("link", id); } }, t(`page.history.${name}`))))),
    history === null ? h("p", { class: "empty" }, t("page.history.none")) : strip(history),
    facts([
      [t("page.column.route"), h("span", {}, jump("site", link.a, link.a_title), " → ", jump("site", link.b, link.b_title))],
      [t("page.column.carrier"), link.carrier_title], [t("page.contract"), link.promised.title || link.contract],
      [t("page.column.bandwidth"), bits(link.bandwidth_bps)], [t("page.circuit"), link.circuit],
      [t("page.end.a"), end(link.ends.a)], [t("page.end.b"), end(link.ends.b)],
      [t("page.last_answer"), link.last_answer === null ? "" : time(link.last_answer)],
      [t("page.backup"), link.backed_up_by.length ? link.backed_up_by.map((other) => jump("link", other, other)) : ""],
    ]),
  ];
}

const big = (name, value, small = "") => h("div", { class: "big" }, h("span", { class: "soft" }, name), h("strong", { class: "number" }, value), small && small !== "–" ? h("small", {}, small) : null);

async function siteBody(id) {
  const site = await get(`/api/v1/sites/${encodeURIComponent(id)}`);
  const group = (name, children) => (children.length ? [h("h3", {}, name, h("small", { class: "soft" }, ` ${children.length}`)), h("div", { class: "jumps" }, children)] : []);
  return [
    head("site", site.title, `${t(`page.level.${site.level}`)} · ${site.id}`, site),
    site.path.length ? h("p", { class: "path" }, site.path.map((one) => [one.visible ? jump("site", one.id, one.title) : h("span", { class: "soft" }, one.title), " › "]), h("span", {}, site.title)) : null,
    facts([[t("page.unit"), site.unit_title]]),
    ...group(t("page.uplinks"), site.uplinks.map((link) => jump("link", link.id, `${link.title || link.id} · ${link.carrier_title}`, link.state))),
    ...group(t("page.downlinks"), site.downlinks.map((link) => jump("link", link.id, `${link.title || link.id} · ${link.carrier_title}`, link.state))),
    ...group(t("page.devices"), site.devices.map((device) => h("span", { class: "jump" }, chip(device.state), h("span", {}, `${device.title || device.id} · ${device.platform}`), device.state !== "up" && device.reason ? h("small", { class: "soft" }, reason(device.reason)) : null))),
    ...group(t("page.children"), site.children.map((child) => jump("site", child.id, child.title, child.state))),
  ];
}
