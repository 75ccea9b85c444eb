"""Checkpoints change no bit of the gradient; what is kept is counted by autograd's own hooks."""

import pytest
import torch
from torch.utils.checkpoint import checkpoint_sequential

from dlbook_lib.autodiff.checkpointing import ActivationMemory, checkpointed, kept_at_worst

B, D = 16, 32
BYTES = 4 * B * D


def network(depth, seed=0):
    torch.manual_seed(seed)
    layers = [torch.nn.Sequential(torch.nn.Linear(D, D), torch.nn.Tanh()) for _ in range(depth)]
    return layers, [p for layer in layers for p in layer.parameters()], torch.randn(B, D)


def run(parameters, x, forward):
    """Loss, gradients, and what was kept after the forward pass, at worst and in the end."""
    for parameter in parameters:
        parameter.grad = None
    with ActivationMemory([*parameters, x]) as memory:
        loss = forward(x).square().mean()
        kept = memory.now
        loss.backward()
    return loss.item(), [p.grad.clone() for p in parameters], (kept, memory.peak, memory.now)


@pytest.mark.parametrize(
    ("depth", "segments"), [(9, 3), (16, 4), (16, 1), (16, 16), (10, 4), (7, 3), (11, 5)]
)
def test_same_bits_and_the_memory_of_the_formula(depth, segments):
    layers, parameters, x = network(depth)
    loss, gradients, whole = run(parameters, x, torch.nn.Sequential(*layers))
    again, same, pieces = run(parameters, x, lambda x: checkpointed(layers, x, segments))
    assert loss == again
    assert all(torch.equal(a, b) for a, b in zip(gradients, same))
    assert whole == (depth * BYTES, depth * BYTES, 0)
    assert pieces == (segments * BYTES, kept_at_worst(depth, segments) * BYTES, 0)


@pytest.mark.slow
def test_torchs_own_checkpoints_agree():
    layers, parameters, x = network(12)
    ours = run(parameters, x, lambda x: checkpointed(layers, x, 3))[1]
    theirs = run(
        parameters,
        x,
        lambda x: checkpoint_sequential(torch.nn.Sequential(*layers), 3, x, use_reentrant=False),
    )[1]
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs))


def test_the_input_gets_its_gradient_too():
    layers, _, x = network(6)
    grads = []
    for forward in (torch.nn.Sequential(*layers), lambda x: checkpointed(layers, x, 2)):
        leaf = x.clone().requires_grad_()
        grads.append(torch.autograd.grad(forward(leaf).sum(), leaf)[0])
    assert torch.equal(*grads)


def test_every_layer_runs_once_more():
    layers, parameters, x = network(12)
    runs = []
    for layer in layers:
        layer.register_forward_hook(lambda *_: runs.append(1))
    run(parameters, x, torch.nn.Sequential(*layers))
    assert len(runs) == 12
    run(parameters, x, lambda x: checkpointed(layers, x, 4))
    assert len(runs) == 12 + 24


def test_the_best_number_of_segments_is_about_the_root_of_the_depth():
    for depth in (16, 64, 100, 400):
        best = min(kept_at_worst(depth, segments) for segments in range(1, depth + 1))
        assert best == 2 * depth**0.5 - 1 == kept_at_worst(depth, round(depth**0.5))
    assert all(kept_at_worst(depth, 1) == kept_at_worst(depth, depth) == depth for depth in (1, 7, 20))


def test_shared_memory_counts_once_and_parameters_not_at_all():
    x = torch.randn(10, requires_grad=True)
    with ActivationMemory([x]) as memory:
        y = x.exp()
        z = y * y + y.sin()  # y is kept three times more
        assert memory.now == 40
        z.sum().backward()
    assert (memory.now, memory.peak) == (0, 40)


def test_errors():
    layers, _, x = network(4)
    with pytest.raises(ValueError, match=r"^segments must lie in \[1, 4\], got 5$"):
        checkpointed(layers, x, 5)
    with pytest.raises(ValueError, match=r"^segments must lie in \[1, 8\], got 0$"):
        kept_at_worst(8, 0)
