// Carriers, running outages and alerts.

import { button, byId, fill, h } from "/static/dom.js";
import { bar, glyph, size } from "/static/states.js";
import { duration, now, places, reason, rule, t, time } from "/static/words.js";

const KINDS = ["link", "site", "service", "group", "device", "interface"];
const SEVERITIES = ["critical", "major", "warning", "info"];
const PHASES = ["firing", "pending", "resolved"];
const ALERTS_SHOWN = 200;

let unfolded = false; // whether alerts that are still pending are shown

const kindOf = (target) => target.split(":")[0];
const idOf = (target) => target.slice(target.indexOf(":") + 1);
const space = () => h("span", { class: "space" });
const line = (cls, ...children) => h("div", { class: `line ${cls}` }, ...children);
const ticking = (since) => h("span", { class: "number", "data-since": since }, duration(now() - since));

function targetButton(key, target, title, open) {
  const kind = kindOf(target);
  const disabled = !["link", "site", "service"].includes(kind);
  return button(key, () => open(kind, idOf(target)), { class: "plain strong", disabled }, title);
}

const affected = (counts) =>
  size(counts) ? line("affected", t("page.affected", { what: places(counts) })) : null;

const lost = (services) => {
  const count = services.reduce((sum, one) => sum + one.count, 0);
  const name = (one) => (one.count > 1 ? `${one.title} ${one.count}` : one.title);
  return count ? line("affected",
    h("span", {}, t("page.services.affected", { count })),
    h("span", { class: "soft" }, services.map(name).filter(Boolean).join(" · "))) : null;
};

// ---- Outages

function outageItem(outage, open) {
  const kind = kindOf(outage.target);
  return h("li", { class: `item s-down k-${kind}`, "data-outage": outage.id },
    line("",
      h("span", { class: "glyph s-down", "aria-hidden": "true" }, glyph("down")),
      targetButton(`outage:${outage.id}`, outage.target, outage.title, open),
      ticking(outage.start)),
    line("soft",
      h("span", { class: "tag" }, t(`page.kind.${kind}`)),
      outage.carrier_title ? h("span", {}, outage.carrier_title) : null,
      h("span", {}, reason(outage.reason)),
      space(),
      h("span", {}, t("page.since", { time: time(outage.start) }))),
    affected(outage.affected),
    lost(outage.services));
}

// `more`: there are more than these.
export function drawOutages(outages, more, open) {
  const kind = (outage) => KINDS.indexOf(kindOf(outage.target));
  const order = [...outages].sort((a, b) => kind(a) - kind(b) || b.start - a.start);
  byId("outages-count").textContent = order.length ? `${order.length}${more ? "+" : ""}` : "";
  fill(byId("outages"), order.length
    ? order.map((outage) => outageItem(outage, open))
    : h("li", { class: "empty" }, t("page.outages.none")));
}

// ---- Alerts

function care(alert, mayAcknowledge, acknowledge) {
  if (alert.acknowledged_by) return h("span", {}, t("page.acknowledged", { name: alert.acknowledged_by }));
  if (!mayAcknowledge || alert.phase !== "firing") return null;
  const take = (event) => { event.target.disabled = true; acknowledge(alert.id); };
  return button(`ack:${alert.id}`, take, { class: "small" }, t("page.acknowledge"));
}

// What differs in a configuration, for an alert that says that it does.
function difference(alert, open) {
  if (alert.reason !== "config_changed") return null;
  const show = () => open("device", idOf(alert.target));
  return button(`config:${alert.id}`, show, { class: "small" }, t("page.configurations.show"));
}

function alertItem(alert, mayAcknowledge, open, acknowledge) {
  const lasted = () => duration((alert.resolved_at ?? alert.since) - alert.since);
  return h("li", { class: `item v-${alert.severity} p-${alert.phase}`, "data-alert": alert.id },
    line("",
      h("span", { class: `severity v-${alert.severity}` }, t(`page.severity.${alert.severity}`)),
      h("span", { class: "strong" }, rule(alert.rule)),
      space(),
      h("span", { class: "phase" }, t(`page.phase.${alert.phase}`))),
    line("",
      targetButton(`alert:${alert.id}`, alert.target, alert.title, open),
      alert.phase === "resolved" ? h("span", { class: "number soft" }, lasted()) : ticking(alert.since)),
    affected(alert.affected),
    lost(alert.services),
    line("soft",
      h("span", {}, t("page.since", { time: time(alert.since) })),
      space(),
      difference(alert, open),
      care(alert, mayAcknowledge, acknowledge)));
}

// `more`: more are pending than these.
export function drawAlerts(alerts, more, mayAcknowledge, open, acknowledge) {
  const phase = (alert) => PHASES.indexOf(alert.phase);
  const severity = (alert) => SEVERITIES.indexOf(alert.severity);
  const order = [...alerts].sort((a, b) =>
    phase(a) - phase(b) || severity(a) - severity(b) || b.since - a.since);
  const firing = order.filter((alert) => alert.phase === "firing").length;
  const pending = order.filter((alert) => alert.phase === "pending").length;
  const told = order.filter((alert) => unfolded || alert.phase !== "pending").slice(0, ALERTS_SHOWN);
  const turn = () => { unfolded = !unfolded; drawAlerts(alerts, more, mayAcknowledge, open, acknowledge); };
  const fold = h("li", {}, button("fold", turn, { class: "fold", "aria-expanded": String(unfolded) },
    unfolded ? "▾ " : "▸ ", t("page.alerts.pending", { count: `${pending}${more ? "+" : ""}` })));
  byId("alerts-count").textContent = firing ? String(firing) : "";
  fill(byId("alerts"), order.length
    ? [told.map((alert) => alertItem(alert, mayAcknowledge, open, acknowledge)), pending ? fold : null]
    : h("li", { class: "empty" }, t("page.alerts.none")));
}

// ---- Carriers

const tag = (cls, text) => h("span", { class: `tag ${cls}` }, text);

function number(figure) {
  const words = figure?.percent
    ? [figure.percent, h("small", {}, " %")]
    : h("small", {}, t(figure === undefined ? "page.loading" : "page.no_figure"));
  return h("span", { class: "figure" }, words);
}

function carrierItem(carrier, figure) {
  const doubtful = figure?.status && figure.status !== "OK";
  return h("div", { class: "carrier", "data-carrier": carrier.id },
    line("",
      h("span", { class: "strong" }, carrier.title),
      space(),
      figure?.provisional ? tag("", t("page.provisional")) : null,
      doubtful ? tag("warn", t(`page.status.${figure.status}`)) : null),
    line("",
      number(figure),
      space(),
      figure?.coverage ? h("span", { class: "soft" }, t("page.coverage", { value: figure.coverage })) : null),
    figure ? line("soft",
      figure.down === null ? null : h("span", {}, t("page.downtime", { time: duration(figure.down) })),
      figure.unscored ? h("span", {}, t("page.unscored", { count: figure.unscored })) : null) : null,
    line("", bar(carrier.links), h("span", { class: "number soft" }, size(carrier.links))));
}

// `figures`: carrier id -> what the month says of it, null = it cannot be had, absent = not yet.
export function drawCarriers(carriers, figures) {
  fill(byId("carriers"), carriers.map((carrier) => carrierItem(carrier, figures.get(carrier.id))));
}
