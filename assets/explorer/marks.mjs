// Painting scatter traces and bars: fills, lines with gaps, markers, texts.

import { colorMap } from "./colors.mjs";

/** @typedef {import("./scales.mjs").Scale} Scale @typedef {CanvasRenderingContext2D} Context */

const DASHES = { solid: [], dot: [1, 1], dash: [3, 3], longdash: [5, 5], dashdot: [3, 1, 1, 1], longdashdot: [5, 2, 1, 2] };
const TURN = 2 * Math.PI;

/** @param {Context} context @param {{color?: string, width?: number, dash?: string}} line */
export function setLine(context, line) {
  const { color, width = 2, dash = "solid" } = line ?? {};
  context.strokeStyle = color ?? "#888";
  context.lineWidth = width;
  const named = DASHES[dash]?.map((part) => part * Math.max(width, 1));
  context.setLineDash(named ?? (dash.match(/[\d.]+/g) ?? []).map(Number));
}

/** The i-th of several, or the one for all. @param {any} value @param {number} i */
const each = (value, i) => (typeof value === "object" && value !== null ? value[i] : value);
const finite = ([x, y]) => Number.isFinite(x) && Number.isFinite(y);

/** The places of a trace's points in pixels. @param {any} trace @param {[Scale, Scale]} scales @returns {[number, number][]} */
export function points(trace, [x, y]) {
  const count = Math.min(trace.x?.length ?? Infinity, trace.y?.length ?? Infinity);
  if (!Number.isFinite(count)) return [];
  const xs = trace.x ?? Array.from({ length: count }, (_, i) => (trace.x0 ?? 0) + i * (trace.dx ?? 1));
  const ys = trace.y ?? Array.from({ length: count }, (_, i) => (trace.y0 ?? 0) + i * (trace.dy ?? 1));
  return Array.from({ length: count }, (_, i) => [x.place(xs[i]), y.place(ys[i])]);
}

/** Cut a path where a point is missing. @param {[number, number][]} path @param {boolean} [connect] */
function runs(path, connect) {
  if (connect) return [path.filter(finite)];
  const parts = [[]];
  for (const point of path) {
    if (finite(point)) parts.at(-1).push(point);
    else if (parts.at(-1).length) parts.push([]);
  }
  return parts.filter((part) => part.length);
}

/** Add the corners of a staircase. @param {[number, number][]} path @param {string} shape */
function stairs(path, shape) {
  if (shape !== "hv" && shape !== "vh") return path;
  return path.flatMap((point, i) => {
    if (!i) return [point];
    const before = path[i - 1];
    return [shape === "hv" ? [point[0], before[1]] : [before[0], point[1]], point];
  });
}

function trail(context, path) {
  path.forEach(([left, top], i) => (i ? context.lineTo(left, top) : context.moveTo(left, top)));
}

/**
 * @param {Context} context @param {any} trace @param {[Scale, Scale]} scales @param {any} layout
 * @param {[number, number][]} [before] the points of the trace before, for fill "tonexty"
 */
export function paintScatter(context, trace, scales, layout, before) {
  const path = points(trace, scales);
  const mode = trace.mode ?? "lines";
  context.globalAlpha = trace.opacity ?? 1;
  const parts = runs(path, trace.connectgaps).map((part) => stairs(part, trace.line?.shape));
  if (trace.fill && trace.fill !== "none") paintFill(context, trace, scales, parts, before);
  if (mode.includes("lines") && trace.line?.width !== 0) {
    setLine(context, trace.line);
    context.lineJoin = "round";
    context.beginPath();
    parts.forEach((part) => trail(context, part));
    context.stroke();
    context.setLineDash([]);
  }
  if (mode.includes("markers")) paintMarkers(context, trace, path, layout);
  if (mode.includes("text")) paintTexts(context, trace, path);
  context.globalAlpha = 1;
}

