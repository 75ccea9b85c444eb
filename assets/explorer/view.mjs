// What an explorer looks like: its parts in reading order, and the texts that follow every run.

import { buildControls } from "./controls.mjs";
import { button, element, scrolling } from "./dom.mjs";
import { say } from "./format.mjs";
import { Panel } from "./panel.mjs";
import { buildPlayer } from "./player.mjs";
import { saveTable, savePictures } from "./save.mjs";

/** @typedef {import("./types").Payload} Payload @typedef {import("./types").Lookup} Lookup */

export class View {
  /** @param {HTMLElement} root @param {Payload} payload @param {import("./explorer.mjs").Explorer} explorer */
  constructor(root, payload, explorer) {
    this.root = root;
    this.payload = payload;
    this.explorer = explorer;
    this.panels = payload.panels.map((spec) => new Panel(spec, payload.controls));
    this.controls = buildControls(payload, this.panels, (name, value) => explorer.move(name, value));
    this.status = element("p", { class: "dlbook-hint dlbook-status", role: "status" });
    this.heard = element("p", { class: "visually-hidden", role: "status" });
    this.notice = element("p", { class: "dlbook-notice", role: "status" });
    this.sentence = root.querySelector(".dlbook-explorer-says") ?? element("p", { class: "dlbook-explorer-says" });
    this.sentence.setAttribute("aria-live", "polite");
    this.readouts = payload.readouts.map(() => element("li"));
    this.challenges = payload.challenges.map(({ text }) => element("li", {}, element("span", { class: "dlbook-tick", "aria-hidden": "true" }, "○"), ` ${text}`));
    this.build();
  }

  build() {
    const { root, payload, explorer } = this;
    const title = root.querySelector(".dlbook-explorer-title") ?? element("h3", { class: "dlbook-explorer-title" }, payload.title);
    this.presets = payload.stored.slice(1).map((stored) => button(stored.label, () => explorer.show(stored), { "aria-pressed": "false" }));
    const parts = [title];
    if (payload.look_for) parts.push(element("p", { class: "dlbook-look-for" }, payload.look_for));
    if (this.presets.length) parts.push(scrolling(element("div", { class: "dlbook-row dlbook-presets", role: "group", "aria-label": "Presets" }, ...this.presets)));
    const panels = element("div", { class: "dlbook-panels", role: "group", "aria-label": "Figures" }, ...this.panels.map((panel) => panel.element));
    const stage = element("div", { class: "dlbook-stage" }, this.status, this.notice, scrolling(panels), this.sentence);
    if (this.readouts.length) stage.append(element("ul", { class: "dlbook-readouts" }, ...this.readouts));
    if (this.challenges.length) stage.append(element("div", { class: "dlbook-tasks" }, element("p", { class: "dlbook-label" }, "Try this"), element("ul", { class: "dlbook-challenges" }, ...this.challenges)));
    const desk = element("div", { class: "dlbook-desk" }, this.controls.element);
    if (payload.state) {
      this.player = buildPlayer(payload.name, () => explorer.step(), () => explorer.resetState());
      desk.prepend(this.player.element);
    }
    parts.push(element("div", { class: "dlbook-bench" }, stage, desk));
    parts.push(...this.actions(), this.heard);
    root.replaceChildren(...parts);
  }

  /** The buttons at the end. */
  actions() {
    const { payload, explorer } = this;
    const code = element("div", { class: "dlbook-code highlight", id: `${payload.name}-code`, hidden: true });
    code.innerHTML = payload.code ?? "";
    code.querySelectorAll("pre").forEach((pre) => { pre.tabIndex = 0; });
    const show = button("Show the torch code", () => {
      code.hidden = !code.hidden;
      show.textContent = code.hidden ? "Show the torch code" : "Hide the torch code";
      show.setAttribute("aria-expanded", String(!code.hidden));
    }, { "aria-expanded": "false", "aria-controls": code.id });
    const buttons = [
      button("Reset", () => explorer.reset()),
      show,
      button("Save PNG", () => savePictures(payload.name, this.panels)),
      button("Save CSV", () => saveTable(payload.name, explorer.values, explorer.outputs)),
      button("Copy link", () => this.copyLink()),
    ];
    if (!payload.code) buttons.splice(1, 1);
    return [element("div", { class: "dlbook-row dlbook-actions" }, ...buttons), code];
  }

  async copyLink() {
    const address = this.explorer.address();
    history.replaceState(null, "", address);
    try {
      await navigator.clipboard.writeText(address);
      this.tell("The link is copied.");
    } catch {
      this.tell("The link stands in the address bar.");
    }
  }

  async draw() {
    for (const panel of [...this.panels].sort((a, b) => +a.space - +b.space)) await panel.draw(); // flat ones first
    this.controls.drawn();
  }

  /** @param {import("./types").Outputs} outputs @param {Lookup} lookup @param {boolean} opened whether the reader may meet challenges */
  update(outputs, lookup, opened) {
    const { payload } = this;
    this.panels.forEach((panel) => panel.update(outputs, lookup));
    setText(this.sentence, say(payload.says, lookup));
    this.readouts.forEach((line, i) => setText(line, say(payload.readouts[i], lookup)));
    if (opened) payload.challenges.forEach(({ met }, i) => { if (outputs[met]?.data[0] > 0.5) this.meet(i); });
  }

  /** A challenge that was met stays met. @param {number} i */
  meet(i) {
    const line = this.challenges[i];
    if (line.classList.contains("met")) return;
    line.classList.add("met");
    line.firstChild.textContent = "✓";
    line.append(element("strong", {}, " – found"));
    this.heard.textContent = `Found: ${this.payload.challenges[i].text}`;
  }

  /** @param {string | null} label of the preset that is shown */
  preset(label) {
    this.presets.forEach((each) => each.setAttribute("aria-pressed", String(each.textContent === label)));
  }

  /** The reader starts anew, from a stored state. @param {string} label */
  forget(label) {
    this.preset(label);
    this.controls.forget();
    this.player?.forget();
    if (!this.explorer.failed) this.tell("");
  }

  /** @param {string} text */
  tell(text) { setText(this.notice, text); }

  /** @param {string} text how far the engine is */
  progress(text) { setText(this.status, text); }

  /** @param {string} text */
  fail(text) {
    this.progress("");
    this.tell(text);
    this.controls.disable(true);
    this.player?.disable(true);
  }

  async settle() {
    for (const panel of this.panels) await panel.settled();
  }
}

/** @param {Element} place @param {string} text */
function setText(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
