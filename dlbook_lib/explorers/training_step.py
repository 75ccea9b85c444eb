"""A small network learns two moons while you watch, in the reader's browser as in the notebook.

``compute`` is one step of training: forward, loss, gradient by ``torch.autograd.grad`` and the update of
stochastic gradient descent with momentum and weight decay (Sutskever et al. 2013, eq. 1 and 2, torch's form).
The exporter writes the backward pass into the model as plain operators, so the page trains without autograd.
The parameters travel as one vector of 105 numbers, the state of the player.
"""

from __future__ import annotations

import plotly.graph_objects as go
import torch
import torch.nn.functional as F

from dlbook_lib.data.toy2d import two_moons
from dlbook_lib.explore import Cases, Challenge, Explorer, Slider, Toggle
from dlbook_lib.figures.theme import CATEGORICAL, COLORS, DIVERGING

__all__ = ["training_step"]

SHAPES = ((8, 2), (8,), (8, 8), (8,), (1, 8), (1,))
SIZES = [torch.Size(shape).numel() for shape in SHAPES]
STEPS = 300  # that the loss curve shows
SIDE = 36  # cells of the map along each axis
EDGE = ((-1.6, 2.6), (-1.3, 1.8))  # of the plane, x and y


def _points() -> tuple[torch.Tensor, torch.Tensor]:
    """Draw the training points once for all readers: shape (120, 2), and their class."""
    x, y = two_moons(120, noise=0.18, seed=3)
    return x, y.float()


def _grid() -> torch.Tensor:
    """List the centres of the map's cells, shape (SIDE², 2), row by row from below."""
    xs, ys = (torch.linspace(low, high, SIDE) for low, high in EDGE)
    return torch.stack(torch.meshgrid(xs, ys, indexing="xy"), dim=-1).reshape(-1, 2)


POINTS, LABELS = _points()
GRID = _grid()


def start_parameters(seed: int = 0) -> torch.Tensor:
    """Draw the network's parameters as torch's layers would be initialised.

    Parameters
    ----------
    seed : int
        Where the random stream starts.

    Returns
    -------
    Tensor, shape (105,)
        Uniform within 1/sqrt(inputs) of each layer.
    """
    generator = torch.Generator().manual_seed(seed)
    inputs = (2, 2, 8, 8, 8, 8)
    parts = [(2 * torch.rand(n, generator=generator) - 1) / k**0.5 for n, k in zip(SIZES, inputs)]
    return torch.cat(parts)


def scores(parameters: torch.Tensor, x: torch.Tensor, relu: torch.Tensor) -> torch.Tensor:
    """Run the network 2 → 8 → 8 → 1.

    Parameters
    ----------
    parameters : Tensor, shape (105,)
        Weights and biases of the three layers, one after the other.
    x : Tensor, shape (N, 2)
        Points.
    relu : bool Tensor
        Whether the hidden units rectify; otherwise they squash by tanh.

    Returns
    -------
    Tensor, shape (N,)
        Above 0 for the second moon.
    """
    parts = [p.view(shape) for p, shape in zip(parameters.split(SIZES), SHAPES)]
    for weight, bias in zip(parts[0:4:2], parts[1:4:2]):
        x = F.linear(x, weight, bias)
        x = torch.where(relu, F.relu(x), torch.tanh(x))
    return F.linear(x, parts[4], parts[5])[:, 0]


def train_step(parameters, velocity, losses, step, rate, momentum, decay, relu):
    """Do one step of training and show what the network now thinks."""
    parameters = parameters.detach().requires_grad_()
    loss = F.binary_cross_entropy_with_logits(scores(parameters, POINTS, relu), LABELS)
    (gradient,) = torch.autograd.grad(loss, parameters)
    parameters, loss = parameters.detach(), loss.detach()
    velocity = momentum * velocity + gradient + decay * parameters
    stable = (velocity.abs().max() < 1e3) & loss.isfinite()
    parameters = torch.where(stable, parameters - rate * velocity, parameters).clamp(-50, 50)
    place = torch.arange(STEPS) == step.long()
    losses = torch.where(place, loss.clamp(max=3.0), losses)
    answers = scores(parameters, POINTS, relu) > 0
    wrong = (answers != LABELS.bool()).float().sum()
    return {
        "parameters": parameters,
        "velocity": velocity.clamp(-1e3, 1e3),
        "losses": losses,
        "step": (step + 1).clamp(max=STEPS),
        "loss": loss,
        "gradient_size": gradient.norm(),
        "accuracy": 1 - wrong / len(LABELS),
        "chance": torch.sigmoid(scores(parameters, GRID, relu)).view(SIDE, SIDE),
        "nearly_all": (wrong <= 1).float(),
        "verdict": torch.where(loss > 1, 2, torch.where(wrong <= 1, 1, 0)),
    }


