"""How long a chapter takes, under its title: to read, and to run.

Nobody types these two numbers. The first is counted from the page (:func:`reading_minutes`), the second
comes from the record of the last run, which the Freshness page shows too: on a CPU how long a core was busy,
so that a machine with other work gives the same number, on a GPU the time that passed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from jupyter_cache import get_cache
from sphinx.application import Sphinx

from dlbook_lib.site.execute import CACHE
from dlbook_lib.site.pages import record_of

WORDS_PER_MINUTE = 200
SECONDS = {"line": 4, "formula": 15, "figure": 20, "explorer": 60}  # beside the words


def reading_minutes(page: nodes.Node) -> int:
    """Estimate how long a page takes to read, in minutes rounded up to a multiple of five.

    Prose, with its headings, margins and exercises, at 200 words a minute, a formula in a line being a word;
    each line of code that is not blank 4 s; each displayed formula 15 s, each figure or picture 20 s, each
    explorer 60 s. What cells print is not counted: it is looked at together with its code.
    """
    counts = dict.fromkeys(SECONDS, 0)
    words = 0
    stack = [page]
    while stack:
        node = stack.pop()
        kind = node.get("nb_element") if isinstance(node, nodes.Element) else None
        if kind == "cell_code_source":
            counts["line"] += sum(bool(line.strip()) for line in node.astext().splitlines())
        elif kind == "cell_code_output" or isinstance(node, nodes.raw):
            for raw in node.findall(nodes.raw):
                for name in ("figure", "explorer"):
                    counts[name] += f'class="dlbook-{name}"' in raw.astext()
        elif isinstance(node, nodes.math_block | nodes.image):
            counts["formula" if isinstance(node, nodes.math_block) else "figure"] += 1
        elif isinstance(node, nodes.math):
            words += 1
        elif isinstance(node, nodes.Text):
            words += len(node.split())
        elif not isinstance(node, nodes.comment):
            stack += node.children
    minutes = words / WORDS_PER_MINUTE + sum(SECONDS[name] * n for name, n in counts.items()) / 60
    return 5 * max(1, -int(-minutes // 5))


def sentence(minutes: int, record: dict[str, Any]) -> str:
    """Say it; ``record`` is what is known of the last run, empty if there was none."""
    said = f"About {minutes} minutes to read"
    if "execution_seconds" not in record:
        return f"{said}."
    seconds, place = record["execution_seconds"], record.get("device", "").partition(" ")[0]
    if place == "cpu":
        seconds, place = record.get("processor_seconds", seconds), "one CPU core"
    return f"{said}; runs in {max(1, round(seconds))} s on {place}."


def add_sentence(app: Sphinx, doctree: nodes.document) -> None:
    """Put the sentence under the title of each notebook but the landing page."""
    docname = app.env.docname
    path = Path(app.env.doc2path(docname))
    first = next(doctree.findall(nodes.section), None)
    if path.suffix != ".ipynb" or docname == app.config.root_doc or first is None:
        return
    record = record_of(get_cache(CACHE), path)
    said = sentence(reading_minutes(doctree), record.data if record else {})
    first.insert(1, nodes.paragraph("", said, classes=["dlbook-reading"]))


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("doctree-read", add_sentence)
