// The state of an explorer in the page's address: #name?temperature=0.3&kernel=[[1,0],[0,1]].

import { holds, rule } from "./inputs.mjs";

/** @typedef {import("./types").Payload} Payload */

/** The explorer that the address names, and what it says about it; a section of that name goes before. */
export function readHash() {
  const [encoded, query = ""] = location.hash.slice(1).split(/\?(.*)/s);
  const name = decodeURIComponent(encoded);
  return { name: query || !document.getElementById(name) ? name : "", query };
}

const tidy = (value) => (Array.isArray(value) ? value.map(tidy) : typeof value === "number" ? Number(value.toPrecision(6)) : value);

/** @param {Payload} payload @param {Record<string, any>} values those that differ from the start, but no pixels */
export function writeLink(payload, values) {
  const parts = payload.controls
    .filter(({ name, start }) => JSON.stringify(values[name]) !== JSON.stringify(start) && !values[name]?.pixels)
    .map(({ name }) => `${name}=${encodeURIComponent(JSON.stringify(tidy(values[name])))}`);
  return `#${encodeURIComponent(payload.name)}${parts.length ? `?${parts.join("&")}` : ""}`;
}

/**
 * Read values of controls; what cannot be used is named in a sentence.
 * @param {Payload} payload @param {string} query
 */
export function readLink(payload, query) {
  const values = {};
  const problems = [];
  for (const part of query.split("&").filter(Boolean)) {
    const [name, text = ""] = part.split(/=(.*)/s);
    const control = payload.controls.find((each) => each.name === name);
    const value = parse(text, control);
    if (!control) problems.push(`The link names “${name}”, which this explorer does not have.`);
    else if (holds(control, value)) values[name] = value;
    else problems.push(`The link’s value of ${control.label || name} was left out: it must be ${rule(control)}.`);
  }
  return { values, problems };
}

/** @param {string} text @param {import("./types").Control} [control] */
function parse(text, control) {
  let plain = text;
  try {
    plain = decodeURIComponent(text.replaceAll("+", "%20"));
    return JSON.parse(plain);
  } catch {
    return ["choice", "words"].includes(control?.kind) ? plain : undefined; // typed by hand, without quotes
  }
}
