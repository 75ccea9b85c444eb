"""Operations and bytes against torch's own counter and the tensors themselves; published trainings."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from dlbook_lib.framework.cost import attainable, matmul_cost, training_energy, training_operations


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 4, 5), (64, 128, 32)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_product_is_counted_as_by_torch(shape, dtype):
    m, k, n = shape
    a, b = torch.zeros(m, k, dtype=dtype), torch.zeros(k, n, dtype=dtype)
    with FlopCounterMode(display=False) as counter:
        c = a @ b
    cost = matmul_cost(m, k, n, size=a.element_size())
    assert cost.operations == counter.get_total_flops()
    assert cost.bytes == sum(x.numel() * x.element_size() for x in (a, b, c))
    assert cost.intensity == cost.operations / cost.bytes


@pytest.mark.slow
def test_the_profiler_lists_the_kernel_of_a_product():
    x = torch.ones(8, 8)
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as watched:
        x @ x
    assert "aten::mm" in {event.key for event in watched.key_averages()}


def test_intensity_of_squares_grows_with_the_side():
    assert matmul_cost(600, 600, 600).intensity == 600 / 6
    assert matmul_cost(600, 600, 600, size=2).intensity == 600 / 3
    assert matmul_cost(1, 4096, 4096).intensity == pytest.approx(0.5, rel=1e-3)


def test_the_roof():
    ridge = 312e12 / 1.555e12
    assert attainable(ridge, peak=312e12, bandwidth=1.555e12) == pytest.approx(312e12)
    assert attainable(ridge / 2, peak=312e12, bandwidth=1.555e12) == pytest.approx(156e12)
    assert attainable(9e9, peak=312e12, bandwidth=1.555e12) == 312e12


def test_six_operations_for_each_weight_and_example():
    model = torch.nn.Sequential(torch.nn.Linear(64, 64, bias=False), torch.nn.Linear(64, 32, bias=False))
    x = torch.randn(100, 64, requires_grad=True)  # so that the slope by the input is needed in every layer
    with FlopCounterMode(display=False) as counter:
        model(x).sum().backward()
    parameters = sum(p.numel() for p in model.parameters())
    assert counter.get_total_flops() == training_operations(parameters, 100)


def test_the_training_of_gpt_3_and_its_energy():
    assert training_operations(175e9, 300e9) == pytest.approx(3.15e23)
    assert training_energy(3.15e23) == pytest.approx(3.15e23 / 312e12 * 400 / 3.6e6)
    assert training_energy(3.15e23, utilization=0.5) == 2 * training_energy(3.15e23)


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        matmul_cost(1, 0, 1)
    with pytest.raises(ValueError, match="utilization must lie in"):
        training_energy(1e20, utilization=0)
    with pytest.raises(ValueError, match="intensity must be at least 0"):
        attainable(-1, peak=1, bandwidth=1)
    with pytest.raises(ValueError, match="examples must be at least 0"):
        training_operations(1, -1)
