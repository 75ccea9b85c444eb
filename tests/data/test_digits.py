import hashlib
import re

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from dlbook_lib.data.digits import digits

PARTS = ("train", "validation", "test")


def everything(split):
    return torch.cat([x for x, _ in split]), torch.cat([y for _, y in split])


def corner(x):
    """Top-left corner of the ink of each image."""
    ink = x[:, 0] > 0
    return torch.stack((ink.any(2).float().argmax(1), ink.any(1).float().argmax(1)), dim=1)


def extent(x):
    ink = x[:, 0] > 0
    return torch.stack((ink.any(2).sum(1), ink.any(1).sum(1)), dim=1)


@pytest.mark.parametrize(("size", "shift"), [(8, 0), (16, 4), (28, 0), (28, 4), (32, 6), (33, 0)])
def test_types_shapes_and_range(size, shift):
    for part, count in zip(digits(size, shift=shift), (1258, 180, 359)):
        x, y = part
        assert x.shape == (count, 1, size, size)
        assert y.shape == (count,)
        assert x.dtype == torch.float32
        assert y.dtype == torch.int64
        assert x.min() == 0
        assert x.max() == 1
        assert y.unique().tolist() == list(range(10))


def test_scans_are_sklearns_pixel_by_pixel_and_each_is_used_once():
    bunch = load_digits()
    known = {image.tobytes(): label for image, label in zip(bunch.images, bunch.target)}
    assert len(known) == 1797  # no two scans are equal, so an image identifies its example
    x, y = everything(digits())
    seen = {}
    for image, label in zip((x[:, 0] * 16).double().numpy(), y.tolist()):
        seen[image.tobytes()] = label
    assert seen == known


def test_parts_are_stratified():
    labels = load_digits().target
    for part, fraction in zip(digits(), (0.7, 0.1, 0.2)):
        expected = fraction * np.bincount(labels)
        assert np.abs(part[1].bincount().numpy() - expected).max() <= 1


def test_the_test_set_is_the_same_for_ever():
    x, y = digits().test
    assert y[:12].tolist() == [0, 3, 4, 2, 8, 5, 1, 0, 8, 7, 6, 5]
    scans = (x * 16).to(torch.uint8).numpy().tobytes()
    assert hashlib.md5(scans).hexdigest() == "7a1dd975ec7d80017d3cf9ee6d5fa954"


@pytest.mark.parametrize("part", PARTS)
def test_canvas_shift_and_seed_change_neither_examples_nor_order(part):
    small, y = getattr(digits(), part)
    bare, bare_y = getattr(digits(16), part)
    moved, moved_y = getattr(digits(16, shift=4, seed=3), part)
    large, large_y = getattr(digits(32, shift=6, seed=5), part)
    assert torch.equal(bare[:, :, 4:12, 4:12], small)
    assert bare.sum() == small.sum()
    for other in (bare_y, moved_y, large_y):
        assert torch.equal(other, y)
    # The same pixels elsewhere: sorted values identify the scan.
    assert torch.equal(moved.flatten(1).sort().values[:, -64:], small.flatten(1).sort().values)
    # Enlarged by 2 in both directions, ink grows by 4, more where the cubic kernel's dips below 0 are cut
    # off: from 3.97 to 4.35.
    ratio = large.sum(dim=(1, 2, 3)) / small.sum(dim=(1, 2, 3))
    assert ratio.min() > 3.9
    assert ratio.max() < 4.4


@pytest.mark.parametrize(("size", "margin"), [(28, 4), (32, 6), (37, 8)])
def test_enlarged_digit_is_centred_in_its_box_of_twenty(size, margin):
    x, _ = everything(digits(size))
    box = x[:, :, margin : margin + 20, margin : margin + 20]
    assert box.count_nonzero() == x.count_nonzero()
    x28, _ = everything(digits(28))
    assert torch.equal(box, x28[:, :, 4:24, 4:24])


