"""The glossary: each term once, in one sentence, with a link to its passage, and used in the chapters."""

import re
from collections import Counter
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "reference" / "glossary.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\{glossary\}\n(?::sorted:\n)?(.*?)^```$", TEXT, re.M | re.S)
TERMS = [line for block in BLOCKS for line in block.splitlines() if re.match(r"\S", line)]
NOTEBOOKS = sorted((ROOT / "chapters").rglob("*.ipynb"))


def prose():
    """All Markdown of all notebooks, in lower case, on one line, without bold and links."""
    cells = [cell for path in NOTEBOOKS for cell in nbformat.read(path, as_version=4).cells]
    text = " ".join(cell.source for cell in cells if cell.cell_type == "markdown").lower()
    return re.sub(r"\s+", " ", text.replace("*", ""))


def test_every_section_has_its_block():
    sections = re.split(r"^## ", TEXT, flags=re.M)[1:]
    assert sections
    assert all(section.count("```{glossary}") == 1 and "\n  " in section for section in sections)


def test_terms_are_unique():
    twice = [term for term, count in Counter(term.lower() for term in TERMS).items() if count > 1]
    assert not twice


def test_every_term_occurs_in_a_chapter():
    """What stands in parentheses only says of what the term is said."""
    text = prose()
    assert not [term for term in TERMS if term.lower().partition(" (")[0] not in text]


def test_every_term_has_one_sentence_and_a_link():
    for block in BLOCKS:
        for entry in re.split(r"\n(?=\S)", block.strip()):
            term, _, definition = entry.partition("\n")
            links = re.findall(r"\{ref\}`[^`]+ <([\w-]+)>`", definition)
            assert links, f"{term} links to no passage"
            sentence = re.sub(r"\$[^$]*\$|`[^`]*`", "", definition).strip()
            assert sentence.endswith("."), f"{term} does not end as a sentence"
            assert not re.search(r"\. [A-Z]", sentence), f"{term} takes more than one sentence"
