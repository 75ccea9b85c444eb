"""AlexNet's augmentation: windows counted, colour noise by its covariance."""

import pytest
import torch

from dlbook_lib.regularize.crops import crop_factor, pca_noise, principal_colours, random_crop


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


def test_the_papers_factor():
    assert crop_factor(256, 224) == 2048


def test_every_window_is_cut_and_each_as_often():
    x = torch.arange(36.0).view(1, 1, 6, 6).expand(9000, 1, 6, 6)
    windows, counts = random_crop(x, 4, generator=stream()).flatten(1).unique(dim=0, return_counts=True)
    expected = torch.stack([x[0, 0, i : i + 4, j : j + 4].flatten() for i in range(3) for j in range(3)])
    assert torch.equal(windows, expected)
    assert (counts - 1000).abs().max() < 150


def test_the_colours_directions_are_those_of_numpy():
    import numpy as np

    x = torch.rand(4, 3, 8, 8, generator=stream())
    colours = principal_colours(x)
    theirs = np.linalg.eigvalsh(np.cov(x.transpose(0, 1).flatten(1).numpy()))
    assert torch.allclose(colours.variances, torch.from_numpy(theirs).float(), atol=1e-6)


def test_the_noise_has_the_covariance_that_the_formula_says():
    x = torch.rand(4, 3, 8, 8, generator=stream()) * torch.tensor([1.0, 0.5, 0.2]).view(3, 1, 1)
    colours = principal_colours(x)
    y = pca_noise(torch.zeros(100_000, 3, 1, 1), colours, std=0.1, generator=stream())[:, :, 0, 0]
    P, variances = colours
    expected = P @ torch.diag(0.01 * variances.square()) @ P.T
    assert torch.allclose(torch.cov(y.T), expected, atol=3e-2 * expected.abs().max().item())
    one = pca_noise(x, colours, generator=stream()) - x
    assert torch.allclose(one, one[:, :, :1, :1].expand_as(one), atol=1e-6)  # one colour for all pixels


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^crop must lie in \[1, 4\], got 5$"):
        random_crop(torch.ones(1, 1, 4, 6), 5)
