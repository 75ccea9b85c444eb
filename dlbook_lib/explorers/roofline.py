r"""A layer on the roofline of a machine: whether it waits for arithmetic or for memory.

Williams, Waterman and Patterson, "Roofline: An Insightful Visual Performance Model for Multicore
Architectures" (2009): the rate is at most :math:`\min(P, I \beta)`, with the operations per byte :math:`I`.

Differs from the paper: one matrix product that fetches nothing twice, and the machine is described by hand.
"""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Slider
from dlbook_lib.explorers._penalty_panels import line, panel
from dlbook_lib.figures.theme import CATEGORICAL, COLORS

__all__ = ["climb", "roofline"]

INTENSITY = torch.logspace(-1, 5, 61, dtype=torch.float64)
ROWS = torch.logspace(0, math.log10(16384), 57, dtype=torch.float64)
MARKS = torch.tensor([1.0, 16.0, 256.0, 4096.0], dtype=torch.float64)
MEMORY, ARITHMETIC = CATEGORICAL[4], CATEGORICAL[3]


def climb(
    rows: Tensor, width: Tensor, units: Tensor, size: Tensor, peak: Tensor, bandwidth: Tensor
) -> dict[str, Tensor]:
    """Count one layer and place it under the roof.

    Parameters
    ----------
    rows : Tensor
        Examples in the batch; rounded.
    width, units : Tensor
        Numbers that come in and go out; rounded.
    size : Tensor
        Bytes of a number.
    peak : Tensor
        The machine's arithmetic, in GFLOP per second.
    bandwidth : Tensor
        Its memory, in gigabytes per second.

    Returns
    -------
    dict
        Curves, places and verdicts.
    """
    m, k, n = (x.double().round() for x in (rows, width, units))
    peak, bandwidth, size = peak.double(), bandwidth.double(), size.double()

    def count(m: Tensor) -> tuple[Tensor, Tensor]:
        return 2 * m * k * n, size * (m * k + k * n + m * n)

    def rate(intensity: Tensor) -> Tensor:
        return torch.minimum(peak, intensity * bandwidth)

    operations, moved = count(m)
    intensity = operations / moved
    ridge = peak / bandwidth
    path = [operations / moved for operations, moved in (count(ROWS), count(MARKS))]
    every, all_moved = count(ROWS)
    times = torch.stack([every / peak, all_moved / bandwidth]) / ROWS / 1e3  # GFLOP/s: nanoseconds / 1000
    limit = 2 * k * n / (size * (k + n))
    needed = ridge * size * k * n / (2 * k * n - ridge * size * (k + n)).clamp_min(1e-9)
    seconds = torch.maximum(operations / peak, moved / bandwidth) / 1e9
    return {
        "m": m,
        "roof": rate(INTENSITY),
        "way": torch.stack([path[0], rate(path[0])], dim=-1),
        "marked": torch.stack([path[1], rate(path[1])], dim=-1),
        "now": torch.stack([intensity, rate(intensity)]),
        "times": times,
        "time_now": torch.stack([m, seconds / m * 1e6]),
        "operations": operations,
        "moved": moved,
        "ridge": ridge,
        "share": rate(intensity) / peak,
        "microseconds": seconds * 1e6,
        "limit": limit,
    } | _verdicts(m, intensity >= ridge, limit <= ridge, needed.ceil(), rate(intensity) / peak)


def _verdicts(m: Tensor, reached: Tensor, never: Tensor, needed: Tensor, share: Tensor) -> dict[str, Tensor]:
    """Choose the sentence and judge the challenges."""
    return {
        "needed": torch.where(never, math.nan, needed),
        "kind": torch.where(reached, 1.0, torch.where(never, 2.0, 0.0)),
        "just": (reached & (m <= 1.05 * needed) & ~never).float(),
        "never": (never & (m > 8000)).float(),
        "half": ((share - 0.5).abs() < 0.02).float(),
    }


def draw(roof, way, marked, now, times, time_now) -> dict[str, go.Figure]:
    """Draw the roof with the layer's way, and the time that an example takes."""
    return {"roof": _draw_roof(roof, way, marked, now), "time": _draw_time(times, time_now)}


