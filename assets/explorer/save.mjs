// What a reader can take along: the figures as pictures, the numbers as a table.

import { download } from "./dom.mjs";

/** @param {string} name @param {import("./panel.mjs").Panel[]} panels */
export async function savePictures(name, panels) {
  for (const panel of panels) {
    download(`${name}${panels.length > 1 ? `-${panel.spec.name}` : ""}.png`, await panel.picture());
  }
}

const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const row = (...cells) => cells.map((cell) => quoted(String(cell))).join(",");

/**
 * One line for each control and each number of each output.
 * @param {Record<string, any>} values @param {import("./types").Outputs} outputs
 */
export function table(values, outputs) {
  const lines = [row("kind", "name", "index", "value")];
  for (const [name, value] of Object.entries(values)) {
    lines.push(row("control", name, "", typeof value === "string" ? value : JSON.stringify(value)));
  }
  for (const [name, { shape, data }] of Object.entries(outputs)) {
    data.forEach((value, flat) => {
      const index = [];
      for (let axis = shape.length - 1, rest = flat; axis >= 0; rest = Math.floor(rest / shape[axis]), axis -= 1) index.unshift(rest % shape[axis]);
      lines.push(row("output", name, index.join(" "), value));
    });
  }
  return `${lines.join("\r\n")}\r\n`;
}

/** @param {string} name @param {Record<string, any>} values @param {import("./types").Outputs} outputs */
export function saveTable(name, values, outputs) {
  const address = URL.createObjectURL(new Blob([table(values, outputs)], { type: "text/csv" }));
  download(`${name}.csv`, address);
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
