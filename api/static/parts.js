// What the panels of links, sites, services and servers are made of.

import { button, h } from "/static/dom.js";
import { figure } from "/static/figures.js";
import { chip } from "/static/states.js";
import { duration, now, reason, t, time } from "/static/words.js";

export const soft = (...words) => h("span", { class: "soft" }, ...words);

export const why = (row) => row.reason_text ?? reason(row.reason);

export function standing(row) {
  return h("p", { class: "line" },
    chip(row.state),
    row.state !== "up" && row.reason ? h("span", {}, why(row)) : null,
    row.since === null ? null : [
      soft(t("page.since", { time: time(row.since) })),
      h("span", { class: "number", "data-since": row.since }, duration(now() - row.since)),
    ]);
}

export function facts(pairs) {
  const row = ([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
  return h("dl", { class: "facts" }, pairs.filter(([, value]) => value).map(row));
}

export function group(name, children, count = children.length) {
  if (!children.length) return [];
  const heading = h("h3", {}, name, h("small", { class: "soft" }, ` ${count}`));
  return [heading, h("div", { class: "jumps" }, children)];
}

export function big(name, value, small = "–") {
  return h("div", { class: "big" },
    soft(name),
    h("strong", { class: "number" }, value),
    small === "–" ? null : h("small", {}, small));
}

// `promised`: a ratio, null = nothing was.
export function monthLine(promised, month) {
  const measured = figure(month);
  const value = promised === null ? null : Number((promised * 100).toFixed(4));
  return h("div", { class: "month line" },
    soft(t("page.availability"), ` ${month.period ?? ""}`),
    h("span", { class: "figure" }, measured.percent ? `${measured.percent} %` : t("page.no_figure")),
    measured.provisional ? h("span", { class: "tag" }, t("page.provisional")) : null,
    measured.coverage ? soft(t("page.coverage", { value: measured.coverage })) : null,
    value === null ? null : soft(t("page.promised", { value })));
}

export function jump(open, kind, id, text, state) {
  const shape = state === undefined ? null : chip(state);
  return button(`jump:${kind}:${id}`, () => open(kind, id), { class: "jump" }, shape, h("span", {}, text));
}

// Something by its target: a jump where there is a panel for it, else its name and state.
export function target(open, one) {
  const [kind, id] = [one.target.split(":")[0], one.target.slice(one.target.indexOf(":") + 1)];
  const state = one.visible === false ? undefined : one.state;
  if (one.visible !== false && ["link", "site", "service"].includes(kind)) {
    return jump(open, kind, id, one.title, state);
  }
  return h("span", { class: "jump" }, state === undefined ? null : chip(state), h("span", {}, one.title));
}

// Services that hang on what the panel shows.
export const hanging = (open, services) =>
  group(t("page.services.using"), services.items.map((one) => target(open, one)), services.total);
