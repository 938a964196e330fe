// What a link did in the last hours, slot by slot: state, round trip, loss, traffic.

import { h, svg } from "/static/dom.js";
import { glyph, named, rank, word } from "/static/states.js";
import { clock, hour, t } from "/static/words.js";

const WIDTH = 720;
const HEIGHT = 248;
const BANDS = { state: [0, 16], rtt: [36, 58], loss: [116, 30], traffic: [168, 58] }; // top, height

const most = (a, b) => (b === null || b === undefined ? a : a === null ? b : Math.max(a, b));

function bps(item, slot) {
  const bytes = most(item.in_bytes ?? null, item.out_bytes);
  return bytes === null ? null : (bytes * 8) / slot;
}

// Slots into columns of one pixel or more: the worst state, the largest numbers.
function columns({ since, until, slot, items }) {
  const count = Math.min(WIDTH, Math.max(1, Math.ceil((until - since) / slot)));
  const span = (until - since) / count;
  const found = Array.from({ length: count }, () => null);
  for (const item of items) {
    const at = Math.min(count - 1, Math.floor((item.slot - since) / span));
    if (at < 0) continue;
    found[at] ??= { slot: item.slot, state: item.state, sent: 0, lost: 0, rtt: null, bps: null };
    const one = found[at];
    if (rank(item.state) < rank(one.state)) one.state = item.state;
    one.sent += item.sent ?? 0;
    one.lost += item.lost ?? 0;
    one.rtt = most(one.rtt, item.rtt_seconds);
    one.bps = most(one.bps, bps(item, slot));
  }
  return found.map((one) => one && {
    ...one,
    ms: one.rtt === null ? null : one.rtt * 1000,
    mbps: one.bps === null ? null : one.bps / 1e6,
    loss: one.sent ? (100 * one.lost) / one.sent : null,
  });
}

// A round number at or above the largest value.
function ceiling(values, least) {
  const largest = Math.max(least, ...values.filter((value) => value !== null));
  const power = 10 ** Math.floor(Math.log10(largest));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= largest) ?? largest;
}

const text = (x, y, cls, words) => svg("text", { x, y, class: `caption ${cls}` }, words);

// A line with gaps where nothing was heard.
function line(name, values, scale) {
  const [top, height] = BANDS[name];
  const group = svg("g", { class: name });
  const step = WIDTH / values.length;
  let points = [];
  const flush = () => {
    const [first] = points;
    if (points.length === 1) group.append(svg("circle", { cx: first[0], cy: first[1], r: 1.2 }));
    if (points.length > 1) group.append(svg("polyline", { points: points.join(" ") }));
    points = [];
  };
  values.forEach((value, index) => {
    if (value === null) flush();
    else points.push([((index + 0.5) * step).toFixed(1), (top + height * (1 - value / scale)).toFixed(1)]);
  });
  flush();
  return group;
}

function stateAndLoss(found, scale) {
  const step = WIDTH / found.length;
  const parts = [];
  found.forEach((one, index) => {
    if (one === null) return;
    const x = (index * step).toFixed(2);
    const [top, height] = BANDS.state;
    const width = (step + 0.3).toFixed(2); // without a seam between equal states
    parts.push(svg("rect", { x, y: top, width, height, class: `fill s-${named(one.state)}` }));
    if (!one.loss) return;
    const tall = (one.loss / scale) * BANDS.loss[1];
    const y = BANDS.loss[0] + BANDS.loss[1] - tall;
    parts.push(svg("rect", { x, y, width: Math.max(step, 1).toFixed(2), height: tall, class: "lost" }));
  });
  return parts;
}

function hours({ since, until }) {
  return [0, 1, 2, 3, 4].map((part) => {
    const anchor = ["", "middle", "middle", "middle", "end"][part];
    return text((WIDTH * part) / 4, HEIGHT - 4, anchor, hour(since + ((until - since) * part) / 4));
  });
}

function summary({ items }) {
  const count = (...states) => items.filter((item) => states.includes(named(item.state))).length;
  return t("page.chart.summary", {
    slots: items.length,
    up: count("up", "degraded"),
    down: count("down", "shadow"),
    unknown: count("unknown"),
  });
}

function read(one) {
  if (!one) return t("page.not_heard");
  const parts = [clock(one.slot), `${glyph(one.state)} ${word(one.state)}`];
  if (one.ms !== null) parts.push(`${one.ms.toFixed(2)} ms`);
  if (one.loss !== null) parts.push(`${t("page.column.loss")} ${one.loss.toFixed(1)} %`);
  if (one.mbps !== null) parts.push(`${one.mbps.toFixed(2)} Mbit/s`);
  return parts.join(" · ");
}

export function strip(history) {
  if (!history.items.length) return h("p", { class: "empty" }, t("page.history.none"));
  const found = columns(history);
  const values = (name) => found.map((one) => one?.[name] ?? null);
  const scales = {
    rtt: ceiling(values("ms"), 1),
    loss: ceiling(values("loss"), 5),
    traffic: ceiling(values("mbps"), 1),
  };
  const chart = svg("svg",
    { viewBox: `0 -18 ${WIDTH} ${HEIGHT + 18}`, class: "strip", role: "img", "aria-label": summary(history) },
    Object.entries(BANDS).map(([name, [y, height]]) => [
      svg("rect", { x: 0, y, width: WIDTH, height, class: "ground" }),
      text(0, y - 4, "", t(`page.chart.${name}`)),
      scales[name] ? text(WIDTH, y - 4, "end", `0 – ${scales[name]}`) : null,
    ]),
    stateAndLoss(found, scales.loss),
    line("rtt", values("ms"), scales.rtt),
    line("traffic", values("mbps"), scales.traffic),
    hours(history));
  const reading = h("p", { class: "reading soft" }, summary(history));
  chart.addEventListener("pointermove", (event) => {
    const { left, width } = chart.getBoundingClientRect();
    reading.textContent = read(found[Math.floor(((event.clientX - left) / width) * found.length)]);
  });
  chart.addEventListener("pointerleave", () => { reading.textContent = summary(history); });
  return h("div", {}, chart, reading);
}
