"""Distances against closed forms, SciPy's matrix root and a double loop."""

import numpy as np
import pytest
import torch
from scipy import linalg

from dlbook_lib.generative.distances import coverage_and_precision, frechet_distance, squared_mmd


def test_frechet_against_scipys_matrix_root():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(200, 4, generator=generator) @ torch.randn(4, 4, generator=generator)
    y = torch.randn(150, 4, generator=generator) + 1
    cx, cy = np.cov(x.double().numpy().T), np.cov(y.double().numpy().T)
    gap = x.double().numpy().mean(0) - y.double().numpy().mean(0)
    expected = gap @ gap + np.trace(cx + cy - 2 * linalg.sqrtm(cx @ cy).real)
    assert frechet_distance(x, y) == pytest.approx(expected, rel=1e-6)
    assert abs(frechet_distance(x, x)) < 1e-8


def test_mmd_by_a_double_loop():
    x, y = torch.randn(2, 6, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def k(a, b):
        return torch.exp(-(a - b).square().sum() / 2)

    inside = [np.mean([k(a[i], a[j]) for i in range(6) for j in range(6) if i != j]) for a in (x, y)]
    across = np.mean([k(a, b) for a in x for b in y])
    assert squared_mmd(x, y, widths=(1.0,)) == pytest.approx(sum(inside) - 2 * across, abs=1e-9)


def test_mmd_sees_a_shift_and_no_difference_where_there_is_none():
    generator = torch.Generator().manual_seed(0)
    x, y = torch.randn(2, 800, 2, generator=generator)
    assert abs(squared_mmd(x, y)) < 0.005
    assert squared_mmd(x, y + 1) > 0.05


def test_coverage_counts_modes_with_a_fair_share():
    centres = torch.tensor([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]])
    x = torch.cat((torch.zeros(50, 2), torch.tensor([[5.0, 0.1]]), torch.full((9, 2), 20.0)))
    assert coverage_and_precision(x, centres, radius=1.0) == (1, pytest.approx(51 / 60))