def _draw_roof(roof, way, marked, now) -> go.Figure:
    dots = dict(mode="markers", hoverinfo="skip")
    traces = [
        line(INTENSITY.tolist(), roof, "roof", COLORS["noise"], 3),
        line(way[:, 0], way[:, 1], "batches up to 16384", COLORS["model"], 5, opacity=0.45),
        go.Scatter(
            x=marked[:, 0],
            y=marked[:, 1],
            name="1, 16, 256, 4096 rows",
            marker=dict(size=7, color=COLORS["model"]),
            **dots,
        ),
        go.Scatter(
            x=[now[0]], y=[now[1]], name="this batch", marker=dict(size=13, color=COLORS["data"]), **dots
        ),
    ]
    x = dict(type="log", range=[-1, 5], dtick=1, exponentformat="power", title_text="operations per byte")
    y = dict(type="log", range=[-1, 6.3], dtick=1, exponentformat="power", title_text="GFLOP/s")
    return panel(traces, "At most {now[1]:.4g} GFLOP/s", 320, xaxis=x, yaxis=y)


def _draw_time(times, time_now) -> go.Figure:
    x = ROWS.tolist()
    dot = dict(mode="markers", marker=dict(size=13, color=COLORS["data"]), hoverinfo="skip")
    traces = [
        line(x, times[0], "arithmetic", ARITHMETIC, 3),
        line(x, times[1], "memory", MEMORY, 3, "8px,4px"),
        go.Scatter(x=[time_now[0]], y=[time_now[1]], name="the longer of both", **dot),
    ]
    across = dict(type="log", range=[0, 4.3], dtick=1, exponentformat="power", title_text="rows in the batch")
    up = dict(type="log", exponentformat="power", title_text="µs per example", range=[-6, 5], dtick=2)
    return panel(traces, "Time for one example", 320, xaxis=across, yaxis=up)


_COUNTS = (
    "{operations:.3g} operations on {moved:.3g} bytes, {now[0]:.3g} per byte; the roof turns at {ridge:.3g}. "
)

roofline = Explorer(
    name="roofline",
    title="Does the layer wait for arithmetic or for memory?",
    compute=climb,
    draw=draw,
    controls={
        "rows": Slider(1, 16384, 1, log=True, marks={1: "one example"}, label="rows in the batch"),
        "width": Slider(16, 16384, 4096, log=True, label="numbers in"),
        "units": Slider(16, 16384, 4096, log=True, label="numbers out"),
        "size": Choice({"32 bits": 4, "16 bits": 2, "8 bits": 1}, "16 bits", label="length of a number"),
        "peak": Slider(10, 1e6, 312_000, log=True, label="arithmetic", unit="GFLOP/s"),
        "bandwidth": Slider(5, 8000, 1555, log=True, label="memory", unit="GB/s"),
    },
    presets={
        "A100, one example": {},
        "A100, 256 examples": {"rows": 256.0},
        "a narrow layer": {"rows": 4096.0, "width": 64.0, "units": 64.0},
        "one core of a laptop": {"rows": 64.0, "size": "32 bits", "peak": 100.0, "bandwidth": 15.0},
    },
    says=Cases(
        "kind",
        (
            "A batch of {m:d} waits for memory: it gets {share:.1%} of the peak; {needed:d} rows get all "
            "of it.",
            "A batch of {m:d} waits for arithmetic: it can reach the peak.",
            "A batch of {m:d} waits for memory, and a larger one would not help: the operations per byte "
            "stay below {limit:.3g}.",
        ),
    ),
    readouts=(_COUNTS + "At best {microseconds:.3g} µs.",),
    challenges=(
        Challenge("Bring the layer to the flat part with no more rows than it needs.", met="just"),
        Challenge("Reach just half of the peak.", met="half"),
        Challenge("Describe a layer and a machine that no batch can bring together.", met="never"),
    ),
    look_for="The weights are fetched once, whatever the batch. What does the second example cost, if "
    "the first one waits for memory?",
)
