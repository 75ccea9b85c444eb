"""The bare loop: each slot is called, and what it does reaches the weights."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlbook_lib.regularize.penalties import squared_norm
from dlbook_lib.regularize.training import train_steps

X = torch.randn(40, 3, generator=torch.Generator().manual_seed(0))
Y = X @ torch.tensor([1.0, -2.0, 0.5])


def trained(**options):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 1), nn.Flatten(0))
    losses = train_steps(model, X, Y, steps=300, lr=0.05, loss=F.mse_loss, **options)
    return model, losses


def test_it_repeats_itself_and_is_torchs_adamw_on_the_same_batches():
    (model, losses), (again, _) = trained(batch_size=40), trained(batch_size=40)
    assert torch.equal(model[0].weight, again[0].weight)
    assert losses[-1] < 1e-3
    torch.manual_seed(0)
    plain = nn.Sequential(nn.Linear(3, 1), nn.Flatten(0))
    stepper = torch.optim.AdamW(plain.parameters(), lr=0.05, weight_decay=0)
    for _ in range(300):
        stepper.zero_grad()
        F.mse_loss(plain(X), Y).backward()
        stepper.step()
    assert torch.allclose(plain[0].weight, model[0].weight, atol=1e-4)


def test_each_slot_acts():
    free = trained()[0][0].weight.norm()
    assert trained(penalty=lambda m: 2 * squared_norm(m[0].weight))[0][0].weight.norm() < 0.7 * free
    assert trained(weight_decay=5.0)[0][0].weight.norm() < 0.9 * free
    flipped = trained(transform=lambda x, y: (x, -y))[0][0].weight
    assert torch.allclose(flipped, -trained()[0][0].weight, atol=0.02)
    assert trained(weight_noise=0.5)[1][-1] > 10 * trained()[1][-1]


def test_every_row_is_seen_once_in_an_epoch():
    seen = []
    model = nn.Sequential(nn.Linear(3, 1), nn.Flatten(0))
    count = torch.arange(40.0)

    def note(x, y):
        seen.extend(y.tolist())
        return x, y

    train_steps(model, X, count, steps=4, batch_size=10, transform=note, loss=F.mse_loss)
    assert sorted(seen) == list(range(40))


def test_the_watcher_sees_every_step_in_evaluation_mode_and_changes_nothing():
    seen = []
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 1), nn.Flatten(0))
    options = dict(steps=300, lr=0.05, loss=F.mse_loss)
    losses = train_steps(model, X, Y, watch=lambda n: seen.append((n, model.training)), **options)
    assert seen == [(n, False) for n in range(1, 301)]
    assert losses == trained()[1]


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^steps must be at least 1, got 0$"):
        train_steps(nn.Linear(3, 1), X, Y, steps=0)
    with pytest.raises(ValueError, match=r"^weight_noise must be at least 0, got -1$"):
        train_steps(nn.Linear(3, 1), X, Y, steps=1, weight_noise=-1)
