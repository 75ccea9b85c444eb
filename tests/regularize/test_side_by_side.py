"""Networks in one array against the same networks one by one."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlbook_lib.regularize.side_by_side import SideBySide, stacked_loss, stacked_scores


def alone(stack, number):
    layers = []
    for weight, bias in zip(stack.weights, stack.biases):
        layer = nn.Linear(weight.shape[1], weight.shape[2])
        layer.weight.data, layer.bias.data = (
            weight[number].detach().T.clone(),
            bias[number, 0].detach().clone(),
        )
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def test_each_column_is_a_network_of_its_own():
    torch.manual_seed(0)
    stack, x = SideBySide(3, (6, 5, 4, 2)), torch.randn(7, 3, 2, 3)
    y = stack(x)
    for number in range(3):
        assert torch.allclose(alone(stack, number)(x[:, number].flatten(1)), y[:, number], atol=1e-6)


def test_trained_together_they_are_what_they_are_alone():
    torch.manual_seed(0)
    stack, x, y = SideBySide(3, (4, 8, 1)), torch.randn(10, 3, 4), torch.randn(10, 3, 1)
    singles = [alone(stack, number) for number in range(3)]
    stepper = torch.optim.AdamW(stack.parameters(), lr=0.01)
    for _ in range(30):
        stepper.zero_grad()
        (stack(x) - y).square().mean(dim=(0, 2)).sum().backward()
        stepper.step()
    for number, model in enumerate(singles):
        stepper = torch.optim.AdamW(model.parameters(), lr=0.01)
        for _ in range(30):
            stepper.zero_grad()
            (model(x[:, number]) - y[:, number]).square().mean().backward()
            stepper.step()
        assert torch.allclose(model(x[:, number]), stack(x)[:, number], atol=1e-4)


def test_dropout_acts_in_training_only():
    torch.manual_seed(0)
    stack, x = SideBySide(2, (6, 5, 2), dropout_input=0.2, dropout=0.5), torch.randn(4, 2, 6)
    assert not torch.equal(stack.train()(x), stack(x))
    assert torch.equal(stack.eval()(x), stack(x))


def test_losses_and_scores_are_those_of_each():
    torch.manual_seed(0)
    stack, x, y = SideBySide(3, (4, 8, 5)), torch.randn(20, 3, 4), torch.randint(5, (20, 3))
    singles = [F.cross_entropy(stack(x)[:, s], y[:, s]) for s in range(3)]
    assert torch.allclose(stacked_loss(stack(x), y), sum(singles), atol=1e-5)
    assert torch.allclose(stacked_loss(stack(x), F.one_hot(y, 5).float()), sum(singles), atol=1e-5)
    loss, accuracy = stacked_scores(stack, x, y)
    assert torch.allclose(loss, torch.stack(singles), atol=1e-6)
    assert accuracy[1] == (stack(x)[:, 1].argmax(1) == y[:, 1]).float().mean()


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^x must have shape \(B, 2, 6\), got \(4, 3, 6\)$"):
        SideBySide(2, (6, 2))(torch.zeros(4, 3, 6))
    with pytest.raises(ValueError, match=r"^copies must be at least 1, got 0$"):
        SideBySide(0, (6, 2))
