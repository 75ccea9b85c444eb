"""All that a page needs to show an explorer, as one JSON file beside one ONNX model.

The states at the start and at each preset are computed here, by torch: a page is alive before, and without,
the runtime that computes all others.
"""

from __future__ import annotations

import hashlib
import html
import inspect
import json
import textwrap
from pathlib import Path
from typing import Any

import onnx

from dlbook_lib.explore.arrays import pack
from dlbook_lib.explore.explorer import Explorer
from dlbook_lib.explore.export import ARGUMENT, DTYPES, RESULT, export
from dlbook_lib.explore.landings import Panel, place, set_at
from dlbook_lib.explore.still import size, still
from dlbook_lib.explore.text import Cases, fill

__all__ = ["describe", "mount", "mount_words", "write", "write_files"]

STILL_STYLE = (
    "background:#fff;height:auto;max-width:100%"  # the explorers' stylesheet comes with their script
)


def write(explorer: Explorer, folder: Path) -> Path:
    """Export an explorer and write its three files, named by their content.

    Parameters
    ----------
    explorer : Explorer
        What to write.
    folder : Path
        Made if it does not exist.

    Returns
    -------
    Path
        The JSON file; the names of the model and of the picture of the start stand in it.

    Raises
    ------
    ExportError
        If ``compute`` cannot be exported.
    ValueError
        If a figure holds something that cannot be printed.
    """
    return write_files(explorer, export(explorer), folder)


