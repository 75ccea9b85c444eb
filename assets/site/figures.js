// Draws the page's figures with the plotly.js that the site serves itself.
//
// A figure arrives as <div class="dlbook-figure"> holding its sentence and its JSON. It is drawn when it
// comes near the window, with the smallest bundle of plotly.js that knows all its page's traces, in the
// colours of the page's theme; switching the theme recolours what is drawn. A figure of fixed proportions
// takes the height that suits the width it has; slides get a native slider.

(() => {
  "use strict";
  const BUNDLES = [
    ["basic", ["scatter", "bar", "pie"]],
    ["cartesian", ["scatter", "bar", "pie", "box", "contour", "heatmap", "histogram", "histogram2d", "image", "violin"]],
    ["gl3d", ["scatter", "scatter3d", "surface", "mesh3d", "cone"]],
  ];
  const NEAR = "250px"; // of the window, where a figure is drawn
  const TALLEST = 440; // pixels of a plot of fixed proportions
  const NARROW = 576; // pixels of a page without room for plotly's buttons
  const root = new URL("plotly/", document.currentScript.src);
  window.dlbookFigures = {};
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  const theme = () => (document.documentElement.dataset.theme === "dark" ? "dark" : "light");

  /** Load a script once; later calls share the first promise. */
  const loading = new Map();
  function load(file) {
    if (!loading.has(file)) {
      loading.set(file, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = file;
        script.onload = resolve;
        script.onerror = () => reject(new Error(`${new URL(file).pathname} could not be loaded`));
        document.head.append(script);
      }));
    }
    return loading.get(file);
  }

  /** Find the smallest bundle that draws every figure of this page. */
  function bundleFor(hosts) {
    const types = hosts.flatMap((host) => host.dataset.traces.split(" "));
    const fits = BUNDLES.find(([, known]) => types.every((type) => known.includes(type)));
    return new URL(`plotly${fits ? `-${fits[0]}` : ""}.min.js`, root).href;
  }

  /** Get a figure's data: from the page, or from the file that the page names. */
  async function dataOf(host) {
    const script = host.querySelector("script");
    if (!script.dataset.src) return JSON.parse(script.textContent);
    await load(new URL(script.dataset.src, document.baseURI).href);
    return window.dlbookFigures[script.dataset.name];
  }

  /** The parts of a layout that depend on the width, for a figure of fixed proportions. */
  function fitted(layout, width) {
    const aspect = layout.meta?.aspect;
    if (!aspect || width < 100) return {}; // a page that is being laid out or a closed fold has no width
    const { t, b, l = 12, r = 12 } = layout.margin;
    const before = layout.height - t - b;
    const plot = Math.round(Math.min((width - l - r) * aspect, TALLEST));
    const height = t + plot + b;
    const changes = { height };
    if (layout.title?.y) changes["title.y"] = 1 - ((1 - layout.title.y) * layout.height) / height;
    if (layout.legend?.y) changes["legend.y"] = 1 + ((layout.legend.y - 1) * before) / plot;
    return changes;
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
      Plotly.animate(plot, [names[slider.value]], {
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

  async function draw(host, bundle) {
    const [figure] = await Promise.all([dataOf(host), load(bundle), load(new URL("templates.js", root).href)]);
    const sentence = host.querySelector("p");
    const plot = document.createElement("div");
    plot.setAttribute("role", "figure");
    plot.setAttribute("aria-label", sentence.textContent);
    sentence.hidden = true;
    host.append(plot);

    const slides = figure.frames?.length && figure.layout.meta?.slides;
    const layout = slides ? withoutControls(figure.layout) : figure.layout;
    layout.template = window.dlbookTemplates[theme()];
    const config = { displaylogo: false, responsive: true, displayModeBar: innerWidth < NARROW ? false : "hover" };
    await Plotly.newPlot(plot, { data: figure.data, layout, frames: figure.frames, config });
    plot.querySelectorAll(".main-svg").forEach((svg) => svg.setAttribute("aria-hidden", "true")); // the label says it
    const fit = () => {
      const changes = fitted(layout, host.clientWidth);
      if (changes.height && changes.height !== plot._fullLayout.height) Plotly.relayout(plot, changes);
      host.style.minHeight = "";
    };
    fit();
    new ResizeObserver(fit).observe(host);
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
    const bundle = bundleFor(hosts);
    const waiting = new Set(hosts);
    const start = (host) => {
      if (waiting.delete(host)) draw(host, bundle).catch((error) => fail(host, error));
    };

    const watcher = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) start(entry.target);
    }, { rootMargin: NEAR });
    hosts.forEach((host) => watcher.observe(host));
    addEventListener("beforeprint", () => hosts.forEach(start));

    new MutationObserver(() => {
      for (const plot of document.querySelectorAll(".dlbook-figure[data-drawn] .js-plotly-plot")) {
        Plotly.relayout(plot, { template: window.dlbookTemplates[theme()] });
      }
    }).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  });
})();
