// Choices: one of a few options, yes or no, another draw of the noise.

import { button, element } from "./dom.mjs";

const FEW = 4; // options up to which all are shown

/** @type {import("./types").Builder} */
export function choice(control, id, move) {
  if (control.options.length > FEW) {
    const select = element("select", { id, class: "form-select" }, ...control.options.map((text) => element("option", { value: text }, text)));
    select.addEventListener("change", () => move(select.value));
    return { parts: [select], show(value) { select.value = value; } };
  }
  const radios = control.options.map((text) => element("input", { type: "radio", name: id, value: text }));
  radios.forEach((radio) => radio.addEventListener("change", () => move(radio.value)));
  const labels = radios.map((radio) => element("label", {}, radio, element("span", {}, radio.value)));
  return {
    group: "radiogroup",
    parts: [element("div", { class: "dlbook-radios" }, ...labels)],
    show(value) { radios.forEach((radio) => { radio.checked = radio.value === value; }); },
  };
}

/** @type {import("./types").Builder} */
export function toggle(control, id, move) {
  const box = element("input", { type: "checkbox", id });
  box.addEventListener("change", () => move(box.checked));
  const label = element("label", { class: "dlbook-toggle" }, box, element("span", {}, control.label || control.name));
  return { group: "none", parts: [label], show(value) { box.checked = value; } };
}

/** @type {import("./types").Builder} */
export function noise(control, id, move) {
  let drawn = 0;
  const count = control.bank.length;
  const text = element("span", { class: "dlbook-hint", role: "status" });
  const next = button("New noise", () => move((drawn + 1) % count), { id });
  return {
    group: "group",
    parts: [element("div", { class: "dlbook-row" }, next, text)],
    show(value) { drawn = value; text.textContent = `draw ${value + 1} of ${count}`; },
  };
}
