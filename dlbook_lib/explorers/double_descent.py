r"""Double descent, live: ridge on random waves from far fewer than examples to far more.

Twenty examples with five inputs, a target :math:`\tanh(r^\top x)` with noise, and waves
:math:`\sqrt{2/P} \cos(\omega_p^\top x + \beta_p)` of which only the weights in front are learned. At every
:math:`P` the weights are :math:`w = \Phi^\top (\Phi \Phi^\top + \lambda I)^{-1} y`, which is the shortest
solution as :math:`\lambda` goes to 0 (Belkin, Hsu, Ma and Mandal 2019).

Differs from the paper: small made-up data, and a smallest penalty of :math:`10^{-8}` in place of none.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Explorer, Slider
from dlbook_lib.explorers._elimination import eliminate
from dlbook_lib.explorers._penalty_panels import line, panel
from dlbook_lib.figures.theme import CATEGORICAL, COLORS

__all__ = ["double_descent", "sweep_waves"]

N, D, MOST, DRAWS, SCALE = 20, 5, 200, 4, 0.5
STREAM = torch.Generator().manual_seed(5)
X, NEW = (torch.randn(n, D, generator=STREAM, dtype=torch.float64) for n in (N, 150))
RULE = torch.randn(D, generator=STREAM, dtype=torch.float64)
NOISES = torch.randn(N, generator=STREAM, dtype=torch.float64)
OMEGA = SCALE * torch.randn(DRAWS, MOST, D, generator=STREAM, dtype=torch.float64)
BETA = 2 * math.pi * torch.rand(DRAWS, MOST, generator=STREAM, dtype=torch.float64)
COUNTS = torch.tensor(
    [1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 17, 18, 19, 20, 21, 22, 24, 27, 32, 40, 60, 100, 200]
)
CUT = torch.linspace(-3, 3, 61, dtype=torch.float64)
ALONG = CUT[:, None] * RULE / RULE.norm()
LOW, HIGH = 1e-2, 1e3


def sweep_waves(waves: Tensor, noise: Tensor, ridge: Tensor, drawing: Tensor) -> dict[str, Tensor]:
    """Fit every number of waves of a list, and the one that is shown.

    Parameters
    ----------
    waves : Tensor
        How many are shown, P, from 1 to 200, int64.
    noise : Tensor
        Standard deviation of the targets' noise.
    ridge : Tensor
        Decimal logarithm of the penalty.
    drawing : Tensor
        Which drawing of the waves, from 0 to 3, int64.

    Returns
    -------
    dict
        Errors and norms over the list, and the shown fit along a line through the inputs.
    """
    y = torch.tanh(X @ RULE) + noise.double() * NOISES
    counts = torch.cat([COUNTS, waves[None]])  # the shown one last
    omega, beta = OMEGA[drawing], BETA[drawing]
    kept = (torch.arange(MOST)[None, :] < counts[:, None]) * (2 / counts.double()).sqrt()[:, None]
    Phi = (X @ omega.T + beta).cos() * kept[:, None, :]  # (sizes, N, waves)
    gram = Phi @ Phi.transpose(1, 2) + 10 ** ridge.double() * torch.eye(N, dtype=torch.float64)
    alpha = eliminate(gram, y[None, :, None].expand(len(COUNTS) + 1, N, 1))
    w = (Phi.transpose(1, 2) @ alpha)[:, :, 0]  # (sizes, waves)
    train = ((Phi @ w[:, :, None])[:, :, 0] - y).square().mean(dim=1)
    said = (w * kept) @ (NEW @ omega.T + beta).cos().T  # (sizes, new)
    test = (said - torch.tanh(NEW @ RULE)).square().mean(dim=1)
    length = w.square().sum(dim=1).sqrt()
    fitted = (w[-1] * kept[-1]) @ (ALONG @ omega.T + beta).cos().T
    ratio = counts / N
    valley = torch.where(COUNTS < N, test[:-1], math.inf).min()
    return {
        "ratio": ratio[-1],
        "now_train": train[-1],
        "now_test": test[-1],
        "now_length": length[-1],
        "train": train[:-1].clamp(1e-4, HIGH),
        "test": test[:-1].clamp(LOW, HIGH),
        "length": length[:-1].clamp(0.1, 1e4),
        "mark": ratio[-1:].expand(2),
        "fitted": fitted.clamp(-6, 6),
        "valley": valley,
        "zone": torch.where(waves < N - 2, 0.0, torch.where(waves > N + 2, 2.0, 1.0)),
        "peaked": test[-1] > 8 * valley,
        "better": (waves > N) & (test[-1] < valley),
        "flat": (ridge > -8) & (test[:-1].max() < 1.2 * test[0]) & (noise > 0.29),
    }


def draw(train, test, length, mark, fitted):
    """Lay out errors and norm over P/N, and a cut through the fit."""
    ratios = (COUNTS / N).tolist()
    across = dict(type="log", range=[-1.35, 1.05], title_text="waves for each example, P/N")
    across |= dict(tickvals=[0.1, 1, 10], ticktext=["0.1", "1", "10"])
    errors = [
        line(ratios, train, "training error", COLORS["data"], 2, "8px,4px"),
        line(ratios, test, "test error", COLORS["model"], 3),
        line(mark, [1e-4, HIGH], "now", COLORS["noise"], 2, "2px,3px", showlegend=False),
    ]
    norms = [
        line(ratios, length, "norm of the weights", CATEGORICAL[3], 3),
        line(mark, [0.1, 1e4], "now", COLORS["noise"], 2, "2px,3px", showlegend=False),
    ]
    truth = torch.tanh(CUT * RULE.norm()).tolist()
    cut = [
        line(CUT.tolist(), truth, "truth", COLORS["noise"], 2, "8px,4px"),
        line(CUT.tolist(), fitted, "fit", COLORS["model"], 3),
    ]
    ends = dict(type="log", dtick=2, exponentformat="power")
    return {
        "errors": panel(errors, "Errors", 300, xaxis=across, yaxis=ends | dict(range=[-4, 3])),
        "cut": panel(
            cut,
            "The fit along one line through the inputs",
            300,
            xaxis=dict(range=[-3, 3], title_text="place along the line"),
            yaxis=dict(range=[-4, 4]),
        ),
        "norm": panel(norms, "Length of the weights", 220, xaxis=across, yaxis=ends | dict(range=[-1, 4])),
    }


_NOW = "{waves} waves for 20 examples, P/N = {ratio:.2f}: test error {now_test:.3f}, "

double_descent = Explorer(
    name="double-descent",
    title="Past the point where everything fits",
    compute=sweep_waves,
    draw=draw,
    controls={
        "waves": Slider(1, MOST, 8, log=True, integer=True, marks={N: "as many as examples"}, label="waves"),
        "noise": Slider(0, 0.8, 0.3, label="noise σ"),
        "ridge": Slider(-8, 0.5, -8, marks={-8: "none"}, label="ridge, log₁₀ λ"),
        "drawing": Slider(0, DRAWS - 1, 0, integer=True, label="drawing of the waves"),
    },
    presets={
        "at the peak": {"waves": N},
        "ten for each example": {"waves": MOST},
        "the peak without noise": {"waves": N, "noise": 0.0},
        "the peak with a ridge": {"waves": N, "ridge": -2.0},
    },
    says=Cases(
        "zone",
        (
            _NOW + "training error {now_train:.3f}; there are too few waves to fit everything.",
            _NOW + "training error {now_train:.3f}; one set of weights fits, {now_length:.0f} long.",
            _NOW + "training error {now_train:.3f}; many weights fit, the shortest {now_length:.1f} long.",
        ),
    ),
    readouts=("The best test error with fewer waves than examples is {valley:.3f}.",),
    challenges=(
        Challenge("Find a test error eight times that of the first valley.", met="peaked"),
        Challenge("Go beyond the peak until the test error is lower than in the first valley.", met="better"),
        Challenge("Keep the noise at 0.3 or more and take the peak away by a ridge.", met="flat"),
    ),
    look_for="Move P slowly from 1 to 200. Where does the test error turn for the first time, where for the "
    "second, and what does the length of the weights do there?",
)
