// Picture: an example, a file or a pasted picture brought to the model's size, or pixels painted by hand.

import { pack, unpack } from "./arrays.mjs";
import { button, element } from "./dom.mjs";

const OWN = "your picture";

/** Bring a picture of any size to the model's: the middle square of it, in its shape. @param {Blob} file @param {number[]} shape */
async function read(file, [channels, height, width]) {
  const whole = await createImageBitmap(file);
  const factor = Math.max(width / whole.width, height / whole.height);
  const [w, h] = [width / factor, height / factor];
  const [left, top] = [Math.floor((whole.width - w) / 2), Math.floor((whole.height - h) / 2)];
  const small = await createImageBitmap(whole, left, top, Math.max(1, Math.round(w)), Math.max(1, Math.round(h)),
    { resizeWidth: width, resizeHeight: height, resizeQuality: "high" });
  const pen = element("canvas", { width, height }).getContext("2d");
  pen.fillStyle = "#ffffff"; // behind what is transparent
  pen.fillRect(0, 0, width, height);
  pen.drawImage(small, 0, 0);
  whole.close();
  const { data } = pen.getImageData(0, 0, width, height);
  const size = width * height;
  const pixels = new Float32Array(channels * size);
  for (let i = 0; i < size; i += 1) {
    const color = [data[4 * i] / 255, data[4 * i + 1] / 255, data[4 * i + 2] / 255];
    if (channels === 1) pixels[i] = 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2];
    else color.forEach((part, k) => { pixels[k * size + i] = part; });
  }
  return pixels;
}

