// Places in panels: points to drag, cells to point at.

import { element } from "./dom.mjs";
import { number } from "./format.mjs";

const ARROWS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const clamp = (value, [low, high]) => Math.min(high, Math.max(low, value));

/** @type {import("./types").Builder} */
export function points(control, id, move, panels) {
  const { x, y } = control;
  const panel = panels.find((each) => each.spec.name === control.panel) ?? panels[0];
  /** @type {number[][]} */
  let now = control.start;
  const name = (i) => control.names?.[i] ?? `${control.label || "Point"}${control.start.length > 1 ? ` ${i + 1}` : ""}`;
  const handles = control.start.map((_, i) => element("button", {
    type: "button", class: "dlbook-handle", "aria-roledescription": "draggable point", "aria-label": name(i),
  }));
  panel.element.append(element("div", { class: "dlbook-handles" }, ...handles));

  /** @param {number} i @param {number[]} point */
  function put(i, point) {
    const tidy = point.map((value, k) => Number(clamp(value, [x, y][k]).toPrecision(4)));
    now = now.map((old, k) => (k === i ? tidy : old));
    place();
    move(now);
  }

  function place() {
    now.forEach(([a, b], i) => {
      handles[i].setAttribute("aria-label", `${name(i)}: ${number(a, ".3g")}, ${number(b, ".3g")}. Arrow keys move it.`);
      if (!panel.plot) return;
      const [left, top] = panel.toPixel([a, b]);
      handles[i].style.transform = `translate(${left - 22}px, ${top - 22}px)`;
    });
  }

  handles.forEach((handle, i) => {
    let grip = null;
    handle.addEventListener("pointerdown", (event) => {
      const [left, top] = panel.pixelOf(event);
      const [a, b] = panel.toPixel(now[i]);
      grip = [left - a, top - b];
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => {
      if (!grip) return;
      const [left, top] = panel.pixelOf(event);
      put(i, panel.fromPixel(left - grip[0], top - grip[1]));
    });
    ["pointerup", "pointercancel"].forEach((kind) => handle.addEventListener(kind, () => { grip = null; }));
    handle.addEventListener("keydown", (event) => {
      const way = ARROWS[event.key];
      if (!way) return;
      event.preventDefault();
      const step = event.shiftKey ? 0.1 : 0.01; // of the range
      put(i, [now[i][0] + way[0] * step * (x[1] - x[0]), now[i][1] + way[1] * step * (y[1] - y[0])]);
    });
  });

  return {
    group: "none",
    parts: [element("p", { class: "dlbook-hint" }, `${control.label || "Points"}: drag in the figure, or use the arrow keys.`)],
    drawn() { panel.plot.on("plotly_afterplot", place); place(); },
    show(value) { now = value; place(); },
    disable(off) { handles.forEach((handle) => { handle.disabled = off; }); },
  };
}

/** @type {import("./types").Builder} */
export function hover(control, id, move, panels) {
  let now = control.start;
  let off = false;
  const parts = control.panels.map((name) => panels.find((panel) => panel.spec.name === name));

  /** @param {number} p @param {number} row @param {number} column */
  function point(p, row, column) {
    const [rows, columns] = control.sizes[control.panels[p]];
    const next = [p, clamp(row, [0, rows - 1]), clamp(column, [0, columns - 1])];
    if (off || next.join() === now.join()) return;
    now = next;
    tell();
    move(now);
  }

  const stops = parts.map((panel, p) => {
    const stop = element("div", { class: "dlbook-cells", tabindex: 0, role: "application", "aria-roledescription": "matrix of cells" });
    panel.element.append(stop);
    panel.element.addEventListener("pointermove", (event) => follow(event));
    panel.element.addEventListener("pointerdown", (event) => follow(event));
    const follow = (event) => {
      const [rows, columns] = control.sizes[control.panels[p]];
      const [left, top] = panel.pixelOf(event);
      const [a, b] = panel.fromPixel(left, top);
      const found = panel.painter.cellAt(left, top);
      const { x0 = 0, y0 = 0 } = panel.painter.figure.data[found?.trace] ?? {}; // where its first cell stands
      const cell = found ? { row: found.row + y0, column: found.column + x0 } : { row: Math.round(b), column: Math.round(a) };
      if (cell.row >= 0 && cell.row < rows && cell.column >= 0 && cell.column < columns) point(p, cell.row, cell.column);
    };
    stop.addEventListener("keydown", (event) => {
      const way = ARROWS[event.key];
      if (!way) return;
      event.preventDefault();
      if (now[0] === p) point(p, now[1] - way[1], now[2] + way[0]);
      else point(p, 0, 0);
    });
    return stop;
  });

  function tell() {
    stops.forEach((stop, p) => {
      const place = now[0] === p ? `row ${now[1]}, column ${now[2]}` : "no cell chosen";
      stop.setAttribute("aria-label", `${control.panels[p]}: ${place}. Arrow keys move the cell.`);
    });
  }

  return {
    group: "none",
    parts: [element("p", { class: "dlbook-hint" }, `${control.label || "Cell"}: point at a cell, or use Tab and the arrow keys.`)],
    show(value) { now = value; tell(); },
    disable(value) { off = value; },
  };
}
