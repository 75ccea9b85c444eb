// What figures and explorers share: the plotly.js that the site serves itself, loaded when it is needed; the
// colours of the page's theme, followed when the reader switches it; a height that suits the reader's width.

window.dlbookPlots = (() => {
  "use strict";
  const BUNDLES = [
    ["basic", ["scatter", "bar", "pie"]],
    ["cartesian", ["scatter", "bar", "pie", "box", "contour", "heatmap", "histogram", "histogram2d", "image", "violin"]],
    ["gl3d", ["scatter", "scatter3d", "surface", "mesh3d", "cone"]],
  ];
  const SPACE = ["scatter3d", "surface", "mesh3d", "cone"]; // what needs WebGL
  const EXPLORED = ["scatter", "bar", "heatmap", "image"]; // what the flat panels of explorers consist of
  const TALLEST = 440; // pixels of a plot of fixed proportions
  const NARROW = 576; // pixels of a page without room for plotly's buttons
  const root = new URL("plotly/", document.currentScript.src);
  const drawn = new Set();
  const engines = new Map(); // a plotly.js for each file

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

  /** Whether a figure stands in space. */
  const inSpace = (types) => types.some((type) => SPACE.includes(type));

  /** Find the smallest bundle that draws some types of traces. */
  function bundle(types) {
    const fits = BUNDLES.find(([, known]) => types.every((type) => known.includes(type)));
    return new URL(`plotly${fits ? `-${fits[0]}` : ""}.min.js`, root).href;
  }

  /** The types of all traces on this page that are flat, as far as the page says. */
  function flat() {
    const figures = [...document.querySelectorAll(".dlbook-figure")].map((host) => host.dataset.traces.split(" "));
    if (document.querySelector(".dlbook-explorer")) figures.push(EXPLORED);
    return figures.filter((types) => !inSpace(types)).flat();
  }

  /** Load our templates and a plotly.js: one for all that is flat on the page, its own for a figure in space. */
  async function ready(types) {
    const templates = load(new URL("templates.js", root).href);
    const file = bundle(inSpace(types) ? types : [...flat(), ...types]);
    if (!engines.has(file)) engines.set(file, load(file).then(() => window.Plotly)); // the next one takes this name
    await templates;
    return engines.get(file);
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

  /** Draw a figure into a host, once; it keeps fitting the host's width and the page's theme. Its plotly.js is plot.dlbookPlotly. */
  async function draw(host, { data, layout, frames }, sentence, buttons = innerWidth < NARROW ? false : "hover") {
    const plot = document.createElement("div");
    plot.setAttribute("role", "figure");
    plot.setAttribute("aria-label", sentence);
    host.append(plot);
    const size = { height: layout.height, title: { y: layout.title?.y }, legend: { y: layout.legend?.y } };
    const wanted = { ...size, margin: layout.margin, meta: layout.meta }; // plotly writes into the layout
    const Plotly = await ready(data.map(({ type = "scatter" }) => type));
    layout.template = window.dlbookTemplates[theme()];
    for (const [path, value] of Object.entries(fitted(wanted, host.clientWidth))) { // before drawing: axes bound to each other would stay narrow
      const [part, inner] = path.split(".");
      if (inner) layout[part][inner] = value;
      else layout[part] = value;
    }
    const config = { displaylogo: false, responsive: true, displayModeBar: buttons, scrollZoom: false };
    await Plotly.newPlot(plot, { data, layout, frames, config });
    plot.querySelectorAll(".main-svg").forEach((svg) => svg.setAttribute("aria-hidden", "true")); // the label says it
    const fit = () => {
      const changes = fitted(wanted, host.clientWidth);
      if (changes.height && changes.height !== plot._fullLayout.height) Plotly.relayout(plot, changes);
      host.style.minHeight = "";
    };
    fit();
    new ResizeObserver(fit).observe(host);
    plot.dlbookPlotly = Plotly;
    drawn.add(plot);
    return plot;
  }

  new MutationObserver(() => {
    for (const plot of drawn) plot.dlbookPlotly.relayout(plot, { template: window.dlbookTemplates[theme()] });
  }).observe(document.documentElement, { attributeFilter: ["data-theme"] });

  return { load, ready, draw, inSpace };
})();
