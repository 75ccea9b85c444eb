r"""A number in 8, 16 and 32 bits: its bits, its neighbours, and a sum that grows by small steps.

The number is a whole one times a power of ten, so that even float32 has something to round. Formats as in
IEEE 754 (2019), and Micikevicius et al., "FP8 Formats for Deep Learning" (2022), for e4m3.

Differs from them: what is too large becomes infinite in e4m3 too, where libraries differ.
"""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Slider, Toggle
from dlbook_lib.explorers._penalty_panels import line, panel
from dlbook_lib.figures.theme import CATEGORICAL, COLORS, frame
from dlbook_lib.framework.formats import FORMATS, round_to, spacing

__all__ = ["number_formats", "store"]

CHOICES = {
    "float32": "float32",
    "float16": "float16",
    "bfloat16": "bfloat16",
    "float8 e4m3": "float8_e4m3fn",
}
COLUMNS, STEPS, SIDE = 12, 40, 3  # cells beside each other; additions; neighbours on either side
PLACES = torch.arange(COLUMNS, dtype=torch.float64)
OFFSET = torch.arange(-SIDE, SIDE + 1, dtype=torch.float64)


def store(digits: Tensor, power: Tensor, negative: Tensor, form: Tensor, small: Tensor) -> dict[str, Tensor]:
    """Put a number into a format and look at what became of it.

    Parameters
    ----------
    digits, power : Tensor
        The number is ``digits`` times ten to the ``power``; int64.
    negative : Tensor
        Whether it is below zero, bool.
    form : Tensor of shape (4,)
        Bits of exponent and mantissa, smallest exponent, and the logarithm to base 2 of the largest number.
    small : Tensor
        The steps of the sum are 2 to the minus ``small``; int64.

    Returns
    -------
    dict
        Bits, neighbours, the sum, and what is said of them.
    """
    form = form.double()
    wide, mantissa, lowest = form[0], form[1], form[2]
    largest = (2 - torch.exp2(-mantissa) * torch.where(wide == 4, 2.0, 1.0)) * torch.exp2(form[3])
    size = digits.double() * 10.0 ** power.double()
    held = round_to(size, mantissa, lowest, largest)
    sign = torch.where(negative, -1.0, 1.0).double()
    numbers = {
        "number": sign * size,
        "held": sign * torch.where(held.isinf(), largest, held),
        "error": torch.where(held.isinf(), math.nan, (held - size).abs() / size),
        "epsilon": torch.exp2(-mantissa),
        "largest": largest,
    }
    numbers |= _bits(held, negative, form) | _beside(size, held, form, largest)
    return numbers | _sum(small, form, largest) | _verdicts(size, held, form, small)


def _bits(held: Tensor, negative: Tensor, form: Tensor) -> dict[str, Tensor]:
    """Lay the bits out in rows: sign, exponent, mantissa in two rows; NaN where there is no cell."""
    wide, mantissa, lowest = form[0], form[1], form[2]
    infinite = held.isinf()
    inside = torch.where(infinite, 1.0, held)
    step = spacing(inside, mantissa, lowest)
    whole = inside / step  # below 2 ** (mantissa + 1)
    normal = whole >= torch.exp2(mantissa)
    stored = torch.where(normal, step.log2().round() + mantissa - lowest + 1, 0.0)
    stored = torch.where(infinite, torch.exp2(wide) - 1, stored)
    whole = torch.where(infinite, 0.0, torch.where(normal, whole - torch.exp2(mantissa), whole))

    def row(value: Tensor, length: Tensor, first: int) -> Tensor:
        behind = length - 1 - first - PLACES  # bits to the right of each cell
        bit = (value / torch.exp2(behind)).floor() % 2
        return torch.where(behind >= 0, bit, math.nan)

    signs = torch.where(PLACES == 0, negative.double(), math.nan)
    rows = [signs, row(stored, wide, 0), row(whole, mantissa, 0), row(whole, mantissa, COLUMNS)]
    return {"cells": torch.stack(rows), "field": stored, "subnormal": (~normal & ~infinite).float()}


def _beside(size: Tensor, held: Tensor, form: Tensor, largest: Tensor) -> dict[str, Tensor]:
    """Walk from the stored number to its neighbours; places in steps, counted from the number itself."""
    mantissa, lowest = form[1], form[2]
    start = torch.where(held.isinf(), largest, held)
    step = spacing(start, mantissa, lowest)
    up, down, places = start, start, [start]
    for _ in range(SIDE):
        up = up + spacing(up, mantissa, lowest)
        gap = spacing(down, mantissa, lowest)
        edge = (down == gap * torch.exp2(mantissa)) & (gap > torch.exp2(lowest - mantissa))
        down = down - torch.where(edge, gap / 2, gap)  # below a power of two they are closer
        places = [down, *places, up]
    values = torch.stack(places)
    values = torch.where(values > largest, math.nan, values)
    marks = (values - size) / step
    return {
        "beside": torch.where(marks.abs() < 4.5, marks, math.nan),
        "nearest": (start - size) / step,
        "below": values[SIDE - 1],
        "above": values[SIDE + 1],
        "step": step,
    }


def _sum(small: Tensor, form: Tensor, largest: Tensor) -> dict[str, Tensor]:
    """Add the same small step to 1, again and again, and round each time."""
    step = torch.exp2(-small.double())
    total, sums = torch.ones_like(step), []
    for _ in range(STEPS):
        total = round_to(total + step, form[1], form[2], largest)
        sums.append((total - 1) / step)
    return {"sums": torch.stack([torch.zeros_like(step), *sums]), "addend": step, "final": total}


