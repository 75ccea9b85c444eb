r"""A deep belief net: Boltzmann machines stacked one on another, each trained on what the last one sees.

From Hinton, Osindero and Teh ("A Fast Learning Algorithm for Deep Belief Nets", 2006). The use of the stack
as the start of a classifier follows Bengio, Lamblin, Popovici and Larochelle ("Greedy Layer-Wise Training of
Deep Networks", 2007).

Differs from the papers: there is no fine-tuning of the generative model (the wake-sleep algorithm), and the
top machine does not see the labels.

Shape letters: B batch, N examples, V visible units, H units of the top layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_shape
from dlbook_lib.generative.boltzmann import RestrictedBoltzmannMachine, train_machine
from dlbook_lib.seed import generator as stream_of

__all__ = ["DeepBeliefNet", "sigmoid_classifier", "train_greedily"]


class DeepBeliefNet(nn.Module):
    r"""Stack machines: downwards all layers but the top two draw one another, the top two share an energy.

    .. math::
        &P(v, h^1, \dots, h^L) \\
        &\quad = P(v \mid h^1) \cdots P(h^{L-2} \mid h^{L-1})\, P(h^{L-1}, h^L)

    Parameters
    ----------
    sizes : sequence of int
        Units of the layers from below, the visible ones first; at least two.

    Examples
    --------
    >>> net = DeepBeliefNet([64, 30, 10])
    >>> net.up(torch.zeros(5, 64)).shape, net(torch.zeros(5, 64)).shape
    (torch.Size([5, 10]), torch.Size([5, 64]))
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        check_integer("len(sizes)", len(sizes), low=2)
        self.machines = nn.ModuleList(RestrictedBoltzmannMachine(*pair) for pair in pairwise(sizes))

    def forward(self, v: Tensor) -> Tensor:
        """Carry pictures up through all machines and down again, by probabilities.

        Parameters
        ----------
        v : Tensor of shape (B, V)
            Zeros and ones.

        Returns
        -------
        Tensor of shape (B, V)
            The reconstructions, as probabilities.
        """
        return self.down(self.up(v), level=len(self.machines))

    def up(self, v: Tensor) -> Tensor:
        """Carry pictures up, by probabilities.

        Parameters
        ----------
        v : Tensor of shape (B, V)
            Zeros and ones.

        Returns
        -------
        Tensor of shape (B, H)
            Probabilities of the top units: features that no label was needed for.
        """
        check_shape("v", v, ("B", self.machines[0].weight.shape[1]))
        for machine in self.machines:
            v = machine.hidden_probs(v)
        return v

    def down(self, v: Tensor, *, level: int) -> Tensor:
        """Carry activities of a layer down to the picture, by probabilities.

        Parameters
        ----------
        v : Tensor of shape (B, units of that layer)
            Zeros and ones, or probabilities.
        level : int
            Number of the layer, counted from the visible one, which is 0 and returns ``v`` itself.

        Returns
        -------
        Tensor of shape (B, V)
            Probabilities of the visible units.
        """
        check_integer("level", level, low=0, high=len(self.machines))
        for machine in reversed(self.machines[:level]):
            v = machine.visible_probs(v)
        return v

    @torch.no_grad()
    def generate(self, v: Tensor, *, steps: int, generator: torch.Generator) -> Tensor:
        """Let the top machine dream, and draw what it dreams of.

        Parameters
        ----------
        v : Tensor of shape (B, V)
            Pictures with which the chains start.
        steps : int
            Gibbs steps of the top machine.
        generator : torch.Generator
            The random stream.

        Returns
        -------
        Tensor of shape (B, V)
            New pictures, as probabilities.
        """
        for machine in self.machines[:-1]:
            v = machine.hidden_probs(v)
        start = torch.bernoulli(v, generator=generator)
        _, probs = self.machines[-1].gibbs(start, steps, generator)
        return self.down(probs, level=len(self.machines) - 1)


def train_greedily(
    net: DeepBeliefNet,
    v: Tensor,
    *,
    epochs: int,
    batch_size: int = 32,
    lr: float = 0.1,
    seed: int = 0,
) -> list[list[float]]:
    """Train the lowest machine, then the next on what the lowest makes of the data, and so on.

    Parameters
    ----------
    net : DeepBeliefNet
        Trained in place.
    v : Tensor of shape (N, V)
        Pictures, zeros and ones, without labels.
    epochs, batch_size : int
        Of every machine, as in :func:`~dlbook_lib.generative.boltzmann.train_machine`.
    lr : float
        Learning rate.
    seed : int
        Where the random stream of the lowest starts; the next has the next number.

    Returns
    -------
    list of list of float
        For each machine its reconstruction errors.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> errors = train_greedily(DeepBeliefNet([4, 3, 2]), torch.eye(4).repeat(10, 1), epochs=2)
    >>> len(errors), len(errors[0])
    (2, 2)
    """
    errors = []
    for number, machine in enumerate(net.machines):
        settings = dict(epochs=epochs, batch_size=batch_size, lr=lr, seed=seed + number)
        errors.append(train_machine(machine, v, **settings))
        v = machine.hidden_probs(v).detach()
    return errors


def sigmoid_classifier(
    sizes: Sequence[int], classes: int, *, start: DeepBeliefNet | None = None, seed: int = 0
) -> nn.Sequential:
    """Build a classifier of logistic units, from random weights or from a trained stack.

    Parameters
    ----------
    sizes : sequence of int
        Units of the layers from below, the inputs first.
    classes : int
        Units of the output layer, which gives scores.
    start : DeepBeliefNet, optional
        Whose weights and hidden biases to copy, of the same sizes; by default each weight is drawn
        uniformly within 1 / sqrt(inputs), as in those years.
    seed : int
        Of the random weights, the output layer's among them.

    Returns
    -------
    nn.Sequential
        Linear and Sigmoid in turn, and a Linear at the end.

    Raises
    ------
    ValueError
        If the stack has other sizes.

    Examples
    --------
    >>> sigmoid_classifier([64, 30, 20], 10)
    Sequential(
      (0): Linear(in_features=64, out_features=30, bias=True)
      (1): Sigmoid()
      (2): Linear(in_features=30, out_features=20, bias=True)
      (3): Sigmoid()
      (4): Linear(in_features=20, out_features=10, bias=True)
    )
    """
    check_integer("classes", classes, low=2)
    stream = stream_of(seed)
    layers = []
    for low, high in zip(sizes, (*sizes[1:], classes)):
        layer = nn.Linear(low, high)
        bound = low**-0.5
        nn.init.uniform_(layer.weight, -bound, bound, generator=stream)
        nn.init.uniform_(layer.bias, -bound, bound, generator=stream)
        layers += [layer, nn.Sigmoid()]
    network = nn.Sequential(*layers[:-1])
    if start is not None:
        shapes = [tuple(machine.weight.shape) for machine in start.machines]
        wanted = [(high, low) for low, high in pairwise(sizes)]
        if shapes != wanted:
            raise ValueError(f"start must have weights of shapes {wanted}, got {shapes}")
        with torch.no_grad():
            for layer, machine in zip(network[::2], start.machines):
                layer.weight.copy_(machine.weight)
                layer.bias.copy_(machine.hidden_bias)
    return network
