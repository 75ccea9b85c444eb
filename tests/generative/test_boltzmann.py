"""The restricted Boltzmann machine against the enumeration of every state of a tiny one."""

import math

import pytest
import torch

from dlbook_lib.feedforward.threshold import truth_table
from dlbook_lib.generative.boltzmann import (
    RestrictedBoltzmannMachine,
    contrastive_divergence,
    train_machine,
)


def machine(visible=4, hidden=3, seed=0, scale=1.0):
    torch.manual_seed(seed)
    tiny = RestrictedBoltzmannMachine(visible, hidden).double()
    with torch.no_grad():
        for parameter in tiny.parameters():
            parameter.copy_(scale * torch.randn(parameter.shape, dtype=torch.float64))
    return tiny


def every_state(tiny):
    """All pairs of visible and hidden states, and the probability of each, from the energy alone."""
    H, V = tiny.weight.shape
    both = truth_table(V + H).double()
    v, h = both[:, :V], both[:, V:]
    weight = torch.exp(-tiny.energy(v, h))
    return v, h, weight / weight.sum(), weight.sum()


@pytest.mark.parametrize(("visible", "hidden"), [(4, 3), (3, 5), (1, 1), (5, 2)])
def test_the_partition_function_and_the_free_energy_are_sums_over_states(visible, hidden):
    tiny = machine(visible, hidden)
    v, _, _, Z = every_state(tiny)
    assert tiny.log_partition().item() == pytest.approx(Z.log().item(), abs=1e-12)
    one = v[2**hidden * (2**visible - 1)]  # all visible units on
    summed = torch.exp(-tiny.energy(v, every_state(tiny)[1]))[(v == one).all(dim=1)].sum()
    assert tiny(one[None]).item() == pytest.approx(-summed.log().item(), abs=1e-12)


def test_probabilities_of_all_pictures_sum_to_one():
    tiny = machine(seed=1)
    assert tiny.log_likelihood(truth_table(4).double()).exp().sum().item() == pytest.approx(1, abs=1e-12)


def test_the_conditional_probabilities_are_bayes():
    tiny = machine(seed=2)
    v, h, p, _ = every_state(tiny)
    seen, thought = v[37], h[37]
    given_v = (v == seen).all(dim=1)
    expected = (p[given_v][:, None] * h[given_v]).sum(dim=0) / p[given_v].sum()
    assert torch.allclose(tiny.hidden_probs(seen[None])[0], expected, rtol=0, atol=1e-12)
    given_h = (h == thought).all(dim=1)
    expected = (p[given_h][:, None] * v[given_h]).sum(dim=0) / p[given_h].sum()
    assert torch.allclose(tiny.visible_probs(thought[None])[0], expected, rtol=0, atol=1e-12)


def test_the_slope_of_the_likelihood_is_data_less_machine():
    tiny = machine(seed=3)
    data = truth_table(4).double()[[1, 6, 6, 15]]
    (slope,) = torch.autograd.grad(tiny.log_likelihood(data).mean(), [tiny.weight])
    v, h, p, _ = every_state(tiny)
    with_machine = torch.einsum("s,sh,sv->hv", p, h, v)
    with_data = tiny.hidden_probs(data).T @ data / 4
    assert torch.allclose(slope, with_data - with_machine, rtol=0, atol=1e-12)


def test_contrastive_divergence_nears_the_true_slope_with_more_steps():
    tiny = machine(seed=4, scale=1.5)
    data = truth_table(4).double()[[0, 15]]
    (slope,) = torch.autograd.grad(tiny.log_likelihood(data).mean(), [tiny.weight])
    gaps = []
    for steps in (1, 30):
        stream = torch.Generator().manual_seed(0)
        many = data.repeat(20_000, 1)
        slopes, _ = contrastive_divergence(tiny, many, steps=steps, generator=stream)
        gaps.append((slopes["weight"] - slope).abs().max().item())
    assert gaps[1] < 0.02
    assert gaps[0] > 5 * gaps[1], "one step is biased"


def test_gibbs_sampling_visits_states_as_often_as_they_are_likely():
    tiny = machine(3, 2, seed=5)
    start = torch.zeros(40_000, 3, dtype=torch.float64)
    v, _ = tiny.gibbs(start, 40, torch.Generator().manual_seed(0))
    counts = (v @ torch.tensor([4.0, 2, 1]).double()).long().bincount(minlength=8) / len(v)
    exact = tiny.log_likelihood(truth_table(3).double()).exp()
    assert torch.allclose(counts.double(), exact, rtol=0, atol=0.01)


def test_training_raises_the_exact_likelihood():
    """Two stripes: a machine of two units can hold a bit more than half a bit above their ln 2."""
    data = torch.tensor([[1.0, 1, 0, 0], [0, 0, 1, 1]]).repeat(50, 1)
    for seed in range(3):
        torch.manual_seed(seed)
        tiny = RestrictedBoltzmannMachine(4, 2)
        before = tiny.log_likelihood(data).mean().item()
        errors = train_machine(tiny, data, epochs=100, batch_size=10, seed=seed)
        after = tiny.log_likelihood(data).mean().item()
        assert before == pytest.approx(-4 * math.log(2), abs=0.02)
        assert -math.log(2) - 0.45 < after < -math.log(2)
        assert errors[-1] < 0.1 < errors[0]


@pytest.mark.slow
def test_bars_and_stripes_come_near_the_best_likelihood():
    """Fourteen of the 512 pictures of 3 × 3: -log P falls from 9 ln 2 = 6.24 towards ln 14 = 2.64."""
    halves = truth_table(3)
    bars = halves[:, :, None].expand(8, 3, 3).reshape(8, 9)
    stripes = halves[:, None, :].expand(8, 3, 3).reshape(8, 9)
    patterns = torch.cat([bars, stripes]).unique(dim=0)
    assert len(patterns) == 14
    for seed in range(3):
        torch.manual_seed(seed)
        tiny = RestrictedBoltzmannMachine(9, 12)
        before = -tiny.log_likelihood(patterns).mean().item()
        train_machine(tiny, patterns, epochs=2000, batch_size=14, steps=5, seed=seed)
        after = -tiny.log_likelihood(patterns).mean().item()
        assert before == pytest.approx(9 * math.log(2), abs=0.05)
        assert math.log(14) < after < math.log(14) + 1


def test_wrong_arguments():
    tiny = RestrictedBoltzmannMachine(4, 3)
    with pytest.raises(ValueError, match=r"v must have shape \(B, 4\)"):
        tiny(torch.zeros(2, 3))
    with pytest.raises(ValueError, match="units of the smaller layer must lie in"):
        RestrictedBoltzmannMachine(20, 30).log_partition()
    with pytest.raises(ValueError, match="epochs must be at least 1"):
        train_machine(tiny, torch.zeros(2, 4), epochs=0)
