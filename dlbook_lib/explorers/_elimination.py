"""Linear systems by elimination: plain arithmetic that a page without LAPACK can do."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = []  # serves the explorers that fit in closed form


def eliminate(A: Tensor, B: Tensor) -> Tensor:
    """Solve A X = B for positive definite matrices of shape (S, n, n), which need no pivots."""
    n = A.shape[-1]
    table = torch.cat([A, B], dim=-1)  # (S, n, n + columns)
    for i in range(n):
        row = table[:, i : i + 1] / table[:, i : i + 1, i : i + 1]
        column = table[:, :, i : i + 1]
        others = torch.arange(n)[None, :, None] != i
        table = torch.where(others, table - column * row, row)
    return table[:, :, n:]
