r"""A network with one to four hidden units learns exclusive or, or a ring, in the page.

.. math:: h = \varphi(W x + c), \qquad p = \sigma(v \cdot h + b)

Each frame takes ten steps of plain gradient descent on the mean of :math:`-\ln` of the probability given to
the right answer. Every hidden unit is drawn as the line on which its sum is zero. The second panel is the
plane that the first two units make of the inputs' plane: its grid bends and folds. Units beyond the chosen
number are held at zero.
"""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
import torch.nn.functional as F
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Slider
from dlbook_lib.explorers._penalty_panels import curve as polyline
from dlbook_lib.explorers._penalty_panels import line, panel
from dlbook_lib.figures.theme import CATEGORICAL, COLORS, DIVERGING, SYMBOLS

__all__ = ["hidden_units", "start_parameters", "train_ten"]

UNITS, STARTS, FRAMES, EACH, SIDE, REACH = 4, 5, 300, 20, 32, 1.8
SHAPES = ((UNITS, 2), (UNITS,), (UNITS,), (1,))
SIZES = [torch.Size(shape).numel() for shape in SHAPES]
TANH, RECTIFIER, LINEAR = range(3)
CELLS = torch.linspace(-REACH, REACH, SIDE)
PLANE = torch.stack(torch.meshgrid(CELLS, CELLS, indexing="xy"), dim=-1).reshape(-1, 2)


