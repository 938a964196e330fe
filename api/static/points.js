// Points by people: tests of bandwidth, scores for service, deductions; a second person approves.

import { button, byId, fill, h } from "/static/dom.js";
import { choice, entry, field, handIn, line, moment, paper, seconds } from "/static/form.js";
import { bits, clock, language, t } from "/static/words.js";

const SORTS = ["deduction", "score", "test"];
const STATES = ["filed", "approved", "rejected", "withdrawn", "replaced"];
const COLUMNS = ["sort", "about", "said", "why", "state", "filed", "act"];
const PATHS = { deduction: "deductions", score: "service-scores", test: "bandwidth-tests" };
const MEGA = 1e6;
const WRONG = { // the field that a refusal is about
  score_needs_document: "document", unknown_document: "document", document_unknown: "document",
  score_out_of_range: "num", deduction_over_cap: "points", deduction_twice: "points", hundredths: "points",
  unknown_link: "link", unknown_carrier: "carrier", unknown_period: "period", score_after_closing: "period",
  bandwidth_test_ahead: "at", measured_up: "up", measured_down: "down",
};
let chosen = "";
let sort = SORTS[0];
let shown = [];
let form = ""; // for which language and carriers it was drawn

const told = (...words) => fill(byId("points-told"), words);
const state = (code) => t(`page.overlays.state.${code}`);
const title = (id, carriers) => carriers.find((one) => one.id === id)?.title ?? id;

function said(one) {
  if (one.sort === "deduction") return t("page.points.taken", { points: one.hundredths / 100 });
  if (one.sort === "score") return `${one.num} / ${one.den}`;
  const rates = [one.measured_up, one.measured_down].map(bits).join(" / ");
  return `${one.layer} ${rates} (${bits(one.contracted)})`;
}

const file = (one) => h("a", { href: `/api/v1/documents/${one.sha256}`, download: one.name }, one.name);
const persons = (one) => [one.filed_by, one.decided_by].filter(Boolean).join(" / ");

// That it is to be taken back, and why; who asked for it, and who agreed.
function back(one) {
  const asked = one.withdrawal;
  if (!asked || asked.state === "withdrawn") return null;
  const words = `${t("page.points.back")}: ${asked.why} · ${state(asked.state)} · ${persons(asked)}`;
  return h("small", { class: asked.state === "filed" ? "note" : "fact soft" }, words);
}

function row(one, carriers, acts) {
  const decide = (verdict) => {
    const pressed = (event) => { event.target.disabled = true; acts.decide(one, verdict); };
    const key = `${verdict}:points:${one.waits}`;
    return button(key, pressed, { class: "small" }, t(`page.overlays.act.${verdict}`));
  };
  const why = line("why", { required: true, maxlength: "2000", placeholder: t("page.causes.why") });
  const takeBack = () =>
    entry(t("page.points.take_back"), field("", why), (value) => acts.takeBack(one, value("why").value));
  why.setAttribute("aria-label", t("page.causes.why"));
  const cells = {
    sort: t(`page.points.sort.${one.sort}`),
    about: one.sort === "test"
      ? [one.title, " ", clock(one.at)] : [title(one.carrier, carriers), " ", one.period],
    said: said(one),
    why: [one.sort === "test" ? null : one.why, one.documents.map((each) => [" ", file(each)]), back(one)],
    state: h("span", { class: `tag ${one.waits ? "warn" : ""}`, title: one.decided_why }, state(one.state)),
    filed: h("span", { title: clock(one.filed_at) }, persons(one)),
    act: [["approve", "reject", "withdraw"].filter((each) => one.may.includes(each)).map(decide),
      one.may.includes("take_back") ? takeBack() : null],
  };
  return h("tr", { "data-points": String(one.number) },
    COLUMNS.map((name) => h("td", { class: `p-${name}` }, cells[name])));
}

function filter(changed) {
  const pick = (event) => { chosen = event.target.value; changed(); };
  const option = (code) => h("option", { value: code, selected: chosen === code }, state(code));
  return h("select", { "aria-label": t("page.overlays.all"), "data-key": "points:state", onchange: pick },
    h("option", { value: "" }, t("page.overlays.all")), STATES.map(option));
}