def write_files(explorer: Explorer, model: bytes, folder: Path) -> Path:
    """Write the three files of an explorer whose model is made.

    Parameters
    ----------
    explorer : Explorer
        What to write.
    model : bytes
        Its function as ONNX.
    folder : Path
        Made if it does not exist.

    Returns
    -------
    Path
        The JSON file.

    Raises
    ------
    ValueError
        If a figure holds something that cannot be printed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model_file = folder / f"{explorer.name}-{_version(model)}.onnx"
    model_file.write_bytes(model)
    picture = still(explorer)
    picture_file = folder / f"{explorer.name}-{_version(picture)}.png"
    picture_file.write_bytes(picture)
    width, height = size(picture)
    described = describe(explorer, model, model_file.name)
    described["still"] = {"file": picture_file.name, "width": width, "height": height}
    text = json.dumps(described, separators=(",", ":"), allow_nan=False)
    file = folder / f"{explorer.name}-{_version(text.encode())}.json"
    file.write_text(text, encoding="utf-8")
    return file


def describe(explorer: Explorer, model: bytes, model_name: str) -> dict[str, Any]:
    """Describe an explorer for the page.

    Parameters
    ----------
    explorer : Explorer
        What to describe.
    model : bytes
        Its function as ONNX.
    model_name : str
        The model's file.

    Returns
    -------
    dict
        As JSON holds it; ``assets/explorer/main.mjs`` reads it.
    """
    outputs = explorer.evaluate()
    taken = [node.name for node in onnx.load_from_string(model).graph.input]
    inputs = {name: tensor for name, tensor in explorer.inputs().items() if ARGUMENT + name in taken}
    return {
        "name": explorer.name,
        "title": explorer.title,
        "look_for": explorer.look_for,
        "code": _code(explorer),
        "controls": [
            {"name": name, "kind": c.kind, "label": c.label or name, "start": c.start, **c.describe()}
            for name, c in explorer.controls.items()
        ],
        "inputs": [
            {
                "name": name,
                "feed": ARGUMENT + name,
                "dtype": DTYPES[tensor.dtype],
                "shape": list(tensor.shape),
            }
            for name, tensor in inputs.items()
        ],
        "outputs": [
            {"name": name, "shape": list(tensor.shape), "result": RESULT + name}
            for name, tensor in outputs.items()
        ],
        "state": {name: pack(tensor) for name, tensor in explorer.state.items()} or None,
        "panels": [_panel(explorer, name, panel, outputs) for name, panel in explorer.panels.items()],
        "says": _text(explorer.says),
        "readouts": [_text(text) for text in explorer.readouts],
        "challenges": [{"text": c.text, "met": c.met} for c in explorer.challenges],
        "stored": [_stored(explorer, "start", {})]
        + [_stored(explorer, label, values) for label, values in explorer.presets.items()],
        "model": model_name,
        "model_bytes": len(model),
    }


def mount(explorer: Explorer, address: str, picture: dict[str, Any] | None = None) -> str:
    """Write the place in a page where the explorer will stand, with its sentence and its picture.

    Parameters
    ----------
    explorer : Explorer
        What stands there.
    address : str
        Where its JSON file is.
    picture : dict, optional
        Of its start: ``file``, ``width`` and ``height``.

    Returns
    -------
    str
        HTML.
    """
    sentence = explorer.sentence(explorer.evaluate())
    return mount_words(explorer.name, address, explorer.title, sentence, picture)


def mount_words(name: str, address: str, title: str, sentence: str, picture: dict[str, Any] | None) -> str:
    """Write the place of an explorer whose title and sentence are known.

    A browser that runs scripts does not look into ``noscript``, and fetches nothing for it.

    Parameters
    ----------
    name, address, title, sentence : str
        Of the explorer, and of its JSON file.
    picture : dict or None
        Of its start: ``file``, ``width`` and ``height``.

    Returns
    -------
    str
        HTML.
    """
    says, shown = html.escape(sentence), ""
    if picture:
        shown = f'<img class="dlbook-still" src="{html.escape(picture["file"])}" alt="{says}"'
        shown += f' width="{picture["width"]}" height="{picture["height"]}" style="{STILL_STYLE}">'
        shown = f"<noscript>{shown}</noscript>"
    return (
        f'<div class="dlbook-explorer" id="explorer-{name}" data-src="{html.escape(address)}">'
        f'<p class="dlbook-explorer-title">{html.escape(title)}</p>'
        f'{shown}<p class="dlbook-explorer-says">{says}</p></div>'
    )


def _panel(explorer: Explorer, name: str, panel: Panel, outputs) -> dict[str, Any]:
    """Describe one figure, filled with the start state."""
    figure = _without_nan(place(panel, {key: value.numpy() for key, value in outputs.items()}))
    texts = explorer.texts(explorer.start)
    for path, text in panel.texts:
        set_at(figure, path, fill(text, outputs, texts))
    for path, control in panel.words:
        length = explorer.controls[control].length
        set_at(figure, path, (texts[control] + [""] * length)[:length])
    figure["layout"].setdefault("meta", {})["alt"] = f"{explorer.title}: {name}"
    return {
        "name": name,
        "figure": {"data": figure["data"], "layout": figure["layout"]},
        "landings": [
            {"path": list(l.path), "output": l.output, "take": l.take, "shape": list(l.shape)}
            for l in panel.landings
        ],
        "texts": [{"path": list(path), "format": text} for path, text in panel.texts],
        "words": [{"path": list(path), "control": control} for path, control in panel.words],
    }


def _stored(explorer: Explorer, label: str, values: dict[str, Any]) -> dict[str, Any]:
    outputs = explorer.evaluate(values)
    packed = {name: pack(tensor) for name, tensor in outputs.items()}
    return {"label": label, "values": explorer.values(values), "outputs": packed}


def _text(text: str | Cases) -> Any:
    return {"by": text.by, "texts": list(text.texts)} if isinstance(text, Cases) else text


def _code(explorer: Explorer) -> str:
    """Show the source of ``compute``, coloured as the page colours code."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    try:
        source = textwrap.dedent(inspect.getsource(explorer.compute))
    except (OSError, TypeError):  # typed at a prompt, or a trained module
        source = f"# {explorer.compute!r}"
    return highlight(source, PythonLexer(), HtmlFormatter(cssclass="highlight"))


def _without_nan(value: Any) -> Any:
    """Replace numbers that JSON does not know by null, which plotly takes for a gap."""
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not abs(value) < float("inf") else value


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:10]
