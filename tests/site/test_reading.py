"""The sentence under a chapter's title: what is counted, and what is said."""

import pytest
from docutils import nodes

from dlbook_lib.site.reading import reading_minutes, sentence

WORDS = " ".join(["word"] * 1000)  # five minutes


def cell(code, output=""):
    """A code cell as myst-nb sets it."""
    source = nodes.container("", nodes.literal_block("", code), nb_element="cell_code_source")
    shown = nodes.container("", nodes.raw("", output, format="html"), nodes.literal_block("", output))
    return nodes.container("", source, nodes.container("", shown, nb_element="cell_code_output"))


@pytest.mark.parametrize(
    ("parts", "minutes"),
    [
        ([nodes.paragraph("", WORDS)], 5),
        ([nodes.paragraph("", WORDS), nodes.paragraph("", "one more")], 10),
        ([nodes.title("", "A title"), nodes.paragraph("", WORDS)], 10),
        ([nodes.paragraph("", WORDS), nodes.comment("", WORDS)], 5),
        ([nodes.paragraph("", "word")], 5),
        ([cell("x = 1\n\n" * 75)], 5),  # 75 lines of 4 s; the blank ones are free
        ([cell("x = 1\n" * 76)], 10),
        ([cell("print(text)", WORDS * 9)], 5),  # what a cell prints is free
        ([nodes.math_block("", r"a b c d")] * 20, 5),  # of 15 s
        ([nodes.math_block("", r"a b c d")] * 21, 10),
        ([nodes.paragraph("", "", *[nodes.math("", "a + b + c")] * 1000)], 5),  # a word each
        ([nodes.image(uri="a.png")] * 16, 10),  # of 20 s
        ([cell("", '<div class="dlbook-figure">')] * 16, 10),
        ([cell("", '<div class="dlbook-explorer" id="x">')] * 5, 5),  # of a minute
        ([cell("", '<div class="dlbook-explorer" id="x">')] * 6, 10),
    ],
)
def test_minutes(parts, minutes):
    page = nodes.section("", *[part.deepcopy() for part in parts])
    assert reading_minutes(page) == minutes


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({}, "About 40 minutes to read."),
        (
            {"execution_seconds": 23.6, "device": "cpu (x86_64, 1 thread)"},
            "About 40 minutes to read; runs in 24 s on one CPU core.",
        ),
        (
            {"execution_seconds": 90.0, "processor_seconds": 21.4, "device": "cpu (x86_64, 1 thread)"},
            "About 40 minutes to read; runs in 21 s on one CPU core.",
        ),
        (
            {"execution_seconds": 0.2, "processor_seconds": 9.0, "device": "cuda (NVIDIA T4)"},
            "About 40 minutes to read; runs in 1 s on cuda.",
        ),
    ],
)
def test_sentence(record, said):
    assert sentence(40, record) == said
