// Elements in one line, and the two waits that the rest needs.

/**
 * @param {string} tag @param {Record<string, any>} [attributes] an empty or false one is left out
 * @param {...(Node|string)} children @returns {any}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== "" && value !== false && value != null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** @param {string} text @param {() => void} act @param {Record<string, any>} [attributes] */
export function button(text, act, attributes = {}) {
  const made = element("button", { type: "button", class: "dlbook-button", ...attributes }, text);
  made.addEventListener("click", act);
  return made;
}

/** Let the keyboard reach a row that scrolls, as long as it does. @param {HTMLElement} row */
export function scrolling(row) {
  const look = () => (row.scrollWidth > row.clientWidth + 1 ? row.setAttribute("tabindex", "0") : row.removeAttribute("tabindex"));
  new ResizeObserver(look).observe(row);
  return row;
}

/** Resolves at the next frame; soon, where the page is not shown and has no frames. @returns {Promise<void>} */
export const nextFrame = () => new Promise((resolve) => {
  requestAnimationFrame(() => resolve());
  setTimeout(resolve, 100);
});

/** Call at most once in so many milliseconds, the last time with what holds then. @param {() => void} act @param {number} every */
export function throttled(act, every) {
  let timer = 0;
  return () => { timer ||= window.setTimeout(() => { timer = 0; act(); }, every); };
}

/**
 * Call when nothing was asked for some time, or when the first asking is long ago.
 * @param {() => void} act @param {number} quiet @param {number} longest milliseconds
 */
export function settling(act, quiet, longest) {
  let [timer, first] = [0, 0];
  return () => {
    const now = performance.now();
    if (!timer) first = now;
    clearTimeout(timer);
    timer = window.setTimeout(() => { timer = 0; act(); }, Math.max(0, Math.min(quiet, first + longest - now)));
  };
}

/** Offer a file to the reader. @param {string} name @param {string} address */
export function download(name, address) {
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}
