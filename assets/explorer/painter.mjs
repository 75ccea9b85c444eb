// The painter: what a run changes is painted on a canvas between plotly's traces and its titles.
//
// plotly needs 25 ms to draw a matrix again, a canvas one. So plotly draws axes, titles and legends, once, and
// the painter what moves: the traces and shapes that outputs land in, and those that lie above them.

import { cellAt, paintCells } from "./cells.mjs";
import { element } from "./dom.mjs";
import { paintBars, paintScatter, points, setLine } from "./marks.mjs";
import { scaleOfShape, scalesOf } from "./scales.mjs";

/** @typedef {import("./scales.mjs").Scale} Scale */

const RANKS = { image: 0, heatmap: 1, bar: 2, scatter: 3 }; // plotly draws them in this order
const DATA = ["x", "y", "z", "text", "base", "x0", "y0", "dx", "dy", "width", "offset"];

/** @param {any} trace */
const kind = (trace) => trace.type ?? "scatter";

export class Painter {
  /**
   * @param {any} figure as it shall look; the outputs are put into it
   * @param {{path: (string|number)[]}[]} places where outputs or texts land
   */
  constructor(figure, places) {
    this.figure = figure;
    this.touched = places.map(({ path }) => path).filter(([part, , key]) => part === "data" && key !== "name");
    const indices = new Set(this.touched.map(([, index]) => Number(index)));
    const known = [...indices].filter((index) => kind(figure.data[index]) in RANKS);
    const rank = (index) => RANKS[kind(figure.data[index])] * 1000 + index;
    const lowest = Math.min(...known.map(rank));
    this.traces = figure.data.map((_, index) => index)
      .filter((index) => rank(index) >= lowest && figure.data[index].visible !== "legendonly")
      .sort((a, b) => rank(a) - rank(b));
    const moving = new Set(places.filter(({ path }) => path[1] === "shapes").map(({ path }) => Number(path[2])));
    this.shapes = (figure.layout.shapes ?? []).map((_, index) => index)
      .filter((index) => moving.has(index) || (this.traces.length && figure.layout.shapes[index].layer !== "below"));
  }

  /** Whether the painter, not plotly, draws what stands there. @param {(string|number)[]} path */
  paints([part, key, index]) {
    return part === "data" ? key !== "name" && this.traces.includes(Number(key)) : key === "shapes" && this.shapes.includes(Number(index));
  }

  /** The figure for plotly: what is painted is there, for axes and legends, but cannot be seen. */
  hidden() {
    const blank = (value) => (value && typeof value === "object" ? Array.from(value, blank) : null);
    const data = this.figure.data.map((trace, index) => {
      if (!this.traces.includes(index)) return { ...trace };
      const unseen = { ...trace, hoverinfo: "skip", hovertemplate: null };
      if ("z" in trace) return { ...unseen, opacity: 0, texttemplate: "" };
      const key = trace.orientation === "h" ? "x" : "y";
      return { ...unseen, [key]: blank(trace[key]) };
    });
    const shapes = this.figure.layout.shapes?.map((shape, index) => (this.shapes.includes(index) ? { ...shape, opacity: 0 } : shape));
    return { data, layout: { ...structuredClone(this.figure.layout), ...(shapes && { shapes: structuredClone(shapes) }) } };
  }

  /** Lay the canvas over the plot's area. @param {any} plot */
  attach(plot) {
    this.plot = plot;
    this.canvas = element("canvas", { class: "dlbook-canvas", "aria-hidden": "true" });
    plot.on("plotly_afterplot", () => this.paint());
  }

  /** A trace as plotly understood it, with the data as they are now. @param {number} index */
  view(index) {
    const full = this.plot._fullData.find((trace) => trace.index === index) ?? {};
    const now = this.figure.data[index];
    const view = { ...full, key: now, opacity: now.opacity ?? 1, texttemplate: now.texttemplate };
    for (const key of DATA) if (now[key] !== undefined) view[key] = now[key];
    for (const [, place, key, inner, deeper] of this.touched) {
      if (place !== index || DATA.includes(String(key))) continue;
      if (inner === undefined || typeof inner === "number") view[key] = now[key];
      else if (deeper === undefined || typeof deeper === "number") view[key] = { ...view[key], [inner]: now[key][inner] };
      else view[key] = { ...view[key], [inner]: { ...view[key]?.[inner], [deeper]: now[key][inner][deeper] } };
    }
    return view;
  }