def draw(chance, losses):
    """Draw the map with the points on it, and the loss so far."""
    (left, right), (low, high) = EDGE
    plane = go.Figure(
        go.Heatmap(
            z=chance,
            x0=left,
            dx=(right - left) / (SIDE - 1),
            y0=low,
            dy=(high - low) / (SIDE - 1),
            zmin=0,
            zmax=1,
            colorscale=DIVERGING,
            showscale=False,
            hovertemplate="chance of the second moon %{z:.2f}<extra></extra>",
        )
    )
    for number, (symbol, name) in enumerate((("circle", "first moon"), ("square", "second moon"))):
        chosen = number == LABELS
        marker = dict(color=CATEGORICAL[number], symbol=symbol, size=7, line=dict(color="#ffffff", width=1))
        plane.add_scatter(
            x=POINTS[chosen, 0].numpy(), y=POINTS[chosen, 1].numpy(), mode="markers", marker=marker, name=name
        )
    plane.update_layout(
        height=320, margin=dict(t=30, b=30), legend=dict(orientation="h", y=1.12), showlegend=True
    )
    plane.update_xaxes(range=EDGE[0]).update_yaxes(range=EDGE[1])
    curve = go.Figure(go.Scatter(y=losses, mode="lines", line=dict(color=COLORS["model"], width=2)))
    curve.update_layout(height=320, margin=dict(t=30, b=40), showlegend=False)
    curve.update_xaxes(range=[0, STEPS], title="step").update_yaxes(range=[0, 1.5], title="loss")
    return {"plane": plane, "loss": curve}


training_step = Explorer(
    name="training-step",
    title="A network that learns on this page",
    look_for="Press Play. The border starts as a nearly straight cut; watch when it begins to bend, and what "
    "the loss does at that moment. Then reset, choose a learning rate ten times larger, and predict.",
    compute=train_step,
    draw=draw,
    state={
        "parameters": start_parameters(),
        "velocity": torch.zeros(sum(SIZES)),
        "losses": torch.full((STEPS,), float("nan")),
        "step": torch.tensor(0.0),
    },
    controls={
        "rate": Slider(0.001, 10, 0.3, log=True, marks={0.001: "crawls", 10: "leaps"}, label="Learning rate"),
        "momentum": Slider(0, 0.98, 0.9, step=0.01, marks={0: "none"}, label="Momentum"),
        "decay": Slider(1e-6, 0.1, 1e-6, log=True, marks={1e-6: "none"}, label="Weight decay"),
        "relu": Toggle(False, label="Rectify instead of tanh"),
    },
    presets={
        "too small a rate": {"rate": 0.005, "momentum": 0.0},
        "without momentum": {"momentum": 0.0},
        "too large a rate": {"rate": 10.0, "momentum": 0.9},
        "strong decay": {"decay": 0.1},
    },
    says=Cases(
        "verdict",
        (
            "At step {step:d} the loss is {loss:.3f} and {accuracy:.0%} of the points lie on the right side.",
            "At step {step:d} the loss is {loss:.3f} and at most one point lies on the wrong side.",
            "At step {step:d} the loss is {loss:.3f}: the steps are too large, and a guess would do better.",
        ),
    ),
    readouts=("The gradient of the 105 parameters has length {gradient_size:.3g}.",),
    challenges=(Challenge("Get all points but one onto the right side.", met="nearly_all"),),
)
