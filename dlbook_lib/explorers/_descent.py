"""Several optimizers down one loss of two weights, run at once: what the race and the surface in space share.

The rules and the losses are those of :mod:`dlbook_lib.optim`. All rules run side by side, so that the
gradient is taken once for all of them, and the whole way is one loop in the page's model. A runner that
leaves the country around the window stands still from then on: its rate is too large, or it has escaped
down a saddle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import plotly.graph_objects as go
import torch
from torch import Tensor
from torch._higher_order_ops.scan import scan

from dlbook_lib.explorers._penalty_panels import line
from dlbook_lib.figures.theme import SEQUENTIAL, frame
from dlbook_lib.optim.adam import adam
from dlbook_lib.optim.adaptive import adagrad, rmsprop
from dlbook_lib.optim.gradient_descent import look_ahead, nesterov, sgd, sgd_momentum
from dlbook_lib.optim.running import start
from dlbook_lib.optim.surfaces import SURFACES, quadratic, quadratic_gradient

__all__ = []  # serves the two explorers of descent only

STEPS = 120
LEVEL = 0.02  # length of a gradient that counts as none
PALE = "#ffffff"  # under a way, which crosses every colour of the scale
RULES = {
    "gradient descent": sgd,
    "momentum": sgd_momentum,
    "Nesterov": nesterov,
    "Adagrad": adagrad,
    "RMSProp": rmsprop,
    "Adam": adam,
}
PLAIN = 3  # of them have one rate for all weights
GROUNDS = {
    "ravine": "quadratic",
    "saddle": "saddle",
    "Rosenbrock": "rosenbrock",
    "Beale": "beale",
    "two minima": "double-well",
    "four minima": "four-minima",
}
OTHERS = list(GROUNDS.values())[1:]
STARTS = torch.tensor([[-4.0, 2.5], [1.2, 0.001], [-1.2, 1.0], [1.0, 1.5], [1.7, 1.2], [-0.5, -0.5]])
MIDDLES = torch.tensor([[0.0, 0.0], [0.0, 0.0], [0.0, 1.0], [1.75, 0.0], [0.0, 0.0], [0.0, 0.0]])
HALVES = torch.tensor([[5.0, 4.0], [2.0, 1.6], [2.5, 2.0], [2.75, 2.2], [2.0, 1.6], [6.25, 5.0]])
SHAPE = 0.8  # of every window: its height over its width
COUNTRY = 2.0  # windows wide; who leaves it has diverged, or escaped
# The lowest value of each; of the saddle, the value at the upper and the lower edge of the window.
FLOORS = torch.tensor([0.0, -2.56, 0.0, 0.0, -0.3054465, 0.0], dtype=torch.float64)
NEAR = torch.tensor([1e-2, 1e-2, 1e-2, 1e-2, 1e-2, 1e-1], dtype=torch.float64)  # above the floor: arrived
BEND = torch.tensor([1.0, 0.05, 1.0, 3.0, 0.3, 0.3], dtype=torch.float64)  # squeezes heights
# Rates at which each rule does well on each ground; on the ravine those of the first three are over κ.
RATES = torch.tensor(
    [
        [1.0, 1.0, 1.0, 0.5, 0.1, 0.3],
        [0.03, 0.03, 0.03, 0.1, 0.02, 0.05],
        [0.001, 0.001, 0.001, 0.4, 0.03, 0.2],
        [0.003, 0.003, 0.003, 0.5, 0.03, 0.1],
        [0.05, 0.05, 0.05, 0.3, 0.03, 0.1],
        [0.005, 0.005, 0.005, 0.7, 0.1, 0.3],
    ],
    dtype=torch.float64,
)


@dataclass(frozen=True)
class Ground:
    """One of the losses, chosen by a tensor.

    Parameters
    ----------
    which : Tensor of shape (1,)
        Its number in ``GROUNDS``, int64.
    condition : Tensor
        Condition number of the ravine.
    """

    which: Tensor
    condition: Tensor

    @property
    def straight(self) -> Tensor:
        """The angle 0 of the ravine, as a tensor: the exporter makes no constant inside a loop."""
        return 0 * self.condition

    def pick(self, table: Tensor) -> Tensor:
        """Take this ground's row of a table."""
        return table.index_select(0, self.which).squeeze(0).double()

    def value(self, w: Tensor) -> Tensor:
        """Return the losses of weights of shape (..., 2)."""
        ravine = partial(quadratic, condition=self.condition, angle=self.straight)
        return self._choose([ravine, *(SURFACES[name].value for name in OTHERS)], w)

    def gradient(self, w: Tensor) -> Tensor:
        """Return the gradients at weights of shape (..., 2)."""
        ravine = partial(quadratic_gradient, condition=self.condition, angle=self.straight)
        return self._choose([ravine, *(SURFACES[name].gradient for name in OTHERS)], w)

    def _choose(self, each: list[Callable[[Tensor], Tensor]], w: Tensor) -> Tensor:
        if torch.compiler.is_exporting():  # a model cannot branch, and computes all
            return torch.stack([one(w) for one in each]).index_select(0, self.which).squeeze(0)
        return each[int(self.which)](w)

    def rates(self) -> Tensor:
        """Return the rate that suits each rule."""
        stiff = (self.which == 0).squeeze() & (torch.arange(len(RULES)) < PLAIN)
        return self.pick(RATES) / torch.where(stiff, self.condition, 1.0)

    def above(self, w: Tensor) -> Tensor:
        """Return how far above its floor the loss is, at least a millionth."""
        return (self.value(w) - self.pick(FLOORS)).clamp_min(1e-6)

    def relief(self, w: Tensor) -> Tensor:
        """Return heights squeezed by a logarithm, so that one picture shows walls and valley."""
        return torch.log10(1 + self.pick(BEND) * (self.value(w) - self.pick(FLOORS)).clamp_min(0))

    def grid(self, columns: int, rows: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return a window's columns, rows and relief of shape (rows, columns)."""
        middle, half = self.pick(MIDDLES), self.pick(HALVES)
        x, y = (
            middle[k] + half[k] * torch.linspace(-1, 1, n).double() for k, n in enumerate((columns, rows))
        )
        places = torch.stack([x.expand(rows, columns), y[:, None].expand(rows, columns)], dim=-1)
        return x, y, self.relief(places)

    def inside(self, place: Tensor) -> Tensor:
        """Bring a place into the window."""
        middle, half = self.pick(MIDDLES), self.pick(HALVES)
        return torch.minimum(torch.maximum(place, middle - half), middle + half)


def run(ground: Ground, place: Tensor, rates: Tensor, momentum: Tensor) -> Tensor:
    """Let every rule run from one place.

    Parameters
    ----------
    ground : Ground
        The loss.
    place : Tensor of shape (2,)
        Where all start.
    rates : Tensor of shape (6,)
        Learning rate of each rule.
    momentum : Tensor
        Of the second and the third.

    Returns
    -------
    Tensor of shape (STEPS + 1, 6, 2)
        Where each stands after each step; one that left the country stays where it last was in it.
    """
    middle, reach = ground.pick(MIDDLES), COUNTRY * ground.pick(HALVES)
    # Tensors, since the exporter would round a number to 32 bits.
    fixed = torch.cat([momentum[None], torch.tensor([0.9, 0.999, 1e-8], dtype=torch.float64)])

    def step(carried: tuple, _: Tensor) -> tuple[tuple, Tensor]:
        w, states = carried[0], carried[1:]
        settings, memories = _settings(fixed), _share_out(states)
        ahead = look_ahead(w[2], memories[2], momentum=fixed[0])
        slopes = ground.gradient(torch.cat([w[:2], ahead[None], w[3:]]))
        moved, kept = [], []
        for number, rule in enumerate(RULES.values()):
            now = w[number], slopes[number], memories[number]
            there, state = rule(*now, lr=rates[number], **settings[number])
            moved.append(there)
            kept.extend(state)
        moved = torch.stack(moved)
        stays = ((moved - middle).abs() <= reach).all(-1, keepdim=True)
        w = torch.where(stays, moved, w)
        return (w, *(part.clone() for part in kept)), w.clone()

    begin = place.double().expand(len(RULES), 2).clone()
    carried = (begin, *(part.clone() for state in MEMORY for part in state))
    if torch.compiler.is_exporting():  # one loop in the page's model; in torch it would be compiled first
        return torch.cat([begin[None], scan(step, carried, torch.zeros(STEPS))[1]])
    places = [begin]
    for _ in range(STEPS):
        carried, here = step(carried, torch.zeros(()))
        places.append(here)
    return torch.stack(places)


def _settings(fixed: Tensor) -> list[dict[str, Tensor]]:
    """List what each rule is given: the momentum, Adam's two shares and its smallest divisor."""
    alpha, most, nearly, least = (fixed[number] for number in range(4))
    coast, least = {"momentum": alpha}, {"eps": least}
    adaptive = [least, {"rho": most} | least, {"beta1": most, "beta2": nearly} | least]
    return [{}, coast, coast, *adaptive]


def _share_out(states: tuple) -> list[tuple]:
    """Give each rule its own part of all that is remembered."""
    memories, first = [], 0
    for count in COUNTS:
        memories.append(states[first : first + count])
        first += count
    return memories


def fate(land: Ground, walks: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Say when each of N runners arrives, when it leaves, and how it ends.

    Parameters
    ----------
    land : Ground
        The loss.
    walks : Tensor of shape (T + 1, N, 2)
        From :func:`run`.

    Returns
    -------
    first : Tensor of shape (N,)
        The step at which it arrived; T + 1 if it never did.
    left : Tensor of shape (N,)
        The last step inside the country; T if it stayed.
    state : Tensor of shape (N,)
        0 on the way, 1 arrived, 2 diverged, 3 at rest elsewhere, 4 escaped from the saddle.
    """
    steps, never = torch.arange(STEPS + 1)[:, None], STEPS + 1
    first = torch.where(land.above(walks) < land.pick(NEAR), steps, never).amin(0)
    slopes = land.gradient(walks).square().sum(-1).sqrt()
    held = (walks[1:] == walks[:-1]).all(-1) & (slopes[1:] > LEVEL)
    left = torch.where(held, steps[:-1], STEPS).amin(0)
    rests = torch.where(slopes[-1] < LEVEL, 3, 0)
    state = torch.where(left < STEPS, 2, rests)
    return first, left, torch.where(first < never, torch.where(land.which == 1, 4, 1), state)


def draw_map(
    x: Any,
    y: Any,
    relief: Any,
    x_range: Any,
    y_range: Any,
    walks: Sequence[Any],
    here: Sequence[Any],
    inks: Sequence[str],
    names: Sequence[str],
) -> go.Figure:
    """Draw the relief from above, the ways on it, and where the runners stand.

    Parameters
    ----------
    x, y, relief, x_range, y_range : array
        The grid, its heights, and the ends of the axes.
    walks, here : sequence of array
        Places by step, and the present place, of each runner.
    inks, names : sequence of str
        Of each runner.

    Returns
    -------
    plotly.graph_objects.Figure
        Contours under lines and marks.
    """
    levels = go.Contour(x=x, y=y, z=relief, colorscale=SEQUENTIAL, ncontours=18, contours_coloring="heatmap")
    levels.update(showscale=False, line=dict(width=0.6, color=PALE), hoverinfo="skip")
    lines = [line(walk[:, 0], walk[:, 1], "", PALE, 4.5, showlegend=False) for walk in walks]
    lines += [line(walk[:, 0], walk[:, 1], name, ink, 2.5) for walk, name, ink in zip(walks, names, inks)]
    spots = []
    for place, ink in zip(here, inks):
        dot = dict(size=10, color=ink, line=dict(width=1.5, color=PALE))
        spots.append(go.Scatter(x=[place[0]], y=[place[1]], mode="markers", marker=dot, hoverinfo="skip"))
    axis = dict(showgrid=False, zeroline=False)
    return frame(
        [levels, *lines, *spots],
        alt="",
        default="",
        title="The way on the map" if len(walks) == 1 else "The ways on the map",
        height=270,
        aspect=SHAPE,
        showlegend=False,
        below=48,
        xaxis=axis | dict(range=[x_range[0], x_range[1]], title_text="w₁"),
        yaxis=axis | dict(range=[y_range[0], y_range[1]], title_text="w₂"),
    )


MEMORY = [start(rule, torch.zeros(2, dtype=torch.float64)) for rule in RULES.values()]
COUNTS = [len(state) for state in MEMORY]