  paint() {
    const { plot, canvas } = this;
    const layout = plot?._fullLayout;
    if (!layout || !(this.traces.length || this.shapes.length)) return;
    const holder = plot.querySelector(".gl-container"); // between plotly's drawing and its titles
    if (canvas.parentNode !== holder) holder.append(canvas);
    const { width, height } = layout;
    const ratio = devicePixelRatio || 1;
    const [wide, tall] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== wide || canvas.height !== tall) {
      Object.assign(canvas, { width: wide, height: tall });
      Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    }
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    for (const below of [true, false]) {
      if (!below) this.paintTraces(context, layout);
      this.shapes.filter((index) => (this.figure.layout.shapes[index].layer === "below") === below)
        .forEach((index) => this.paintShape(context, index));
    }
  }

  /** Paint inside the rectangle of two scales only. */
  clipped(context, [x, y], paint) {
    context.save();
    context.beginPath();
    context.rect(x.low, y.low, x.high - x.low, y.high - y.low);
    context.clip();
    paint();
    context.restore();
  }

  paintTraces(context, layout) {
    const views = new Map(this.figure.data.map((_, index) => [index, this.view(index)]));
    const scales = (trace) => scalesOf(this.plot, trace);
    const bars = [...views.values()].filter((view) => view.type === "bar" && view.visible === true);
    for (const index of this.traces) {
      const view = views.get(index);
      if (view.visible !== true) continue;
      const axes = scales(view);
      this.clipped(context, axes, () => {
        if (view.type === "bar") {
          const beside = bars.filter((bar) => bar.xaxis === view.xaxis && bar.yaxis === view.yaxis);
          paintBars(context, beside, layout, scales, [view]);
        } else if (view.type === "scatter") {
          const before = [...views.values()].filter((other) => other.type === "scatter" && other.index < index).at(-1);
          paintScatter(context, view, axes, layout, before && points(before, axes));
        } else paintCells(context, view, axes, layout);
      });
    }
  }

  paintShape(context, index) {
    const full = this.plot._fullLayout.shapes[index];
    const now = this.figure.layout.shapes[index];
    if (now.visible === false) return;
    /** @type {[Scale, Scale]} */
    const axes = [scaleOfShape(this.plot, "x", full.xref), scaleOfShape(this.plot, "y", full.yref)];
    const [[a, c], [b, d]] = ["x", "y"].map((letter, k) => [axes[k].place(now[`${letter}0`]), axes[k].place(now[`${letter}1`])]);
    if (![a, b, c, d].every(Number.isFinite)) return;
    this.clipped(context, axes, () => {
      context.globalAlpha = now.opacity ?? 1;
      context.beginPath();
      if (full.type === "line") { context.moveTo(a, b); context.lineTo(c, d); }
      else if (full.type === "circle") context.ellipse((a + c) / 2, (b + d) / 2, Math.abs(c - a) / 2, Math.abs(d - b) / 2, 0, 0, 7);
      else context.rect(Math.min(a, c), Math.min(b, d), Math.abs(c - a), Math.abs(d - b));
      if (full.fillcolor && full.type !== "line") { context.fillStyle = now.fillcolor ?? full.fillcolor; context.fill(); }
      if (full.line?.width) { setLine(context, { ...full.line, ...now.line }); context.stroke(); }
    });
  }

  /** The matrix cell at a place of the plot. @param {number} left @param {number} top pixels from the plot's corner */
  cellAt(left, top) {
    for (const index of this.figure.data.map((_, i) => i).reverse()) {
      if (!["heatmap", "image"].includes(kind(this.figure.data[index]))) continue;
      const view = this.view(index);
      const axes = scalesOf(this.plot, view);
      const inside = left >= axes[0].low && left <= axes[0].high && top >= axes[1].low && top <= axes[1].high;
      const cell = inside && cellAt(view, axes, left, top);
      if (cell) return { ...cell, value: view.z[cell.row][cell.column], trace: index };
    }
    return null;
  }
}