const words = (name) => t(`page.points.form.${name}`);
const named = (name, input) => field(words(name), input);
const number = (name, more) => line(name, { type: "number", required: true, step: "any", ...more });
const layers = ["L1", "L2", "IP"].map((layer) => [layer, layer]);

function inputs(carriers) {
  if (sort === "test") {
    return [
      named("link", line("link", { required: true })), named("at", moment("at", { required: true })),
      named("layer", choice("layer", layers)), named("up", number("up", { min: "0" })),
      named("down", number("down", { min: "0" })), named("contracted", number("contracted", { min: "0" })),
    ];
  }
  const whose = carriers.map((one) => [one.id, one.title]);
  const figure = sort === "deduction"
    ? [named("points", number("points", { min: "0.01", step: "0.01" }))]
    : [named("num", number("num", { min: "0", step: "1" })),
      named("den", number("den", { min: "1", step: "1" }))];
  return [
    named("carrier", choice("carrier", whose)),
    named("period", line("period", { required: true, maxlength: "24", placeholder: "2026Q4" })),
    ...figure, named("why", line("why", { required: true, maxlength: "2000" })),
  ];
}

function given(value) {
  const text = (name) => value(name).value.trim();
  const figure = (name, times = 1) => Math.round(Number(text(name)) * times);
  if (sort === "test") {
    return {
      link: text("link"), at: seconds(text("at")), layer: text("layer"), measured_up: figure("up", MEGA),
      measured_down: figure("down", MEGA), contracted: figure("contracted", MEGA),
    };
  }
  const points = sort === "deduction"
    ? { hundredths: figure("points", 100) } : { num: figure("num"), den: figure("den") };
  return { carrier: text("carrier"), period: text("period"), why: text("why"), ...points };
}

function drawForm(net, carriers, done) {
  const pick = (event) => { sort = event.target.value; drawForm(net, carriers, done); };
  const sorts = choice("sort", SORTS.map((code) => [code, t(`page.points.sort.${code}`)]),
    { onchange: pick, "data-key": "points:sort" }, sort);
  const send = async (value) => {
    const documents = await handIn(net, value("document").files);
    await net.send(`/api/v1/${PATHS[sort]}`, { ...given(value), documents });
    await done();
  };
  fill(byId("points-form"), entry(t("page.overlays.file"), [
    named("sort", sorts), inputs(carriers), named("document", paper({ required: true })),
  ], send, WRONG));
}

// `net`: get, send and upload. What somebody is typing is not drawn over, unless it is `anew`.
export async function load(net, me, carriers, cursor = null, anew = false) {
  const may = (permission) => me.permissions.includes(permission);
  byId("points-panel").hidden = !may("assess");
  if (!may("assess")) return;
  const again = (next = null) =>
    load(net, me, carriers, next, true).catch((error) => told(error.message));
  const drawn = `${language()} ${carriers.map((one) => one.id)}`;
  if (form !== drawn && may("file") && !me.roles.includes("carrier")) {
    drawForm(net, carriers, async () => { told(t("page.points.sent")); await again(); });
  }
  form = drawn;
  const typing = byId("points").contains(document.activeElement);
  if (typing && cursor === null && !anew) return;
  const asked = new URLSearchParams({ limit: "50" });
  if (chosen) asked.set("state", chosen);
  if (cursor) asked.set("cursor", cursor);
  const page = await net.get(`/api/v1/points?${asked}`);
  shown = cursor === null ? page.items : [...shown, ...page.items];
  const decide = async (one, verdict) => {
    try {
      await net.send(`/api/v1/points/${one.waits}/decision`, { verdict });
      told();
    } catch (error) {
      told(error.message);
    }
    await again();
  };
  const takeBack = async (one, why) => {
    await net.send(`/api/v1/points/${one.number}/withdrawal`, { why });
    await again();
  };
  const heading = (name) => h("th", { scope: "col" }, t(`page.points.column.${name}`));
  fill(byId("points-filters"), filter(() => again()));
  fill(byId("points"),
    h("thead", {}, h("tr", {}, COLUMNS.map(heading))),
    h("tbody", {}, shown.map((one) => row(one, carriers, { decide, takeBack }))));
  fill(byId("points-foot"),
    shown.length ? null : h("span", {}, t(chosen ? "page.none_so" : "page.points.none")),
    page.next ? button("points:more", () => again(page.next), {}, t("page.more")) : null);
}
