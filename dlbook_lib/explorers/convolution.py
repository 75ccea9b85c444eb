"""One window at a time: a kernel slides over a picture, with every setting that a layer has.

Point at a cell of the output to see its window times the kernel, written out, or at a pixel to see who reads
it. Move the picture to see whether moving the output instead gives the same, cell by cell. The arithmetic is
that of :mod:`dlbook_lib.cnn.gather`, taught in chapter :ref:`convolution`.
"""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import torch

from dlbook_lib.cnn.gather import FILLS, PADDINGS
from dlbook_lib.cnn.kernels import KERNELS
from dlbook_lib.data.digits import digits
from dlbook_lib.data.photographs import photograph
from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Hover, Matrix, Picture, Slider, Toggle
from dlbook_lib.explorers._convolution_state import DRAWN, MARGIN, SIDE, TAPS, slide
from dlbook_lib.figures.theme import BAR, CATEGORICAL, DIVERGING, GRAY, frame

__all__ = ["LEARNED", "convolution"]

# Two kernels of C1 in a LeNet-5, as tools/learned_kernels.py trains and prints them.
LEARNED = {
    "learned: brighter below": [
        [-0.27, -0.20, -0.25, -0.21, -0.27],
        [-0.07, 0.02, -0.16, -0.07, 0.07],
        [0.09, 0.14, 0.11, 0.10, 0.13],
        [0.38, 0.33, 0.38, 0.10, -0.14],
        [0.12, 0.34, 0.16, 0.00, -0.13],
    ],
    "learned: darker to the right": [
        [0.24, 0.10, -0.15, 0.03, -0.13],
        [-0.14, 0.20, 0.10, -0.29, -0.06],
        [0.01, -0.02, -0.17, -0.06, -0.25],
        [0.10, 0.11, 0.09, 0.00, -0.27],
        [-0.11, 0.13, 0.04, -0.15, -0.08],
    ],
}


POINTED, OUTLINE = CATEGORICAL[2], CATEGORICAL[7]  # both seen on grey and on blue to rust


