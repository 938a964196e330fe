// Asking the api: JSON in, JSON out; a session that ended goes back to the form.

import { language } from "/static/words.js";

let csrf = "";
export function setCsrf(token) { csrf = token ?? ""; }

async function ask(method, path, body = undefined, more = {}) {
  const headers = { Accept: "application/json", ...more };
  if (language()) headers["Accept-Language"] = language();
  if (method !== "GET") headers["X-CSRF-Token"] = csrf;
  const answer = await fetch(path, { method, headers, body, credentials: "same-origin", cache: "no-store" });
  if (answer.status === 401) {
    location.assign("/login");
    throw new Error("401");
  }
  const said = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(said.message ?? String(answer.status)), { said });
  return said;
}

export const get = (path) => ask("GET", path);
export const post = (path) => ask("POST", path);
export const send = (path, value) =>
  ask("POST", path, JSON.stringify(value), { "Content-Type": "application/json" });
export const upload = (path, file) =>
  ask("POST", path, file, {
    "Content-Type": "application/octet-stream",
    "X-File-Name": encodeURIComponent(file.name),
  });

// Every page of a list, up to `most` items.
export async function all(path, most = 5000) {
  const items = [];
  let cursor = "";
  do {
    const joint = path.includes("?") ? "&" : "?";
    const page = await get(`${path}${joint}limit=1000${cursor}`);
    items.push(...page.items);
    cursor = page.next === null ? "" : `&cursor=${encodeURIComponent(page.next)}`;
  } while (cursor && items.length < most);
  return items;
}

// Listen for ever. `heard(kind, body)`; `hello` means: fetch everything now.
export function listen(kinds, heard, connected) {
  let source = null;
  const open = () => {
    source = new EventSource("/api/v1/events");
    source.addEventListener("hello", (event) => { connected(true); heard("hello", JSON.parse(event.data)); });
    for (const kind of kinds) source.addEventListener(kind, (event) => heard(kind, JSON.parse(event.data)));
    source.onerror = () => {
      connected(false);
      if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      setTimeout(() => { get("/api/v1/me").then(open, open); }, 5000);
    };
  };
  open();
  addEventListener("pagehide", () => source.close());
}