function paintFill(context, trace, [x, y], parts, before) {
  context.fillStyle = trace.fillcolor ?? "rgba(128,128,128,0.3)";
  context.beginPath();
  for (const part of parts) {
    trail(context, part);
    const [first, last] = [part[0], part.at(-1)];
    const zero = (axis) => { const at = axis.place(0); return Number.isFinite(at) ? at : axis.pixel(-1e9); };
    if (trace.fill === "tozeroy") [last, first].forEach(([left]) => context.lineTo(left, zero(y)));
    else if (trace.fill === "tozerox") [last, first].forEach(([, top]) => context.lineTo(zero(x), top));
    else if (trace.fill.startsWith("tonext") && before) before.filter(finite).reverse().forEach((at) => context.lineTo(...at));
    context.closePath();
  }
  context.fill("evenodd");
}

const polygon = (corners) => (context, r) => { trail(context, corners.map(([a, b]) => [a * r, b * r])); context.closePath(); };
const star = Array.from({ length: 10 }, (_, i) => {
  const [r, turn] = [i % 2 ? 0.55 : 1.4, (i * TURN) / 10];
  return [r * Math.sin(turn), -r * Math.cos(turn)];
});
const plus = [[-0.4, -1.2], [0.4, -1.2], [0.4, -0.4], [1.2, -0.4], [1.2, 0.4], [0.4, 0.4], [0.4, 1.2], [-0.4, 1.2], [-0.4, 0.4],
  [-1.2, 0.4], [-1.2, -0.4], [-0.4, -0.4]];
const tilted = plus.map(([a, b]) => [(a - b) * Math.SQRT1_2, (a + b) * Math.SQRT1_2]);
const SYMBOLS = {
  circle: (context, r) => { context.arc(0, 0, r, 0, TURN); },
  square: polygon([[-1, -1], [1, -1], [1, 1], [-1, 1]]),
  diamond: polygon([[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]]),
  "triangle-up": polygon([[0, -1], [1.15, 1], [-1.15, 1]]),
  "triangle-down": polygon([[0, 1], [1.15, -1], [-1.15, -1]]),
  cross: polygon(plus),
  x: polygon(tilted),
  star: polygon(star),
};

function paintMarkers(context, trace, path, layout) {
  const marker = trace.marker ?? {};
  const scaled = (owner) => owner?.color && typeof owner.color === "object" && typeof owner.color[0] === "number"
    && (owner.colorscale || owner.coloraxis) && colorMap(owner, layout, "c");
  const map = scaled(marker);
  const base = context.globalAlpha;
  path.forEach((point, i) => {
    const size = Number(each(marker.size, i) ?? 6) / (typeof marker.size === "object" ? marker.sizeref || 1 : 1);
    const color = each(marker.color, i);
    if (!finite(point) || !(size > 0) || Number.isNaN(color)) return;
    const ink = map ? map.css(color) : color ?? "#888";
    const [symbol, open] = String(each(marker.symbol, i) ?? "circle").split("-open");
    context.save();
    context.globalAlpha = base * (each(marker.opacity, i) ?? 1);
    context.translate(...point);
    context.beginPath();
    (SYMBOLS[symbol] ?? SYMBOLS.circle)(context, size / 2);
    if (open === undefined) { context.fillStyle = ink; context.fill(); }
    const width = each(marker.line?.width, i) ?? 0;
    if (width || open !== undefined) {
      setLine(context, { color: open === undefined ? each(marker.line?.color, i) : ink, width: width || 1 });
      context.stroke();
    }
    context.restore();
  });
}

function paintTexts(context, trace, path) {
  path.forEach((point, i) => {
    const text = each(trace.text, i);
    if (!finite(point) || text === undefined || text === null || text === "") return;
    const size = each(trace.textfont?.size, i) ?? 12;
    context.font = `${size}px ${trace.textfont?.family ?? "sans-serif"}`;
    context.fillStyle = each(trace.textfont?.color, i) ?? "#888";
    const [vertical, horizontal] = String(each(trace.textposition, i) ?? "middle center").split(" ");
    const away = trace.mode.includes("markers") ? Number(each(trace.marker?.size, i) ?? 6) / 2 + 3 : 3;
    context.textAlign = { left: "right", right: "left" }[horizontal] ?? "center";
    context.textBaseline = { top: "bottom", bottom: "top" }[vertical] ?? "middle";
    const left = point[0] + ({ left: -away, right: away }[horizontal] ?? 0);
    context.fillText(String(text), left, point[1] + ({ top: -away, bottom: away }[vertical] ?? 0));
  });
}

