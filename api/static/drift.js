// The table of what differs from what is declared; chosen and paged by the api.

import { button, byId, fill, h } from "/static/dom.js";
import { duration, now, t, time } from "/static/words.js";

const COLUMNS = ["kind", "device", "site", "text", "since", "seen", "act"];
const NUMBERS = new Set(["since", "seen"]);
const KINDS = [
  "interface_missing", "interface_renamed", "interface_down_by_admin", "speed_below_contract",
  "alias_changed", "neighbour_unexpected", "serial_changed", "platform_differs", "station_unregistered",
  "stations_unregistered", "station_moved", "not_readable",
];
let chosen = "";

export function query(cursor) {
  const asked = new URLSearchParams({ limit: "200" });
  if (chosen) asked.set("kind", chosen);
  if (cursor) asked.set("cursor", cursor);
  return asked.toString();
}

function filter(changed) {
  const pick = (event) => { chosen = event.target.value; changed(); };
  return h("select", { "aria-label": t("page.drift.all"), "data-key": "drift:kind", onchange: pick },
    h("option", { value: "" }, t("page.drift.all")),
    KINDS.map((kind) =>
      h("option", { value: kind, selected: chosen === kind }, t(`page.drift.kind.${kind}`))));
}

function row(one, open, accept) {
  const take = (event) => { event.target.disabled = true; accept(one.id); };
  const cells = {
    kind: h("span", { class: "tag warn" }, t(`page.drift.kind.${one.kind}`)),
    device: one.device_title,
    site: open
      ? button(`drift:${one.id}`, () => open(one.site), { class: "plain" }, one.site_title)
      : one.site_title,
    text: one.text,
    since: h("span", { "data-since": one.since }, duration(now() - one.since)),
    seen: one.seen_at === null ? "–" : time(one.seen_at),
    act: accept && one.kind !== "more_findings"  // of how many more there are, nothing is normal
      ? button(`accept:${one.id}`, take, { class: "small" }, t("page.drift.accept"))
      : null,
  };
  const cell = (name) => h("td", { class: `d-${name} ${NUMBERS.has(name) ? "number" : ""}` }, cells[name]);
  return h("tr", { "data-finding": one.id }, COLUMNS.map(cell));
}

function known(coverage) {
  if (coverage.every === null) return t("page.drift.off");
  const { devices, read, never } = coverage;
  if (!read) return t("page.drift.unread", { devices });
  return t("page.drift.coverage", { devices, read, never, time: time(coverage.oldest) });
}

const told = (items, coverage) => [
  items.length || !coverage.read || coverage.waiting
    ? null
    : h("span", {}, t(chosen ? "page.drift.none_of_kind" : "page.drift.none")),
  h("span", {}, known(coverage)),
  coverage.failed ? h("span", {}, t("page.drift.failed", { count: coverage.failed })) : null,
  coverage.waiting ? h("span", {}, t("page.drift.waiting", { count: coverage.waiting })) : null,
  coverage.failure ? h("span", { class: "warn" }, t("page.drift.failure")) : null,
];

// `more`: gets more, null = that was all. `open` and `accept`: null for whoever may not.
export function draw(items, coverage, open, accept, more, changed) {
  byId("drift-count").textContent = items.length ? `${items.length}${more ? "+" : ""}` : "";
  fill(byId("drift-filters"), filter(changed));
  const heading = (name) =>
    h("th", { scope: "col", class: NUMBERS.has(name) ? "number" : "" }, t(`page.drift.column.${name}`));
  fill(byId("drift"),
    h("thead", {}, h("tr", {}, COLUMNS.map(heading))),
    h("tbody", {}, items.map((one) => row(one, open, accept))));
  fill(byId("drift-foot"),
    told(items, coverage),
    more ? button("drift:more", more, {}, t("page.more")) : null);
}
