// Elements are made here, from text nodes and attributes only: nothing is ever parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";
const present = (child) => child !== null && child !== undefined && child !== false;

function set(node, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (!present(value)) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(3).filter(present));
  return node;
}

export const h = (tag, properties, ...children) => set(document.createElement(tag), properties, children);

export const svg = (tag, properties, ...children) =>
  set(document.createElementNS(SVG, tag), properties, children);

// A button with a name that `fill` finds again.
export const button = (key, onclick, properties, ...children) =>
  h("button", { type: "button", "data-key": key, onclick, ...properties }, ...children);

export const byId = (id) => document.getElementById(id);

// Replace all children without losing where the keyboard is.
export function fill(node, ...children) {
  const key = node.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  node.replaceChildren(...children.flat(3).filter(present));
  if (key === undefined) return;
  const again = [...node.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  again?.focus({ preventScroll: true });
}

// Run `action` once, `milliseconds` after the first of several calls.
export function soon(action, milliseconds) {
  let timer = 0;
  return () => {
    if (timer) return;
    timer = setTimeout(() => { timer = 0; action(); }, milliseconds);
  };
}
