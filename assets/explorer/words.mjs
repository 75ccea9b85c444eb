// Words: typed text, cut into tokens as the Python side cuts it, shown as chips.

import { element } from "./dom.mjs";

const TOKEN = /[\p{L}\p{N}']+|[^\s\p{L}\p{N}']/gu;
const vocabularies = new WeakMap();

/** @param {string} text @returns {string[]} */
export const tokens = (text) => text.toLowerCase().match(TOKEN) ?? [];

/** @param {import("./types").Control} control @param {string} word */
export function index(control, word) {
  let places = vocabularies.get(control);
  if (!places) {
    places = new Map(control.vocabulary.map((entry, i) => [entry, i]));
    vocabularies.set(control, places);
  }
  return places.get(word) ?? 1;
}

/** What stands at each of the places, "" where nothing was typed. @param {import("./types").Control} control @param {string} text */
export function places(control, text) {
  const typed = tokens(text);
  return Array.from({ length: control.length }, (_, i) => typed[i] ?? "");
}

/** @type {import("./types").Builder} */
export function words(control, id, move) {
  const input = element("input", { type: "text", id, autocomplete: "off", spellcheck: "false", class: "form-control" });
  const chips = element("p", { class: "dlbook-chips", "aria-hidden": "true" });
  const note = element("p", { class: "dlbook-hint", role: "status" });
  input.addEventListener("input", () => { tell(input.value); move(input.value); });

  function tell(text) {
    const typed = tokens(text);
    const used = typed.slice(0, control.length);
    const unknown = used.filter((word) => index(control, word) === 1);
    chips.replaceChildren(...used.map((word) => {
      const known = index(control, word) !== 1;
      return element("span", { class: known ? "" : "dlbook-unknown", title: known ? "" : "not in the vocabulary" }, word);
    }));
    const remarks = [];
    if (unknown.length) remarks.push(`Unknown to the model: ${[...new Set(unknown)].slice(0, 8).join(", ")}.`);
    if (typed.length > control.length) remarks.push(`Only the first ${control.length} words are used.`);
    if (!typed.length) remarks.push("Type a few words.");
    if (note.textContent !== remarks.join(" ")) note.textContent = remarks.join(" ");
  }

  return {
    parts: [input, chips, note],
    show(text) { if (input.value !== text) input.value = text; tell(text); },
  };
}