def test_enlarging_blurs_but_does_not_move():
    # Averaging 2x2 pixels of the box undoes the enlargement up to the smoothing of the cubic kernel: the mean
    # error is 0.043. A flip, a swap of the axes or a displacement by one pixel gives 0.105 or more.
    small, _ = digits().train
    box = digits(28).train[0][:, :, 4:24, 4:24]
    halved = torch.nn.functional.avg_pool2d(box, 2)[:, :, 1:-1, 1:-1]
    assert (halved - small).abs().mean() < 0.06


def test_enlarging_matches_a_bicubic_kernel_written_out():
    def kernel(d, a=-0.75):
        d = abs(d)
        if d <= 1:
            return (a + 2) * d**3 - (a + 3) * d**2 + 1
        return a * d**3 - 5 * a * d**2 + 8 * a * d - 4 * a if d < 2 else 0.0

    weights = np.zeros((20, 10))  # from a framed scan of 10 to 20, pixel centres aligned
    for i in range(20):
        source = (i + 0.5) / 2 - 0.5
        for tap in range(int(np.floor(source)) - 1, int(np.floor(source)) + 3):
            weights[i, min(max(tap, 0), 9)] += kernel(source - tap)
    small, _ = digits().validation
    framed = np.pad(small[:20, 0].numpy(), ((0, 0), (1, 1), (1, 1)))
    expected = np.clip(weights @ framed @ weights.T, 0, 1)
    box = digits(28).validation[0][:20, 0, 4:24, 4:24]
    np.testing.assert_allclose(box.numpy(), expected, atol=1e-6)


@pytest.mark.parametrize(("size", "shift"), [(16, 4), (28, 4), (28, 2), (32, 6), (17, 3)])
def test_shift_is_a_whole_pixel_translation_that_cuts_nothing(size, shift):
    centred, _ = everything(digits(size))
    moved, _ = everything(digits(size, shift=shift, seed=1))
    step = corner(moved) - corner(centred)
    for image, moved_image, (down, right) in zip(centred[:200, 0], moved[:200, 0], step[:200].tolist()):
        assert torch.equal(image.roll((down, right), (0, 1)), moved_image)
    assert torch.equal(extent(moved), extent(centred))
    # 1797 draws from at most 13 values: each appears, so the range is exactly from -shift to shift.
    for axis in range(2):
        assert step[:, axis].unique().tolist() == list(range(-shift, shift + 1))


def test_both_directions_are_drawn_uniformly_and_apart():
    # Over seeds 0 to 9 the counts of one displacement among 9 lay in [164, 261] around 1797 / 9 = 199.7, and
    # the correlation of the two directions in [-0.03, 0.08].
    for seed in range(5):
        step = corner(everything(digits(28, shift=4, seed=seed))[0]) - corner(everything(digits(28))[0])
        for axis in range(2):
            counts = (step[:, axis] + 4).bincount()
            assert counts.min() > 135
            assert counts.max() < 280
        assert abs(torch.corrcoef(step.T.float())[0, 1]) < 0.12


def test_seed_decides_the_displacements_and_leaves_the_global_stream_alone():
    before = torch.get_rng_state()
    first, again, other = (digits(28, shift=4, seed=seed).test[0] for seed in (0, 0, 1))
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize(
    ("error", "arguments", "message"),
    [
        (ValueError, {"size": 7}, "size must be at least 8, got 7"),
        (TypeError, {"size": 28.0}, "size must be an integer, got 28.0 (float)"),
        (ValueError, {"size": 28, "shift": 5}, "shift must lie in [0, 4], got 5"),
        (ValueError, {"size": 16, "shift": -1}, "shift must lie in [0, 4], got -1"),
        (ValueError, {"size": 8, "shift": 1}, "shift must lie in [0, 0], got 1"),
        (ValueError, {"seed": -1}, "seed must lie in [0, 4294967295], got -1"),
    ],
)
def test_errors(error, arguments, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        digits(**arguments)
