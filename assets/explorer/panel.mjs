// A panel: one small figure, which plotly draws once and into which the outputs of every run land.

import { at, attribute, listed, nested, plain, put } from "./arrays.mjs";
import { element, nextFrame, settling } from "./dom.mjs";
import { fill, number } from "./format.mjs";
import { Painter } from "./painter.mjs";
import { LatestWins } from "./queue.mjs";
import { scalesOf } from "./scales.mjs";
import { fromAbove, hasWebGL, inSpace, NO_WEBGL, turnable } from "./space.mjs";

/** @typedef {import("./types").Lookup} Lookup */

const SHOWN = ["zmin", "zmax", "cmin", "cmax", "name"]; // of painted traces, plotly shows these in legends and bars
const QUIET = 120; // milliseconds without a run, after which titles, annotations and ticks follow
const LONGEST = 400; // milliseconds after which they follow in any case
let turn = Promise.resolve(); // panels follow one after the other, each in a frame of its own
const escape = (/** @type {string} */ text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

export class Panel {
  /** @param {import("./types").PanelSpec} spec @param {import("./types").Control[]} controls */
  constructor(spec, controls) {
    const space = inSpace(spec.figure);
    this.space = space && hasWebGL();
    this.spec = spec = space && !this.space ? fromAbove(spec) : spec;
    this.controls = controls;
    this.figure = plain(spec.figure);
    this.painter = new Painter(this.figure, [...spec.landings, ...spec.texts]);
    this.element = element("div", { class: "dlbook-explorer-panel" });
    this.note = space && !this.space ? [element("p", { class: "dlbook-hint" }, NO_WEBGL)] : [];
    this.tip = element("div", { class: "dlbook-tip", hidden: true, "aria-hidden": "true" });
    /** @type {Record<string, any>} */
    this.layoutChanges = {};
    /** @type {Map<number, Record<string, any>>} */
    this.traceChanges = new Map();
    this.flushSoon = settling(() => { turn = turn.then(() => this.flush()).then(nextFrame); }, QUIET, LONGEST);
    this.frames = new LatestWins(() => this.flush());
    const { layout } = this.figure;
    this.tied = Object.keys(layout).some((key) => layout[key]?.scaleanchor); // then a range moves the plot's edges, too
    this.ranges = spec.landings.map(({ path }) => path).filter((path) => path[0] === "layout" && path[2] === "range");
    this.element.style.minHeight = `${this.figure.layout.height ?? 300}px`;
  }

  /** Draw it with plotly: once. */
  async draw() {
    const { data, layout } = this.painter.hidden();
    const holder = element("div");
    this.element.append(holder, ...this.note, this.tip);
    this.plot = await window.dlbookPlots.draw(holder, { data, layout }, layout.meta?.alt ?? "", false);
    this.element.style.minHeight = "";
    this.layoutChanges = {};
    this.traceChanges.clear();
    this.painter.attach(this.plot);
    this.painter.paint();
    if (this.space) turnable(this);
    this.element.addEventListener("pointermove", (event) => this.showTip(event));
    this.element.addEventListener("pointerleave", () => { this.tip.hidden = true; });
  }

  /** Put the outputs of a run where they land, and show them. @param {import("./types").Outputs} outputs @param {Lookup} lookup */
  update(outputs, lookup) {
    for (const { path, output, take, shape } of this.spec.landings) {
      const { data } = outputs[output];
      const taken = take ? Float32Array.from(take, (index) => data[index]) : data;
      this.change(path, nested(taken, shape));
    }
    for (const { path, format } of this.spec.texts) this.change(path, fill(format, lookup, escape));
    for (const { path, control: name } of this.spec.words) this.change(path, this.texts(name, lookup).map(escape));
    if (!this.plot) return;
    const { layout } = this.figure;
    for (const [, axis] of this.ranges) this.plot.dlbookRanges = { ...this.plot.dlbookRanges, [axis]: layout[axis].range };
    const changed = Object.keys(this.layoutChanges);
    if (this.tied && changed.some((key) => key.includes("range"))) this.flush();
    else if (this.space) this.flushNext();
    else if (changed.length || this.traceChanges.size) this.flushSoon();
    this.painter.paint();
  }

  /** @param {string} name @param {Lookup} lookup @returns {string[]} */
  texts(name, lookup) {
    const control = this.controls.find((each) => each.name === name);
    return control.kind === "words" ? /** @type {any} */ (lookup(name)) : control.options;
  }

  /** Remember one change of the figure, and how plotly has to hear of it, if it does. @param {(string|number)[]} path @param {any} value */
  change(path, value) {
    const [part, index, ...rest] = path;
    const painted = this.painter.paints(path);
    if (!painted && JSON.stringify(listed(at(this.figure, path))) === JSON.stringify(listed(value))) return;
    const shown = part === "data" && SHOWN.includes(String(rest.at(-1))) && at(this.figure, path) !== value;
    put(this.figure, path, value);
    if (path.join() === "layout,title,text" && this.retitle(value)) return;
    if (path.join() === "layout,meta,alt") this.plot?.setAttribute("aria-label", value);
    else if (part === "layout" && !painted) {
      const eye = path.slice(1, 4).join() === "scene,camera,eye"; // goes as a whole: the reader may have turned it
      this.layoutChanges[attribute(eye ? path.slice(1, 4) : path.slice(1))] = listed(eye ? at(this.figure, path.slice(0, 4)) : value);
    } else if (part === "data" && (!painted || shown)) {
      const key = rest.findIndex((step) => typeof step === "number"); // plotly restyles arrays as a whole
      const name = key < 0 ? rest : rest.slice(0, key);
      const whole = at(this.figure, ["data", index, ...name]);
      const changes = this.traceChanges.get(Number(index)) ?? {};
      this.traceChanges.set(Number(index), { ...changes, [attribute(name)]: whole });
    }
  }

  /** Change the words of the title, and leave plotly where it is. @param {string} text @returns {boolean} whether it could */
  retitle(text) {
    const shown = this.plot?.querySelector(".gtitle");
    if (!shown || !text || /[<&]/.test(text)) return false;
    shown.textContent = text;
    for (const { title } of [this.plot.layout, this.plot._fullLayout]) title.text = text; // for when it draws again
    return true;
  }

  /** Tell plotly at the next frame: what stands in space has no painter. */
  flushNext() {
    if (Object.keys(this.layoutChanges).length || this.traceChanges.size) this.frames.push(true);
  }

  /** Tell plotly what only it can draw, all at once. */
  async flush() {
    const [layout, changes] = [this.layoutChanges, this.traceChanges];
    [this.layoutChanges, this.traceChanges] = [{}, new Map()];
    const traces = {}; // for each attribute its values, trace by trace; plotly passes over what is undefined
    for (const name of new Set([...changes.values()].flatMap(Object.keys))) traces[name] = [...changes.values()].map((each) => each[name]);
    const { dlbookPlotly: Plotly } = this.plot ?? {};
    if (changes.size) await Plotly.update(this.plot, traces, layout, [...changes.keys()]);
    else if (Object.keys(layout).length) await Plotly.relayout(this.plot, layout);
  }

  /** Resolves when plotly, too, shows all that was asked for. */
  async settled() {
    await this.frames.settled();
    await this.flush();
  }

  /** The pixel of a place in the data, from the panel's corner. @param {number[]} point */
  toPixel([x, y]) {
    const [across, down] = scalesOf(this.plot, {});
    return [across.place(x), down.place(y)];
  }

  /** @param {number} left @param {number} top */
  fromPixel(left, top) {
    const [across, down] = scalesOf(this.plot, {});
    return [across.value(left), down.value(top)];
  }

  /** Where a pointer is, from the plot's corner. @param {PointerEvent} event */
  pixelOf(event) {
    const box = this.plot.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** @param {PointerEvent} event */
  showTip(event) {
    const [left, top] = this.pixelOf(event);
    const cell = this.painter.cellAt(left, top);
    this.tip.hidden = !cell || event.pointerType === "touch";
    if (!cell) return;
    const name = (letter, i) => this.plot._fullLayout[`${letter}axis`].ticktext?.[i] || i;
    const shown = Array.from(typeof cell.value === "object" && cell.value ? cell.value : [cell.value], (v) => number(v ?? NaN, ".4g"));
    this.tip.textContent = `row ${name("y", cell.row)}, column ${name("x", cell.column)}: ${shown.join(", ")}`;
    const room = this.plot.clientWidth - this.tip.offsetWidth - 4;
    this.tip.style.transform = `translate(${Math.max(0, Math.min(left + 14, room))}px, ${Math.max(0, top - 38)}px)`;
  }

  /** The panel as a picture. @returns {Promise<string>} */
  picture() {
    const { template, scene } = this.plot.layout;
    const { width, height } = this.plot._fullLayout;
    const background = getComputedStyle(document.body).backgroundColor;
    const { data, layout } = listed(this.figure);
    const whole = { ...layout, template, width, height, paper_bgcolor: background, ...(this.space && { scene: { ...layout.scene, camera: scene.camera } }) };
    return this.plot.dlbookPlotly.toImage({ data, layout: whole }, { format: "png", width, height, scale: 2 });
  }
}
