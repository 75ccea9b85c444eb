"""The injected shift: new at every step, the same for a batch, and gone in evaluation."""

import pytest
import torch

from dlbook_lib.layers.norm_batch import batch_norm
from dlbook_lib.layers.norm_shift import InjectedShift, injected_shift


def test_channels_move_by_their_own_numbers():
    x = torch.randn(4, 3, 5, generator=torch.Generator().manual_seed(0))
    scale, shift = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0.0, -1.0, 4.0])
    y = injected_shift(x, scale, shift)
    for c in range(3):
        torch.testing.assert_close(y[:, c], scale[c] * x[:, c] + shift[c])
    torch.testing.assert_close(batch_norm(y), batch_norm(x), rtol=0, atol=1e-4)  # a further norm undoes it


def test_the_moments_wander_within_their_range():
    layer, x = InjectedShift(200, size=0.5, seed=3), torch.tensor([[-1.0], [1.0]]).expand(2, 200)
    moments = [(y.mean(0), (y[1] - y[0]) / 2) for y in (layer(x) for _ in range(50))]
    means, scales = (torch.stack(values) for values in zip(*moments))
    assert means.abs().max() <= 0.5
    assert means.std() == pytest.approx(0.5 / 3**0.5, rel=0.03)
    assert scales.min() >= 1
    assert scales.max() <= 1.5
    assert scales.mean() == pytest.approx(1.25, rel=0.01)
    assert (means[1:] - means[:-1]).abs().mean() > 0.2  # nothing stays


def test_it_repeats_from_its_seed_and_rests_in_evaluation():
    x = torch.ones(2, 4)
    first, again, other = (InjectedShift(4, seed=seed)(x) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert InjectedShift(4).eval()(x) is x
    assert torch.equal(InjectedShift(4, size=0.0)(x), x)


def test_bad_arguments():
    with pytest.raises(ValueError, match="channels must be at least 1"):
        InjectedShift(0)
    with pytest.raises(ValueError, match="size must be at least 0"):
        InjectedShift(2, size=-0.1)
