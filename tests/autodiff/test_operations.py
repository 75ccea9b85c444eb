"""Functions on the tape against torch and finite differences, at ordinary and at extreme places."""

import numpy as np
import pytest
import torch

from dlbook_lib.autodiff.differences import finite_differences, relative_error
from dlbook_lib.autodiff.operations import exp, log, relu, softmax_cross_entropy, tanh
from dlbook_lib.autodiff.tape import Array

PAIRS = [(exp, torch.exp), (log, torch.log), (relu, torch.relu), (tanh, torch.tanh)]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=lambda f: getattr(f, "__name__", ""))
def test_values_and_slopes(ours, theirs):
    data = np.random.default_rng(0).uniform(0.1, 3, size=(4, 5))
    if ours is not log:
        data = data - 1.5
    x, t = Array(data), torch.tensor(data, requires_grad=True)
    y, u = ours(x), theirs(t)
    (y * y).sum().backward()
    (u * u).sum().backward()
    assert np.allclose(y.data, u.detach(), rtol=1e-14, atol=0)
    assert np.allclose(x.grad, t.grad, rtol=1e-12, atol=1e-14)
    differences = finite_differences(lambda v: float((ours(Array(v)).data ** 2).sum()), data)
    assert relative_error(x.grad, differences) < 1e-8


def test_the_rectifier_at_0_is_torchs():
    x, t = Array([0.0, -0.0, 1e-300]), torch.tensor([0.0, -0.0, 1e-300], dtype=torch.float64).requires_grad_()
    relu(x).sum().backward()
    torch.relu(t).sum().backward()
    assert x.grad.tolist() == t.grad.tolist() == [0, 0, 1]


@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_cross_entropy(scale):
    rng = np.random.default_rng(1)
    data, labels = scale * rng.normal(size=(7, 4)), rng.integers(4, size=7)
    z, t = Array(data), torch.tensor(data, requires_grad=True)
    loss, theirs = (
        softmax_cross_entropy(z, labels),
        torch.nn.functional.cross_entropy(t, torch.tensor(labels)),
    )
    (loss * 3.0).backward()
    (theirs * 3.0).backward()
    assert float(loss.data) == pytest.approx(theirs.item(), rel=1e-12)
    assert np.abs(z.grad - t.grad.numpy()).max() < 1e-12
    assert np.isfinite(z.grad).all()


def test_errors():
    with pytest.raises(TypeError, match=r"^x must be an Array, got 3.0"):
        tanh(3.0)
    z = Array(np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"^labels must lie in \[0, 2\], got 0 to 3$"):
        softmax_cross_entropy(z, np.array([0, 3]))
    with pytest.raises(
        ValueError, match=r"^labels must have shape \(2\), got \(3,\)$|^labels must have shape"
    ):
        softmax_cross_entropy(z, np.array([0, 1, 2]))
    with pytest.raises(ValueError, match=r"^logits must have shape \(B, K\), got \(3,\)$"):
        softmax_cross_entropy(Array(np.zeros(3)), np.array([0, 1, 2]))
