// One explorer: its values, its outputs, and what happens when the reader moves something.
//
// The start and the presets come with their outputs, so they need no engine. Any other state is computed; of
// the states that the reader runs through, the latest wins.

import { unpack } from "./arrays.mjs";
import { throttled } from "./dom.mjs";
import { open } from "./engine.mjs";
import { feeds, holds, rule } from "./inputs.mjs";
import { readHash, readLink, writeLink } from "./link.mjs";
import { LatestWins } from "./queue.mjs";
import { View } from "./view.mjs";
import { places } from "./words.mjs";

/** @typedef {import("./types").Payload} Payload @typedef {import("./types").Outputs} Outputs @typedef {import("./types").Stored} Stored */
/** @typedef {{since: number, stored?: Stored}} Job */

const KEPT = 1000; // durations
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const unpacked = (packed) => Object.fromEntries(Object.entries(packed ?? {}).map(([name, array]) => [name, unpack(array)]));

export class Explorer {
  /** @param {HTMLElement} root @param {Payload} payload @param {URL} source of the payload */
  constructor(root, payload, source) {
    this.payload = payload;
    this.source = source;
    this.start = Object.fromEntries(payload.controls.map(({ name, start }) => [name, start]));
    this.values = { ...this.start };
    this.state = unpacked(payload.state);
    /** @type {Outputs} */
    this.outputs = {};
    this.durations = [];
    /** @type {ReturnType<typeof open> | undefined} */
    this.opening = undefined;
    this.queue = new LatestWins((/** @type {Job} */ job) => this.work(job));
    this.linkSoon = throttled(() => this.writeAddress(), 250);
    this.view = new View(root, payload, this);
  }

  /** Draw the start, or what the address asks for. */
  async open() {
    await this.view.draw();
    await this.show(this.payload.stored[0]);
    this.opened = true;
    if (readHash().name === this.payload.name) await this.follow(readHash().query);
  }

  /** What a format string may name. @param {string} name */
  lookup = (name) => {
    if (name in this.outputs) return this.outputs[name];
    const control = this.payload.controls.find((each) => each.name === name);
    return control?.kind === "words" ? places(control, this.values[name]) : this.values[name];
  };

  /** The reader moved a control. @param {string} name @param {any} value @param {number} [since] */
  move(name, value, since = performance.now()) {
    this.values[name] = value;
    for (const control of this.payload.controls) {
      if (control.kind === "last_moved" && control.names.includes(name)) this.values[control.name] = control.names.indexOf(name);
    }
    this.view.preset(null);
    return this.queue.push({ since });
  }

  /** Show a state whose outputs are stored. @param {Stored} stored */
  show(stored) {
    this.values = { ...this.start, ...stored.values };
    this.state = unpacked(this.payload.state);
    this.showValues();
    this.view.forget(stored.label);
    return this.queue.push({ since: performance.now(), stored });
  }

  reset() {
    this.show(this.payload.stored[0]);
    this.writeAddress();
  }

  /** Feed the outputs back and compute the next ones. @returns {Promise<boolean>} whether it could, and went on */
  async step() {
    const since = performance.now();
    if (this.queue.busy) await this.queue.settled();
    const moves = ([name, { data }]) => this.outputs[name].data.some((value, i) => value !== data[i]);
    if (!Object.entries(this.state).some(moves)) return false; // it has come to its end
    for (const name of Object.keys(this.state)) this.state[name] = this.outputs[name];
    await this.queue.push({ since });
    return !this.failed;
  }

  resetState() {
    this.state = unpacked(this.payload.state);
    const stored = this.storedFor(this.values);
    return this.queue.push({ since: performance.now(), stored });
  }

  /** @param {Record<string, any>} values @returns {Stored | undefined} */
  storedFor(values) {
    return this.payload.stored.find((each) => same(values, { ...this.start, ...each.values }));
  }

  engine() {
    const url = new URL(this.payload.model, this.source);
    this.opening ??= open(url, this.payload, (text) => this.view.progress(text));
    return this.opening;
  }

