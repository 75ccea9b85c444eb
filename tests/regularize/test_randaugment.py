"""Fourteen operations against Pillow's, and how they are drawn."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageEnhance, ImageOps

from dlbook_lib.regularize.randaugment import OPERATIONS, apply_operation, rand_augment

X = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0)).mul(200).add(20).round() / 255
PICTURE = Image.fromarray((X[0] * 255).byte().permute(1, 2, 0).numpy())


def of(picture):
    return torch.from_numpy(np.asarray(picture).copy()).permute(2, 0, 1).float() / 255


def ours(name, level):
    return apply_operation(X, name, torch.tensor([level]))[0]


@pytest.mark.parametrize(
    ("name", "level", "theirs"),
    [
        ("identity", 0.5, PICTURE),
        ("autocontrast", 0.5, ImageOps.autocontrast(PICTURE)),
        ("brightness", -0.5, ImageEnhance.Brightness(PICTURE).enhance(0.55)),
        ("posterize", 1.0, ImageOps.posterize(PICTURE, 4)),
        ("rotate", 1.0, PICTURE.rotate(30, Image.Resampling.BILINEAR)),
        ("solarize", 0.5, ImageOps.solarize(PICTURE, 128)),
    ],
)
def test_it_is_what_pillow_does(name, level, theirs):
    difference = (ours(name, level) - of(theirs)).abs()
    if name == "posterize":  # Pillow keeps the upper bits of a byte, we the same levels of [0, 1)
        assert difference.max() < 2 / 255
    elif name == "rotate":
        assert difference[:, 5:11, 5:11].max() < 0.02
    else:
        assert difference.max() < 1.5 / 255


def test_equalizing_flattens_the_histogram():
    skewed = torch.rand(1, 1, 64, 64, generator=torch.Generator().manual_seed(0)).square()
    flat = apply_operation(skewed, "equalize", torch.zeros(1))
    assert skewed.mean() < 0.36
    assert flat.mean().item() == pytest.approx(0.5, abs=0.05)
    assert torch.equal(
        apply_operation(torch.full((1, 1, 4, 4), 0.2), "equalize", torch.zeros(1)) * 255,
        torch.full((1, 1, 4, 4), 51.0),
    )


def test_there_are_the_papers_fourteen():
    assert len(OPERATIONS) == 14
    assert "scale" not in " ".join(OPERATIONS)


@pytest.mark.parametrize("name", [n for n in OPERATIONS if n not in ("autocontrast", "equalize")])
def test_magnitude_zero_changes_nothing(name):
    assert torch.allclose(ours(name, 0.0), X[0], atol=1 / 255)


@pytest.mark.parametrize("name", OPERATIONS)
def test_results_stay_in_range(name):
    for level in (-1.0, 1.0):
        y = ours(name, level)
        assert y.shape == X[0].shape
        assert y.min() >= -1e-6
        assert y.max() <= 1 + 1e-6


def test_operations_are_drawn_uniformly():
    """χ² of 14 counts, with 13 degrees of freedom: below 34.5 in 999 of 1000 draws."""
    from unittest.mock import patch

    counts = dict.fromkeys(OPERATIONS, 0)

    def counting(name):
        def operation(x, level):
            counts[name] += len(x)
            return x

        return operation

    with patch.dict(OPERATIONS, {name: counting(name) for name in OPERATIONS}):
        rand_augment(torch.zeros(7000, 1, 2, 2), num_ops=2, generator=torch.Generator().manual_seed(0))
    assert sum(counts.values()) == 14_000
    assert sum((count - 1000) ** 2 / 1000 for count in counts.values()) < 34.5


def test_no_operation_is_no_change():
    assert torch.equal(rand_augment(X, num_ops=0), X)


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^magnitude must lie in \[0, 10\], got 11$"):
        rand_augment(X, magnitude=11)
    with pytest.raises(ValueError, match=r"^name must be one of 'identity', "):
        apply_operation(X, "scale", torch.zeros(1))