def _verdicts(size: Tensor, held: Tensor, form: Tensor, small: Tensor) -> dict[str, Tensor]:
    """Choose the sentence and judge the challenges."""
    half, brain = form[1] == 10, form[1] == 7
    whole = (size == size.round()) & (held != size) & ~held.isinf()
    kind = torch.where(held.isinf(), 3.0, torch.where(held == 0, 2.0, torch.where(held == size, 0.0, 1.0)))
    return {
        "kind": kind,
        "lost_whole": (whole & half & (size < 2100)).float(),
        "vanished": (held == 0).float(),
        "stuck": (brain & (small == 8)).float(),
    }


def draw(cells, beside, nearest, sums) -> dict[str, go.Figure]:
    """Draw the bits, the neighbours and the sum."""
    return {"bits": _draw_bits(cells), "beside": _draw_beside(beside, nearest), "sum": _draw_sum(sums)}


def _draw_bits(cells) -> go.Figure:
    scale = [[0, "#b9c7dc"], [1, CATEGORICAL[0]]]
    grid = go.Heatmap(z=cells, zmin=0, zmax=1, colorscale=scale, showscale=False, xgap=2, ygap=4)
    grid.update(texttemplate="%{z}", hoverinfo="skip")
    names = ["sign", "exponent", "mantissa", "…"]
    rows = dict(tickvals=[0, 1, 2, 3], ticktext=names, autorange="reversed", showgrid=False, zeroline=False)
    title = "The bits: dark is 1"
    return frame(
        [grid], alt=title, default="", title=title, height=150, xaxis=dict(visible=False), yaxis=rows
    )


def _draw_beside(beside, nearest) -> go.Figure:
    dots = dict(mode="markers", hoverinfo="skip")
    traces = [
        line([-4.5, 4.5], [0, 0], "", COLORS["noise"], 1, showlegend=False),
        go.Scatter(x=beside, y=[0] * 7, name="format", marker=dict(size=11, color=COLORS["model"]), **dots),
        go.Scatter(
            x=[0], y=[0], name="the number", marker=dict(size=13, color=COLORS["data"], symbol="x"), **dots
        ),
        line([nearest, 0], [0.25, 0.25], "error", COLORS["gradient"], 4),
    ]
    x = dict(range=[-4.5, 4.5], dtick=1, title_text="in steps of {step:.1e}")
    return panel(traces, "Neighbours", 110, xaxis=x, yaxis=dict(range=[-1, 1], visible=False))


def _draw_sum(sums) -> go.Figure:
    n = list(range(STEPS + 1))
    traces = [
        line(n, n, "exact", COLORS["noise"], 2, "2px,3px"),
        line(n, sums, "in the format", COLORS["model"], 3),
    ]
    x, y = (
        dict(range=[0, STEPS], title_text="additions"),
        dict(range=[-2, 2 * STEPS], title_text="steps gained"),
    )
    return panel(traces, "1 + 2⁻ᵏ + 2⁻ᵏ + …", 240, xaxis=x, yaxis=y)


def _form(name: str) -> Tensor:
    form = FORMATS[name]
    top = math.floor(math.log2(form.largest))
    return torch.tensor([form.exponent, form.mantissa, form.lowest, top])


number_formats = Explorer(
    name="number-formats",
    title="A number in few bits",
    compute=store,
    draw=draw,
    controls={
        "form": Choice({label: _form(name) for label, name in CHOICES.items()}, "float16", label="format"),
        "digits": Slider(1, 9999, 1, integer=True, label="digits"),
        "power": Slider(-9, 5, -1, integer=True, label="times ten to the power"),
        "negative": Toggle(label="negative"),
        "small": Slider(0, 24, 11, integer=True, label="k: the sum grows by 2⁻ᵏ"),
    },
    presets={
        "a tenth": {"digits": 1, "power": -1},
        "one third, to four digits": {"digits": 3333, "power": -4},
        "too large for float16": {"digits": 7, "power": 4},
        "among the last steps to zero": {"digits": 3, "power": -7},
        "a tenth in bfloat16": {"form": "bfloat16"},
        "e4m3: seven bits beside the sign": {"form": "float8 e4m3", "digits": 17, "power": 0},
    },
    says=Cases(
        "kind",
        (
            "{number:.4g} is in the format, exactly.",
            "{number:.4g} is stored as {held:.9g}: an error of {error:.1e} of its size. Epsilon is "
            "{epsilon:.1e}.",
            "{number:.4g} is stored as 0: it is smaller than half of the smallest number.",
            "{number:.4g} is too large: the largest number of the format is {largest:.6g}.",
        ),
    ),
    readouts=(
        Cases(
            "subnormal",
            (
                "The exponent’s bits say {field:d}. Neighbours, without sign: {below:.9g} and {above:.9g}.",
                "The exponent’s bits are 0, so the leading 1 is dropped. Neighbours: {below:.9g} and "
                "{above:.9g}.",
            ),
        ),
        "After 40 additions of {addend:.3g} the sum that began at 1 is {final:.6g}.",
    ),
    challenges=(
        Challenge("Find a whole number below 2100 that float16 turns into another one.", met="lost_whole"),
        Challenge("Find a number that is stored as 0.", met="vanished"),
        Challenge("Find the largest step by which a sum in bfloat16 does not move from 1.", met="stuck"),
    ),
    look_for="A tenth has no end in powers of two. Change the format and watch which bits are cut off, and "
    "whether the neighbours come nearer.",
)
