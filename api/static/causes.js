// Where outages came from: the proposal with its evidence, what people said, and buttons to agree.

import { button, byId, fill, h } from "/static/dom.js";
import * as unseen from "/static/unseen.js";
import { clock, duration, now, t } from "/static/words.js";

const CAUSES = ["carrier", "power", "upstream", "owner", "force_majeure", "monitor", "unknown"];
const STATES = ["proposed", "said", "approved", "rejected"];
const COLUMNS = ["link", "start", "length", "state", "cause", "facts", "act"];
let chosen = "";
let shown = [];

const told = (...words) => fill(byId("cause-told"), words);
const cause = (code) => t(`page.causes.cause.${code}`);

// Whoever said it, and whoever agreed; hovering shows why.
function persons(said) {
  if (!said) return null;
  const names = [said.by, said.decided_by].filter(Boolean).join(" / ");
  return h("small", { class: "fact soft", title: said.why }, `${cause(said.cause)} · ${names}`);
}

function sayForm(one, say) {
  const submitted = (event) => {
    event.preventDefault();
    const value = (name) => event.target.elements.namedItem(name).value;
    say(one, { cause: value("cause"), why: value("why") });
  };
  const choices = CAUSES.map((code) =>
    h("option", { value: code, selected: code === one.cause }, cause(code)));
  return h("form", { class: "entry", onsubmit: submitted },
    h("select", { name: "cause", "aria-label": t("page.causes.column.cause") }, choices),
    h("input", { name: "why", maxlength: "2000", "aria-label": t("page.causes.why"),
      placeholder: t("page.causes.why") }),
    h("button", { type: "submit", class: "small" }, t("page.causes.say")));
}

function row(one, acts) {
  const decide = (step) => {
    const pressed = (event) => { event.target.disabled = true; acts.decide(one, step); };
    return button(`${step}:${one.outage}`, pressed, { class: "small" }, t(`page.causes.${step}`));
  };
  const warn = one.state === "said" ? "warn" : "";
  const cells = {
    link: h("span", { title: one.outage }, one.title),
    start: clock(one.start),
    length: duration((one.end ?? (one.waiting ?? one.agreed)?.until ?? now()) - one.start),
    state: h("span", { class: `tag ${warn}` }, t(`page.causes.state.${one.state}`)),
    cause: [cause(one.cause), one.event ? h("small", { class: "fact soft" }, t("page.causes.event")) : null,
      persons(one.waiting), persons(one.agreed)],
    facts: one.facts.map((fact) => h("small", { class: "fact" }, `${clock(fact.at)} ${fact.text}`)),
    act: [one.may.includes("say") ? sayForm(one, acts.say) : null,
      ["approve", "reject"].filter((step) => one.may.includes(step)).map(decide)],
  };
  return h("tr", { "data-cause": one.outage },
    COLUMNS.map((name) => h("td", { class: `o-${name}` }, cells[name])));
}

function filter(changed) {
  const pick = (event) => { chosen = event.target.value; changed(); };
  const choice = (state) =>
    h("option", { value: state, selected: chosen === state }, t(`page.causes.state.${state}`));
  return h("select", { "aria-label": t("page.causes.all"), "data-key": "causes:state", onchange: pick },
    h("option", { value: "" }, t("page.causes.all")), STATES.map(choice));
}

// `net`: get, send and upload. What somebody is typing is not drawn over, unless it is `anew`.
export async function load(net, may, cursor = null, anew = false) {
  byId("causes-panel").hidden = !may("assess");
  if (!may("assess")) return;
  if (may("file")) unseen.draw(net, () => load(net, may, null, true));
  const typing = byId("causes").contains(document.activeElement);
  if (typing && cursor === null && !anew) return;
  const again = (next = null) => load(net, may, next, true).catch((error) => told(error.message));
  const asked = new URLSearchParams({ limit: "50" });
  if (chosen) asked.set("state", chosen);
  if (cursor) asked.set("cursor", cursor);
  const page = await net.get(`/api/v1/causes?${asked}`);
  shown = cursor === null ? page.items : [...shown, ...page.items];
  const act = async (one, step, body) => {
    try {
      await net.send(`/api/v1/causes/${encodeURIComponent(one.outage)}/${step}`, body);
      told();
    } catch (error) {
      told(error.message);
    }
    await again();
  };
  const acts = {
    say: (one, body) => act(one, "say", body),
    decide: (one, step) => act(one, step, { said: one.waiting.record }),
  };
  const heading = (name) => h("th", { scope: "col" }, t(`page.causes.column.${name}`));
  fill(byId("causes-filters"), filter(() => again()));
  fill(byId("causes"),
    h("thead", {}, h("tr", {}, COLUMNS.map(heading))),
    h("tbody", {}, shown.map((one) => row(one, acts))));
  fill(byId("causes-foot"),
    shown.length ? null : h("span", {}, t(chosen ? "page.none_so" : "page.causes.none")),
    page.next ? button("causes:more", () => again(page.next), {}, t("page.more")) : null);
}
