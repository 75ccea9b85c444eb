"""Clipping against torch's, and what it does not do."""

import pytest
import torch

from dlbook_lib.autodiff.clipping import clip_gradients


def draw(scale=1.0):
    generator = torch.Generator().manual_seed(0)
    return [scale * torch.randn(shape, generator=generator) for shape in ((3, 4), (5,), ())]


@pytest.mark.parametrize("limit", [0.5, 1.0, 100.0])
def test_it_is_that_of_torch(limit):
    gradients = draw()
    parameters = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradients]
    for parameter, gradient in zip(parameters, gradients):
        parameter.grad = gradient.clone()
    expected = torch.nn.utils.clip_grad_norm_(parameters, limit)
    clipped, length = clip_gradients(gradients, limit)
    assert length.item() == pytest.approx(expected.item())
    for found, parameter in zip(clipped, parameters):
        torch.testing.assert_close(found, parameter.grad, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("scale", [0.01, 1.0, 1e6])
def test_the_length_is_bounded_and_the_direction_kept(scale):
    gradients = draw(scale)
    clipped, length = clip_gradients(gradients, 2.0)
    before, after = (torch.cat([part.flatten() for part in parts]) for parts in (gradients, clipped))
    assert after.norm() <= 2 * (1 + 1e-6)
    assert torch.nn.functional.cosine_similarity(before, after, dim=0) == pytest.approx(1, abs=1e-6)
    assert length.item() == pytest.approx(before.norm().item())


def test_a_short_gradient_and_none_at_all_stay_as_they_are():
    gradients = draw(1e-3)
    assert all(torch.equal(a, b) for a, b in zip(gradients, clip_gradients(gradients, 1.0)[0]))
    (still,), length = clip_gradients([torch.zeros(3)], 1.0)
    assert still.tolist() == [0, 0, 0]
    assert length == 0


@pytest.mark.parametrize("bad", [float("inf"), float("nan")])
def test_what_is_not_finite_is_refused(bad):
    message = r"^gradients\[1\] must be finite, got 1 of 2 entries infinite or not a number$"
    with pytest.raises(ValueError, match=message):
        clip_gradients([torch.zeros(2), torch.tensor([1.0, bad])], 1.0)


def test_errors():
    with pytest.raises(ValueError, match=r"^len\(gradients\) must be at least 1, got 0$"):
        clip_gradients([], 1.0)
    with pytest.raises(ValueError, match=r"^limit must be at least 1e-30, got 0$"):
        clip_gradients([torch.ones(1)], 0)