/**
 * All bar traces of one pair of axes: where each bar begins and ends.
 * @param {any[]} traces @param {any} layout @param {(trace: any) => [Scale, Scale]} scalesOf
 */
export function paintBars(context, traces, layout, scalesOf, chosen) {
  const flat = (trace) => trace.orientation === "h";
  const place = (trace, i) => {
    const [axis, at] = flat(trace) ? [scalesOf(trace)[1], trace.y] : [scalesOf(trace)[0], trace.x];
    return axis.linear(at?.[i] ?? i);
  };
  const size = (trace) => (flat(trace) ? trace.x : trace.y);
  const spots = [...new Set(traces.flatMap((trace) => Array.from(size(trace), (_, i) => place(trace, i))))].sort((a, b) => a - b);
  const room = Math.min(1e9, ...spots.slice(1).map((spot, i) => spot - spots[i]).filter((gap) => gap > 0));
  const unit = (spots.length > 1 ? room : 1) * (1 - (layout.bargap ?? 0.2));
  const side = layout.barmode === "group" || layout.barmode === undefined;
  const stacked = layout.barmode === "stack" || layout.barmode === "relative";
  const ends = new Map();
  traces.forEach((trace, k) => {
    const [x, y] = scalesOf(trace);
    const wide = side ? unit / traces.length : unit;
    Array.from(size(trace)).forEach((value, i) => {
      const middle = place(trace, i) + (each(trace.offset, i) ?? (side ? (k - (traces.length - 1) / 2) * wide : 0));
      const key = `${middle}${value < 0}`;
      const from = (each(trace.base, i) ?? 0) + (stacked ? ends.get(key) ?? 0 : 0);
      if (stacked && Number.isFinite(value)) ends.set(key, (ends.get(key) ?? 0) + value);
      if (!chosen.includes(trace) || !Number.isFinite(value)) return;
      const half = (each(trace.width, i) ?? wide) / 2;
      const across = (flat(trace) ? y : x);
      const along = (flat(trace) ? x : y);
      const [a, b] = [across.pixel(middle - half), across.pixel(middle + half)];
      const [c, d] = [along.place(from), along.place(from + value)].map((at) => (Number.isFinite(at) ? at : along.pixel(-1e9)));
      paintBar(context, trace, i, layout, flat(trace) ? [c, a, d, b] : [a, c, b, d], value);
    });
  });
}

function paintBar(context, trace, i, layout, [left, top, right, bottom], value) {
  const marker = trace.marker ?? {};
  const color = each(marker.color, i);
  const ink = typeof color === "number" ? colorMap(marker, layout, "c").css(color) : color ?? "#888";
  context.globalAlpha = (trace.opacity ?? 1) * (each(marker.opacity, i) ?? 1);
  context.fillStyle = ink;
  context.fillRect(left, top, right - left, bottom - top);
  if (each(marker.line?.width, i)) {
    setLine(context, { color: each(marker.line.color, i), width: each(marker.line.width, i) });
    context.strokeRect(left, top, right - left, bottom - top);
  }
  context.globalAlpha = 1;
  const text = each(trace.text, i);
  if (text === undefined || text === null || trace.textposition === "none") return;
  const font = trace.outsidetextfont ?? trace.textfont ?? {};
  context.font = `${font.size ?? 12}px ${font.family ?? "sans-serif"}`;
  context.fillStyle = font.color ?? "#888";
  const flat = trace.orientation === "h";
  context.textAlign = flat ? (value < 0 ? "right" : "left") : "center";
  context.textBaseline = flat ? "middle" : value < 0 ? "top" : "bottom";
  const way = value < 0 ? -4 : 4;
  if (flat) context.fillText(String(text), right + way, (top + bottom) / 2);
  else context.fillText(String(text), (left + right) / 2, bottom - way);
}
