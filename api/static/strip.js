// What a link did in the last hours, slot by slot: state, round trip, loss, traffic.

import { h, svg } from "/static/dom.js";
import { glyph, named, rank, word } from "/static/states.js";
import { clock, hour, t } from "/static/words.js";

const WIDTH = 720;
const BANDS = { state: [0, 16], rtt: [36, 58], loss: [116, 30], traffic: [168, 58] };
const HEIGHT = 248;

// Slots into columns of one pixel or more: the worst state, the largest numbers.
function columns(history) {
  const { since, until, slot, items } = history;
  const count = Math.min(WIDTH, Math.max(1, Math.ceil((until - since) / slot)));
  const span = (until - since) / count;
  const found = Array.from({ length: count }, () => null);
  for (const item of items) {
    const at = Math.min(count - 1, Math.floor((item.slot - since) / span));
    if (at < 0) continue;
    const one = found[at] ?? (found[at] = { state: null, seen: false, sent: 0, lost: 0, rtt: null, bps: null, slot: item.slot });
    if (!one.seen || rank(item.state) < rank(one.state)) one.state = item.state;
    one.seen = true;
    one.sent += item.sent ?? 0;
    one.lost += item.lost ?? 0;
    one.rtt = most(one.rtt, item.rtt_seconds);
    one.bps = most(one.bps, bps(item, slot));
  }
  return found;
}

const most = (a, b) => (b === null || b === undefined ? a : a === null ? b : Math.max(a, b));

function bps(item, slot) {
  const bytes = most(item.in_bytes ?? null, item.out_bytes);
  return bytes === null ? null : (bytes * 8) / slot;
}

function line(values, [top, height], scale, cls) {
  const group = svg("g", { class: cls });
  let points = [];
  const flush = () => {
    if (points.length === 1) group.append(svg("circle", { cx: points[0][0], cy: points[0][1], r: 1.2 }));
    else if (points.length) group.append(svg("polyline", { points: points.map((p) => p.join(",")).join(" ") }));
    points = [];
  };
  const step = WIDTH / values.length;
  values.forEach((value, index) => {
    if (value === null) { flush(); return; }
    points.push([((index + 0.5) * step).toFixed(1), (top + height - (value / scale) * height).toFixed(1)]);
  });
  flush();
  return group;
}

function ceiling(values, least) {
  const largest = Math.max(least, ...values.filter((value) => value !== null));
  const power = 10 ** Math.floor(Math.log10(largest));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= largest) ?? largest;
}

function caption(name, [top], scale) {
  return [svg("text", { x: 0, y: top - 4, class: "caption" }, t(`page.chart.${name}`)),
    scale === null ? null : svg("text", { x: WIDTH, y: top - 4, class: "caption end" }, `0 – ${scale}`)];
}

export function strip(history) {
  if (!history.items.length) return h("p", { class: "empty" }, t("page.history.none"));
  const found = columns(history);
  const step = WIDTH / found.length;
  const rtts = found.map((one) => (one?.rtt === null || one === null ? null : one.rtt * 1000));
  const rates = found.map((one) => (one?.bps === null || one === null ? null : one.bps / 1e6));
  const losses = found.map((one) => (one && one.sent ? (100 * one.lost) / one.sent : null));
  const [rttTop, rateTop, lossTop] = [ceiling(rtts, 1), ceiling(rates, 1), ceiling(losses, 5)];
  const chart = svg("svg", { viewBox: `0 -18 ${WIDTH} ${HEIGHT + 18}`, class: "strip", role: "img", "aria-label": summary(history) });
  for (const [top, height] of Object.values(BANDS)) chart.append(svg("rect", { x: 0, y: top, width: WIDTH, height, class: "ground" }));
  found.forEach((one, index) => {
    if (one === null) return;
    const [top, height] = BANDS.state;
    chart.append(svg("rect", { x: (index * step).toFixed(2), y: top, width: (step + 0.3).toFixed(2), height, class: `fill s-${named(one.state)}` }));
    if (losses[index]) {
      const tall = (losses[index] / lossTop) * BANDS.loss[1];
      chart.append(svg("rect", { x: (index * step).toFixed(2), y: BANDS.loss[0] + BANDS.loss[1] - tall, width: Math.max(step, 1).toFixed(2), height: tall, class: "lost" }));
    }
  });
  chart.append(line(rtts, BANDS.rtt, rttTop, "rtt"), line(rates, BANDS.traffic, rateTop, "traffic"));
  chart.append(...[caption("state", BANDS.state, null), caption("rtt", BANDS.rtt, rttTop), caption("loss", BANDS.loss, lossTop), caption("traffic", BANDS.traffic, rateTop)].flat().filter(Boolean));
  for (let part = 0; part <= 4; part += 1) {
    const at = history.since + ((history.until - history.since) * part) / 4;
    chart.append(svg("text", { x: (WIDTH * part) / 4, y: HEIGHT - 4, class: `caption ${part === 0 ? "" : part === 4 ? "end" : "middle"}` }, hour(at)));
  }
  const reading = h("p", { class: "reading soft", "aria-live": "off" }, summary(history));
  chart.addEventListener("pointermove", (event) => {
    const box = chart.getBoundingClientRect();
    const index = Math.floor(((event.clientX - box.left) / box.width) * found.length);
    const one = found[index];
    reading.textContent = one
      ? [clock(one.slot), `${glyph(one.state)} ${word(one.state)}`, rtts[index] === null ? null : `${rtts[index].toFixed(2)} ms`,
        losses[index] === null ? null : `${t("page.column.loss")} ${losses[index].toFixed(1)} %`,
        rates[index] === null ? null : `${rates[index].toFixed(2)} Mbit/s`].filter(Boolean).join(" · ")
      : t("page.not_heard");
  });
  chart.addEventListener("pointerleave", () => { reading.textContent = summary(history); });
  return h("div", {}, chart, reading);
}

function summary(history) {
  const count = (...states) => history.items.filter((item) => states.includes(named(item.state))).length;
  return t("page.chart.summary", { slots: history.items.length, up: count("up", "degraded"), down: count("down", "shadow"), unknown: count("unknown") });
}
