"""Counts against a counter of torch's own."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from dlbook_lib.layers.attention import attention
from dlbook_lib.layers.cost import sequence_cost


def counted(function, *inputs):
    with FlopCounterMode(display=False) as counter:
        function(*inputs)
    return counter.get_total_flops()


def test_attention_is_what_torch_counts():
    T, dim = 48, 32
    x, (wq, wk, wv, wo) = torch.randn(T, dim), (torch.randn(dim, dim) for _ in range(4))
    measured = counted(lambda: attention(x @ wq, x @ wk, x @ wv)[0] @ wo)
    assert sequence_cost("attention", T, dim).operations == measured


def test_recurrence_is_what_torch_counts():
    T, dim = 24, 16
    x, w, u = torch.randn(T, 1, dim), torch.randn(dim, dim), torch.randn(dim, dim)

    def run():
        h = torch.zeros(1, dim)
        for t in range(T):
            h = torch.tanh(x[t] @ w + h @ u)

    assert sequence_cost("recurrence", T, dim).operations == counted(run)


def test_the_numbers_of_the_chapter():
    giga = {kind: sequence_cost(kind, 8192, 512).operations / 1e9 for kind in ("recurrence", "attention")}
    assert giga["recurrence"] == pytest.approx(8.6, abs=0.05)
    assert giga["attention"] == pytest.approx(154.6, abs=0.05)
    assert sequence_cost("attention", 128, 512).operations == pytest.approx(0.30e9, rel=0.01)
    assert sequence_cost("attention", 8192, 512).depth < sequence_cost("recurrence", 8192, 512).depth == 8192


def test_linear_attention_is_linear():
    small, large = (sequence_cost("linear attention", T, 64).operations for T in (1000, 2000))
    assert large == 2 * small
    with pytest.raises(ValueError, match=r"^kind must be one of 'attention', "):
        sequence_cost("convolution", 8, 8)
