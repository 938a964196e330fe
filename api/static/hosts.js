// The table of the servers of the cloud centre, worst first.

import { button, byId, fill, h } from "/static/dom.js";
import { chip, meter, named, rank } from "/static/states.js";
import { duration, now, percent, t } from "/static/words.js";

const COLUMNS = ["state", "host", "zone", "cpu", "memory", "disk", "load", "since"];
const NUMBERS = new Set(["cpu", "memory", "disk", "load", "since"]);

const used = (ratio) => [percent(ratio), ratio === null || ratio === undefined ? null : meter(ratio)];

function row(host, open) {
  const told = host.now;
  const because = host.state === "up" ? "" : host.reason_text;
  const name = { class: "plain", "data-host": host.id };
  const lasts = () => h("span", { "data-since": host.since }, duration(now() - host.since));
  const cells = {
    state: chip(host.state, because ? h("small", {}, because) : ""),
    host: button(`host:${host.id}`, () => open("host", host.id), name, host.title || host.id),
    zone: host.zone || host.site_title,
    cpu: used(told?.cpu_ratio),
    memory: used(told?.memory_ratio),
    disk: [used(told?.filesystem?.ratio), h("small", {}, ` ${told?.filesystem?.name ?? ""}`)],
    load: told?.load_per_cpu?.toFixed(2) ?? "–",
    since: host.since === null ? "–" : lasts(),
  };
  const kind = (column) => `c-${column} ${NUMBERS.has(column) ? "number" : ""}`;
  return h("tr", { class: `s-${named(host.state)}` },
    COLUMNS.map((column) => h("td", { class: kind(column) }, cells[column])));
}

const fullest = (host) => host.now?.filesystem?.ratio ?? 0;

// A network without servers has no panel.
export function draw(hosts, open) {
  byId("hosts-panel").hidden = hosts.length === 0;
  const order = [...hosts].sort((a, b) => rank(a.state) - rank(b.state) || fullest(b) - fullest(a));
  const heading = (column) =>
    h("th", { scope: "col", class: NUMBERS.has(column) ? "number" : "" }, t(`page.column.${column}`));
  fill(byId("hosts"),
    h("thead", {}, h("tr", {}, COLUMNS.map(heading))),
    h("tbody", {}, order.map((host) => row(host, open))));
}
