r"""A dense layer that learns the width of its input when it is first called.

As Keras writes it: the kernel has shape (in, units), so that the layer is :math:`a(XW + b)`, and it is made
in ``build``, once the input is known. Glorot and Bengio, "Understanding the Difficulty of Training Deep
Feedforward Neural Networks" (2010), eq. 12 and 16, give the variance :math:`2 / (\text{in} + \text{units})`.

Differs from the paper: drawn from a normal distribution, not a uniform one. Differs from ``nn.Linear``, which
stores the transpose, has no activation and must be told its input's width.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_in, check_integer

__all__ = ["ACTIVATIONS", "Dense"]

ACTIVATIONS = {
    "linear": lambda z: z,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
}


class Dense(nn.Module):
    r"""A fully connected layer that is built by its first input.

    .. math:: Y = a(X W + b), \qquad W \in \mathbb{R}^{\text{in} \times \text{units}}

    Parameters
    ----------
    units : int
        How many numbers come out, at least 1.
    activation : str
        A name from ``ACTIVATIONS``: names, unlike functions, can be written to a file.

    Raises
    ------
    TypeError
        If ``units`` is not an integer.
    ValueError
        If it is below 1, or the activation has no such name.

    Notes
    -----
    Built at :ref:`custom-dense`. Before the first call there are no parameters: hand them to an optimizer
    afterwards, or call :meth:`build`.

    Examples
    --------
    >>> layer = Dense(3, activation="relu")
    >>> len(list(layer.parameters()))
    0
    >>> layer(torch.zeros(5, 4)).shape, layer.kernel.shape
    (torch.Size([5, 3]), torch.Size([4, 3]))
    """

    def __init__(self, units: int, *, activation: str = "linear") -> None:
        super().__init__()
        check_integer("units", units, low=1)
        check_in("activation", activation, tuple(ACTIVATIONS))
        self.units, self.activation = units, activation
        self.register_parameter("kernel", None)
        self.register_parameter("bias", None)

    def build(self, width: int, *, like: Tensor | None = None) -> Dense:
        """Make the kernel and the bias.

        Parameters
        ----------
        width : int
            Length of the input's last axis, at least 1.
        like : Tensor, optional
            Parameters get its dtype and device.

        Returns
        -------
        Dense
            The layer itself.

        Raises
        ------
        ValueError
            If ``width`` is below 1.
        """
        check_integer("width", width, low=1)
        to = {} if like is None else {"dtype": like.dtype, "device": like.device}
        spread = (2 / (width + self.units)) ** 0.5
        self.kernel = nn.Parameter(spread * torch.randn(width, self.units, **to))
        self.bias = nn.Parameter(torch.zeros(self.units, **to))
        return self

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer, and build it first if need be.

        Parameters
        ----------
        x : Tensor of shape (..., in)
            Rows; all axes but the last are kept.

        Returns
        -------
        Tensor of shape (..., units)
            Activations.

        Raises
        ------
        ValueError
            If the layer was built for another width.
        """
        if self.kernel is None:
            self.build(x.shape[-1], like=x)
        if x.shape[-1] != len(self.kernel):
            raise ValueError(f"x must have {len(self.kernel)} numbers per row, got {x.shape[-1]}")
        return ACTIVATIONS[self.activation](x @ self.kernel + self.bias)

    def config(self) -> dict[str, Any]:
        """Return what it takes to build an equal layer, its weights apart.

        Returns
        -------
        dict
            Arguments of the class.
        """
        return {"units": self.units, "activation": self.activation}

    def extra_repr(self) -> str:
        """Write the configuration, for ``repr``.

        Returns
        -------
        str
            Arguments of the class.
        """
        return f"{self.units}, activation={self.activation!r}"

    def _load_from_state_dict(self, state_dict, prefix, *args, **kwargs):
        """Build first where weights come from a file."""
        kernel = state_dict.get(prefix + "kernel")
        if self.kernel is None and kernel is not None:
            self.build(len(kernel), like=kernel)
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)
