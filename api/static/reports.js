// Reports of carriers: which there are, how far those in the making are, and the buttons to settle.

import { button, byId, fill, h } from "/static/dom.js";
import { clock, language, now, t } from "/static/words.js";

const COLUMNS = ["carrier", "period", "revision", "state", "freezes", "appeal", "changed", "files", "act"];
const FORMATS = ["html", "xlsx", "pdf", "csv", "json"];
const LEADERS = 3;
const AGAIN = 1500; // milliseconds between two looks at what is made
let timer = 0;
let carriers = [];
let rows = [];
let form = ""; // for which language and carriers it was drawn

const title = (id) => carriers.find((one) => one.id === id)?.title ?? id;
const path = (...parts) => `/api/v1/reports/${parts.map(encodeURIComponent).join("/")}`;

// A file is in the language of the page, whatever that of the browser is.
const file = (where, words) => {
  const joint = where.includes("?") ? "&" : "?";
  return h("a", { href: `${where}${joint}language=${language()}`, download: true }, words);
};

function row(one, may, close) {
  const closed = one.state === "closed";
  const open = may("decide") && !closed && now() >= one.freezes;
  const pressed = (event) => { event.target.disabled = true; close(one); };
  const key = `close:${one.carrier}:${one.period}:${one.revision}`;
  const cells = {
    carrier: title(one.carrier),
    period: one.period,
    revision: String(one.revision),
    state: h("span", { class: `tag ${closed ? "" : "warn"}`, title: one.sha256 },
      t(`page.reports.state.${one.state}`), one.closed_by ? ` · ${one.closed_by}` : null),
    freezes: clock(one.freezes),
    appeal: clock(one.appeal_until),
    changed: one.revision > 1 ? t("page.reports.seconds", { count: one.changed }) : "",
    files: h("span", { class: "files" }, FORMATS.map((format) =>
      file(path(one.carrier, one.period, one.revision, format), format))),
    act: open ? button(key, pressed, { class: "small" }, t("page.reports.close")) : null,
  };
  return h("tr", { "data-report": path(one.carrier, one.period, one.revision) },
    COLUMNS.map((name) => h("td", {}, cells[name])));
}

function job(one) {
  const said = { carrier: title(one.carrier), period: one.period, done: one.done, of: one.of, why: one.text };
  return h("div", { "data-job": one.id }, t(`page.reports.job.${one.state}`, said));
}

function drawForm(make) {
  const submitted = async (event) => {
    event.preventDefault();
    const form = event.target;
    const value = (name) => form.elements.namedItem(name).value.trim();
    await make({ carrier: value("carrier"), period: value("period") });
  };
  const choices = carriers.map((one) => h("option", { value: one.id }, one.title));
  fill(byId("report-form"), h("form", { class: "entry", onsubmit: submitted },
    h("label", {}, h("span", {}, t("page.reports.column.carrier")),
      h("select", { name: "carrier" }, choices)),
    h("label", {}, h("span", {}, t("page.reports.column.period")),
      h("input", { name: "period", required: true, maxlength: "24", placeholder: "2026Q4" })),
    h("button", { type: "submit" }, t("page.reports.make"))));
}

const told = (...words) => fill(byId("report-told"), words);

// The page of one circuit in the latest report of its carrier.
export function circuit(link) {
  const one = rows.findLast((row) => row.carrier === link.carrier);
  if (!one) return null;
  const where = `${path(one.carrier, one.period, one.revision, "link")}?link=${encodeURIComponent(link.id)}`;
  return h("p", { class: "files" }, file(where, t("page.reports.circuit", { period: one.period })));
}

// One page over all carriers, of the latest periods.
function leaders(items) {
  const periods = [...new Set(items.map((one) => one.period))].slice(-LEADERS);
  const link = (period) =>
    file(`/api/v1/reports/leader?period=${period}`, t("page.reports.leader", { period }));
  fill(byId("reports-leader"), periods.map(link));
}

// `net`: get and send. Looks again by itself while anything is made. `whole`: sees all carriers.
export async function load(net, may, supplied, whole = false) {
  byId("reports-panel").hidden = byId("assessment").hidden = !may("assess");
  if (!may("assess")) return;
  const drawn = `${language()} ${supplied.map((one) => one.id)}`;
  const first = form !== drawn;
  [form, carriers] = [drawn, supplied];
  const again = () => load(net, may, supplied, whole).catch((error) => told(error.message));
  const act = async (where, body) => {
    try {
      await net.send(where, body);
      told();
    } catch (error) {
      told(error.message);
    }
    await again();
  };
  const { items, jobs } = await net.get("/api/v1/reports");
  const close = (one) => act(path(one.carrier, one.period, "close"), {});
  const heading = (name) => h("th", { scope: "col" }, t(`page.reports.column.${name}`));
  fill(byId("reports"),
    h("thead", {}, h("tr", {}, COLUMNS.map(heading))),
    h("tbody", {}, [...items].reverse().map((one) => row(one, may, close))));
  rows = items;
  if (whole) leaders(items);
  const making = jobs.filter((one) => one.state !== "done");
  fill(byId("reports-foot"), items.length ? null : t("page.reports.none"), making.map(job));
  if (first && may("file")) drawForm((wanted) => act("/api/v1/reports", wanted));
  clearTimeout(timer);
  timer = making.some((one) => one.state !== "failed") ? setTimeout(again, AGAIN) : 0;
}
