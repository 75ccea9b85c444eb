// What a control's value may be, and which inputs of the model it becomes.

import { unpack } from "./arrays.mjs";
import { typed } from "./engine.mjs";
import { number } from "./format.mjs";
import { index, places } from "./words.mjs";

/** @typedef {import("./types").Control} Control @typedef {import("./types").Payload} Payload */

/** @param {any} value @returns {value is number} */
const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
/** @param {any} value @param {any} low @param {any} high */
const isWhole = (value, low, high) => Number.isInteger(value) && value >= low && value <= high;

/** For each kind, whether a value will do. @type {Record<string, (control: Control, value: any) => boolean>} */
const CHECKS = {
  slider: ({ low, high, integer }, value) =>
    isNumber(value) && value >= low && value <= high && (!integer || Number.isInteger(value)),
  choice: ({ options }, value) => options.includes(value),
  toggle: (_, value) => typeof value === "boolean",
  matrix: isTable,
  picture: ({ examples }, value) => examples.some(([label]) => label === value?.example) || holdsPixels(examples, value),
  words: (_, value) => typeof value === "string",
  points: ({ start, x, y }, value) => Array.isArray(value) && value.length === start.length && value.every((point) =>
    Array.isArray(point) && point.length === 2 && point.every(isNumber) &&
    point[0] >= x[0] && point[0] <= x[1] && point[1] >= y[0] && point[1] <= y[1]),
  hover: ({ panels, sizes }, value) => {
    if (!Array.isArray(value) || !isWhole(value[0], 0, panels.length - 1)) return false;
    const [rows, columns] = sizes[panels[value[0]]];
    return isWhole(value[1], 0, rows - 1) && isWhole(value[2], 0, columns - 1);
  },
  noise: ({ bank }, value) => isWhole(value, 0, bank.length - 1),
  last_moved: ({ names }, value) => isWhole(value, 0, names.length - 1),
};

/** @param {Control} control @param {any} value */
function isTable({ start, low, high, largest }, value) {
  if (!Array.isArray(value) || !value.every(Array.isArray) || !value.length) return false;
  const [rows, columns] = [value.length, value[0].length];
  const fits = largest
    ? rows <= largest && columns >= 1 && columns <= largest
    : rows === start.length && columns === start[0].length;
  return fits && value.every((row) => row.length === columns && row.every((cell) =>
    isNumber(cell) && cell >= (low ?? -Infinity) && cell <= (high ?? Infinity)));
}

/** @param {Control["examples"]} examples @param {any} value */
function holdsPixels([[, { shape }]], value) {
  if (typeof value?.pixels !== "string") return false;
  try { return atob(value.pixels).length === 4 * shape.reduce((a, b) => a * b, 1); } catch { return false; }
}

/** Say what a value has to be. @param {Control} control */
export function rule(control) {
  const { kind, low, high, integer, largest, options, sizes } = control;
  if (kind === "slider") return `${integer ? "a whole number" : "a number"} from ${number(low, ".6g")} to ${number(high, ".6g")}`;
  if (kind === "choice") return `one of ${options.join(", ")}`;
  if (kind === "toggle") return "true or false";
  if (kind === "matrix") return largest ? `rows of numbers, at most ${largest} by ${largest}` : "rows of numbers of the same size";
  if (kind === "hover") return `a panel, a row and a column of ${JSON.stringify(sizes)}`;
  if (kind === "points") return `points inside ${JSON.stringify(control.x)} by ${JSON.stringify(control.y)}`;
  return "a value of this control";
}

/** @param {Control} control @param {any} value */
export const holds = (control, value) => CHECKS[control.kind](control, value);

/** For each kind, the numbers of the input. @type {Record<string, (control: Control, value: any) => Iterable<number>>} */
const NUMBERS = {
  slider: (_, value) => [value],
  choice: ({ options, values }, value) => unpack(values[options.indexOf(value)]).data,
  toggle: (_, value) => [+value],
  matrix: ({ largest }, value) => (largest
    ? Array.from({ length: largest * largest }, (_, i) => value[Math.floor(i / largest)]?.[i % largest] ?? 0)
    : value.flat()),
  picture: ({ examples }, value) => {
    if (value.pixels) return unpack({ shape: [], data: value.pixels }).data;
    return unpack(examples.find(([label]) => label === value.example)[1]).data;
  },
  words: (control, value) => places(control, value).map((word) => (word ? index(control, word) : 0)),
  points: (_, value) => value.flat(),
  hover: (_, value) => value,
  noise: ({ bank }, value) => unpack(bank[value]).data,
  last_moved: (_, value) => [value],
};

/**
 * Every input of the model, in its order.
 * @param {Payload} payload @param {Record<string, any>} values of the controls
 * @param {Record<string, import("./types").Values>} state @returns {import("./types").Feed[]}
 */
export function feeds(payload, values, state) {
  const numbers = new Map(Object.entries(state).map(([name, { data }]) => [name, data]));
  for (const control of payload.controls) {
    const value = values[control.name];
    numbers.set(control.name, /** @type {any} */ (NUMBERS[control.kind](control, value)));
    if (control.largest) numbers.set(`${control.name}_size`, /** @type {any} */ ([value.length, value[0].length]));
  }
  return payload.inputs.map(({ name, feed = name, dtype, shape }) => ({ name: feed, dtype, shape, data: typed(dtype, numbers.get(name)) }));
}
