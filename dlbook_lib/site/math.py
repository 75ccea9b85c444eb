"""Formulas typeset by MathJax while the site is built, not in the reader's browser.

A page then carries its formulas as HTML and CSS (and as MathML for screen readers) and needs none of
MathJax's JavaScript; and a formula with an error is a warning of the build instead of red text that
somebody finds later. Sphinx calls this its "math renderer".
"""

from __future__ import annotations

import atexit
import json
import re
import subprocess
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from dlbook_lib.site.vendor import ASSETS, find_node

NAME = "mathjax-at-build-time"
TOKEN = re.compile(r"\\(?:begin|end|left|right|qquad)(?![a-zA-Z])|\\.|[{}]", re.DOTALL)
DEPTH = {"{": 1, "}": -1, r"\begin": 1, r"\end": -1, r"\left": 1, r"\right": -1}
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
    formulas = " ".join(_typeset(node, tex, display=True) for tex in beside_each_other(node.astext().strip()))
    translator.body.append(f'<div class="dlbook-equation">{formulas}</div></div>\n')
    raise nodes.SkipNode


def beside_each_other(tex: str) -> list[str]:
    r"""Cut a displayed formula at each ``\qquad`` that no braces, brackets or environment enclose.

    Typeset one by one, the parts stand in one line where there is room, and below each other on a phone.

    Examples
    --------
    >>> beside_each_other(r"y = Wx, \qquad W = \left( a \qquad b \right)")
    ['y = Wx,', 'W = \\left( a \\qquad b \\right)']
    """
    if r"\\" in tex and r"\begin{" not in tex:
        return [rf"\begin{{split}}{tex}\end{{split}}"]
    cuts, depth = [], 0
    for token in TOKEN.finditer(tex):
        depth += DEPTH.get(token[0], 0)
        if token[0] == r"\qquad" and depth == 0:
            cuts.append(token.span())
    ends = [*(start for start, _ in cuts), len(tex)]
    parts = [tex[start:end].strip() for start, end in zip([0, *(end for _, end in cuts)], ends)]
    return [part for part in parts if part]


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