def _pictures() -> dict[str, torch.Tensor]:
    """Make the examples, 16 by 16 pixels each."""
    impulse, edge, stripes = torch.zeros(3, 1, SIDE, SIDE)
    impulse[0, 8, 8] = 1
    edge[:, :, SIDE // 2 :] = 1
    stripes[:, :, ::2] = 1
    return {
        "digit": digits(SIDE).test[0][5],
        "camera": photograph("camera", size=48)[:, 4:20, 12:28],
        "impulse": impulse,
        "edge": edge,
        "stripes": stripes,
    }


def draw(
    padded, input_range, tap_rows, tap_columns, input_box, laid, kernel_limits, kernel_range,
    window, products, output, output_limits, output_range, output_box, reader_rows, reader_columns, gaps,
):  # fmt: skip
    """Lay out six panels: the picture and the output, one window times the kernel, a move before and after.

    Pixels lie from 0 to 1, so that no product is larger than its weight: both have one scale of colours,
    which stays when another cell is pointed at.
    """
    gray = go.Heatmap(
        z=padded, x0=-MARGIN, y0=-MARGIN, zmin=0, zmax=1, colorscale=GRAY, showscale=False, hoverinfo="z"
    )
    border = _box([-0.5, SIDE - 0.5, -0.5, SIDE - 0.5], OUTLINE, 1)
    taps = _dots(tap_rows, tap_columns, POINTED)
    readers = _dots(reader_rows, reader_columns, POINTED)
    seen, here = _box(input_box, POINTED, 3), _box(output_box, POINTED, 3)
    limits = dict(zmin=output_limits[0], zmax=output_limits[1], colorscale=DIVERGING, hoverinfo="z")
    signed, apart = go.Heatmap(z=output, **limits), go.Heatmap(z=gaps, **limits, showscale=False)
    weights, terms = (
        _numbers(z, kernel_limits, DIVERGING, form) for z, form in ((laid, ".3g"), (products, ".2f"))
    )
    return {
        "input": _panel([gray, border, taps, seen], "Input in its padding", input_range, above=BAR),
        "output": _panel([signed, readers, here], "Output", output_range, above=BAR),
        "window": _panel([_numbers(window, (0, 1.1), GRAY, ".2f")], "Window ⊙", kernel_range, ticks=False),
        "kernel": _panel([weights], "Kernel as it lies =", kernel_range, ticks=False),
        "products": _panel([terms], "Products: they add up to {total:.2f}", kernel_range, ticks=False),
        "moved": _panel([apart], "Picture moved, less output moved", output_range, ticks=False),
    }


def _numbers(z, limits, colors, form: str) -> go.Heatmap:
    cells = go.Heatmap(z=z, zmin=limits[0], zmax=limits[1], colorscale=colors, showscale=False)
    return cells.update(texttemplate=f"%{{z:{form}}}", hoverinfo="skip", xgap=1, ygap=1)


def _box(ends, color: str, width: int) -> go.Scatter:
    """Draw a rectangle given by its top, bottom, left and right."""
    ends = np.asarray(ends)
    lines = go.Scatter(x=ends[[2, 3, 3, 2, 2]], y=ends[[0, 0, 1, 1, 0]], mode="lines", hoverinfo="skip")
    return lines.update(line=dict(color=color, width=width), showlegend=False)


def _dots(rows, columns, color: str) -> go.Scatter:
    """Mark every pair of a row and a column."""
    x, y = np.tile(columns, len(rows)), np.repeat(rows, len(columns))
    dots = go.Scatter(x=x, y=y, mode="markers", hoverinfo="skip", showlegend=False)
    return dots.update(marker=dict(symbol="square", size=5, color=color))


def _panel(traces: list, title: str, ends, *, above: int = 0, ticks: bool = True) -> go.Figure:
    """Frame a square panel, row 0 at the top."""
    bare = dict(showgrid=False, zeroline=False, constrain="domain", visible=ticks)
    return frame(
        traces,
        alt=title,
        default="",
        title=title,
        height=280,
        aspect=1,
        above=above,
        below=30,
        xaxis=dict(bare, range=[ends[0], ends[1]]),
        yaxis=dict(bare, range=[ends[1], ends[0]]),
    )


def _kernel(name: str) -> list[list[float]]:
    return [[round(weight, 4) for weight in row] for row in KERNELS[name].tolist()]


CAMERA, EDGE, STRIPES = ({"example": name} for name in ("camera", "edge", "stripes"))
PRESETS = {
    "identity": {"kernel": _kernel("identity")},
    "box": {"kernel": _kernel("box"), "picture": CAMERA},
    "Gaussian": {"kernel": _kernel("binomial-5"), "picture": CAMERA},
    "sharpen": {"kernel": _kernel("sharpen"), "picture": CAMERA},
    "Sobel x": {"kernel": _kernel("sobel-x"), "picture": CAMERA},
    "Sobel y": {"kernel": _kernel("sobel-y"), "picture": CAMERA},
    "Prewitt x": {"kernel": _kernel("prewitt-x")},
    "Prewitt y": {"kernel": _kernel("prewitt-y")},
    "Laplacian": {"kernel": _kernel("laplacian"), "picture": CAMERA},
    "emboss": {"kernel": _kernel("emboss"), "picture": CAMERA},
    **{name: {"kernel": weights} for name, weights in LEARNED.items()},
    "an impulse, turned kernel": {
        "kernel": [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "picture": {"example": "impulse"}, "turned": True,
        "cell": [0, 7, 7],
    },
    "dilated": {"dilation": 3},
    "stripes vanish at stride 2": {"kernel": _kernel("identity"), "picture": STRIPES, "stride": 2,
                                  "cell": [0, 4, 4]},
    "moved on a ring": {"picture": CAMERA, "fill": "circular", "right": 3},
    "half a step": {"stride": 2, "right": 1, "cell": [0, 3, 3]},
    "checkerboard": {"kernel": [[1] * 3] * 3, "picture": EDGE, "transposed": True, "stride": 2,
                     "padding": "valid", "cell": [0, 12, 20]},
}  # fmt: skip

SIZE = "The {taps[0]:d} × {taps[1]:d} kernel makes {count[0]:d} × {count[1]:d} cells of 16 × 16 pixels. "
CELL = "Output cell ({spot[0]:d}, {spot[1]:d}) adds up {weights:d} products"
PIXEL = "Input pixel ({spot[0]:d}, {spot[1]:d}), worth {value:.2f}, "
SAYS = (
    SIZE + CELL + " to {value:.2f}.",
    SIZE + CELL + ", {empty:d} of them with zeros outside the picture, to {value:.2f}.",
    SIZE + PIXEL + "lies in the windows of {readers:d} of them.",
    "Transposed: " + SIZE + CELL + " to {value:.2f}.",
    "Transposed: "
    + SIZE
    + CELL
    + ", {empty:d} of them with zeros between or beyond the pixels, to {value:.2f}.",
    "Transposed: " + SIZE + PIXEL + "paints a scaled kernel over {readers:d} of them.",
    "The window finds no place: with its holes it is larger than 16 × 16 pixels, and there is no padding. "
    "Make the kernel smaller, lower the dilation, or pad.",
    "Nothing is left: transposed, this padding cuts off more than there is. Pad less.",
)

SHRINK = (
    "⌊(16 + {{pads[{0}]:d}} − {{dilation}}·({{taps[{0}]:d}} − 1) − 1) / {{stride}}⌋ + 1 = {{formula[{0}]:d}}"
)
GROW = "(16 − 1)·{{stride}} − {{pads[{0}]:d}} + {{dilation}}·({{taps[{0}]:d}} − 1) + 1 = {{formula[{0}]:d}}"
FORMULAS = [
    text
    for form in (SHRINK, GROW)
    for text in (
        f"Size along each axis: {form.format(0)}.",
        f"Rows: {form.format(0)}. Columns: {form.format(1)}.",
    )
]

NOTES = (
    "Valid: the window stays inside the picture.",
    "Same: as many cells as pixels.",
    "Same: the padding is odd here, so one pixel more stands behind the picture than before it.",
    "Same keeps the size at stride 1 only.",
    "Full: every place at which window and picture touch.",
    "Transposed, padding is cut off the output, and there is nothing to fill.",
    "The first 32 rows and columns of {count[0]:d} × {count[1]:d} cells are drawn.",
    "There is no output to draw.",
)

AS_WRITTEN = "Cross-correlation, as libraries compute it: the kernel lies as it is written"
TURNED = "True convolution: the kernel lies turned by half a turn"
FLIPS = (
    "Turned by half a turn, this kernel is the same: it cannot tell convolution from cross-correlation.",
    AS_WRITTEN + ". Turned, it would be its own negative, and every sign would change.",
    TURNED + ". That makes it its own negative: every sign has changed.",
    AS_WRITTEN + ".",
    TURNED + ".",
)

WAY = "{steps[1]:.3g} to the right and {steps[0]:.3g} down"
MOVES = (
    "Equivariance: no output to compare.",
    "Equivariance: move the picture, and see whether the output moves along.",
    f"Not equivariant: the output would have to move by {WAY}. Moved by whole cells, as near as possible, "
    "it differs by up to {gap:.2g}.",
    f"Equivariance: the move by {WAY} leaves no cell of the output to compare.",
    f"Equivariant: the output moves by {WAY}, and every cell that can be compared agrees.",
    f"Equivariant away from the border: the output moves by {WAY}. The {{inner_cells:d}} cells whose windows "
    "stay in the picture differ by {inner_gap:.2g}, others by up to {border_gap:.2g}.",
    "Equivariance: every window touches the border, and the moved output differs by up to {gap:.2g}.",
)

convolution = Explorer(
    name="convolution",
    title="Convolution, one window at a time",
    compute=slide,
    draw=draw,
    look_for="Before you point at cells of the output: on which side of a bright stroke is it positive, on "
    "which negative? What will turning the kernel change? Then move the picture: in which cells would moving "
    "the output instead give something else?",
    controls={
        "picture": Picture(_pictures(), label="Picture"),
        "kernel": Matrix(_kernel("prewitt-x"), largest=TAPS, low=-9, high=9, label="Kernel"),
        "stride": Slider(1, 4, 1, integer=True, marks={1: "every place"}, label="Stride"),
        "dilation": Slider(1, 4, 1, integer=True, marks={1: "no holes"}, label="Dilation"),
        "padding": Choice(PADDINGS, "same", label="Padding"),
        "fill": Choice(FILLS, "zero", label="Filled with"),
        "turned": Toggle(label="Turn the kernel (true convolution)"),
        "transposed": Toggle(label="Transposed convolution"),
        "right": Slider(
            -3, 3, 0, integer=True, marks={-3: "left", 3: "right"}, label="Move the picture sideways"
        ),
        "down": Slider(-3, 3, 0, integer=True, marks={-3: "up", 3: "down"}, label="Move it up or down"),
        "cell": Hover(
            ("output", "input"),
            (0, 5, 6),
            sizes={"output": (DRAWN, DRAWN), "input": (SIDE, SIDE)},
            label="Cell",
        ),
    },
    presets=PRESETS,
    says=Cases("kind", SAYS),
    readouts=(
        Cases("direction", FORMULAS),
        "{weights:d} weights, {multiply_adds:,d} multiply-adds.",
        Cases("note", NOTES),
        Cases("flip", FLIPS),
        Cases("equivariance", MOVES),
    ),
    challenges=(
        Challenge("Shrink the picture to 4 × 4 cells with a 3 × 3 kernel.", met="quarter"),
        Challenge("Make the output zero everywhere: a picture and a kernel, neither blank.", met="blind"),
        Challenge(
            "Break equivariance: move the picture so that no move of the output fits.", met="half_step"
        ),
        Challenge("Let a transposed convolution paint some cells more often than others.", met="uneven"),
    ),
)
