"""The unit against torch's layer, the bias as a weight, and the angle against the weighted sum."""

import math

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.feedforward.neuron import length_and_angle, neuron, with_bias_input


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("activation", [torch.sigmoid, torch.tanh, torch.relu, lambda z: z])
def test_a_unit_is_torchs_layer_and_a_function(activation):
    x, weight, bias = draw(5, 3), draw(4, 3, seed=1), draw(4, seed=2)
    expected = activation(F.linear(x, weight, bias))
    assert torch.allclose(neuron(x, weight, bias, activation=activation), expected, rtol=0, atol=1e-12)


def test_the_bias_is_the_weight_of_a_constant():
    x, weight, bias = draw(6, 3), draw(3, seed=1), draw(1, seed=2)
    longer = torch.cat([bias, weight])
    assert torch.allclose(with_bias_input(x) @ longer, x @ weight + bias, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_weighted_sum_is_two_lengths_and_a_cosine(seed):
    x, weight = draw(20, 7, seed=seed), draw(7, seed=100 + seed)
    w_length, x_length, angle = length_and_angle(x, weight)
    assert torch.allclose(w_length * x_length * angle.cos(), x @ weight, rtol=0, atol=1e-12)
    assert ((angle < math.pi / 2) == (x @ weight > 0)).all()


def test_parallel_opposite_and_nearly_parallel():
    w = torch.tensor([3.0, 4.0], dtype=torch.float64)
    tilted = torch.stack([w, -2 * w, w + 1e-9 * torch.tensor([-4.0, 3.0], dtype=torch.float64)])
    angle = length_and_angle(tilted, w)[2]
    assert angle[:2].tolist() == pytest.approx([0, math.pi])
    assert angle[2].item() == pytest.approx(1e-9, rel=1e-6)


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"weight must have shape \(O, 3\)"):
        neuron(torch.zeros(2, 3), torch.zeros(1, 4), torch.zeros(1))
    with pytest.raises(ValueError, match=r"bias must have shape \(1,\)"):
        neuron(torch.zeros(2, 3), torch.zeros(1, 3), torch.zeros(2))
    with pytest.raises(ValueError, match=r"weight must have shape \(3,\)"):
        length_and_angle(torch.zeros(2, 3), torch.zeros(4))