def _data() -> tuple[Tensor, Tensor]:
    """Draw both tasks once: points of shape (2, 40, 2), twenty of class 0 first, and their classes."""
    stream = torch.Generator().manual_seed(5)
    corners = torch.tensor([[-1.0, -1], [1, 1], [-1, 1], [1, -1]]).repeat_interleave(EACH // 2, dim=0)
    xor = corners + 0.18 * torch.randn(2 * EACH, 2, generator=stream)
    turn = 2 * math.pi * (torch.arange(EACH) + 0.5) / EACH
    circle = torch.stack([turn.cos(), turn.sin()], dim=1)
    inner = 0.35 * torch.randn(EACH, 2, generator=stream).clamp(-1.2, 1.2)
    outer = 1.45 * circle + 0.08 * torch.randn(EACH, 2, generator=stream)
    return torch.stack([xor, torch.cat([outer, inner])]), torch.tensor([0.0] * EACH + [1.0] * EACH)


def _mesh() -> Tensor:
    """List the lines of a grid over the plane, with gaps between them: shape (14 · 26, 2)."""
    across, gap = torch.linspace(-1.5, 1.5, 25), torch.full((1, 2), math.nan)
    parts = []
    for place in torch.linspace(-1.5, 1.5, 7):
        for flip in (False, True):
            row = torch.stack([across, place.expand(25)], dim=1)
            parts += [row.flip(1) if flip else row, gap]
    return torch.cat(parts)


POINTS, LABELS = _data()
MESH = _mesh()


def start_parameters() -> Tensor:
    """Draw five random starts.

    Returns
    -------
    Tensor of shape (5, 17)
        Weights and biases of four hidden units, then weights and bias of the last unit.
    """
    stream = torch.Generator().manual_seed(25)
    return torch.randn(STARTS, sum(SIZES), generator=stream)


START = start_parameters()


def _hidden(parameters: Tensor, x: Tensor, count: Tensor, kind: Tensor) -> Tensor:
    """Compute the hidden activations, shape (N, 4), zero for units that are not in use."""
    weight, bias = parameters[: SIZES[0]].view(UNITS, 2), parameters[SIZES[0] : SIZES[0] + UNITS]
    z = F.linear(x, weight, bias)
    active = torch.where(kind == TANH, torch.tanh(z), torch.where(kind == RECTIFIER, torch.relu(z), z))
    return active * (torch.arange(UNITS) < count)


def _score(parameters: Tensor, x: Tensor, count: Tensor, kind: Tensor) -> Tensor:
    return _hidden(parameters, x, count, kind) @ parameters[-UNITS - 1 : -1] + parameters[-1]


def train_ten(
    task: Tensor,
    count: Tensor,
    kind: Tensor,
    start: Tensor,
    rate: Tensor,
    moved: Tensor,
    losses: Tensor,
    frame: Tensor,
) -> dict[str, Tensor]:
    """Take ten steps downhill, and show what the network now answers and how it folds the plane.

    Parameters
    ----------
    task : Tensor
        0 exclusive or, 1 ring.
    count, kind, start : Tensor
        Hidden units in use, 1 to 4; activation function, 0 tanh, 1 rectifier, 2 none; number of the start.
    rate : Tensor
        Learning rate.
    moved : Tensor of shape (17,)
        How far the parameters have moved from their start.
    losses : Tensor of shape (300,)
        The loss of each frame; NaN where none has been shown yet.
    frame : Tensor
        Frames so far.

    Returns
    -------
    dict
        The state ten steps further, and what the panels and sentences show.
    """
    x = torch.where(task == 0, POINTS[0], POINTS[1])
    begin = START.gather(0, start.round().long().reshape(1, 1).expand(1, sum(SIZES)))[0]
    parameters = (begin + moved).detach()
    for _ in range(10):
        parameters = parameters.requires_grad_()
        loss = F.binary_cross_entropy_with_logits(_score(parameters, x, count, kind), LABELS)
        (slope,) = torch.autograd.grad(loss, parameters)
        parameters = (parameters.detach() - rate * slope.detach()).clamp(-30, 30)
    z = _score(parameters, x, count, kind)
    loss = F.binary_cross_entropy_with_logits(z, LABELS)
    wrong = ((z > 0).float() != LABELS).float().sum()
    place = torch.arange(FRAMES) == frame.long()
    state = {
        "moved": parameters - begin,
        "losses": torch.where(place, loss.clamp(max=2.0), losses),
        "frame": (frame + 1).clamp(max=FRAMES),
    }
    shown = {
        "steps": 10 * (frame + 1),
        "loss": loss,
        "wrong": wrong,
        "chance": torch.sigmoid(_score(parameters, PLANE, count, kind)).view(SIDE, SIDE),
        "shown": x.clone(),
        "lines": _lines(parameters, count),
        "mesh": _folded(parameters, MESH, count, kind),
        "folded": _folded(parameters, x, count, kind),
        "cut": _cut(parameters, count),
    }
    return state | shown | _judge(loss, wrong, frame, task, count, kind)


def _judge(
    loss: Tensor, wrong: Tensor, frame: Tensor, task: Tensor, count: Tensor, kind: Tensor
) -> dict[str, Tensor]:
    """Choose the sentence and judge the challenges."""
    solved = (loss < 0.1) & (wrong == 0)
    late = (frame >= 100) & (wrong > 0)
    two = (task == 0) & (count == 2)
    return {
        "verdict": torch.where(solved, 2.0, torch.where(late, 1.0, 0.0)),
        "two_solve": (solved & two).float(),
        "two_fail": (late & two & (kind == TANH)).float(),
        "ring_solved": (solved & (task == 1)).float(),
    }


def _lines(parameters: Tensor, count: Tensor) -> Tensor:
    """Lay the line of every unit in use, shape (4, 2, 2)."""
    weight, bias = parameters[: SIZES[0]].view(UNITS, 2), parameters[SIZES[0] : SIZES[0] + UNITS]
    square = weight.square().sum(1, keepdim=True).clamp_min(1e-6)
    foot = -bias[:, None] * weight / square
    along = 20 * torch.stack([-weight[:, 1], weight[:, 0]], dim=1) / square.sqrt()
    ends = torch.stack([foot - along, foot + along], dim=1)
    return torch.where((torch.arange(UNITS) < count)[:, None, None], ends, math.nan)


def _folded(parameters: Tensor, x: Tensor, count: Tensor, kind: Tensor) -> Tensor:
    return _hidden(parameters, x, count, kind)[:, :2].clamp(-3, 3)


def _cut(parameters: Tensor, count: Tensor) -> Tensor:
    """Lay the border of the last unit in the folded plane, shape (2, 2); none for more than two units."""
    v, b = parameters[-UNITS - 1 : -UNITS + 1], parameters[-1]
    v = torch.where(torch.arange(2) < count, v, 0.0)
    square = v.square().sum().clamp_min(1e-6)
    along = 20 * torch.stack([-v[1], v[0]]) / square.sqrt()
    foot = -b * v / square
    return torch.where(count <= 2, torch.stack([foot - along, foot + along]), math.nan)


def draw(chance, shown, lines, mesh, folded, cut, losses):
    """Lay out the plane, the folded plane, and the loss."""
    return {
        "plane": _draw_plane(chance, shown, lines),
        "folded": _draw_folded(mesh, folded, cut),
        "loss": _draw_loss(losses),
    }


def _dots(places) -> list[go.Scatter]:
    traces = []
    for k in range(2):
        part = places[EACH * k : EACH * (k + 1)]
        marker = dict(size=8, color=CATEGORICAL[k], symbol=SYMBOLS[k], line=dict(color="#ffffff", width=1))
        name = f"answer {k}"
        traces.append(
            go.Scatter(x=part[:, 0], y=part[:, 1], mode="markers", marker=marker, name=name, hoverinfo="skip")
        )
    return traces


def _draw_plane(chance, shown, lines) -> go.Figure:
    cells = CELLS.tolist()
    heat = go.Heatmap(z=chance, x=cells, y=cells, zmin=0, zmax=1, colorscale=DIVERGING, showscale=False)
    heat.update(hoverinfo="skip", showlegend=False)
    drawn = [
        line(lines[k, :, 0], lines[k, :, 1], "hidden units", CATEGORICAL[3], 3, showlegend=k == 0)
        for k in range(UNITS)
    ]
    axis = dict(range=[-REACH, REACH], dtick=1, constrain="domain")
    square = dict(xaxis=axis | dict(title_text="x₁"), yaxis=axis | dict(title_text="x₂", scaleanchor="x"))
    return panel([heat, *drawn, *_dots(shown)], "What the network answers", 300, aspect=1, **square)


def _draw_folded(mesh, folded, cut) -> go.Figure:
    traces = [
        polyline(mesh, "the plane's grid", COLORS["noise"], 1),
        line(cut[:, 0], cut[:, 1], "last unit's border", COLORS["model"], 3),
        *_dots(folded),
    ]
    axis = dict(range=[-1.6, 1.6], dtick=1, constrain="domain")
    square = dict(xaxis=axis | dict(title_text="h₁"), yaxis=axis | dict(title_text="h₂", scaleanchor="x"))
    return panel(traces, "The plane as the first two units see it", 300, aspect=1, **square)


def _draw_loss(losses) -> go.Figure:
    steps = [10 * k for k in range(1, FRAMES + 1)]
    traces = [
        line([0, 10 * FRAMES], [math.log(2)] * 2, "ln 2: a guess", COLORS["noise"], 2, "8px,4px"),
        line(steps, losses, "loss", COLORS["model"], 3),
    ]
    across = dict(range=[0, 10 * FRAMES], title_text="steps")
    return panel(traces, "Loss", 200, xaxis=across, yaxis=dict(range=[0, 1]))


hidden_units = Explorer(
    name="hidden-units",
    title="Hidden units, and the plane that they fold",
    compute=train_ten,
    draw=draw,
    controls={
        "task": Choice({"XOR": 0, "ring": 1}, label="task"),
        "count": Choice({"1": 1, "2": 2, "3": 3, "4": 4}, "2", label="hidden units"),
        "kind": Choice({"tanh": 0, "rectifier": 1, "none": 2}, label="activation function"),
        "start": Choice({name: k for k, name in enumerate("ABCDE")}, label="random start"),
        "rate": Slider(0.05, 3, 0.8, log=True, label="learning rate"),
    },
    state={
        "moved": torch.zeros(sum(SIZES)),
        "losses": torch.full((FRAMES,), math.nan),
        "frame": torch.tensor(0.0),
    },
    presets={
        "one unit": {"count": "1"},
        "no activation function": {"count": "4", "kind": "none"},
        "ring, three units": {"task": "ring", "count": "3"},
        "ring, four rectifiers": {"task": "ring", "count": "4", "kind": "rectifier"},
    },
    says=Cases(
        "verdict",
        (
            "After {steps:d} steps the loss is {loss:.3f}, and {wrong:d} of 40 points lie on the wrong side.",
            "After {steps:d} steps the loss is still {loss:.3f}, and {wrong:d} of 40 points are wrong.",
            "Solved after {steps:d} steps: the loss is {loss:.3f}, and all 40 points are right.",
        ),
    ),
    readouts=("A guess of one half on every point would cost ln 2 = 0.693.",),
    challenges=(
        Challenge("Solve XOR with two hidden units: loss below 0.1.", met="two_solve"),
        Challenge("Find a start from which two tanh units are still wrong after 1000 steps.", met="two_fail"),
        Challenge("Solve the ring.", met="ring_solved"),
    ),
    look_for="Press Play. Two lines move until the answers of one kind lie between them; in the plane "
    "beside, the grid folds until one straight cut is enough. Start anew when you have changed a control.",
)
