// Format strings: "{name[i,j]:.2f}" filled with outputs and controls, to the letter as Python fills them.
//
// tests/explore/formats.json holds both sides to this. What rounds to zero has no sign, NaN reads "–".

/** @typedef {import("./types").Lookup} Lookup */

const FIELD = /%\{[^}]*\}|\{\{|\}\}|\{([A-Za-z_]\w*)(?:\[([^\]]*)\])?(?::([^{}]*))?\}/g;
const SPEC = /^(\+?)(,?)(?:\.(\d+))?([dfeg%]?)$/;
const GUARD = 25; // digits beyond the last shown, enough to know which side of a half a double lies

/** Divide by a power of ten, to the nearest, halves to even. @param {bigint} digits */
function roundOff(digits) {
  const unit = 10n ** BigInt(GUARD);
  const kept = digits / unit;
  const rest = (digits % unit) * 2n;
  return rest > unit || (rest === unit && kept % 2n) ? kept + 1n : kept;
}

/** @param {number} value not negative @param {number} places */
function fixed(value, places) {
  const exact = value < 1e21 ? value.toFixed(places + GUARD) : `${BigInt(value)}.${"0".repeat(places + GUARD)}`;
  const digits = String(roundOff(BigInt(exact.replace(".", "")))).padStart(places + 1, "0");
  return places ? `${digits.slice(0, -places)}.${digits.slice(-places)}` : digits;
}

/** The digits and the exponent of ten. @param {number} value not negative @param {number} places */
function scientific(value, places) {
  const [mantissa, exponent] = value.toExponential(places + GUARD).split("e");
  const digits = String(roundOff(BigInt(mantissa.replace(".", ""))));
  if (digits.length > places + 1) return { digits: digits.slice(0, -1), exponent: +exponent + 1 };
  return { digits: digits.padStart(places + 1, "0"), exponent: +exponent };
}

/** @param {string} digits @param {number} exponent */
function power(digits, exponent) {
  const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** @param {number} value not negative @param {number} precision */
function general(value, precision) {
  const { digits, exponent } = scientific(value, precision - 1);
  if (exponent < -4 || exponent >= precision) return power(digits.replace(/(?<=.)0+$/, ""), exponent);
  const text = fixed(value, Math.max(0, precision - 1 - exponent));
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/**
 * Write a number as Python's format() does, with a proper minus sign.
 * @param {number} value @param {string} [spec]
 */
export function number(value, spec = "") {
  const [, plus, comma, precision, kind] = SPEC.exec(spec || ".3g") ?? SPEC.exec(".3g");
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const places = precision === undefined ? 6 : +precision;
  let text;
  if (kind === "d") text = fixed(size, 0);
  else if (kind === "f") text = fixed(size, places);
  else if (kind === "%") text = fixed(size * 100, places);
  else if (kind === "e") { const { digits, exponent } = scientific(size, places); text = power(digits, exponent); }
  else text = general(size, places || 1);
  if (comma) text = text.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));
  const sign = value < 0 && /[1-9]/.test(text.split("e")[0]) ? "-" : plus;
  return `${sign}${kind === "%" ? `${text}%` : text}`.replaceAll("-", "−");
}

/** @param {any} found @param {string} indices @param {Lookup} lookup */
function element(found, indices, lookup) {
  const index = indices === undefined ? [] : indices.split(",").map((part) => {
    const name = part.trim();
    return /^-?\d+$/.test(name) ? +name : Math.round(element(lookup(name), undefined, lookup));
  });
  if (Array.isArray(found)) return found[index[0]] ?? "";
  if (typeof found !== "object" || found === null) return found ?? NaN;
  if (!index.length) return found.data[0];
  let flat = 0;
  for (let axis = 0; axis < index.length; axis += 1) {
    const size = found.shape[axis];
    const place = index[axis] < 0 ? index[axis] + size : index[axis];
    if (!(place >= 0 && place < size)) return "";
    flat = flat * size + place;
  }
  return found.data[flat];
}

/**
 * Fill a format string.
 * @param {string} format @param {Lookup} lookup gives an output or the value of a control by its name
 * @param {(text: string) => string} [protect] treats texts (not numbers) that are filled in
 */
export function fill(format, lookup, protect = (text) => text) {
  return format.replace(FIELD, (whole, name, indices, spec) => {
    if (whole === "{{" || whole === "}}") return whole[0];
    if (name === undefined) return whole;
    const value = element(lookup(name), indices, lookup);
    return typeof value === "string" ? protect(value) : number(Number(value), spec);
  });
}

/** A format string, or the one of several that an output chooses. @param {import("./types").Saying} saying @param {Lookup} lookup */
export function say(saying, lookup) {
  if (typeof saying === "string") return fill(saying, lookup);
  const chosen = Math.round(Number(element(lookup(saying.by), undefined, lookup))) || 0;
  return fill(saying.texts[Math.min(Math.max(chosen, 0), saying.texts.length - 1)], lookup);
}
