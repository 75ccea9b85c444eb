"""Features of time against their formula, and what a denoiser hears and does not hear."""

import math

import pytest
import torch

from dlbook_lib.generative.denoiser import MLPDenoiser, TimeEmbedding, fourier_features


def test_features_are_the_formula():
    t, dim = torch.tensor([3.0, 77.5]), 8
    got = fourier_features(t, dim)
    for row, time in enumerate(t.tolist()):
        for i in range(4):
            angle = time * 10_000 ** (-i / 3)
            assert got[row, i].item() == pytest.approx(math.sin(angle), abs=1e-4)
            assert got[row, 4 + i].item() == pytest.approx(math.cos(angle), abs=1e-4)


def test_likeness_decays_with_the_distance_in_time():
    features = fourier_features(torch.arange(1000.0), 64)
    near = [(features[200] - features[200 + k]).norm().item() for k in (1, 10, 100, 600)]
    assert near == sorted(near)
    assert (features.norm(dim=1) - math.sqrt(32)).abs().max() < 1e-3


def test_embedding_tells_times_apart():
    torch.manual_seed(0)
    e = TimeEmbedding(16)(torch.tensor([1, 2, 900]))
    assert not torch.allclose(e[0], e[1], atol=1e-4)


def test_a_network_hears_time_and_condition_only_if_it_has_them():
    torch.manual_seed(0)
    x, t = torch.randn(4, 3), torch.tensor([1, 2, 3, 4])
    deaf = MLPDenoiser(3, timed=False)
    assert torch.equal(deaf(x, t), deaf(x, t + 50))
    timed = MLPDenoiser(3, classes=5)
    c = torch.tensor([0, 1, 2, 3])
    assert not torch.allclose(timed(x, t, c), timed(x, t + 50, c))
    assert not torch.allclose(timed(x, t, c), timed(x, t, c + 1))
    assert torch.allclose(timed(x, 7, c), timed(x, torch.full((4,), 7), c))


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"^dim must be even, got 5"):
        fourier_features(torch.zeros(1), 5)
    with pytest.raises(ValueError, match=r"^classes must be 0 beside"):
        MLPDenoiser(2, classes=3, condition_dim=4)
    with pytest.raises(ValueError, match=r"^x must have shape \(B, 2\)"):
        MLPDenoiser(2)(torch.zeros(1, 3), 1)
