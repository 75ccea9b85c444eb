"""Twenty layers before any training: how large the signals are at every depth, and the gradients.

The measurement of :mod:`dlbook_lib.layers.signals` on one fixed batch and one fixed draw of weights, which
the gain multiplies: 32 examples, 48 units, weights of standard deviation gain / √48. A gradient drawn once
enters at the chosen depth and is sent back by ``torch.autograd.grad``.
"""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
import torch.nn.functional as F
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Slider
from dlbook_lib.figures.theme import COLORS, SEQUENTIAL, frame, legend_above

__all__ = ["send_both_ways", "signal_depth"]

LAYERS, BATCH, WIDTH, BINS = 20, 32, 48, 33
SINGLE = 0.002  # a share that one value in the batch has where the ends hold all others
WIDE = 2.0625  # the last bins of the map end here, and hold what lies beyond
LOWEST, HIGHEST = 1e-9, 1e9  # of the logarithmic axis
DEPTHS = torch.arange(LAYERS + 1)


def _draws() -> tuple[Tensor, Tensor, Tensor]:
    """Draw inputs, gradient and weights once for all readers."""
    generator = torch.Generator().manual_seed(3)  # a draw that strays little from the average
    x, back = torch.randn(2, BATCH, WIDTH, generator=generator)
    weights = torch.randn(LAYERS, WIDTH, WIDTH, generator=generator) / math.sqrt(WIDTH)
    return x / x.square().mean().sqrt(), back / back.square().mean().sqrt(), weights


X, BACK, WEIGHTS = _draws()


def send_both_ways(gain: Tensor, depth: Tensor, activation: Tensor) -> dict[str, Tensor]:
    """Send the batch through the layers, and a gradient back from the chosen depth.

    Parameters
    ----------
    gain : Tensor of shape ()
        By what the weights are multiplied.
    depth : Tensor of shape ()
        How many layers there are, at most 20.
    activation : Tensor of shape ()
        0 for tanh, 1 for ReLU, 2 for GELU, 3 for none.

    Returns
    -------
    dict of str to Tensor
        What the figures and sentences show.
    """
    h = X.requires_grad_(False).clone().requires_grad_()
    signals = [h]
    for weight in WEIGHTS:
        z = gain * (h @ weight.T)
        h = torch.where(activation == 0, torch.tanh(z), torch.where(activation == 1, F.relu(z), z))
        h = torch.where(activation == 2, F.gelu(z), h)
        signals.append(h)
    stacked = torch.stack(signals)
    last = stacked.index_select(0, depth.long()[None])[0]
    gradients = torch.stack(
        torch.autograd.grad(last, signals, BACK, allow_unused=True, materialize_grads=True)
    )
    stacked, gradients = stacked.detach(), gradients.detach()

    there = depth >= DEPTHS
    forward, backward = (t.square().mean((1, 2)).sqrt() for t in (stacked, gradients))
    at = depth.long()[None]
    end = forward.index_select(0, at)[0]
    beyond = stacked.index_select(0, at).abs() - 0.99
    saturated = (beyond * 1000 + 0.5).clamp(0, 1).mean()  # a share that does not jump
    start = backward[0]
    return {
        "forward": torch.where(there, forward, torch.nan).clamp(LOWEST, HIGHEST),
        "backward": torch.where(there, backward, torch.nan).clamp(LOWEST, HIGHEST),
        "values": torch.where(there[:, None], _histograms(stacked), torch.nan),
        "end": end,
        "start": start,
        "saturated": torch.where(activation == 0, saturated, 0.0),
        "rate": end.clamp_min(1e-30) ** (1 / depth),
        **_verdicts(end, start, saturated, depth, activation),
    }


