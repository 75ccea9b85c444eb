// From data to pixels of a plot and back, by the axes that plotly laid out: linear, log, category, date, reversed.

/** @typedef {{place: (value: any) => number, linear: (value: any) => number, value: (pixel: number) => number,
 *   pixel: (linear: number) => number, low: number, high: number}} Scale */

/** @param {any} axis of plot._fullLayout @param {ArrayLike<any>} [range] where plotly does not know it yet @returns {Scale} */
export function scale(axis, range = axis.range) {
  const vertical = axis._id[0] === "y";
  const [first, last] = Array.from(range, (end) => (axis.type === "date" ? axis.d2l(end) : Number(end)));
  const { _offset: low, _length: length } = axis;
  const factor = length / (last - first);
  const linear = {
    log: (value) => Math.log10(value),
    date: (value) => axis.d2l(value),
    category: (value) => { const i = axis._categories.indexOf(value); return i < 0 ? Number(value) : i; },
  }[axis.type] ?? Number;
  const pixel = (value) => (vertical ? low + length - (value - first) * factor : low + (value - first) * factor);
  return {
    linear,
    pixel,
    place: (value) => (value === null || value === "" ? NaN : pixel(linear(value))),
    value: (at) => first + (vertical ? low + length - at : at - low) / factor,
    low,
    high: low + length,
  };
}

/** "x2" names xaxis2. @param {string} name */
const key = (name) => `${name[0]}axis${name.slice(1)}`;
/** @param {any} plot @param {string} name */
const scaleNamed = (plot, name) => scale(plot._fullLayout[key(name)], plot.dlbookRanges?.[key(name)]);

/** The two scales that a trace is drawn by. @param {any} plot @param {any} trace @returns {any} */
export const scalesOf = (plot, trace) => ["x", "y"].map((letter) => scaleNamed(plot, trace[`${letter}axis`] || letter));

/**
 * One scale of a shape: an axis, the part of one ("x domain") or the whole plot ("paper").
 * @param {any} plot @param {"x"|"y"} letter @param {string} reference @returns {Scale}
 */
export function scaleOfShape(plot, letter, reference) {
  if (reference !== "paper" && !reference.endsWith(" domain")) return scaleNamed(plot, reference);
  const { _size: size } = plot._fullLayout;
  const whole = letter === "x" ? { _offset: size.l, _length: size.w } : { _offset: size.t, _length: size.h };
  const axis = reference === "paper" ? whole : plot._fullLayout[key(reference.split(" ")[0])];
  return scale({ _id: letter, type: "linear", range: [0, 1], _offset: axis._offset, _length: axis._length });
}

/**
 * Where the cells of a heatmap or image begin and end, in linear units of the axis: one number more than cells.
 * @param {any} trace @param {"x"|"y"} letter @param {number} count @param {Scale} axis
 */
export function edges(trace, letter, count, axis) {
  const given = trace[letter];
  if (given?.length === count + 1) return Array.from(given, axis.linear);
  const step = trace[`d${letter}`] ?? 1;
  const start = axis.linear(trace[`${letter}0`] ?? 0);
  const centers = given?.length === count
    ? Array.from(given, axis.linear)
    : Array.from({ length: count }, (_, i) => start + i * step);
  if (count === 1) return [centers[0] - step / 2, centers[0] + step / 2];
  const between = centers.slice(1).map((center, i) => (center + centers[i]) / 2);
  return [2 * centers[0] - between[0], ...between, 2 * centers[count - 1] - between[count - 2]];
}
