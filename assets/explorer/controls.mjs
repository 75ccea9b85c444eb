// The controls of an explorer, each with its label, and what they have in common.

import { choice, noise, toggle } from "./choices.mjs";
import { element } from "./dom.mjs";
import { matrix } from "./matrix.mjs";
import { picture } from "./picture.mjs";
import { hover, points } from "./places.mjs";
import { slider } from "./slider.mjs";
import { words } from "./words.mjs";

/** @type {Record<string, import("./types").Builder>} */
const BUILDERS = { slider, choice, toggle, noise, matrix, picture, words, points, hover };

/** @param {import("./types").Control} control @param {string} id @param {import("./types").Widget} widget */
function labelled(control, id, widget) {
  const text = control.label || control.name;
  const box = element("div", { class: `dlbook-control dlbook-${control.kind}` });
  if (widget.group === "none") box.append(...widget.parts);
  else if (widget.group) {
    box.setAttribute("role", widget.group);
    box.setAttribute("aria-labelledby", `${id}-label`);
    box.append(element("span", { class: "dlbook-label", id: `${id}-label` }, text), ...widget.parts);
  } else {
    const head = element("div", { class: "dlbook-head" }, element("label", { class: "dlbook-label", for: id }, text));
    if (widget.value) head.append(widget.value);
    box.append(head, ...widget.parts);
  }
  return box;
}

/**
 * Build all controls.
 * @param {import("./types").Payload} payload @param {import("./panel.mjs").Panel[]} panels
 * @param {(name: string, value: any) => void} move called when the reader moved one
 */
export function buildControls(payload, panels, move) {
  /** @type {Map<string, import("./types").Widget>} */
  const widgets = new Map();
  const box = element("fieldset", { class: "dlbook-controls" }, element("legend", { class: "visually-hidden" }, `Controls: ${payload.title}`));
  for (const control of payload.controls) {
    const build = BUILDERS[control.kind];
    if (!build) continue; // the reader does not see which control was moved last
    const id = `${payload.name}-${control.name}`;
    const widget = build(control, id, (value) => move(control.name, value), panels);
    widgets.set(control.name, widget);
    box.append(labelled(control, id, widget));
  }
  return {
    element: box,
    /** @param {string} name @param {any} value */
    show: (name, value) => widgets.get(name)?.show(value),
    drawn: () => widgets.forEach((widget) => widget.drawn?.()),
    forget: () => widgets.forEach((widget) => widget.forget?.()),
    /** @param {boolean} off */
    disable(off) {
      box.disabled = off;
      widgets.forEach((widget) => widget.disable?.(off));
    },
  };
}
