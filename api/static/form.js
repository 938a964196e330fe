// Forms that people fill in: what is wrong with a field stands beside it; documents go ahead.

import { h } from "/static/dom.js";

const OFFSET = "+08:00"; // times are entered in Beijing time
let fields = 0;

// A field with its name above and room for what is wrong with it below.
export function field(words, input) {
  const id = `wrong-${++fields}`;
  input.setAttribute("aria-describedby", id);
  return h("label", {}, h("span", {}, words), input, h("small", { id, class: "wrong", role: "alert" }));
}

export const line = (name, more = {}) => h("input", { name, maxlength: "200", ...more });
export const moment = (name, more = {}) => h("input", { name, type: "datetime-local", step: "1", ...more });
export const paper = (more = {}) => h("input", { name: "document", type: "file", ...more });
// `chosen` is what it goes back to when the form was taken.
export const choice = (name, options, more = {}, chosen = "") =>
  h("select", { name, ...more }, options.map(([value, words]) =>
    h("option", { value, selected: value === chosen }, words)));

// UTC seconds of a moment, undefined = none was entered.
export const seconds = (entered) => (entered ? Date.parse(entered + OFFSET) / 1000 : undefined);

// Hands a file in, where one was chosen; returns what a filing names it by.
export async function handIn(net, files) {
  const documents = [];
  for (const file of files) {
    const { sha256, name } = (await net.upload("/api/v1/documents", file)).document;
    documents.push({ sha256, name });
  }
  return documents;
}

function blame(form, error, where) {
  const named = String(error.said?.parameter ?? "").split(".").pop();
  const wrong = form.elements.namedItem(where[error.said?.code] ?? where[named] ?? named);
  const input = wrong?.matches?.("input, select") ? wrong : form.querySelector("input, select");
  input.setAttribute("aria-invalid", "true");
  document.getElementById(input.getAttribute("aria-describedby")).textContent = error.message;
  input.focus();
}

function forgive(form) {
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  for (const words of form.querySelectorAll(".wrong")) words.textContent = "";
}

// A form whose `send` gets a reader of its fields. `where`: the field that a refusal is about, by its
// code or by the parameter it names; what is about none of them stands beside the first.
export function entry(words, inputs, send, where = {}) {
  const submitted = async (event) => {
    event.preventDefault();
    const form = event.target;
    const pressed = form.querySelector("button[type=submit]");
    forgive(form);
    pressed.disabled = true;
    try {
      await send((name) => form.elements.namedItem(name));
      form.reset();
    } catch (error) {
      blame(form, error, where);
    } finally {
      pressed.disabled = false;
    }
  };
  return h("form", { class: "entry", onsubmit: submitted }, inputs, h("button", { type: "submit" }, words));
}
