"""A tiny site of hand-made explorers, for the tests of the page host: payloads, ONNX models, one page."""

from __future__ import annotations

import base64
import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from dlbook_lib.figures.theme import COLORS, DIVERGING, SEQUENTIAL
from dlbook_lib.site.assets import FONT_STYLES, copy_files
from dlbook_lib.site.vendor import ASSETS

THEME = "theme/pydata_sphinx_theme/static/styles/pydata-sphinx-theme.css"
DTYPES = {"float32": TensorProto.FLOAT, "int64": TensorProto.INT64, "bool": TensorProto.BOOL}
VOCABULARY = ["<pad>", "<unk>", "the", "cat", "sat", "it's", "."]
PICTURES = {"cross": np.eye(8)[None] + np.eye(8)[None, ::-1], "blank": np.zeros((1, 8, 8))}
NOISE = [np.full(3, draw + 0.5, "float32") for draw in range(4)]


def pack(array) -> dict:
    """An array as the payload holds it."""
    array = np.asarray(array, "float32")
    return {"shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


def model(inputs: dict, outputs: dict, nodes: list, constants: dict | None = None) -> bytes:
    """An ONNX model: name -> (dtype, shape), name -> shape."""
    graph = helper.make_graph(
        nodes,
        "hand-made",
        [helper.make_tensor_value_info(n, DTYPES[d], s) for n, (d, s) in inputs.items()],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in outputs.items()],
        [numpy_helper.from_array(np.asarray(v), n) for n, v in (constants or {}).items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(made)
    return made.SerializeToString()


def axes(x, y, **more) -> dict:
    """A layout with fixed ranges."""
    ranges = dict(xaxis=dict(range=list(x)), yaxis=dict(range=list(y)))
    return dict(ranges, height=320, margin=dict(t=40, b=40, l=50, r=20), **more)


def panel(name, data, layout, landings=(), texts=(), words=()) -> dict:
    """One panel; a landing is (path, output, shape) or (path, output, shape, take)."""
    layout.setdefault("meta", {"alt": f"The panel {name} shows numbers."})
    rows = [dict(path=l[0], output=l[1], shape=l[2], take=l[3] if len(l) > 3 else None) for l in landings]
    texts = [dict(path=p, format=f) for p, f in texts]
    words = [dict(path=p, control=c) for p, c in words]
    return dict(name=name, figure=dict(data=data, layout=layout), landings=rows, texts=texts, words=words)


def heat(rows, columns, low=0, high=1, scale=SEQUENTIAL, **more) -> dict:
    """A heatmap without numbers yet."""
    z = [[0] * columns for _ in range(rows)]
    return dict(type="heatmap", z=z, zmin=low, zmax=high, colorscale=scale, showscale=False, **more)


def payload(name, controls, inputs, outputs, panels, stored, **more) -> dict:
    """A payload; stored holds (label, values, outputs)."""
    text = dict(title=name.title(), look_for="Move what can be moved.", says="Nothing to say.")
    states = [
        dict(label=label, values=values, outputs={key: pack(value) for key, value in arrays.items()})
        for label, values, arrays in stored
    ]
    return {
        **dict(
            name=name, code='<div class="highlight"><pre>def compute(): ...</pre></div>', controls=controls
        ),
        **dict(inputs=[dict(name=n, dtype=d, shape=s) for n, (d, s) in inputs.items()]),
        **dict(outputs=[dict(name=n, shape=s) for n, s in outputs.items()]),
        **dict(state=None, panels=panels, readouts=[], challenges=[], stored=states),
        **dict(model=f"{name}.onnx", model_bytes=0),
        **text,
        **more,
    }


def echo() -> tuple[dict, bytes]:
    """Every kind of control; each input comes back as an output."""
    corners = [[0.2, 0.3], [0.8, 0.7]]
    kernel = [[0, 1], [2, 3]]
    examples = [[label, pack(picture)] for label, picture in PICTURES.items()]
    shared = dict(low=0.01, high=100, step=None, log=True, integer=False, unit="K")
    controls = [
        dict(
            shared,
            name="temperature",
            kind="slider",
            label="Temperature",
            start=1,
            marks=[[0.01, "cold"], [1, "one"], [100, "hot"]],
        ),
        dict(shared, name="count", kind="slider", label="Count", start=3, low=0, high=10, step=1, log=False)
        | dict(integer=True, unit="", marks=[]),
        dict(name="shape", kind="choice", label="Shape", start="flat", options=["flat", "steep"])
        | dict(values=[pack([0.0, 0.0]), pack([1.0, 2.0])]),
        dict(name="mode", kind="choice", label="Mode", start="a", options=list("abcde"))
        | dict(values=[pack(float(i)) for i in range(5)]),
        dict(name="centred", kind="toggle", label="Centred", start=False),
        dict(name="kernel", kind="matrix", label="Kernel", start=kernel, largest=4, low=-9, high=9),
        dict(name="picture", kind="picture", label="Picture", start={"example": "cross"}, examples=examples)
        | dict(upload=True, paint=True),
        dict(name="words", kind="words", label="Words", start="the cat", vocabulary=VOCABULARY, length=6),
        dict(name="corners", kind="points", label="Corner", start=corners, panel="places", x=[0, 1], y=[0, 1])
        | dict(names=["first", "second"]),
        dict(
            name="cell",
            kind="hover",
            label="Cell",
            start=[0, 0, 0],
            panels=["table"],
            sizes={"table": [4, 4]},
        ),
        dict(name="noise", kind="noise", label="Noise", start=0, shape=[3], bank=[pack(n) for n in NOISE]),
        dict(name="last", kind="last_moved", label="", start=0, names=["temperature", "count"]),
    ]
    inputs = {
        "temperature": ("float32", []),
        "count": ("int64", []),
        "shape": ("float32", [2]),
        "mode": ("float32", []),
        "centred": ("bool", []),
        "kernel": ("float32", [4, 4]),
        "kernel_size": ("int64", [2]),
        "picture": ("float32", [1, 8, 8]),
        "words": ("int64", [6]),
        "corners": ("float32", [2, 2]),
        "cell": ("int64", [3]),
        "noise": ("float32", [3]),
        "last": ("int64", []),
    }
    outputs = {f"out_{name}": shape for name, (_, shape) in inputs.items()}
    nodes = [helper.make_node("Cast", [name], [f"out_{name}"], to=TensorProto.FLOAT) for name in inputs]
    table = np.zeros((4, 4))
    table[:2, :2] = kernel
    start = dict(temperature=1, count=3, shape=[0, 0], mode=0, centred=0, kernel=table, kernel_size=[2, 2])
    start |= dict(picture=PICTURES["cross"], words=[2, 3, 0, 0, 0, 0], corners=corners, cell=[0, 0, 0])
    start |= dict(noise=NOISE[0], last=0)
    hot = start | dict(temperature=100, count=10)
    stored = [
        ("start", {c["name"]: c["start"] for c in controls}, start),
        ("hot", {"temperature": 100, "count": 10}, hot),
    ]
    stored = [(label, values, {f"out_{k}": v for k, v in arrays.items()}) for label, values, arrays in stored]
    quiet = dict(showgrid=False, zeroline=False)
    cells = axes([-0.5, 3.5], [3.5, -0.5], title=dict(text="Table"))
    cells["xaxis"] |= quiet
    cells["yaxis"] |= quiet
    letters = axes([-0.5, 7.5], [7.5, -0.5])
    dots = dict(
        type="scatter", mode="markers", x=[0, 0], y=[0, 0], marker=dict(size=9, color=COLORS["model"])
    )
    panels = [
        panel(
            "table",
            [heat(4, 4, -9, 9, DIVERGING, texttemplate="%{z:.1f}", xgap=1, ygap=1)],
            cells,
            [(["data", 0, "z"], "out_kernel", [4, 4])],
            [(["layout", "title", "text"], "Table at {temperature:.2f} K, {shape}")],
        ),
        panel(
            "places",
            [dict(dots)],
            axes([0, 1], [0, 1]),
            [
                (["data", 0, "x"], "out_corners", [2], [0, 2]),
                (["data", 0, "y"], "out_corners", [2], [1, 3]),
            ],
        ),
        panel("letters", [heat(8, 8)], letters, [(["data", 0, "z"], "out_picture", [8, 8])]),
        panel(
            "tokens",
            [dict(type="bar", x=list(range(6)), y=[0] * 6, marker=dict(color=COLORS["data"]))],
            axes([-0.5, 5.5], [0, 7]),
            [(["data", 0, "y"], "out_words", [6])],
            words=[(["layout", "xaxis", "ticktext"], "words")],
        ),
    ]
    panels[3]["figure"]["layout"]["xaxis"] |= dict(tickvals=list(range(6)), ticktext=[""] * 6)
    made = payload(
        *("echo", controls, inputs, outputs, panels, stored),
        says="At {out_temperature:.2f} K the count is {out_count:d}, and the first word is “{words[0]}”.",
        readouts=["Shape {shape}.", {"by": "out_centred", "texts": ["Not centred.", "Centred."]}],
        challenges=[{"text": "Make it centred.", "met": "out_centred"}],
    )
    return made, model(inputs, outputs, nodes)


def linked() -> tuple[dict, bytes]:
    """Two sliders whose sum is one: the one that was moved leads."""
    one = dict(kind="slider", low=0, high=1, step=None, log=False, integer=False, unit="", marks=[])
    controls = [
        dict(one, name="a", label="Share a", start=0.25),
        dict(one, name="b", label="Share b", start=0.75),
        dict(name="last", kind="last_moved", label="", start=0, names=["a", "b"]),
    ]
    inputs = {"a": ("float32", []), "b": ("float32", []), "last": ("int64", [])}
    node = helper.make_node
    nodes = [
        node("Cast", ["last"], ["second"], to=TensorProto.BOOL),
        node("Sub", ["unit", "a"], ["rest_a"]),
        node("Sub", ["unit", "b"], ["rest_b"]),
        node("Where", ["second", "rest_b", "a"], ["new_a"]),
        node("Where", ["second", "b", "rest_a"], ["new_b"]),
    ]
    bars = dict(type="bar", x=["a", "b"], y=[0, 0], marker=dict(color=[COLORS["data"], COLORS["model"]]))
    shown = panel("shares", [bars], axes([-0.5, 1.5], [0, 1]))
    shown["landings"] = [
        dict(path=["data", 0, "y", 0], output="a", take=None, shape=[]),
        dict(path=["data", 0, "y", 1], output="b", take=None, shape=[]),
    ]
    outputs = {"a": [], "b": []}
    made = payload(
        *("linked", controls, inputs, outputs, [shown], [("start", {}, dict(a=0.25, b=0.75))]),
        says="a is {a:.2f} and b is {b:.2f}.",
    )
    for output in made["outputs"]:
        output["result"] = f"new_{output['name']}"
    return made, model(inputs, {"new_a": [], "new_b": []}, nodes, {"unit": np.float32(1)})


def descent() -> tuple[dict, bytes]:
    """A player: w is multiplied by the rate at every step."""
    rate = dict(name="rate", kind="slider", label="Rate", start=0.5, low=0, high=1, step=None, log=False)
    controls = [rate | dict(integer=False, unit="", marks=[])]
    inputs = {"rate": ("float32", []), "w": ("float32", [1])}
    dots = dict(type="scatter", mode="markers", x=[0], y=[0], marker=dict(size=12, color=COLORS["data"]))
    shown = panel("valley", [dots], axes([-9, 9], [-1, 1]), [(["data", 0, "x"], "w", [1])])
    nodes = [helper.make_node("Mul", ["w", "rate"], ["next"])]
    made = payload(
        *("descent", controls, inputs, {"w": [1]}, [shown], [("start", {"rate": 0.5}, {"w": [4.0]})]),
        says="w is {w[0]:.3f}.",
        state={"w": pack([8.0])},
    )
    made["outputs"][0]["result"] = "next"
    return made, model(inputs, {"next": [1]}, nodes)


def paint() -> tuple[dict, bytes]:
    """What the painter is tested on: cells with a blank one, a line with a gap, a shape, scaled by t."""
    slide = dict(name="t", kind="slider", label="Scale", start=1, low=0, high=1, step=None, log=False)
    controls = [slide | dict(integer=False, unit="", marks=[])]
    cells = np.array([[0, 0.25, 0.5], [0.75, 1, np.nan]], "float32")
    line = np.array([0, 0.5, 1, np.nan, 1, 0.5, 0], "float32")
    outputs = {"cells": [2, 3], "line": [7], "edge": []}
    constants = {"cells_at_one": cells, "line_at_one": line}
    nodes = [
        helper.make_node("Mul", ["cells_at_one", "t"], ["cells"]),
        helper.make_node("Mul", ["line_at_one", "t"], ["line"]),
        helper.make_node("Identity", ["t"], ["edge"]),
    ]
    curve = dict(type="scatter", mode="lines", x=list(range(7)), y=[0] * 7)
    curve["line"] = dict(color="#ff0000", width=4)
    box = dict(type="rect", x0=0, x1=1, y0=0, y1=0.2, fillcolor="#00ff00", line=dict(width=0))
    panels = [
        panel("cells", [heat(2, 3)], axes([-0.5, 2.5], [1.5, -0.5]), [(["data", 0, "z"], "cells", [2, 3])]),
        panel(
            "curve",
            [curve],
            axes([0, 6], [-0.5, 1.5], shapes=[box]),
            [(["data", 0, "y"], "line", [7]), (["layout", "shapes", 0, "x1"], "edge", [])],
        ),
    ]
    stored = [("start", {"t": 1}, dict(cells=cells, line=line, edge=1))]
    made = payload("paint", controls, {"t": ("float32", [])}, outputs, panels, stored)
    return made, model({"t": ("float32", [])}, outputs, nodes, constants)


def speed() -> tuple[dict, bytes]:
    """What the times are measured on: 64 x 64 cells and two lines of 500 points."""
    slide = dict(name="t", kind="slider", label="Scale", start=1, low=0, high=1, step=None, log=False)
    controls = [slide | dict(integer=False, unit="", marks=[])]
    cells = np.random.default_rng(0).random((64, 64), "float32")
    x = np.linspace(0, 6, 500, dtype="float32")
    lines = np.stack([np.sin(x), np.cos(x)])
    nodes = [helper.make_node("Mul", [f"{n}_at_one", "t"], [n]) for n in ("cells", "lines")]
    outputs = {"cells": [64, 64], "lines": [2, 500]}
    curves = [
        dict(type="scatter", mode="lines", x=x.tolist(), y=[0] * 500, line=dict(color=color))
        for color in (COLORS["data"], COLORS["model"])
    ]
    lands = [(["data", k, "y"], "lines", [500], list(range(500 * k, 500 * k + 500))) for k in range(2)]
    panels = [
        panel(
            "cells", [heat(64, 64)], axes([-0.5, 63.5], [63.5, -0.5]), [(["data", 0, "z"], "cells", [64, 64])]
        ),
        panel("curves", curves, axes([0, 6], [-1, 1]), lands),
    ]
    stored = [("start", {"t": 1}, dict(cells=cells, lines=lines))]
    made = payload("speed", controls, {"t": ("float32", [])}, outputs, panels, stored)
    constants = {"cells_at_one": cells, "lines_at_one": lines}
    return made, model({"t": ("float32", [])}, outputs, nodes, constants)


def space() -> tuple[dict, bytes]:
    """A panel in space beside a flat one: a hill that t scales, and three points of a path on it."""
    slide = dict(name="t", kind="slider", label="Height", start=1, low=0, high=1, step=None, log=False)
    controls = [slide | dict(integer=False, unit="", marks=[])]
    place = np.linspace(-1, 1, 9)
    hill = (1 - place[:, None] ** 2 - place**2 / 2).astype("float32")
    path = np.array([[-1, -1, -0.5], [0, 0.5, 0.75], [1, 1, -0.5]], "float32")  # (point, x y z)
    nodes = [helper.make_node("Mul", [f"{name}_at_one", "t"], [name]) for name in ("hill", "path")]
    nodes.append(helper.make_node("Mul", ["range_at_one", "t"], ["range"]))
    outputs = {"hill": [9, 9], "path": [3, 3], "range": [2]}
    ground = dict(type="surface", x=place.tolist(), y=place.tolist(), z=hill.tolist(), showscale=False)
    ground |= dict(colorscale=SEQUENTIAL, cmin=-0.5, cmax=1)
    way = dict(type="scatter3d", mode="lines", x=[0] * 3, y=[0] * 3, z=[0] * 3)
    way["line"] = dict(color=COLORS["model"], width=6)
    scene = dict(camera=dict(eye=dict(x=1.5, y=-1.5, z=1)), zaxis=dict(range=[-0.5, 1]))
    lands = [(["data", 1, letter], "path", [3], [k, k + 3, k + 6]) for k, letter in enumerate("xyz")]
    hills = ["data", 0, "z"], "hill", [9, 9]
    heights = ["layout", "scene", "zaxis", "range"], "range", [2]
    dots = dict(type="scatter", mode="lines", x=[0] * 3, y=[0] * 3)
    layout = dict(height=320, margin=dict(t=40, b=10, l=10, r=10), scene=scene, title=dict(text="Hill"))
    panels = [
        panel("space", [ground, way], layout, [hills, heights, *lands]),
        panel("plane", [dots], axes([-1, 1], [-1, 1]), [(["data", 0, *l[0][2:]], *l[1:]) for l in lands[:2]]),
    ]
    stored = [("start", {"t": 1}, dict(hill=hill, path=path, range=[-0.5, 1]))]
    constants = {"hill_at_one": hill, "path_at_one": path, "range_at_one": np.float32([-0.5, 1])}
    made = payload("space", controls, {"t": ("float32", [])}, outputs, panels, stored)
    return made, model({"t": ("float32", [])}, outputs, nodes, constants)


PAGE = """<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>{name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<script>document.documentElement.dataset.theme = localStorage.getItem("theme") || "light"</script>
{styles}<style>body {{ max-width: 52rem; margin: 0 auto; padding: 1rem; }}</style>
<script defer src="_static/plots.js"></script><script type="module" src="_static/explorer/main.mjs"></script>
</head><body><main class="bd-article"><h1>{name}</h1>
<div class="dlbook-explorer" id="explorer-{name}" data-src="_static/explorers/{name}.json">
<h2 class="dlbook-explorer-title">{title}</h2><p class="dlbook-explorer-says">The sentence.</p></div>
</main></body></html>"""


def write_site(folder: Path) -> None:
    """Write the site: one page for each explorer."""
    static = folder / "_static"
    (static / "explorers").mkdir(parents=True)
    copy_files(static)
    for source in (ASSETS / "site").iterdir():
        (static / source.name).write_bytes(source.read_bytes())
    (static / "theme.css").write_text(
        files("pydata_sphinx_theme").joinpath(THEME).read_text("utf-8"), "utf-8"
    )
    styles = "".join(
        f'<link rel="stylesheet" href="_static/{s}">' for s in ("theme.css", *FONT_STYLES, "book.css")
    )
    for make in (echo, linked, descent, paint, speed, space):
        made, onnx_bytes = make()
        name = made["name"]
        (static / "explorers" / f"{name}.json").write_text(json.dumps(made), "utf-8")
        (static / "explorers" / f"{name}.onnx").write_bytes(onnx_bytes)
        page = PAGE.format(name=name, title=made["title"], styles=styles)
        (folder / f"{name}.html").write_text(page, "utf-8")


if __name__ == "__main__":  # to look at it: python tests/site/explorer_pages.py FOLDER
    import sys

    write_site(Path(sys.argv[1]))
