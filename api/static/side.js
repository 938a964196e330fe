// Carriers, running outages and alerts.

import { byId, fill, h } from "/static/dom.js";
import { bar, glyph, size } from "/static/states.js";
import { duration, now, places, reason, rule, t, time } from "/static/words.js";

const KINDS = ["link", "site", "device", "interface"];
const SEVERITIES = ["critical", "major", "warning", "info"];

const kindOf = (target) => target.split(":")[0];
const idOf = (target) => target.slice(target.indexOf(":") + 1);

function targetButton(key, target, title, open) {
  return h("button", { type: "button", class: "plain strong", "data-key": key, onclick: () => open(kindOf(target), idOf(target)), disabled: !["link", "site"].includes(kindOf(target)) }, title);
}

const ticking = (since) => h("span", { class: "number", "data-since": since }, duration(now() - since));

export function drawOutages(outages, open) {
  const order = [...outages].sort((a, b) => KINDS.indexOf(kindOf(a.target)) - KINDS.indexOf(kindOf(b.target)) || b.start - a.start);
  byId("outages-count").textContent = order.length ? String(order.length) : "";
  fill(byId("outages"), order.length ? order.map((outage) => h("li", { class: `item s-down k-${kindOf(outage.target)}`, "data-outage": outage.id },
    h("div", { class: "line" }, h("span", { class: "glyph s-down", "aria-hidden": "true" }, glyph("down")),
      targetButton(`outage:${outage.id}`, outage.target, outage.title, open), ticking(outage.start)),
    h("div", { class: "line soft" },
      h("span", { class: "tag" }, t(`page.kind.${kindOf(outage.target)}`)),
      outage.carrier_title ? h("span", {}, outage.carrier_title) : null,
      h("span", {}, reason(outage.reason)),
      h("span", { class: "space" }), h("span", {}, t("page.since", { time: time(outage.start) }))),
    size(outage.affected) ? h("div", { class: "line affected" }, t("page.affected", { what: places(outage.affected) })) : null,
  )) : h("li", { class: "empty" }, t("page.outages.none")));
}

export function drawAlerts(alerts, mayAcknowledge, open, acknowledge) {
  const order = [...alerts].sort((a, b) => phase(a) - phase(b) || SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || b.since - a.since);
  const firing = order.filter((alert) => alert.phase === "firing").length;
  byId("alerts-count").textContent = firing ? String(firing) : "";
  const pending = order.filter((alert) => alert.phase === "pending").length;
  const redraw = () => drawAlerts(alerts, mayAcknowledge, open, acknowledge);
  const told = order.filter((alert) => unfolded || alert.phase !== "pending").slice(0, 200);
  const fold = pending ? h("li", {}, h("button", { type: "button", class: "fold", "data-key": "fold", "aria-expanded": String(unfolded), onclick: () => { unfolded = !unfolded; redraw(); } }, unfolded ? "▾ " : "▸ ", t("page.alerts.pending", { count: pending }))) : null;
  fill(byId("alerts"), order.length ? [...told.map((alert) => h("li", { class: `item v-${alert.severity} p-${alert.phase}`, "data-alert": alert.id },
    h("div", { class: "line" }, h("span", { class: `severity v-${alert.severity}` }, t(`page.severity.${alert.severity}`)),
      h("span", { class: "strong" }, rule(alert.rule)),
      h("span", { class: "space" }), h("span", { class: "phase" }, t(`page.phase.${alert.phase}`))),
    h("div", { class: "line" }, targetButton(`alert:${alert.id}`, alert.target, alert.title, open),
      alert.phase === "resolved" ? h("span", { class: "number soft" }, duration((alert.resolved_at ?? alert.since) - alert.since)) : ticking(alert.since)),
    size(alert.affected) ? h("div", { class: "line affected" }, t("page.affected", { what: places(alert.affected) })) : null,
    h("div", { class: "line soft" }, h("span", {}, t("page.since", { time: time(alert.since) })), h("span", { class: "space" }),
      alert.acknowledged_by ? h("span", {}, t("page.acknowledged", { name: alert.acknowledged_by }))
        : mayAcknowledge && alert.phase === "firing" ? h("button", { type: "button", class: "small", "data-key": `ack:${alert.id}`, onclick: (event) => { event.target.disabled = true; acknowledge(alert.id); } }, t("page.acknowledge")) : null),
  )), fold] : h("li", { class: "empty" }, t("page.alerts.none")));
}

let unfolded = false; // whether alerts that are still pending are shown

const phase = (alert) => ["firing", "pending", "resolved"].indexOf(alert.phase);

// `figures`: carrier id -> what the month says of it, or null while it is asked.
export function drawCarriers(carriers, figures) {
  fill(byId("carriers"), carriers.map((carrier) => {
    const figure = figures.get(carrier.id);
    return h("div", { class: "carrier", "data-carrier": carrier.id },
      h("div", { class: "line" }, h("span", { class: "strong" }, carrier.title), h("span", { class: "space" }),
        figure?.provisional ? h("span", { class: "tag" }, t("page.provisional")) : null,
        figure?.status && figure.status !== "OK" ? h("span", { class: "tag warn" }, t(`page.status.${figure.status}`)) : null),
      h("div", { class: "line" }, h("span", { class: "figure" }, figure?.percent ? [figure.percent, h("small", {}, " %")] : h("small", {}, t(figure === undefined ? "page.loading" : "page.no_figure"))),
        h("span", { class: "space" }), figure?.coverage ? h("span", { class: "soft" }, t("page.coverage", { value: figure.coverage })) : null),
      figure ? h("div", { class: "line soft" }, figure.down === null ? null : h("span", {}, t("page.downtime", { time: duration(figure.down) })), figure.unscored ? h("span", {}, t("page.unscored", { count: figure.unscored })) : null) : null,
      h("div", { class: "line" }, bar(carrier.links), h("span", { class: "number soft" }, size(carrier.links))));
  }));
}
