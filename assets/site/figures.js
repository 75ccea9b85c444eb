// Draws the page's figures, each when it comes near the window.
//
// A figure arrives as <div class="dlbook-figure"> holding its sentence and its JSON; plots.js draws it. Slides
// get a native slider.

(() => {
  "use strict";
  const NEAR = "250px"; // of the window, where a figure is drawn
  const plots = window.dlbookPlots;
  window.dlbookFigures = {};
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  /** Get a figure's data: from the page, or from the file that the page names. */
  async function dataOf(host) {
    const script = host.querySelector("script");
    if (!script.dataset.src) return JSON.parse(script.textContent);
    await plots.load(new URL(script.dataset.src, document.baseURI).href);
    return window.dlbookFigures[script.dataset.name];
  }

  /** Take plotly's own slider out of a layout: the page has a native one. */
  function withoutControls({ sliders, updatemenus, ...layout }) {
    const room = layout.meta.slides.controls;
    return { ...layout, height: layout.height - room, margin: { ...layout.margin, b: layout.margin.b - room } };
  }

  /** Give slides a slider and a button that keyboard and screen reader can use. */
  function addPlayer(host, plot, figure) {
    const { label, milliseconds, redraw } = figure.layout.meta.slides;
    const names = figure.frames.map((frame) => frame.name);
    const player = document.createElement("div");
    player.className = "dlbook-player";
    player.innerHTML = `<button type="button" class="btn btn-sm btn-primary"></button>
      <input type="range" min="0" max="${names.length - 1}" value="0"><output></output>`;
    const [button, slider, output] = player.children;
    slider.setAttribute("aria-label", label || "step");
    let timer = null;

    const go = (duration) => {
      const text = `${label} ${names[slider.value]}`.trim();
      output.textContent = text;
      slider.setAttribute("aria-valuetext", text);
      const moving = redraw || calm.matches ? 0 : duration;
      plot.dlbookPlotly.animate(plot, [names[slider.value]], {
        mode: "immediate", frame: { duration: moving, redraw }, transition: { duration: moving },
      });
    };
    const stop = () => { clearInterval(timer); timer = null; button.textContent = "Play"; };
    const play = () => {
      if (+slider.value === names.length - 1) slider.value = 0;
      button.textContent = "Pause";
      timer = setInterval(() => {
        slider.value = +slider.value + 1;
        go(milliseconds);
        if (+slider.value === names.length - 1) stop();
      }, milliseconds);
    };
    button.addEventListener("click", () => (timer ? stop() : play()));
    slider.addEventListener("input", () => { stop(); go(0); });
    stop();
    go(0);
    host.append(player);
  }

  async function draw(host) {
    const [figure] = await Promise.all([dataOf(host), plots.ready(host.dataset.traces.split(" "))]);
    const sentence = host.querySelector("p");
    sentence.hidden = true;
    const slides = figure.frames?.length && figure.layout.meta?.slides;
    const layout = slides ? withoutControls(figure.layout) : figure.layout;
    const plot = await plots.draw(host, { ...figure, layout }, sentence.textContent);
    if (slides) addPlayer(host, plot, figure);
    host.dataset.drawn = "";
  }

  function fail(host, error) {
    host.querySelector("p").hidden = false;
    host.querySelector("[role=figure]")?.remove();
    const note = document.createElement("p");
    note.className = "dlbook-note";
    note.textContent = `This figure could not be drawn: ${error.message}.`;
    host.append(note);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const hosts = [...document.querySelectorAll(".dlbook-figure")];
    if (!hosts.length) return;
    const waiting = new Set(hosts);
    const start = (host) => {
      if (waiting.delete(host)) draw(host).catch((error) => fail(host, error));
    };

    const watcher = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) start(entry.target);
    }, { rootMargin: NEAR });
    hosts.forEach((host) => watcher.observe(host));
    addEventListener("beforeprint", () => hosts.forEach(start));
  });
})();
