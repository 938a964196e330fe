// The list of routes, drawn from the description the api gives of itself.

import { byId, fill, h } from "/static/dom.js";
import { get } from "/static/net.js";
import { speak, t } from "/static/words.js";

function typeOf(schema) {
  const types = schema?.anyOf?.map((part) => part.type) ?? [schema?.type];
  return types.filter((type) => type && type !== "null").join(" | ");
}

function parameter(one) {
  return h("li", {},
    h("code", {}, one.name),
    ` ${typeOf(one.schema)} `,
    one.required ? h("span", { class: "tag" }, "*") : null,
    one.description ? h("span", { class: "soft" }, one.description) : null);
}

function route(path, method, operation) {
  const parameters = operation.parameters ?? [];
  const name = [h("span", { class: "tag" }, method.toUpperCase()), " ", h("code", {}, path)];
  return h("section", { class: "panel" },
    h("div", { class: "head" }, h("h2", {}, name)),
    h("p", {}, operation.description ?? operation.summary ?? ""),
    parameters.length ? h("h3", {}, t("page.docs.parameters")) : null,
    parameters.length ? h("ul", {}, parameters.map(parameter)) : null);
}

const me = await get("/api/v1/me");
const stored = localStorage.getItem("language");
await speak(stored === "zh" || stored === "en" ? stored : me.language, get);
const description = await get("/openapi.json");
byId("title").textContent = t("page.docs.heading");
document.title = t("page.docs.heading");
byId("how").textContent = t("page.docs.how");
const routes = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => route(path, method, operation)));
fill(byId("routes"), routes);
