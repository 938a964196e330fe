// Tickets of outages: when the carrier was told, took note and restored, and when the clock stood still.

import { button, byId, fill, h } from "/static/dom.js";
import { choice, entry, field, handIn, line, moment, paper, seconds } from "/static/form.js";
import { clock, language, t } from "/static/words.js";

const COLUMNS = ["link", "ticket", "notified", "acknowledged", "restored", "stops", "by"];
const WRONG = {
  unknown_outage: "outage", ticket_needs_notice: "notified", ticket_times: "notified",
  stop_needs_document: "document", documents: "document", unknown_document: "document", start: "stop_start",
  end: "stop_end", why: "stop_why", ticket_owner_only: "acknowledged",
};
let shown = [];
let form = ""; // for which language, person and outages it was drawn
const titles = new Map(); // of links, by id

const words = (name) => t(`page.tickets.column.${name}`);
const told = (...said) => fill(byId("ticket-told"), said);
const when = (at) => (at === null ? "–" : clock(at));

function row(one) {
  const stop = (each) =>
    h("small", { class: "fact", title: each.why }, `${clock(each.start)} – ${clock(each.end)} ${each.why}`);
  const cells = {
    link: h("span", { title: one.outage }, titles.get(one.link) ?? one.link),
    ticket: [one.ticket, one.by_carrier ? h("small", { class: "fact soft" }, one.by_carrier) : null],
    notified: when(one.notified),
    acknowledged: when(one.acknowledged),
    restored: when(one.restored),
    stops: one.stops.map(stop),
    by: one.by || t("page.tickets.monitor"),
  };
  return h("tr", { "data-ticket": one.outage },
    COLUMNS.map((name) => h("td", { class: `k-${name}` }, cells[name])));
}

// A stop is added to those that there are, with its document.
async function stops(net, value) {
  const [start, end] = [seconds(value("stop_start").value), seconds(value("stop_end").value)];
  const why = value("stop_why").value.trim();
  if (start === undefined && end === undefined && !why) return undefined;
  const kept = shown.find((one) => one.outage === value("outage").value)?.stops ?? [];
  const named = (one) => ({ sha256: one.sha256, name: one.name });
  const documents = await handIn(net, value("document").files);
  return [
    ...kept.map((each) => ({ ...each, documents: each.documents.map(named) })),
    { start, end, why, documents },
  ];
}

function drawForm(net, outages, carrier, done) {
  const choices = outages.map((one) => [one.outage, `${one.title} · ${clock(one.start)}`]);
  const send = async (value) => {
    const noted = {
      outage: value("outage").value,
      acknowledged: seconds(value("acknowledged").value),
      by_carrier: value("by_carrier").value.trim() || undefined,
    };
    if (!carrier) {
      noted.notified = seconds(value("notified").value);
      noted.restored = seconds(value("restored").value);
      noted.stops = await stops(net, value);
    }
    await net.send("/api/v1/tickets", noted);
    await done();
  };
  const owners = carrier ? [] : [
    field(words("notified"), moment("notified")), field(words("restored"), moment("restored")),
    field(t("page.tickets.stop_start"), moment("stop_start")),
    field(t("page.tickets.stop_end"), moment("stop_end")),
    field(t("page.tickets.stop_why"), line("stop_why", { maxlength: "500" })),
    field(t("page.overlays.form.document"), paper()),
  ];
  fill(byId("ticket-form"), entry(t("page.tickets.note"), [
    field(t("page.tickets.outage"), choice("outage", choices, { required: true })),
    field(words("acknowledged"), moment("acknowledged")),
    field(t("page.tickets.by_carrier"), line("by_carrier", { maxlength: "100" })),
    owners,
  ], send, WRONG));
}

// `net`: get, send and upload.
export async function load(net, me, cursor = null) {
  const may = (permission) => me.permissions.includes(permission);
  byId("tickets-panel").hidden = !may("assess");
  if (!may("assess")) return;
  const again = (next = null) => load(net, me, next).catch((error) => told(error.message));
  const outages = (await net.get("/api/v1/causes?limit=200")).items;
  for (const one of outages) titles.set(one.link, one.title);
  const asked = new URLSearchParams({ limit: "50", ...(cursor ? { cursor } : {}) });
  const page = await net.get(`/api/v1/tickets?${asked}`);
  shown = cursor === null ? page.items : [...shown, ...page.items];
  const drawn = `${language()} ${outages.map((one) => one.outage)}`;
  if (form !== drawn && may("file") && !byId("ticket-form").contains(document.activeElement)) {
    form = drawn;
    drawForm(net, outages, me.roles.includes("carrier"), async () => {
      told(t("page.tickets.noted"));
      await again();
    });
  }
  const heading = (name) => h("th", { scope: "col" }, words(name));
  fill(byId("tickets"),
    h("thead", {}, h("tr", {}, COLUMNS.map(heading))),
    h("tbody", {}, shown.map(row)));
  fill(byId("tickets-foot"),
    shown.length ? null : h("span", {}, t("page.tickets.none")),
    page.next ? button("tickets:more", () => again(page.next), {}, t("page.more")) : null);
}
