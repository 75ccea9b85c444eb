// Panels in space: turned by pointer and keyboard; a map of the same figure where the browser has no WebGL.

import { element } from "./dom.mjs";

/** @typedef {import("./types").PanelSpec} PanelSpec */

export const NO_WEBGL = "This browser cannot draw in space (it has no WebGL), so this is the surface as seen from above.";
const STEP = 10; // degrees for each press of a key
const NUDGE = 0.5; // degrees for each pixel
const STEEPEST = 85; // degrees above or below the ground
/** @type {[number, number]} */
const RANGE = [0.8, 5]; // of the distance
const FLAT = { surface: "heatmap", scatter3d: "scatter" };
const KEYS = { cmin: "zmin", cmax: "zmax" };
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** @param {any} figure */
export const inSpace = ({ data }) => window.dlbookPlots.inSpace(data.map(({ type = "scatter" }) => type));

/** Whether the browser can draw in space; asked once. @returns {boolean} */
export function hasWebGL() {
  const context = document.createElement("canvas").getContext?.("webgl");
  context?.getExtension("WEBGL_lose_context")?.loseContext(); // a page may hold few of them
  return Boolean(context);
}

/** The same panel as a map: surfaces become cells, what lies on them keeps its x and y. @param {PanelSpec} spec @returns {PanelSpec} */
export function fromAbove(spec) {
  const { data, layout: { scene = {}, ...layout } } = spec.figure;
  const axis = ({ title = undefined, range = undefined } = {}) => JSON.parse(JSON.stringify({ title, range }));
  const seen = data.map(({ type, z, cmin, cmax, showscale, colorscale, contours, lighting, ...trace }) => {
    if (type === "surface") return { ...trace, type: "heatmap", z, zmin: cmin, zmax: cmax, colorscale, zsmooth: "best", showscale: false };
    return type in FLAT ? { ...trace, type: FLAT[type] } : { type: "scatter", x: [], y: [] };
  });
  const landings = spec.landings.flatMap((landing) => {
    const [part, index, key, ...rest] = landing.path;
    if (part === "layout" && index === "scene") return /^[xy]axis$/.test(String(key)) ? [{ ...landing, path: [part, key, ...rest] }] : [];
    if (part !== "data") return [landing];
    const known = data[index].type in FLAT && !(data[index].type === "scatter3d" && key === "z");
    return known ? [{ ...landing, path: [part, index, KEYS[key] ?? key, ...rest] }] : [];
  });
  return { ...spec, landings, figure: { data: seen, layout: { ...layout, xaxis: axis(scene.xaxis), yaxis: axis(scene.yaxis) } } };
}

/** The direction in which a camera looks, in degrees, and how far away it is. @param {{eye: any, center?: any}} camera */
function direction({ eye, center = { x: 0, y: 0, z: 0 } }) {
  const [x, y, z] = ["x", "y", "z"].map((letter) => eye[letter] - center[letter]);
  const far = Math.hypot(x, y, z);
  return { around: (Math.atan2(y, x) * 180) / Math.PI, up: (Math.asin(z / far) * 180) / Math.PI, far, center };
}

/** Lay a handle over a panel by which its figure is turned. @param {import("./panel.mjs").Panel} panel */
export function turnable(panel) {
  const { plot } = panel;
  const first = direction(plot._fullLayout.scene.camera);
  const handle = element("div", {
    class: "dlbook-turn", tabindex: 0, role: "slider", "aria-valuemin": -180, "aria-valuemax": 180,
    "aria-label": `${panel.spec.name}: direction of view. Arrow keys turn it, plus and minus bring it nearer and farther.`,
    title: "Drag, or use the arrow keys, to turn",
  });

  /** Where it is seen from, or soon will be. */
  const now = () => {
    const { camera } = plot._fullLayout.scene;
    return direction({ ...camera, eye: panel.layoutChanges["scene.camera.eye"] ?? camera.eye });
  };

  /** @param {{around: number, up: number, far: number, center: any}} to */
  function look({ around, up, far, center }) {
    const [a, b] = [around, up].map((degrees) => (degrees * Math.PI) / 180);
    panel.layoutChanges["scene.camera.eye"] = {
      x: center.x + far * Math.cos(b) * Math.cos(a), y: center.y + far * Math.cos(b) * Math.sin(a), z: center.z + far * Math.sin(b),
    };
    panel.flushNext();
    say({ around, up });
  }

  /** @param {{around: number, up: number}} seen */
  function say({ around, up }) {
    handle.setAttribute("aria-valuenow", String(Math.round(around)));
    handle.setAttribute("aria-valuetext", `from ${Math.round(around)} degrees around and ${Math.round(up)} degrees up`);
  }

  /** @param {number} around degrees @param {number} up degrees @param {number} [farther] factor of the distance */
  function turn(around, up, farther = 1) {
    const { around: before, up: height, far, center } = now();
    const within = (value, low, high) => Math.max(low, Math.min(high, value));
    look({
      around: ((before + around + 540) % 360) - 180,
      up: within(height + up, -STEEPEST, STEEPEST),
      far: within(far * farther, ...RANGE),
      center,
    });
  }

  let last = null;
  handle.addEventListener("pointerdown", (event) => { last = [event.clientX, event.clientY]; handle.setPointerCapture(event.pointerId); });
  handle.addEventListener("pointermove", (event) => {
    if (!last) return;
    turn(NUDGE * (last[0] - event.clientX), NUDGE * (event.clientY - last[1]));
    last = [event.clientX, event.clientY];
  });
  ["pointerup", "pointercancel"].forEach((kind) => handle.addEventListener(kind, () => { last = null; }));
  handle.addEventListener("keydown", (event) => {
    const way = WAYS[event.key];
    const farther = { "+": 0.9, "-": 1 / 0.9 }[event.key];
    if (way) turn(STEP * way[0], STEP * way[1]);
    else if (farther) turn(0, 0, farther);
    else if (event.key === "Home") look(first);
    else return;
    event.preventDefault();
  });
  handle.addEventListener("focus", () => say(now()));
  say(first);
  panel.element.append(handle);
}
