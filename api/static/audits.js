// What the last audit of a website found, in the panel of its service.

import { h } from "/static/dom.js";
import { get } from "/static/net.js";
import { big, soft } from "/static/parts.js";
import { language, t, time } from "/static/words.js";

const NUMBERS = ["dead_links", "broken_pictures", "empty_columns", "stale_columns"];

const isWebsite = (service) =>
  service.kind === "website" || service.checks.some(({ check }) => check.kind === "website");

// The audit of a service; null where it has none, or it could not be had.
export async function auditOf(service) {
  if (!isWebsite(service)) return null;
  const found = await get("/api/v1/audits").catch(() => null);
  return found?.items.find((one) => one.service === service.id) ?? null;
}

const excel = (id) =>
  h("a", { href: `/api/v1/audits/${encodeURIComponent(id)}.xlsx?lang=${language()}`, download: "" },
    t("page.audit.excel"));

export function auditPart(audit) {
  if (audit === null) return [];
  const { last } = audit;
  const state = audit.running ? soft(t("page.audit.running")) : null;
  if (last === null) return [h("h3", {}, t("page.audit")), state ?? soft(t("page.audit.none"))];
  const numbers = NUMBERS.map((name) => big(t(`page.audit.${name}`), String(last.counts[name])));
  return [
    h("h3", {}, t("page.audit")),
    last.score === null ? null : h("div", { class: "numbers" },
      big(t("page.audit.score"), last.score.toFixed(2)), numbers),
    audit.texts.map((one) => h("p", { class: "line" }, h("span", { class: "warn" }, one))),
    h("p", { class: "line" }, soft(time(last.started)), state, excel(audit.service)),
  ];
}
