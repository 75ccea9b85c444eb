"""What every rule checks, and the zeros before the first step."""

import pytest
import torch

from dlbook_lib.optim.settings import check_rule, memory

W = torch.ones(2, dtype=torch.float64)


def test_the_empty_state_reads_as_zeros_of_the_right_kind():
    m, t = memory((), W, "m t")
    assert m.tolist() == [0, 0]
    assert m.dtype == t.dtype == torch.float64
    assert t.shape == ()
    assert memory((W, t), W, "m t") == (W, t)


def test_tensors_pass_unread():
    check_rule(W, W, lr=torch.tensor(-1.0), momentum=torch.tensor(2.0))


def test_errors_name_argument_value_and_rule():
    with pytest.raises(TypeError, match=r"^w must be a tensor, got 3 \(int\)$"):
        check_rule(3, W)
    with pytest.raises(TypeError, match=r"^lr must be a number, got 'a' \(str\)$"):
        check_rule(W, W, lr="a")
    with pytest.raises(ValueError, match=r"^beta2 must be below 1, got 1\.5$"):
        check_rule(W, W, beta2=1.5)
    with pytest.raises(ValueError, match=r"^state must be \(\) or hold m, t, got 1 tensors$"):
        memory((W,), W, "m t")