  /** @param {Job} job */
  async work({ since, stored }) {
    let evaluate;
    try {
      evaluate = stored ? null : await this.engine();
    } catch (error) {
      return this.fail(error);
    }
    const values = { ...this.values };
    try {
      const outputs = stored ? unpacked(stored.outputs) : await evaluate(feeds(this.payload, values, this.state));
      this.land(outputs, values);
    } catch (error) {
      return this.view.tell(`This state could not be computed: ${error.message}.`);
    }
    this.durations.push(performance.now() - since);
    if (this.durations.length > KEPT) this.durations.shift();
    return undefined;
  }

  /** Show what a run returned. @param {Outputs} outputs @param {Record<string, any>} values with which it ran */
  land(outputs, values) {
    this.outputs = outputs;
    this.shown = values;
    for (const control of this.payload.controls) {
      if (outputs[control.name] && this.values[control.name] === values[control.name]) this.writeBack(control, outputs[control.name]);
    }
    this.view.update(outputs, this.lookup, Boolean(this.opened));
    if (this.opened) this.linkSoon();
  }

  /** Move a control to where an output of its name puts it. @param {import("./types").Control} control @param {import("./types").Values} output */
  writeBack({ name, kind, integer }, { data }) {
    const before = [this.values[name]].flat(2);
    if (before.every((value, i) => Math.fround(value) === data[i])) return;
    const numbers = Array.from(data, (value) => Number(value.toPrecision(7)));
    if (!numbers.every(Number.isFinite)) return;
    if (kind === "points") this.values[name] = before.flatMap((_, i) => (i % 2 ? [] : [[numbers[i], numbers[i + 1]]]));
    else this.values[name] = integer ? Math.round(numbers[0]) : numbers[0];
    this.view.controls.show(name, this.values[name]);
  }

  showValues() {
    Object.entries(this.values).forEach(([name, value]) => this.view.controls.show(name, value));
  }

  /** The engine cannot start: what is stored stays. @param {Error} error */
  fail(error) {
    this.failed = true;
    this.values = { ...this.shown };
    this.showValues();
    this.view.fail(`The engine could not start (${error.message}), so the controls are off; the start and the presets still work.`);
  }

  writeAddress() {
    const atStart = same(this.values, this.start);
    if (atStart && readHash().name !== this.payload.name) return; // it is another explorer's
    history.replaceState(null, "", atStart ? location.pathname + location.search : writeLink(this.payload, this.values));
  }

  /** The address of what is shown. */
  address() {
    return location.href.split("#")[0] + writeLink(this.payload, this.values);
  }

  /** Take the values that an address names. @param {string} query */
  async follow(query) {
    const { values, problems } = readLink(this.payload, query);
    this.view.tell(problems.join(" "));
    this.view.root.scrollIntoView({ block: "start" });
    if (!Object.keys(values).length) return;
    Object.assign(this.values, values);
    this.showValues();
    this.view.preset(null);
    await this.queue.push({ since: performance.now(), stored: this.storedFor(this.values) });
  }

  /** What tests and teachers' scripts use. */
  handle() {
    const explorer = this;
    return {
      /** Evaluate without drawing. @param {Record<string, any>} values of controls, and of the state if wanted */
      async run(values = {}) {
        const evaluate = await explorer.engine();
        const state = Object.fromEntries(Object.entries(unpacked(explorer.payload.state)).map(([name, first]) =>
          [name, values[name] ? { ...first, data: Float32Array.from([values[name]].flat(9)) } : first]));
        return evaluate(feeds(explorer.payload, { ...explorer.start, ...values }, state));
      },
      /** Move controls as the reader would; resolves when the result is painted. @param {Record<string, any>} values */
      async set(values) {
        const since = performance.now();
        for (const [name, value] of Object.entries(values)) {
          const control = explorer.payload.controls.find((each) => each.name === name);
          if (!control || !holds(control, value)) throw new Error(`${name} must be ${control ? rule(control) : "a control"}`);
        }
        const moves = Object.entries(values).map(([name, value]) => {
          explorer.view.controls.show(name, value);
          return explorer.move(name, value, since);
        });
        await Promise.all(moves);
        await explorer.view.settle();
      },
      /** Resolves when everything is drawn. */
      settled: () => explorer.view.settle(),
      get values() { return { ...explorer.values }; },
      get outputs() { return explorer.outputs; },
      get stats() { return { durations: [...explorer.durations], dropped: explorer.queue.dropped }; },
    };
  }
}
