// Sentences by code, and numbers as people of either language write them.

const ZONE = "Asia/Shanghai";
let texts = {};
let current = ""; // until the reader's language is known
let offset = 0; // server minus browser, seconds

export const language = () => current;

export async function speak(lang, get) {
  texts = await get(`/api/v1/texts?lang=${lang}`);
  current = lang;
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
}

export function t(code, parameters = {}) {
  let sentence = texts[code] ?? code.split(".").slice(2).join(".") ?? code;
  for (const [name, value] of Object.entries(parameters)) {
    sentence = sentence.replaceAll(`{${name}}`, String(value));
  }
  return sentence;
}

export function setClock(now) { offset = now - Date.now() / 1000; }

export const now = () => Math.floor(Date.now() / 1000 + offset);

const locale = () => (current === "zh" ? "zh-CN" : "en-GB");

const cached = new Map();
function dates(options) {
  const key = locale() + JSON.stringify(options);
  const all = { timeZone: ZONE, hourCycle: "h23", ...options };
  if (!cached.has(key)) cached.set(key, new Intl.DateTimeFormat(locale(), all));
  return cached.get(key);
}

const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
const DAY = { month: "2-digit", day: "2-digit" };

export const clock = (at) => dates({ year: "numeric", ...DAY, ...CLOCK }).format(at * 1000);

export function time(at) {
  const today = dates({ year: "numeric", ...DAY });
  const same = today.format(at * 1000) === today.format(now() * 1000);
  return dates(same ? CLOCK : { ...DAY, ...CLOCK }).format(at * 1000);
}

export const hour = (at) => dates({ hour: "2-digit", minute: "2-digit" }).format(at * 1000);

const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

// The two largest units that are not zero: 3 h 12 min.
export function duration(seconds) {
  let left = Math.max(0, Math.floor(seconds));
  const parts = [];
  for (const [name, size] of UNITS) {
    const n = Math.floor(left / size);
    left -= n * size;
    if (n || (name === "second" && !parts.length)) parts.push(t(`page.unit.${name}`, { n }));
    else if (parts.length) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}

// How long ago something was, as a text that goes on counting.
export const ago = (at) => (at === null || at === undefined ? "–" : duration(now() - at));

export const days = (n) => known(n, (v) => t("page.days", { n: Math.floor(v) }));

const known = (value, write) => (value === null || value === undefined ? "–" : write(value));

export const milliseconds = (s) => known(s, (v) => `${(v * 1000).toFixed(v < 0.01 ? 2 : 1)} ms`);

export const percent = (ratio, digits = 1) => known(ratio, (v) => `${(v * 100).toFixed(digits)} %`);

export function bits(rate) {
  return known(rate, (v) => {
    for (const [unit, size] of [["Gbit/s", 1e9], ["Mbit/s", 1e6], ["kbit/s", 1e3]]) {
      if (v >= size) return `${Number((v / size).toPrecision(3))} ${unit}`;
    }
    return `${Math.round(v)} bit/s`;
  });
}

// Bytes by powers of 1,000, as disks and backups are sold and configured here.
export function bytes(count) {
  return known(count, (v) => {
    for (const [unit, size] of [["TB", 1e12], ["GB", 1e9], ["MB", 1e6], ["kB", 1e3]]) {
      if (v >= size) return `${Number((v / size).toPrecision(3))} ${unit}`;
    }
    return `${Math.round(v)} B`;
  });
}

// What has no sentence (a rule of one's own) is shown as it is.
const orItself = (prefix, code) => (`${prefix}${code}` in texts ? t(`${prefix}${code}`) : code);

// A check of a service has the words of its wire where the page has none of its own.
export const reason = (code) =>
  orItself(`page.reason.${code}` in texts ? "page.reason." : "wire.reason.", code);

export const noRate = (code) => orItself("page.no_rate.", code);

export const rule = (name) => orItself("alert.rule.", name);

// "3 × county, 14 × township" from {county: 3, township: 14}.
export function places(counts) {
  const order = ["province", "city", "county", "township", "village", "cloud"];
  const said = order.filter((level) => counts[level]).map((level) => {
    const word = t(`page.level.${level}`);
    return current === "zh" ? `${word} ${counts[level]}` : `${counts[level]} × ${word.toLowerCase()}`;
  });
  return said.join(current === "zh" ? "、" : ", ");
}
