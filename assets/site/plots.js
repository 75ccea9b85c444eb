// What figures and explorers share: the plotly.js that the site serves itself, loaded when it is needed; the
// colours of the page's theme, followed when the reader switches it; a height that suits the reader's width.

window.dlbookPlots = (() => {
  "use strict";
  const BUNDLES = [
    ["basic", ["scatter", "bar", "pie"]],
    ["cartesian", ["scatter", "bar", "pie", "box", "contour", "heatmap", "histogram", "histogram2d", "image", "violin"]],
    ["gl3d", ["scatter", "scatter3d", "surface", "mesh3d", "cone"]],
  ];
  const EXPLORED = ["scatter", "bar", "heatmap", "image"]; // what the panels of explorers consist of
  const TALLEST = 440; // pixels of a plot of fixed proportions
  const NARROW = 576; // pixels of a page without room for plotly's buttons
  const root = new URL("plotly/", document.currentScript.src);
  const drawn = new Set();

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

  /** Find the smallest bundle that draws everything on this page. */
  function bundle() {
    const hosts = [...document.querySelectorAll(".dlbook-figure")];
    const types = hosts.flatMap((host) => host.dataset.traces.split(" "));
    if (document.querySelector(".dlbook-explorer")) types.push(...EXPLORED);
    const fits = BUNDLES.find(([, known]) => types.every((type) => known.includes(type)));
    return new URL(`plotly${fits ? `-${fits[0]}` : ""}.min.js`, root).href;
  }

  /** Load plotly.js and our templates. */
  const ready = () => Promise.all([load(bundle()), load(new URL("templates.js", root).href)]);

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

  /** Draw a figure into a host, once; it keeps fitting the host's width and the page's theme. */
  async function draw(host, { data, layout, frames }, sentence, buttons = innerWidth < NARROW ? false : "hover") {
    const plot = document.createElement("div");
    plot.setAttribute("role", "figure");
    plot.setAttribute("aria-label", sentence);
    host.append(plot);
    const size = { height: layout.height, title: { y: layout.title?.y }, legend: { y: layout.legend?.y } };
    const wanted = { ...size, margin: layout.margin, meta: layout.meta }; // plotly writes into the layout
    layout.template = window.dlbookTemplates[theme()];
    const config = { displaylogo: false, responsive: true, displayModeBar: buttons };
    await Plotly.newPlot(plot, { data, layout, frames, config });
    plot.querySelectorAll(".main-svg").forEach((svg) => svg.setAttribute("aria-hidden", "true")); // the label says it
    const fit = () => {
      const changes = fitted(wanted, host.clientWidth);
      if (changes.height && changes.height !== plot._fullLayout.height) Plotly.relayout(plot, changes);
      host.style.minHeight = "";
    };
    fit();
    new ResizeObserver(fit).observe(host);
    drawn.add(plot);
    return plot;
  }

  new MutationObserver(() => {
    for (const plot of drawn) Plotly.relayout(plot, { template: window.dlbookTemplates[theme()] });
  }).observe(document.documentElement, { attributeFilter: ["data-theme"] });

  return { load, ready, draw };
})();
