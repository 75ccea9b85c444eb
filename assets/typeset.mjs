// Typesets formulas with MathJax while the site is built, so that no page needs MathJax's 260 kB of
// JavaScript: formulas stand in the HTML, with MathML beside them for screen readers.
//
// One JSON request a line on stdin, one JSON answer a line on stdout:
//   {"tex": "x^2", "display": false}  ->  {"html": "<mjx-container …>"}  or  {"error": "…"}
//   {"styles": true}                  ->  {"css": "…"}, the rules for the formulas since the last such request
//
// Usage: node typeset.mjs FONT_URL

import { createInterface } from "node:readline";
import MathJax from "mathjax";

await MathJax.init({
  loader: { load: ["input/tex", "output/chtml", "a11y/assistive-mml", "[tex]/boldsymbol"] },
  tex: {
    packages: { "[+]": ["boldsymbol"], "[-]": ["noundefined"] },
    formatError: (_, error) => { throw error; },
  },
  chtml: { fontURL: process.argv[2] },
});
const adaptor = MathJax.startup.adaptor;
const output = MathJax.startup.document.outputJax;

async function answer(request) {
  if (request.styles) {
    const css = adaptor.textContent(MathJax.chtmlStylesheet());
    output.clearCache();
    return { css };
  }
  try {
    const node = await MathJax.tex2chtmlPromise(request.tex, { display: request.display });
    return { html: adaptor.outerHTML(node).replace(/ data-latex(-item)?="[^"]*"/g, "") };
  } catch (error) {
    return { error: error.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n");
}
