r"""The restricted Boltzmann machine: binary units in two layers, joined between layers and not within.

Boltzmann machines are from Ackley, Hinton and Sejnowski ("A Learning Algorithm for Boltzmann Machines",
1985), the restricted kind from Smolensky ("Information Processing in Dynamical Systems: Foundations of
Harmony Theory", 1986), and contrastive divergence, which made it quick to train, from Hinton ("Training
Products of Experts by Minimizing Contrastive Divergence", 2002).

Differs from the papers: for machines small enough, the partition function is summed and not estimated, so
that likelihoods here are exact.

Shape letters: B batch, V visible units, H hidden units.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_number, check_shape
from dlbook_lib.seed import generator as stream_of

__all__ = ["RestrictedBoltzmannMachine", "contrastive_divergence", "train_machine"]


class RestrictedBoltzmannMachine(nn.Module):
    r"""Give every picture of zeros and ones an energy, and with it a probability.

    .. math::
        E(v, h) = -b \cdot v - c \cdot h - h^\top W v, \qquad
        P(v, h) = \frac{e^{-E(v, h)}}{Z}, \qquad Z = \sum_{v, h} e^{-E(v, h)}

    Parameters
    ----------
    visible, hidden : int
        Numbers of units V and H.

    Examples
    --------
    >>> machine = RestrictedBoltzmannMachine(3, 2)
    >>> machine(torch.zeros(1, 3)).item()  # with all weights near zero, -2 ln 2
    -1.3862943649291992
    """

    def __init__(self, visible: int, hidden: int) -> None:
        super().__init__()
        check_integer("visible", visible, low=1)
        check_integer("hidden", hidden, low=1)
        self.weight = nn.Parameter(0.01 * torch.randn(hidden, visible))
        self.visible_bias = nn.Parameter(torch.zeros(visible))
        self.hidden_bias = nn.Parameter(torch.zeros(hidden))

    def forward(self, v: Tensor) -> Tensor:
        r"""Compute the free energy, the energy of a picture with its hidden units summed out.

        .. math::
            F(v) &= -\log \sum_h e^{-E(v, h)} \\
            &= -b \cdot v - \sum_{j} \log\bigl(1 + e^{c_j + W_j \cdot v}\bigr)

        Parameters
        ----------
        v : Tensor of shape (B, V)
            Zeros and ones.

        Returns
        -------
        Tensor of shape (B,)
            Low where the machine finds the picture likely: ``-log P(v)`` up to the constant ``log Z``.
        """
        check_shape("v", v, ("B", len(self.visible_bias)))
        return -(v @ self.visible_bias) - F.softplus(F.linear(v, self.weight, self.hidden_bias)).sum(dim=1)

    def energy(self, v: Tensor, h: Tensor) -> Tensor:
        """Compute the energy of visible and hidden units together.

        Parameters
        ----------
        v, h : Tensor of shapes (B, V) and (B, H)
            Zeros and ones.

        Returns
        -------
        Tensor of shape (B,)
            One number for each row.
        """
        check_shape("v", v, ("B", len(self.visible_bias)))
        check_shape("h", h, (len(v), len(self.hidden_bias)))
        return -(v @ self.visible_bias) - h @ self.hidden_bias - ((h @ self.weight) * v).sum(dim=1)

    def hidden_probs(self, v: Tensor) -> Tensor:
        r"""Compute :math:`P(h_j = 1 \mid v) = \sigma(c_j + W_j \cdot v)`, independently for each unit.

        Parameters
        ----------
        v : Tensor of shape (B, V)
            Zeros and ones, or probabilities in their place.

        Returns
        -------
        Tensor of shape (B, H)
            Probabilities.
        """
        check_shape("v", v, ("B", len(self.visible_bias)))
        return torch.sigmoid(F.linear(v, self.weight, self.hidden_bias))

    def visible_probs(self, h: Tensor) -> Tensor:
        r"""Compute :math:`P(v_i = 1 \mid h) = \sigma(b_i + \sum_j h_j W_{ji})`, the same way down.

        Parameters
        ----------
        h : Tensor of shape (B, H)
            Zeros and ones, or probabilities in their place.

        Returns
        -------
        Tensor of shape (B, V)
            Probabilities.
        """
        check_shape("h", h, ("B", len(self.hidden_bias)))
        return torch.sigmoid(F.linear(h, self.weight.T, self.visible_bias))

    @torch.no_grad()
    def gibbs(self, v: Tensor, steps: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Draw the hidden units given the visible ones, then the visible given the hidden, and so on.

        Parameters
        ----------
        v : Tensor of shape (B, V)
            Where the chains start, zeros and ones.
        steps : int
            How many times up and down.
        generator : torch.Generator
            The random stream.

        Returns
        -------
        v : Tensor of shape (B, V)
            Zeros and ones.
        probs : Tensor of shape (B, V)
            The probabilities from which they were drawn last: the same picture without its grain.
        """
        check_integer("steps", steps, low=1)
        for _ in range(steps):
            h = torch.bernoulli(self.hidden_probs(v), generator=generator)
            probs = self.visible_probs(h)
            v = torch.bernoulli(probs, generator=generator)
        return v, probs

    def log_partition(self) -> Tensor:
        r"""Sum :math:`\log Z` over all states of the smaller layer; the other is summed in closed form.

        Returns
        -------
        Tensor of shape ()
            Exact up to rounding.

        Raises
        ------
        ValueError
            If the smaller layer has more than 16 units.
        """
        H, V = self.weight.shape
        check_integer("units of the smaller layer", min(H, V), low=1, high=16)
        numbers = torch.arange(2 ** min(H, V), device=self.weight.device)
        states = (numbers[:, None] >> torch.arange(min(H, V), device=numbers.device) & 1).to(self.weight)
        if V < H:
            return torch.logsumexp(-self(states), dim=0)
        sums = F.softplus(F.linear(states, self.weight.T, self.visible_bias)).sum(dim=1)
        return torch.logsumexp(states @ self.hidden_bias + sums, dim=0)

    def log_likelihood(self, v: Tensor) -> Tensor:
        r"""Compute :math:`\log P(v) = -F(v) - \log Z` exactly, for a small machine.

        Parameters
        ----------
        v : Tensor of shape (B, V)
            Zeros and ones.

        Returns
        -------
        Tensor of shape (B,)
            Natural logarithms.
        """
        return -self(v) - self.log_partition()


