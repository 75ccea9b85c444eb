// Painting heatmaps and images: coloured cells, blank where there is no number, with their numbers written in.

import { colorMap, inkOn } from "./colors.mjs";
import { number } from "./format.mjs";
import { edges } from "./scales.mjs";

/** @typedef {import("./scales.mjs").Scale} Scale @typedef {CanvasRenderingContext2D} Context */

const READABLE = 22; // pixels of the smallest cell that holds its number
/** @type {WeakMap<object, HTMLCanvasElement>} one small picture for each trace */
const pictures = new WeakMap();

/** How the cells of a trace lie. @param {any} trace @param {Scale} x @param {Scale} y */
export function grid(trace, x, y) {
  const [rows, columns] = [trace.z.length, trace.z[0].length];
  return { rows, columns, across: edges(trace, "x", columns, x), down: edges(trace, "y", rows, y) };
}

/** The cell at a point, or null. @param {any} trace @param {[Scale, Scale]} scales @param {number} left @param {number} top */
export function cellAt(trace, [x, y], left, top) {
  const { across, down } = grid(trace, x, y);
  const find = (ends, at) => ends.findIndex((end, i) => i + 1 < ends.length && (at - end) * (at - ends[i + 1]) <= 0);
  const [row, column] = [find(down, y.value(top)), find(across, x.value(left))];
  return row < 0 || column < 0 ? null : { row, column };
}

/** @param {Context} context @param {any} trace @param {[Scale, Scale]} scales @param {any} layout */
export function paintCells(context, trace, [x, y], layout) {
  const { rows, columns, across, down } = grid(trace, x, y);
  const lefts = across.map(x.pixel);
  const tops = down.map(y.pixel);
  const colors = trace.type === "image" ? ownColors(trace) : scaleColors(trace, layout);
  /** @type {[number, number]} */
  const gaps = [trace.xgap || 0, trace.ygap || 0];
  const even = [lefts, tops].every((ends) => { // cells of one size
    const step = (ends.at(-1) - ends[0]) / (ends.length - 1);
    return ends.every((end, i) => Math.abs(end - ends[0] - i * step) < 0.01);
  });
  context.globalAlpha = trace.opacity ?? 1;
  if (even && !gaps[0] && !gaps[1]) paintPicture(context, trace, rows, columns, lefts, tops, colors);
  else paintEach(context, rows, columns, lefts, tops, colors, gaps);
  if (trace.texttemplate) writeNumbers(context, trace, lefts, tops, colors);
  context.globalAlpha = 1;
}

/** Write one pixel's colour into bytes, leaving a blank cell clear. @param {any} trace @param {any} layout */
function scaleColors(trace, layout) {
  const { bytes, place } = colorMap(trace, layout, "z");
  return (row, column, into, at) => {
    const value = trace.z[row][column];
    if (value === null || Number.isNaN(value)) return void into.fill(0, at, at + 4);
    const from = place(value);
    for (let k = 0; k < 4; k += 1) into[at + k] = bytes[from + k];
  };
}

/** @param {any} trace whose z holds red, green, blue (to 255 unless zmax says otherwise) */
function ownColors(trace) {
  const top = trace.zmax?.[0] ?? 255;
  return (row, column, into, at) => {
    const color = trace.z[row][column];
    if (Number.isNaN(color[0])) return void into.fill(0, at, at + 4);
    for (let k = 0; k < 3; k += 1) into[at + k] = (color[k] / top) * 255;
    into[at + 3] = color.length > 3 ? color[3] * 255 : 255;
  };
}

function paintPicture(context, trace, rows, columns, lefts, tops, colors) {
  const picture = pictures.get(trace.key) ?? document.createElement("canvas");
  pictures.set(trace.key, picture);
  if (picture.width !== columns || picture.height !== rows) Object.assign(picture, { width: columns, height: rows });
  const pen = picture.getContext("2d");
  const image = pen.createImageData(columns, rows);
  const [mirrored, upwards] = [lefts[0] > lefts.at(-1), tops[0] > tops.at(-1)];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const [i, j] = [upwards ? rows - 1 - row : row, mirrored ? columns - 1 - column : column];
      colors(i, j, image.data, 4 * (row * columns + column));
    }
  }
  pen.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = Boolean(trace.zsmooth);
  const [left, right] = [Math.min(lefts[0], lefts.at(-1)), Math.max(lefts[0], lefts.at(-1))];
  const [top, bottom] = [Math.min(tops[0], tops.at(-1)), Math.max(tops[0], tops.at(-1))];
  context.drawImage(picture, left, top, right - left, bottom - top);
}

function paintEach(context, rows, columns, lefts, tops, colors, [xgap, ygap]) {
  const sharp = (pixel) => Math.round(pixel * devicePixelRatio) / devicePixelRatio;
  const color = new Uint8ClampedArray(4);
  for (let i = 0; i < rows; i += 1) {
    const [top, bottom] = [tops[i], tops[i + 1]].sort((a, b) => a - b).map(sharp);
    for (let j = 0; j < columns; j += 1) {
      colors(i, j, color, 0);
      if (!color[3]) continue;
      const [left, right] = [lefts[j], lefts[j + 1]].sort((a, b) => a - b).map(sharp);
      context.fillStyle = `rgba(${color[0]},${color[1]},${color[2]},${color[3] / 255})`;
      context.fillRect(left + xgap / 2, top + ygap / 2, right - left - xgap, bottom - top - ygap);
    }
  }
}

/** Put numbers into a template of plotly's, "%{z:.2f}" for example. @param {any} trace @param {number} i @param {number} j */
function written(trace, i, j) {
  const known = { z: trace.z[i][j], text: trace.text?.[i]?.[j], x: trace.x?.[j] ?? j, y: trace.y?.[i] ?? i };
  return trace.texttemplate.replace(/%\{(\w+)(?::([^}]*))?\}/g, (_, name, spec) => {
    const value = known[name] ?? "";
    return typeof value === "number" ? number(value, spec?.replace("~", "")) : value;
  });
}

function writeNumbers(context, trace, lefts, tops, colors) {
  const width = Math.abs(lefts[1] - lefts[0]);
  const height = Math.abs(tops[1] - tops[0]);
  if (Math.min(width, height) < READABLE) return;
  const texts = Array.from(trace.z, (row, i) => Array.from(row, (_, j) => written(trace, i, j)));
  const longest = Math.max(...texts.flat().map((text) => text.length));
  const size = Math.min(trace.textfont?.size ?? 12, (width - 4) / (0.56 * longest), height * 0.6);
  if (size < 7) return;
  context.font = `${size}px ${trace.textfont?.family ?? "sans-serif"}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const color = new Uint8ClampedArray(4);
  texts.forEach((row, i) => row.forEach((text, j) => {
    colors(i, j, color, 0);
    if (!color[3]) return;
    context.fillStyle = inkOn(color, 0);
    context.fillText(text, (lefts[j] + lefts[j + 1]) / 2, (tops[i] + tops[i + 1]) / 2);
  }));
}
