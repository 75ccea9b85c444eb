r"""A limit on the length of a gradient (Pascanu, Mikolov and Bengio 2013, algorithm 1).

All parameters' gradients are taken as one vector, which is shortened if it is too long and keeps its
direction:

.. math:: g \leftarrow g \cdot \min\Bigl(1, \frac{c}{\lVert g \rVert}\Bigr).

It bounds the step and no more: a gradient that is infinite or not a number has no direction to keep, and one
that has vanished is left as it is.

Differs from ``torch.nn.utils.clip_grad_norm_``: nothing is changed in place, no 10⁻⁶ is added to the length,
and a gradient that is not finite is refused.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from dlbook_lib.checks import check_finite, check_integer, check_number

__all__ = ["clip_gradients"]


def clip_gradients(gradients: Sequence[Tensor], limit: float) -> tuple[list[Tensor], Tensor]:
    """Shorten a gradient to a limit, all its parts by one factor.

    Parameters
    ----------
    gradients : sequence of Tensor
        One for each parameter, of any shapes.
    limit : float
        The greatest length, c.

    Returns
    -------
    clipped : list of Tensor
        In the same shapes.
    length : Tensor of shape ()
        The length before.

    Raises
    ------
    ValueError
        If there is none, one is not finite, or the limit is not positive.

    Examples
    --------
    >>> clipped, length = clip_gradients([torch.tensor([3.0]), torch.tensor([4.0])], 1.0)
    >>> [part.item() for part in clipped], length.item()
    ([0.6000000238418579, 0.800000011920929], 5.0)
    """
    check_integer("len(gradients)", len(gradients), low=1)
    check_number("limit", limit, low=1e-30)
    for number, gradient in enumerate(gradients):
        check_finite(f"gradients[{number}]", gradient)
    length = torch.stack([gradient.norm() for gradient in gradients]).norm()
    factor = (limit / length).clamp(max=1.0)  # 1 where the length is 0: limit / 0 is infinite
    return [gradient * factor for gradient in gradients], length
