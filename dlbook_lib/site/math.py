"""Formulas typeset by MathJax while the site is built, not in the reader's browser.

A page then carries its formulas as HTML and CSS (and as MathML for screen readers) and needs none of
MathJax's JavaScript; and a formula with an error is a warning of the build instead of red text that
somebody finds later. Sphinx calls this its "math renderer".
"""

from __future__ import annotations

import atexit
import json
import subprocess
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from dlbook_lib.site.vendor import ASSETS, find_node

NAME = "mathjax-at-build-time"
FONTS = "MATHJAX-FONTS"  # stands in the CSS for the folder of the fonts, which depends on the page's depth

logger = logging.getLogger(__name__)


class Typesetter:
    """A MathJax process that answers one formula at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def ask(self, request: dict[str, Any]) -> dict[str, str]:
        """Send one request and wait for its answer (the format stands in ``assets/typeset.mjs``)."""
        if self._process is None:
            command = [str(find_node()), str(ASSETS / "typeset.mjs"), FONTS]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
            atexit.register(self._process.kill)
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("MathJax stopped while it typeset the formulas; run `make clean` and again")
        return json.loads(line)


typesetter = Typesetter()


def visit_inline(translator, node: nodes.math) -> None:
    """Write an inline formula."""
    translator.body.append(translator.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    translator.body.append(_typeset(node, node.astext(), display=False) + "</span>")
    raise nodes.SkipNode


def visit_display(translator, node: nodes.math_block) -> None:
    """Write a displayed formula with its number."""
    translator.body.append(translator.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    tex = node.astext().strip()
    if r"\\" in tex and r"\begin{" not in tex:
        tex = rf"\begin{{split}}{tex}\end{{split}}"
    translator.body.append(f'<div class="dlbook-equation">{_typeset(node, tex, display=True)}</div>')
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def add_styles(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree) -> None:
    """Give a page the style rules of the formulas that it holds."""
    if doctree is not None and next(
        doctree.findall(lambda n: isinstance(n, nodes.math | nodes.math_block)), None
    ):
        css = typesetter.ask({"styles": True})["css"].replace(FONTS, context["pathto"]("_static/mathjax", 1))
        context["metatags"] += f"<style>{css}</style>"


def _typeset(node: nodes.Element, tex: str, *, display: bool) -> str:
    answer = typesetter.ask({"tex": tex, "display": display})
    if "error" in answer:
        logger.warning("MathJax cannot typeset %r: %s", tex, answer["error"], location=node, type="math")
        return f"<code>{nodes.Text(tex)}</code>"
    return answer["html"]


def setup(app: Sphinx) -> None:
    """Register the renderer under :data:`NAME`."""
    skip = (lambda translator, node: None,)  # never reached: both visitors skip the node's departure
    app.add_html_math_renderer(NAME, (visit_inline, *skip), (visit_display, *skip))
    app.connect("html-page-context", add_styles)
