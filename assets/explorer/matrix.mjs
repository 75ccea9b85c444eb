// Matrix: a table of numbers to edit, with undo; rows and columns where it may grow.

import { button, element } from "./dom.mjs";
import { number } from "./format.mjs";

const MOST_UNDONE = 200;

/** @type {import("./types").Builder} */
export function matrix(control, id, move) {
  const { largest, low, high } = control;
  const name = control.label || control.name;
  /** @type {number[][]} */
  let rows = [];
  /** @type {number[][][]} */
  const past = [];
  const table = element("div", { class: "dlbook-matrix" });
  const note = element("p", { class: "dlbook-hint", role: "status" });
  const undo = button("Undo", () => back());
  const grow = largest && [
    ["Row +", (m) => [...m, m[0].map(() => 0)]], ["Row −", (m) => m.slice(0, -1)],
    ["Column +", (m) => m.map((row) => [...row, 0])], ["Column −", (m) => m.map((row) => row.slice(0, -1))],
  ].map(([text, change]) => Object.assign(button(String(text), () => become(/** @type {any} */ (change)(rows))), { change }));
  const spoken = { "Row +": "Add a row", "Row −": "Remove a row", "Column +": "Add a column", "Column −": "Remove a column" };
  grow?.forEach((each) => each.setAttribute("aria-label", spoken[each.textContent]));

  table.addEventListener("change", (event) => edit(/** @type {any} */ (event.target)));
  table.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && past.length) { event.preventDefault(); back(); }
  });

  /** @param {HTMLInputElement} cell */
  function edit(cell) {
    const [i, j] = cell.dataset.at.split(",").map(Number);
    const typed = cell.value.trim() === "" ? NaN : Number(cell.value.replace("−", "-").replace(",", "."));
    const where = `Row ${i + 1}, column ${j + 1}`;
    if (!Number.isFinite(typed)) {
      note.textContent = `${where} must be a number; it keeps ${number(rows[i][j], ".6g")}.`;
      cell.setAttribute("aria-invalid", "true");
      return;
    }
    const value = Math.min(high ?? Infinity, Math.max(low ?? -Infinity, typed));
    note.textContent = value === typed ? "" : `${where} must be from ${number(low, ".6g")} to ${number(high, ".6g")}.`;
    become(rows.map((row, r) => row.map((old, c) => (r === i && c === j ? value : old))), true);
  }

  /** @param {number[][]} next @param {boolean} [keepNote] */
  function become(next, keepNote) {
    past.push(rows);
    if (past.length > MOST_UNDONE) past.shift();
    if (!keepNote) note.textContent = "";
    show(next);
    move(next);
  }

  function back() {
    note.textContent = "";
    const before = past.pop();
    show(before);
    move(before);
  }

  /** @param {number[][]} next */
  function show(next) {
    const [height, width] = [next.length, next[0].length];
    if (table.children.length !== height * width || rows[0]?.length !== width) {
      table.style.setProperty("--columns", String(width));
      table.replaceChildren(...next.flatMap((row, i) => row.map((_, j) => element("input", {
        type: "text", inputmode: "decimal", "data-at": `${i},${j}`, "aria-label": `${name}, row ${i + 1}, column ${j + 1}`,
      }))));
    }
    rows = next;
    [...table.children].forEach((cell, k) => {
      cell.value = number(rows[Math.floor(k / width)][k % width], ".4g").replace("−", "-");
      cell.removeAttribute("aria-invalid");
    });
    undo.disabled = !past.length;
    const possible = [height < largest, height > 1, width < largest, width > 1];
    grow?.forEach((each, k) => { each.disabled = !possible[k]; });
  }

  return {
    group: "group",
    parts: [table, element("div", { class: "dlbook-row" }, undo, ...(grow || [])), note],
    show(value) { if (JSON.stringify(value) !== JSON.stringify(rows)) show(value); },
    forget() { past.length = 0; undo.disabled = true; note.textContent = ""; },
  };
}