def _histograms(signals: Tensor) -> Tensor:
    """Share out values between the two nearest bins, for every depth: (21, 33), each row's highest 1.

    Where the signals have exploded, the few values that rounding alone moves near zero are not shown.
    """
    step = 2 * WIDE / BINS
    inside = signals.flatten(1).clamp(-WIDE + step / 2, WIDE - step / 2)
    centres = (torch.arange(BINS) - BINS // 2) * step
    counts = torch.stack(
        [(1 - (inside - c).abs() / step).clamp_min(0).mean(1) for c in centres.tolist()], dim=1
    )
    shares = counts / counts.amax(1, keepdim=True)
    return ((shares - SINGLE) / (1 - SINGLE)).clamp_min(0)


def _verdicts(
    end: Tensor, start: Tensor, saturated: Tensor, depth: Tensor, activation: Tensor
) -> dict[str, Tensor]:
    """Choose the sentence and judge the challenges."""
    kept = (end > 0.5) & (end < 2) & (start > 0.5) & (start < 2)
    flat = (activation == 0) & (saturated > 0.15)
    case = torch.where(end < 0.1, 1, torch.where(end > 10, 2, torch.where(kept, 0, 4)))
    return {
        "verdict": torch.where(flat, 3, case),
        "relu_kept": kept & (activation == 1) & (depth == LAYERS),
        "saturates": flat & (depth == LAYERS),
        "gradient_alone": (activation == 0) & (end < 2) & (start > 30),
    }


def draw(forward, backward, values):
    """Lay out the sizes on both ways and the map of values."""
    depths = DEPTHS.tolist()
    lines = [
        _line(depths, forward, "signals, forward", COLORS["model"], "circle"),
        _line(depths, backward, "gradients, backward", COLORS["gradient"], "square"),
    ]
    room, legend = legend_above([line.name for line in lines], 300)
    up = dict(type="log", range=[-9, 9], dtick=3, exponentformat="power", title_text="root mean square")
    across = dict(range=[-0.5, LAYERS + 0.5], dtick=5, title_text="after layer")
    sizes = frame(
        lines, alt="Sizes", default="", title="Sizes", height=300, above=room, below=48, legend=legend,
        showlegend=True, xaxis=across, yaxis=up,
    )  # fmt: skip
    step = 2 * WIDE / BINS
    cells = go.Heatmap(z=values, x0=-WIDE + step / 2, dx=step, y0=0, dy=1, zmin=0, zmax=1, showscale=False)
    cells.update(colorscale=SEQUENTIAL, hovertemplate="value %{x:.2f}, layer %{y}<extra></extra>")
    spread = frame(
        [cells], alt="Values", default="", title="Values of the units", height=300, above=room, below=48,
        xaxis=dict(title_text="value; the ends hold what lies beyond", range=[-WIDE, WIDE], dtick=1),
        yaxis=dict(title_text="layer", range=[LAYERS + 0.5, -0.5], dtick=5),
    )  # fmt: skip
    return {"sizes": sizes, "values": spread}


def _line(x: list[int], y, name: str, color: str, symbol: str) -> go.Scatter:
    line = go.Scatter(x=x, y=y, name=name, mode="lines+markers", line=dict(color=color, width=2))
    return line.update(marker=dict(symbol=symbol, size=6), hovertemplate="%{y:.3g}")


SIZES = (
    "After {depth} layers the signals have root mean square {end:.3g}, and the gradient that reaches "
    "the input has {start:.3g}"
)

signal_depth = Explorer(
    name="signal-depth",
    title="Signals and gradients through twenty layers",
    compute=send_both_ways,
    draw=draw,
    look_for="Both start at size 1: the signals on the left, the gradient at the last layer. Before you "
    "choose ReLU, guess by what factor each layer will shrink the signals at gain 1, and at which gain "
    "they stay.",
    controls={
        "gain": Slider(
            0.2,
            2.5,
            1,
            log=True,
            marks={1: "Glorot", 1.41: "He"},
            label="Gain g: weights of deviation g / √n",
        ),
        "activation": Choice({"tanh": 0, "ReLU": 1, "GELU": 2, "none": 3}, label="Activation"),
        "depth": Slider(2, LAYERS, LAYERS, integer=True, label="Layers"),
    },
    presets={
        "Glorot, tanh": {},
        "Glorot, ReLU": {"activation": "ReLU"},
        "He, ReLU": {"activation": "ReLU", "gain": 2**0.5},
        "too large, tanh": {"gain": 2.5},
        "too small, tanh": {"gain": 0.3},
        "chosen for GELU": {"activation": "GELU", "gain": 1.5335},
    },
    says=Cases(
        "verdict",
        (
            SIZES + ": both keep their size.",
            SIZES + ": the signals vanish, by a factor of {rate:.2f} a layer.",
            SIZES + ": the signals explode, by a factor of {rate:.2f} a layer.",
            SIZES + ": {saturated:.0%} of the units stand at the flat ends of tanh.",
            SIZES + ".",
        ),
    ),
    challenges=(
        Challenge("With ReLU and 20 layers, keep both sizes between 0.5 and 2.", met="relu_kept"),
        Challenge("Drive more than 15 % of the last layer's tanh units into saturation.", met="saturates"),
        Challenge("Keep the signals below 2 while the gradient grows above 30.", met="gradient_alone"),
    ),
)
