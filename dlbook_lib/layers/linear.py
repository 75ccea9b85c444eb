r"""Linear attention: similarity by a positive feature map, so that the big matrix is never made.

After Katharopoulos et al., "Transformers are RNNs: Fast Autoregressive Transformers with Linear Attention"
(2020), eqs. 4 to 7 and 9 to 12. Replace :math:`e^{q^\top k}` by :math:`\phi(q)^\top \phi(k)`: then the
sum over keys can be taken first, once for all queries.

Differs from the paper: three functions of tensors, not a layer, and the causal one is a plain loop over the
sequence, which shows that the state it carries has one size, however long the past.

Shape letters: B batch, T queries, S keys, K width of queries and keys, V width of values.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["elu_feature_map", "kernel_attention", "linear_attention", "linear_attention_causal"]


def elu_feature_map(x: Tensor) -> Tensor:
    r"""Make every entry positive, the paper's way.

    .. math:: \phi(x) = \operatorname{elu}(x) + 1

    Parameters
    ----------
    x : Tensor of shape (..., K)
        Queries or keys.

    Returns
    -------
    Tensor of shape (..., K)
        Above 0: :math:`1 + x` to the right of 0 and :math:`e^x` to the left.

    Examples
    --------
    >>> elu_feature_map(torch.tensor([-1.0, 0.0, 2.0]))
    tensor([0.3679, 1.0000, 3.0000])
    """
    return F.elu(x) + 1


def kernel_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    r"""Weigh values by a similarity other than the softmax's, through the full matrix.

    .. math:: z_i = \frac{\sum_j \phi(q_i)^\top \phi(k_j)\, v_j}{\sum_j \phi(q_i)^\top \phi(k_j)}

    Parameters
    ----------
    q : Tensor of shape (..., T, K)
        Queries.
    k : Tensor of shape (..., S, K)
        Keys.
    v : Tensor of shape (..., S, V)
        Values.

    Returns
    -------
    Tensor of shape (..., T, V)
        In a time that grows with T times S.

    Examples
    --------
    >>> kernel_attention(torch.zeros(1, 2), torch.zeros(3, 2), torch.tensor([[0.0], [3.0], [6.0]]))
    tensor([[3.]])
    """
    similar = elu_feature_map(q) @ elu_feature_map(k).mT  # (..., T, S)
    return similar @ v / similar.sum(-1, keepdim=True)


def linear_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    r"""Compute the same as :func:`kernel_attention`, keys and values first.

    .. math:: (\phi(Q)\, \phi(K)^\top)\, V = \phi(Q)\, (\phi(K)^\top V)

    Parameters
    ----------
    q : Tensor of shape (..., T, K)
        Queries.
    k : Tensor of shape (..., S, K)
        Keys.
    v : Tensor of shape (..., S, V)
        Values.

    Returns
    -------
    Tensor of shape (..., T, V)
        In a time that grows with T plus S.

    Notes
    -----
    Taught at :ref:`linear-attention`.

    Examples
    --------
    >>> linear_attention(torch.zeros(1, 2), torch.zeros(3, 2), torch.tensor([[0.0], [3.0], [6.0]]))
    tensor([[3.]])
    """
    q, k = elu_feature_map(q), elu_feature_map(k)
    return q @ (k.mT @ v) / (q @ k.sum(-2)[..., None])


def linear_attention_causal(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    r"""Let every place listen to itself and the past, as a recurrent network with a state of fixed size.

    .. math:: S_i = S_{i-1} + \phi(k_i) v_i^\top, \qquad z_i = z_{i-1} + \phi(k_i), \qquad
        y_i = \frac{\phi(q_i)^\top S_i}{\phi(q_i)^\top z_i}

    Parameters
    ----------
    q, k : Tensor of shape (..., T, K)
        Queries and keys.
    v : Tensor of shape (..., T, V)
        Values.

    Returns
    -------
    Tensor of shape (..., T, V)
        Row ``i`` depends on keys and values up to ``i``.

    Examples
    --------
    >>> linear_attention_causal(torch.zeros(3, 2), torch.zeros(3, 2), torch.tensor([[0.0], [3.0], [6.0]]))
    tensor([[0.0000],
            [1.5000],
            [3.0000]])
    """
    q, k = elu_feature_map(q), elu_feature_map(k)
    state, total, rows = 0.0, 0.0, []
    for i in range(q.shape[-2]):
        state = state + k[..., i, :, None] * v[..., i, None, :]  # (..., K, V)
        total = total + k[..., i, :]
        top = (q[..., i, None, :] @ state)[..., 0, :]
        rows.append(top / (q[..., i, :] * total).sum(-1, keepdim=True))
    return torch.stack(rows, dim=-2)
