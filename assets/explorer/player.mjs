// The player: what an explorer with a state does by itself, step after step.

import { button, element, nextFrame } from "./dom.mjs";

const SPEEDS = { slow: 500, medium: 100, fast: 0 }; // milliseconds from step to step, at least a frame
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * @param {string} id @param {() => Promise<boolean>} advance takes one step; false where it could not
 * @param {() => void} reset brings the first state back
 */
export function buildPlayer(id, advance, reset) {
  let playing = false;
  let steps = 0;
  const count = element("output", { class: "dlbook-hint" }, "frame 0");
  const note = element("span", { class: "dlbook-hint", role: "status" });
  const speed = element("select", { id: `${id}-speed`, class: "form-select" },
    ...Object.keys(SPEEDS).map((name) => element("option", { value: name, selected: name === "medium" }, name)));
  const play = button("Play", () => (playing ? stop() : start()), { class: "dlbook-button dlbook-primary" });
  const one = button("Step", () => { stop(); step(); });
  const again = button("Reset state", () => { forget(); reset(); });

  async function step() {
    if (!(await advance())) return stop();
    steps += 1;
    count.textContent = `frame ${steps}`;
    return undefined;
  }

  async function start() {
    if (CALM.matches) {
      note.textContent = "Your system asks for less motion, so nothing plays by itself: use Step.";
      return;
    }
    playing = true;
    play.textContent = "Pause";
    while (playing) {
      const begun = performance.now();
      await step();
      const rest = SPEEDS[speed.value] - (performance.now() - begun);
      await (rest > 0 ? new Promise((resolve) => { setTimeout(resolve, rest); }) : nextFrame());
      if (document.hidden) stop();
    }
  }

  function stop() {
    playing = false;
    play.textContent = "Play";
  }

  function forget() {
    stop();
    steps = 0;
    count.textContent = "frame 0";
  }

  const label = element("label", { for: speed.id, class: "dlbook-hint" }, "Speed");
  return {
    element: element("div", { class: "dlbook-row dlbook-steps", role: "group", "aria-label": "Player" }, play, one, again, label, speed, count, note),
    forget,
    stop,
    /** @param {boolean} off */
    disable(off) { [play, one, speed].forEach((each) => { each.disabled = off; }); },
  };
}