/** @type {import("./types").Builder} */
export function picture(control, id, move) {
  const { shape } = control.examples[0][1];
  const [channels, height, width] = shape;
  const size = height * width;
  let pixels = new Float32Array(channels * size);
  let erasing = false;
  const cursor = { row: height >> 1, column: width >> 1, shown: false };
  const note = element("p", { class: "dlbook-hint", role: "status" });
  const select = element("select", { id, class: "form-select" },
    ...control.examples.map(([label]) => element("option", { value: label }, label)), element("option", { value: OWN, hidden: true }, OWN));
  const pad = element("canvas", { width, height, class: "dlbook-pad" });
  const marker = element("span", { class: "dlbook-cursor", hidden: true });
  const frame = element("div", { class: "dlbook-pad-frame" }, pad, marker);
  const file = element("input", { type: "file", accept: "image/*", class: "visually-hidden", tabindex: -1, "aria-label": "Upload a picture" });
  const color = element("input", { type: "color", value: "#ffffff", "aria-label": "Colour of the brush" });
  const erase = button("Erase", () => { erasing = !erasing; erase.setAttribute("aria-pressed", String(erasing)); }, { "aria-pressed": "false" });
  const clear = button("Clear", () => { pixels = new Float32Array(channels * size); own(); });

  select.addEventListener("change", () => { note.textContent = ""; move({ example: select.value }); });
  file.addEventListener("change", () => { if (file.files[0]) bring(file.files[0]); file.value = ""; });

  /** @param {Blob} blob */
  async function bring(blob) {
    try {
      pixels = await read(blob, shape);
    } catch {
      note.textContent = "This file could not be read as a picture; the last one stays.";
      return;
    }
    note.textContent = `Your picture was brought to ${width} × ${height} pixels; it stays on this machine.`;
    own();
  }

  function own() {
    draw();
    select.value = OWN;
    move({ pixels: pack(pixels) });
  }

  function draw() {
    const image = new ImageData(width, height);
    for (let i = 0; i < size; i += 1) {
      for (let k = 0; k < 3; k += 1) image.data[4 * i + k] = 255 * pixels[(channels === 1 ? 0 : k) * size + i];
      image.data[4 * i + 3] = 255;
    }
    pad.getContext("2d").putImageData(image, 0, 0);
    marker.hidden = !cursor.shown;
    Object.assign(marker.style, {
      left: `${(100 * cursor.column) / width}%`, top: `${(100 * cursor.row) / height}%`, width: `${100 / width}%`, height: `${100 / height}%`,
    });
  }

  /** @param {number} row @param {number} column */
  function dab(row, column) {
    if (row < 0 || row >= height || column < 0 || column >= width) return;
    const ink = [1, 3, 5].map((at) => parseInt(color.value.slice(at, at + 2), 16) / 255);
    for (let k = 0; k < channels; k += 1) pixels[k * size + row * width + column] = erasing ? 0 : channels === 1 ? 1 : ink[k];
  }

  /** Paint all pixels between two places. @param {number[]} from @param {number[]} to */
  function stroke(from, to) {
    const steps = Math.max(1, Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]));
    for (let i = 0; i <= steps; i += 1) {
      const [row, column] = from.map((start, k) => Math.round(start + ((to[k] - start) * i) / steps));
      dab(row, column);
    }
    own();
  }

  if (control.paint) paintable();
  function paintable() {
    Object.assign(pad, { tabIndex: 0 });
    pad.classList.add("dlbook-paintable");
    pad.setAttribute("role", "application");
    pad.setAttribute("aria-roledescription", "painting pad");
    pad.setAttribute("aria-label", `${control.label || "Picture"}: arrow keys move the brush, space paints`);
    let last = null;
    const place = (event) => {
      const box = pad.getBoundingClientRect();
      return [Math.floor(((event.clientY - box.top) / box.height) * height), Math.floor(((event.clientX - box.left) / box.width) * width)];
    };
    const closed = () => pad.closest("fieldset")?.disabled;
    pad.addEventListener("pointerdown", (event) => {
      if (closed()) return;
      pad.setPointerCapture(event.pointerId);
      last = place(event);
      stroke(last, last);
    });
    pad.addEventListener("pointermove", (event) => {
      if (!last) return;
      const now = place(event);
      stroke(last, now);
      last = now;
    });
    ["pointerup", "pointercancel"].forEach((kind) => pad.addEventListener(kind, () => { last = null; }));
    pad.addEventListener("focus", () => { cursor.shown = pad.matches(":focus-visible"); draw(); });
    pad.addEventListener("blur", () => { cursor.shown = false; draw(); });
    pad.addEventListener("keydown", (event) => {
      const way = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], " ": [0, 0] }[event.key];
      if (!way || closed()) return;
      event.preventDefault();
      cursor.shown = true;
      cursor.row = Math.min(height - 1, Math.max(0, cursor.row + way[0]));
      cursor.column = Math.min(width - 1, Math.max(0, cursor.column + way[1]));
      if (event.key === " ") stroke([cursor.row, cursor.column], [cursor.row, cursor.column]);
      else draw();
    });
  }

  const tools = [];
  if (control.upload) {
    tools.push(button("Upload", () => file.click()), file);
    frame.addEventListener("paste", (event) => paste(event));
    select.addEventListener("paste", (event) => paste(event));
    if (navigator.clipboard?.read) tools.push(button("Paste", fromClipboard));
  }
  if (control.paint) tools.push(erase, clear, ...(channels === 3 ? [color] : []));

  /** @param {ClipboardEvent} event */
  function paste(event) {
    const found = [...event.clipboardData.files].find((each) => each.type.startsWith("image/"));
    if (found) { event.preventDefault(); bring(found); } else note.textContent = "The clipboard holds no picture.";
  }

  async function fromClipboard() {
    try {
      for (const item of await navigator.clipboard.read()) {
        const type = item.types.find((each) => each.startsWith("image/"));
        if (type) return bring(await item.getType(type));
      }
      note.textContent = "The clipboard holds no picture.";
    } catch {
      note.textContent = "The browser does not allow reading the clipboard; upload the picture instead.";
    }
    return undefined;
  }

  return {
    parts: [element("div", { class: "dlbook-easel" }, frame, element("div", {}, select, element("div", { class: "dlbook-row" }, ...tools))), note],
    show(value) {
      const example = control.examples.find(([label]) => label === value.example);
      pixels = (example ? unpack(example[1]) : unpack({ shape, data: value.pixels })).data.slice();
      select.value = example ? value.example : OWN;
      draw();
    },
    forget() { note.textContent = ""; },
  };
}
