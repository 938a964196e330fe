// Who is responsible: what was filed, how it stands, and the form to file more.

import { button, byId, fill, h } from "/static/dom.js";
import { clock, t } from "/static/words.js";

const KINDS = ["M_o", "M_c", "F", "P", "X"];
const OF_CARRIERS = ["M_c", "F", "P", "X"];
const STATES = ["filed", "approved", "rejected", "withdrawn", "replaced"];
const COLUMNS = ["kind", "title", "links", "start", "end", "state", "filed", "act"];
const SHOWN_LINKS = 3;
const OFFSET = ":00+08:00"; // times are entered in Beijing time, to the minute
let chosen = "";

export function query(cursor) {
  const asked = new URLSearchParams({ limit: "50" });
  if (chosen) asked.set("state", chosen);
  if (cursor) asked.set("cursor", cursor);
  return asked.toString();
}

function filter(changed) {
  const pick = (event) => { chosen = event.target.value; changed(); };
  const choice = (state) =>
    h("option", { value: state, selected: chosen === state }, t(`page.overlays.state.${state}`));
  return h("select", { "aria-label": t("page.overlays.all"), "data-key": "overlays:state", onchange: pick },
    h("option", { value: "" }, t("page.overlays.all")), STATES.map(choice));
}

function named(links) {
  const rest = links.length - SHOWN_LINKS;
  const titles = links.slice(0, SHOWN_LINKS).map((link) => link.title).join(", ");
  return h("span", { title: links.map((link) => link.id).join(", ") }, titles, rest > 0 ? ` +${rest}` : null);
}

const file = (one) =>
  h("a", { href: `/api/v1/documents/${one.sha256}`, download: one.name }, one.name);

function row(one, say) {
  const act = (verdict) => {
    const pressed = (event) => { event.target.disabled = true; say(one.id, verdict); };
    return button(`${verdict}:${one.id}`, pressed, { class: "small" }, t(`page.overlays.act.${verdict}`));
  };
  const warn = one.state === "filed" ? "warn" : "";
  const persons = [one.filed_by, one.decided_by].filter(Boolean);
  const cells = {
    kind: t(`page.overlays.kind.${one.kind}`),
    title: [
      h("span", { title: one.why }, one.title),
      one.documents.map((each) => [" ", file(each)]),
      one.notes.map((note) => h("small", { class: "note" }, note.text)),
    ],
    links: named(one.links),
    start: clock(one.start),
    end: clock(one.end),
    state: h("span", { class: `tag ${warn}`, title: one.decided_why }, t(`page.overlays.state.${one.state}`)),
    filed: one.filed_by === one.decided_by ? t("page.overlays.inventory") : persons.join(" / "),
    act: one.may.map(act),
  };
  const cell = (name) => h("td", { class: `o-${name}` }, cells[name]);
  return h("tr", { "data-overlay": one.id }, COLUMNS.map(cell));
}

const label = (name, input) => h("label", {}, h("span", {}, t(`page.overlays.form.${name}`)), input);

// What was typed stays when the rest is drawn anew; `language` changes draw it again.
export function drawForm(carrier, send) {
  const kinds = (carrier ? OF_CARRIERS : KINDS).map((kind) =>
    h("option", { value: kind }, t(`page.overlays.kind.${kind}`)));
  const text = (name, more = {}) => h("input", { name, required: true, maxlength: "200", ...more });
  const submitted = async (event) => {
    event.preventDefault();
    const form = event.target;
    const field = (name) => form.elements.namedItem(name);
    const pressed = form.querySelector("button");
    pressed.disabled = true;
    const sent = await send({
      kind: field("kind").value,
      links: field("links").value.split(/[\s,，、]+/).filter(Boolean),
      start: field("start").value + OFFSET,
      end: field("end").value + OFFSET,
      title: field("title").value,
      why: field("why").value,
    }, field("document").files[0]);
    pressed.disabled = false;
    if (sent) form.reset();
  };
  const moment = (name) => h("input", { name, type: "datetime-local", required: true });
  fill(byId("overlay-form"), h("form", { class: "entry", onsubmit: submitted },
    label("kind", h("select", { name: "kind" }, kinds)),
    label("links", text("links", { maxlength: "8000" })),
    label("start", moment("start")),
    label("end", moment("end")),
    label("title", text("title")),
    label("why", h("input", { name: "why", maxlength: "2000" })),
    label("document", h("input", { name: "document", type: "file" })),
    h("button", { type: "submit" }, t("page.overlays.file"))));
}

// What became of a filing.
export function told(...words) { fill(byId("overlay-told"), words); }

// `more`: gets more, null = that was all.
export function draw(items, say, more, changed) {
  fill(byId("overlays-filters"), filter(changed));
  const heading = (name) => h("th", { scope: "col" }, t(`page.overlays.column.${name}`));
  fill(byId("overlays"),
    h("thead", {}, h("tr", {}, COLUMNS.map(heading))),
    h("tbody", {}, items.map((one) => row(one, say))));
  fill(byId("overlays-foot"),
    items.length ? null : h("span", {}, t(chosen ? "page.none_so" : "page.overlays.none")),
    more ? button("overlays:more", more, {}, t("page.more")) : null);
}
