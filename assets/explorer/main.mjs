// The explorers of a page: each is built when it comes near the window.

import { element } from "./dom.mjs";
import { Explorer } from "./explorer.mjs";
import { readHash } from "./link.mjs";

const NEAR = "400px"; // of the window
/** @type {Map<string, Explorer>} */
const built = new Map();
window.dlbookExplorers = new Map();

/** Load the explorers' stylesheet. @returns {Promise<unknown>} settled when it stands, or is not found */
function loadStyle() {
  const link = element("link", { rel: "stylesheet", href: new URL("explorer.css", import.meta.url).href });
  const loaded = new Promise((done) => { link.onload = link.onerror = done; });
  document.head.append(link);
  return loaded;
}

/** @param {HTMLElement} root @param {Promise<unknown>} styled before it, figures would be drawn as wide as they like */
async function build(root, styled) {
  const source = new URL(root.dataset.src, document.baseURI);
  try {
    const [answer] = await Promise.all([fetch(source), styled]);
    if (!answer.ok) throw new Error(`${source.pathname} was not found`);
    const explorer = new Explorer(root, await answer.json(), source);
    await explorer.open();
    built.set(explorer.payload.name, explorer);
    window.dlbookExplorers.set(explorer.payload.name, explorer.handle());
    root.dataset.drawn = "";
  } catch (error) {
    root.append(element("p", { class: "dlbook-notice", role: "status" }, `This explorer could not be built: ${error.message}.`));
  }
}

function main() {
  const roots = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".dlbook-explorer[data-src]"))];
  if (!roots.length) return;
  const styled = loadStyle();
  const waiting = new Set(roots);
  const start = (root) => { if (waiting.delete(root)) build(root, styled); };
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) start(entry.target);
  }, { rootMargin: NEAR });
  roots.forEach((root) => watcher.observe(root));
  addEventListener("beforeprint", () => roots.forEach(start));
  const follow = () => {
    const { name, query } = readHash();
    const root = roots.find((each) => each.id === `explorer-${name}`);
    if (root && waiting.has(root)) start(root);
    else built.get(name)?.follow(query);
  };
  addEventListener("hashchange", follow);
  if (location.hash) follow();
}

if (document.readyState === "loading" || !window.dlbookPlots) document.addEventListener("DOMContentLoaded", main);
else main();
