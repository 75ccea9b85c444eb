// Colours: from a colour scale to a table of bytes, from any CSS colour to numbers.

const STEPS = 1024;
const reader = document.createElement("canvas").getContext("2d");
/** @type {Map<string, number[]>} */
const known = new Map();
/** @type {WeakMap<object, Uint8ClampedArray>} */
const tables = new WeakMap();

/** Red, green, blue and opacity, all to 255. @param {string} color @returns {number[]} */
export function channels(color) {
  let found = known.get(color);
  if (!found) {
    reader.fillStyle = "#000000";
    reader.fillStyle = color;
    const text = reader.fillStyle; // #rrggbb or rgba(r, g, b, a)
    if (text[0] === "#") found = [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16)).concat(255);
    else found = text.match(/[\d.]+/g).map((part, i) => (i < 3 ? +part : +part * 255));
    known.set(color, found);
  }
  return found;
}

/** @param {[number, string][]} scale @returns {Uint8ClampedArray} STEPS colours of four bytes */
function table(scale) {
  let bytes = tables.get(scale);
  if (!bytes) {
    bytes = new Uint8ClampedArray(STEPS * 4);
    for (let i = 0, stop = 1; i < STEPS; i += 1) {
      const place = i / (STEPS - 1);
      while (stop < scale.length - 1 && place > scale[stop][0]) stop += 1;
      const [[low, from], [high, to]] = [scale[stop - 1], scale[stop]];
      const part = high > low ? Math.min(Math.max((place - low) / (high - low), 0), 1) : 1;
      const [a, b] = [channels(from), channels(to)];
      for (let k = 0; k < 4; k += 1) bytes[4 * i + k] = a[k] + part * (b[k] - a[k]);
    }
    tables.set(scale, bytes);
  }
  return bytes;
}

/**
 * How numbers become colours: by their own scale or by one that traces share.
 * @param {any} owner holds colorscale, zmin and zmax or cmin and cmax; or names a coloraxis
 * @param {any} layout @param {"z"|"c"} letter
 */
export function colorMap(owner, layout, letter) {
  const shared = owner.coloraxis && layout[owner.coloraxis];
  const from = shared || owner;
  const [low, high] = shared ? [shared.cmin, shared.cmax] : [owner[`${letter}min`], owner[`${letter}max`]];
  const bytes = table(from.colorscale);
  const flip = from.reversescale;
  /** Where the four bytes of a number's colour begin. @param {number} value */
  const place = (value) => {
    const part = Math.min(Math.max((value - low) / (high - low || 1), 0), 1);
    return 4 * Math.round((flip ? 1 - part : part) * (STEPS - 1));
  };
  /** @param {number} value */
  const css = (value) => {
    const i = place(value);
    return `rgba(${bytes[i]},${bytes[i + 1]},${bytes[i + 2]},${bytes[i + 3] / 255})`;
  };
  return { bytes, place, css };
}

/** Black or white, whichever can be read on a colour. @param {ArrayLike<number>} bytes @param {number} i */
export const inkOn = (bytes, i) =>
  (0.299 * bytes[i] + 0.587 * bytes[i + 1] + 0.114 * bytes[i + 2] > 140 ? "#16191d" : "#ffffff");
