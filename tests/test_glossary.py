"""The glossary: each term once, in one sentence, with a link to its passage, and used in the chapters."""

import re
from collections import Counter
from pathlib import Path

import nbformat
import yaml

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "reference" / "glossary.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\{glossary\}\n(?::sorted:\n)?(.*?)^```$", TEXT, re.M | re.S)
TERMS = [line for block in BLOCKS for line in block.splitlines() if re.match(r"\S", line)]
NOTEBOOKS = sorted((ROOT / "chapters").rglob("*.ipynb"))
EVERYDAY = {"heads", "key", "score", "value"}  # which a page may also say without their meaning here


def reading_order():
    """The chapters' notebooks as a reader meets them, without their exercises."""
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    chapters = [chapter for part in parts for chapter in part["chapters"]]
    files = [page["file"] for chapter in chapters for page in [chapter, *chapter.get("sections", [])]]
    return [file for file in files if file.startswith("chapters/") and "/exercises/" not in file]


def passages(file):
    """A notebook's Markdown after its title cell, without headings, labels, boxes, formulas and code."""
    cells = [
        c for c in nbformat.read(ROOT / f"{file}.ipynb", as_version=4).cells if c.cell_type == "markdown"
    ]
    drop = r"^(`{3,}|~{3,}).*?^\1[ ]*$|^#[^\n]*|^\([\w-]+\)=$|\$\$.*?\$\$|\$[^$]*\$"
    text = re.sub(drop, "", "\n\n".join(cell.source for cell in cells[1:]), flags=re.M | re.S)
    return re.sub(r"(\{[\w:]+\}`[^`]*`)|`[^`]*`", lambda span: span[1] or "", text)  # roles stay, code goes


def introduced(text, place):
    """Whether a word is set in bold, or is the text of a link."""
    marked = re.finditer(r"\*\*.*?\*\*|\{(?:ref|term|doc|numref)\}`[^`]*`", text, re.S)
    return any(mark.start() <= place < mark.end() for mark in marked)


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


def test_no_term_is_used_before_it_is_introduced():
    """A term's first use stands in the notebook that explains it, or is bold or a link."""
    order = reading_order()
    texts = [passages(file) for file in order]
    labels = {
        label: place
        for place, file in enumerate(order)
        for label in re.findall(r"\(([\w-]+)\)=\\n", (ROOT / f"{file}.ipynb").read_text(encoding="utf-8"))
    }
    early = []
    for block in BLOCKS:
        for entry in re.split(r"\n(?=\S)", block.strip()):
            term, _, definition = entry.partition("\n")
            homes = [labels[name] for name in re.findall(r"<([\w-]+)>`", definition) if name in labels]
            if "(" in term or term.lower() in EVERYDAY or not homes:
                continue
            word = re.compile(rf"(?<![\w-]){re.escape(term)}s?(?![\w-])", 0 if term.isupper() else re.I)
            for place, text in enumerate(texts[: min(homes)]):
                found = word.search(text)
                if found:
                    if not introduced(text, found.start()):
                        around = text[max(0, found.start() - 40) : found.end() + 40]
                        early.append(f"{term} in {order[place]}: {' '.join(around.split())}")
                    break
    assert not early
