// The panels of a service and of a server.

import { auditOf, auditPart } from "/static/audits.js";
import { h } from "/static/dom.js";
import { measures } from "/static/measures.js";
import { get } from "/static/net.js";
import { big, facts, group, hanging, jump, monthLine, soft, target } from "/static/parts.js";
import { glyph } from "/static/states.js";
import { ago, days, duration, milliseconds, percent, reason, t, time } from "/static/words.js";

// ---- A service

export async function serviceBody(id, head, open) {
  const path = `/api/v1/services/${encodeURIComponent(id)}`;
  const [service, month] = await Promise.all([
    get(path),
    get(`${path}/availability`).catch(() => null),
  ]);
  const audit = await auditOf(service);
  const names = [t(`page.service_kind.${service.kind}`), service.group_title, service.id];
  return [
    head("service", service.title, names.filter(Boolean).join(" · "), service),
    service.cause ? behind(service, open) : null,
    h("div", { class: "numbers" },
      big(t("page.last_success"), ago(service.last_success)),
      big(t("page.column.took"), milliseconds(service.duration_seconds)),
      big(t("page.column.days"), days(service.days_left)),
      big(t("page.outages.recent"), String(service.outages.length))),
    month === null ? null : monthLine(service.promised, month),
    ...needs(service, open),
    ...checks(service.checks),
    ...auditPart(audit),
    month === null ? null : causes(month),
    ...outages(service.outages),
    ...hanging(open, service.affected),
    facts([
      [t("page.column.unit"), service.unit_title],
      [t("page.column.site"), service.site ? jump(open, "site", service.site, service.site_title) : ""],
    ]),
  ];
}

function behind(service, open) {
  const one = service.cause.slice(0, service.cause.lastIndexOf("@"));
  const cause = { target: one, title: service.cause_title, visible: true };
  return h("p", { class: "line" }, soft(t("page.reason.upstream")), target(open, cause));
}

function needs(service, open) {
  const one = (need) => target(open, need);
  const either = (some) => h("span", { class: "any" }, soft(t("page.needs.any")), some.map(one));
  const shown = (some) => (some.length > 1 ? either(some) : one(some[0]));
  return group(t("page.needs"), service.needs.map(shown));
}

function checkLine({ check, reason_text: because }) {
  const state = { true: "up", false: "down" }[check.success] ?? "unknown";
  const word = { up: "page.check.met", down: "page.check.failed", unknown: "page.check.unknown" }[state];
  const took = check.duration === null ? "" : milliseconds(check.duration);
  const when = [measures(check.values), took, check.at === null ? "" : time(check.at)];
  return h("span", { class: `jump check s-${state}` },
    h("span", { class: `chip s-${state}` },
      h("span", { class: "glyph", "aria-hidden": "true" }, glyph(state)), t(word)),
    h("span", {}, check.kind),
    check.vital ? soft(t("page.check.vital")) : null,
    because ? h("span", {}, because) : null,
    soft(when.filter(Boolean).join(" · ")));
}

const checks = (found) => group(t("page.checks"), found.map(checkLine));

// Whose fault the seconds of this month were that were lost.
function causes(month) {
  if (!month.causes.length) return null;
  const one = (cause) => h("li", { class: "line" },
    h("span", {}, cause.target === null ? t("page.causes.own") : cause.title || cause.target || "–"),
    soft(duration(cause.seconds)));
  const list = h("ul", { class: "plain-list" }, month.causes.map(one));
  return h("div", {}, h("h3", {}, t("page.causes")), list);
}

function outages(found) {
  const one = (outage) => h("li", { class: "line" },
    h("span", {}, reason(outage.reason)),
    soft(time(outage.start)),
    h("span", { class: "number" }, outage.end === null
      ? t("page.lasts") : duration(outage.end - outage.start)));
  if (!found.length) return [];
  return [h("h3", {}, t("page.recent_outages")), h("ul", { class: "plain-list" }, found.map(one))];
}

// ---- A server

export async function hostBody(id, head, open) {
  const host = await get(`/api/v1/hosts/${encodeURIComponent(id)}`);
  const told = host.now;
  const fullest = told?.filesystem;
  return [
    head("host", host.title || host.id, [host.zone, host.id].filter(Boolean).join(" · "), host),
    h("div", { class: "numbers" },
      big(t("page.column.cpu"), percent(told?.cpu_ratio)),
      big(t("page.column.memory"), percent(told?.memory_ratio)),
      big(t("page.column.disk"), percent(fullest?.ratio), fullest?.name),
      big(t("page.column.load"), told?.load_per_cpu?.toFixed(2) ?? "–")),
    facts([
      [t("page.column.site"), jump(open, "site", host.site, host.site_title)],
      [t("page.column.zone"), host.zone],
      [t("page.host.system"), [told?.os, told?.kernel, told?.machine].filter(Boolean).join(" · ")],
      [t("page.host.cpus"), told?.cpus ? String(told.cpus) : ""],
      [t("page.host.uptime"), told?.uptime ? duration(told.uptime) : ""],
      [t("page.host.failed"), told?.services_failed?.length ? told.services_failed.join(", ") : ""],
      [t("page.last_answer"), told ? time(told.heard_at) : ""],
    ]),
    ...hanging(open, host.affected),
  ];
}
