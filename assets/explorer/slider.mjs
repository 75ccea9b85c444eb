// Slider: a native range with a field for exact values; log scales, named marks.

import { element } from "./dom.mjs";
import { number } from "./format.mjs";
import { rule } from "./inputs.mjs";

const FINE = 1000; // positions of a slider without steps

/** @param {import("./types").Control} control how positions of the range become values, and back */
function positions({ low, high, step, log, integer }) {
  const stops = step && !log ? Math.max(1, Math.round((high - low) / step)) : FINE;
  const tidy = (value) => Math.min(high, Math.max(low, Number(value.toPrecision(stops === FINE ? 4 : 10))));
  return {
    stops,
    value(position) {
      const part = position / stops;
      let value = log ? low * (high / low) ** part : low + part * (high - low);
      if (log && step) value = low + Math.round((value - low) / step) * step;
      return integer ? Math.round(value) : tidy(value);
    },
    position: (value) => stops * (log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low)),
  };
}

/** Hide the words of marks that would lie over others; those at the ends come first. @param {HTMLElement} labels */
function uncover(labels) {
  const all = /** @type {HTMLElement[]} */ ([...labels.children]);
  const ordered = [...new Set([all[0], all.at(-1), ...all])].filter(Boolean);
  const taken = [];
  for (const label of ordered) {
    const { left, right } = label.getBoundingClientRect();
    const free = taken.every((box) => right + 6 < box.left || left > box.right + 6);
    label.style.visibility = free ? "" : "hidden";
    if (free) taken.push({ left, right });
  }
}

/** @type {import("./types").Builder} */
export function slider(control, id, move) {
  const { low, high, integer, marks = [], unit = "" } = control;
  const scale = positions(control);
  const places = marks.map(([value, text]) => ({ value, text, part: scale.position(value) / scale.stops }));
  const range = element("input", {
    type: "range", id, min: 0, max: scale.stops, step: control.step && !control.log ? 1 : "any", list: marks.length ? `${id}-marks` : "",
  });
  const field = element("input", { type: "text", inputmode: "decimal", class: "dlbook-number", "aria-label": `${control.label || control.name}, exact value` });
  const note = element("p", { class: "dlbook-hint", role: "status" });
  const list = element("datalist", { id: `${id}-marks` }, ...places.map(({ part }) => element("option", { value: part * scale.stops })));
  const labels = element("div", { class: "dlbook-marks" }, ...places.map(({ part, text }) => {
    const label = element("span", { class: part < 0.12 ? "first" : part > 0.88 ? "last" : "" }, text);
    label.style.left = `calc(${part} * (100% - 16px) + 8px)`;
    return label;
  }));
  new ResizeObserver(() => uncover(labels)).observe(labels);
  const written = (value) => (integer ? String(value) : number(value, ".4g").replace("−", "-"));

  range.addEventListener("keydown", (event) => { // a range of any step would move by 1 % only
    const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (!way) return;
    event.preventDefault();
    const size = scale.stops / (scale.stops === FINE ? 100 : scale.stops > 100 && Math.abs(way) > 1 ? 100 : scale.stops);
    const before = scale.value(+range.value);
    range.value = +range.value + way * size;
    while (scale.value(+range.value) === before && +range.value > 0 && +range.value < scale.stops) range.value = +range.value + way * size;
    range.dispatchEvent(new Event("input", { bubbles: true }));
  });
  range.addEventListener("input", () => {
    const value = scale.value(+range.value);
    note.textContent = "";
    tell(value);
    move(value);
  });
  field.addEventListener("change", () => {
    const typed = Number(field.value.replace("−", "-").replace(",", "."));
    const bad = field.value.trim() === "" || Number.isNaN(typed);
    const value = bad ? scale.value(+range.value) : Math.min(high, Math.max(low, integer ? Math.round(typed) : typed));
    note.textContent = bad || value !== typed ? `This must be ${rule(control)}.` : "";
    if (bad) return tell(scale.value(+range.value));
    range.value = scale.position(value);
    tell(value);
    move(value);
  });

  function tell(value) {
    field.value = written(value);
    const near = places.find((mark) => Math.abs(scale.position(value) / scale.stops - mark.part) < 0.005);
    const said = `${number(value, integer ? "d" : ".4g")}${unit && ` ${unit}`}${near ? `, ${near.text}` : ""}`;
    range.setAttribute("aria-valuetext", said);
  }

  return {
    value: element("span", { class: "dlbook-value" }, field, unit && ` ${unit}`),
    parts: [range, ...(marks.length ? [list, labels] : []), note],
    show(value) {
      if (value === undefined) return;
      range.value = scale.position(value);
      tell(value);
    },
  };
}
