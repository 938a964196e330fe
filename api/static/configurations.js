// The panel of a device: its configurations, and what differs between one and the one before.

import { button, fill, h } from "/static/dom.js";
import { get } from "/static/net.js";
import { group, soft } from "/static/parts.js";
import { t, time } from "/static/words.js";

const SHOWN = 30;
const LINES = 1000;

const SIGNS = { "+": "added", "-": "removed", "@": "where" };

function differing(told) {
  const lines = told.lines.map((line) => h("span", { class: SIGNS[line[0]] ?? "" }, `${line}\n`));
  const more = told.more ? soft(t("page.configurations.more", { count: told.more })) : null;
  const none = told.from === null ? "page.configurations.first" : "page.configurations.same";
  return lines.length
    ? [h("pre", { class: "diff", tabindex: "0", "data-diff": told.to }, lines), more]
    : [soft(t(none))];
}

const counts = (one) =>
  one.first ? t("page.configurations.first") : `+${one.added} −${one.removed}`;

const covered = (one) => {
  if (!one.changed) return null;
  const work = one.planned_work;
  return work
    ? soft(t("page.configurations.planned", { work }))
    : h("span", { class: "tag warn" }, t("page.configurations.unplanned"));
};

// A revision; what differs in it is fetched when it is wanted, and folded again.
function revision(path, one, unfolded) {
  const below = h("div", {});
  const show = async () => {
    if (below.childNodes.length) { fill(below); return; }
    try {
      fill(below, ...differing(await get(`${path}/diff?to=${one.revision}&lines=${LINES}`)));
    } catch (error) {
      fill(below, h("p", { class: "failure" }, t("page.failed", { message: error.message })));
    }
  };
  const row = button(`revision:${one.revision}`, show, { class: "jump", "data-revision": one.revision },
    soft(time(one.modified ?? one.at)),
    h("span", { class: "number" }, counts(one)),
    soft(one.text),
    covered(one));
  if (unfolded) show();
  return h("div", {}, row, below);
}

export async function deviceBody(id, head) {
  const path = `/api/v1/devices/${encodeURIComponent(id)}/configurations`;
  const kept = await get(`${path}?limit=${SHOWN}`);
  const rows = kept.items.map((one, place) => revision(path, one, place === 0 && !one.first));
  return [
    head("device", kept.device_title || id, id, null),
    ...group(t("page.configurations"), rows),
    rows.length ? null : h("p", { class: "empty" }, t("page.configurations.none")),
  ];
}