@torch.no_grad()
def contrastive_divergence(
    machine: RestrictedBoltzmannMachine, v: Tensor, *, steps: int = 1, generator: torch.Generator
) -> tuple[dict[str, Tensor], Tensor]:
    r"""Estimate the slope of the log-likelihood: what data would have, less what the machine makes of them.

    .. math::
        \frac{\partial \log P}{\partial W}
        &= \langle h v^\top \rangle_{\text{data}} - \langle h v^\top \rangle_{\text{machine}} \\
        &\approx \langle h v^\top \rangle_{\text{data}} - \langle h v^\top \rangle_{k\text{ steps}}

    The exact second term needs a chain that has forgotten where it began; this one takes ``steps``.

    Parameters
    ----------
    machine : RestrictedBoltzmannMachine
        The machine; it is left as it is.
    v : Tensor of shape (B, V)
        Data, zeros and ones.
    steps : int
        The number k.
    generator : torch.Generator
        The random stream.

    Returns
    -------
    slopes : dict of str to Tensor
        By the names of the parameters, uphill: add them, times a learning rate.
    probs : Tensor of shape (B, V)
        What became of the data after ``steps``, as probabilities.

    Examples
    --------
    >>> machine = RestrictedBoltzmannMachine(4, 2)
    >>> slopes, _ = contrastive_divergence(machine, torch.ones(3, 4), generator=torch.Generator())
    >>> {name: tuple(slope.shape) for name, slope in slopes.items()}
    {'weight': (2, 4), 'visible_bias': (4,), 'hidden_bias': (2,)}
    """
    after, probs = machine.gibbs(v, steps, generator)
    h, h_after = machine.hidden_probs(v), machine.hidden_probs(after)
    slopes = {
        "weight": (h.T @ v - h_after.T @ after) / len(v),
        "visible_bias": (v - after).mean(dim=0),
        "hidden_bias": (h - h_after).mean(dim=0),
    }
    return slopes, probs


@torch.no_grad()
def train_machine(
    machine: RestrictedBoltzmannMachine,
    v: Tensor,
    *,
    epochs: int,
    batch_size: int = 32,
    lr: float = 0.1,
    steps: int = 1,
    seed: int = 0,
) -> list[float]:
    """Train by contrastive divergence, with a momentum of 0.5.

    Parameters
    ----------
    machine : RestrictedBoltzmannMachine
        Trained in place.
    v : Tensor of shape (N, V)
        Data: zeros and ones, or probabilities, from which zeros and ones are drawn anew in every epoch.
    epochs : int
        How often to go through the data.
    batch_size : int
        Rows in a batch.
    lr : float
        Learning rate.
    steps : int
        Gibbs steps of each estimate.
    seed : int
        Where the random stream starts.

    Returns
    -------
    list of float
        For each epoch the mean squared difference between data and reconstruction. It is no likelihood, but
        shows that training moves.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> machine = RestrictedBoltzmannMachine(4, 2)
    >>> data = torch.tensor([[1.0, 1, 0, 0], [0, 0, 1, 1]]).repeat(20, 1)
    >>> errors = train_machine(machine, data, epochs=60, batch_size=10)
    >>> errors[-1] < errors[0]
    True
    """
    check_integer("epochs", epochs, low=1)
    check_integer("batch_size", batch_size, low=1)
    check_number("lr", lr, low=0)
    stream = stream_of(seed)
    speed = {name: torch.zeros_like(value) for name, value in machine.named_parameters()}
    errors = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(v), generator=stream).split(batch_size):
            data = torch.bernoulli(v[rows], generator=stream)
            slopes, probs = contrastive_divergence(machine, data, steps=steps, generator=stream)
            for name, parameter in machine.named_parameters():
                speed[name] = 0.5 * speed[name] + slopes[name]
                parameter += lr * speed[name]
            total += float((data - probs).square().sum())
        errors.append(total / v.numel())
    return errors
