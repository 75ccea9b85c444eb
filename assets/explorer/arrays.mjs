// Arrays as the payload stores them (base64 of float32), as the engine returns them and as plotly wants them.

/** @typedef {import("./types").Packed} Packed @typedef {import("./types").Values} Values */

const TYPES = {
  f8: Float64Array, f4: Float32Array, i4: Int32Array, u4: Uint32Array, i2: Int16Array, u2: Uint16Array,
  i1: Int8Array, u1: Uint8Array, u1c: Uint8ClampedArray,
};

/** @param {string} text base64 @returns {ArrayBuffer} */
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;

/** @param {Packed} packed @returns {Values} */
export const unpack = ({ shape, data }) => ({ shape, data: new Float32Array(bytes(data)) });

/** @param {Float32Array} data @returns {string} */
export function pack(data) {
  let text = "";
  for (const byte of new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) text += String.fromCharCode(byte);
  return btoa(text);
}

/**
 * Rows of rows over one flat array, without a copy; a single number where the shape is empty.
 * @param {ArrayLike<number> & {subarray: Function}} data @param {number[]} shape
 */
export function nested(data, shape) {
  if (!shape.length) return data[0];
  if (shape.length === 1) return data;
  const [count, ...rest] = shape;
  const size = rest.reduce((a, b) => a * b, 1);
  return Array.from({ length: count }, (_, i) => nested(data.subarray(i * size, (i + 1) * size), rest));
}

/** Plain lists from typed arrays anywhere inside, with null where JSON has no number. @param {any} value @returns {any} */
export function listed(value) {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(/** @type {any} */ (value), listed);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, listed(item)]));
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}

/** Decode the arrays that plotly's Python side writes as base64. @param {any} value */
export function plain(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(plain);
  if (value.bdata !== undefined && value.dtype in TYPES) {
    const data = new TYPES[value.dtype](bytes(value.bdata));
    return value.shape ? nested(data, String(value.shape).split(",").map(Number)) : data;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** @param {any} root @param {(string|number)[]} path */
export const at = (root, path) => path.reduce((value, key) => value?.[key], root);

/** @param {any} root @param {(string|number)[]} path @param {any} value */
export function put(root, path, value) {
  const last = path.length - 1;
  let place = root;
  path.slice(0, last).forEach((key, i) => { place = place[key] ??= typeof path[i + 1] === "number" ? [] : {}; });
  place[path[last]] = value;
}

/** Name a place as plotly does: ["annotations", 0, "text"] is annotations[0].text. @param {(string|number)[]} path */
export const attribute = (path) =>
  path.reduce((name, key) => (typeof key === "number" ? `${name}[${key}]` : name ? `${name}.${key}` : key), "");
