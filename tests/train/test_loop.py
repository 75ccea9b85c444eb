"""fit against loops written by hand, closed forms and its promises."""

import copy
import math
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import TensorDataset

from dlbook_lib.device import DeviceChoice, pick_device
from dlbook_lib.seed import generator
from dlbook_lib.train import distributed, evaluate
from dlbook_lib.train.history import DivergedError
from dlbook_lib.train.loop import fit

NAN, INF = float("nan"), float("inf")


@pytest.fixture(autouse=True)
def no_bar(monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")


def blobs(count=70, seed=0):
    """Two classes of points in the plane."""
    y = torch.arange(count) % 2
    return torch.randn(count, 2, generator=generator(seed)) + 2.0 * y[:, None], y


def network(*layers, seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(2, 8), *layers, nn.Tanh(), nn.Linear(8, 2))


def line(weight=0.0):
    """The model y = w x, whose training can be followed by hand."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, weight)
    return model


def slope(weight, count=8):
    """Points on the line through the origin with this slope, with a mean square of x of exactly 1."""
    x = torch.ones(count, 1)
    x[::2] = -1
    return x, weight * x


def fit_line(validation_slope=None, *, slope_to_learn=3.0, lr=0.05, **settings):
    """Full batches of gradient descent on the mean squared error: w nears the slope by a factor 1 - 2 lr."""
    model = line()
    validation = None if validation_slope is None else slope(validation_slope)
    settings = {"epochs": 20, "optimizer": torch.optim.SGD, "loss": F.mse_loss, "device": "cpu"} | settings
    return model, fit(model, slope(slope_to_learn), validation, lr=lr, **settings)


def by_hand(model, x, y, *, epochs, batch_size, optimizer, seed):
    """The same training as a reader would write it, and its losses."""
    stream, losses = generator(seed), []
    for _ in range(epochs):
        order, total = torch.randperm(len(x), generator=stream).tolist(), 0.0
        while order:
            rows, order = order[:batch_size], order[batch_size:]
            value = F.cross_entropy(model(torch.stack([x[row] for row in rows])), y[rows])
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            total += value.item() * len(rows)
        losses.append(total / len(x))
    return losses


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("batch_size", [7, 32, 70, 100])
def test_equals_a_loop_written_by_hand(batch_size, seed):
    (x, y), model = blobs(), network(seed=seed)
    other = copy.deepcopy(model)
    sgd = torch.optim.SGD(other.parameters(), lr=0.1, momentum=0.9)
    expected = by_hand(other, x, y, epochs=3, batch_size=batch_size, optimizer=sgd, seed=seed)
    history = fit(
        model,
        (x, y),
        epochs=3,
        batch_size=batch_size,
        lr=0.1,
        optimizer=lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9),
        device="cpu",
        seed=seed,
    )
    assert history.train_loss == pytest.approx(expected, abs=1e-6)
    for mine, hand in zip(model.parameters(), other.parameters()):
        torch.testing.assert_close(mine, hand, rtol=0, atol=1e-6)


def test_the_optimizer_is_adam_by_default():
    (x, y), model = blobs(), network()
    other = copy.deepcopy(model)
    adam = torch.optim.Adam(other.parameters(), lr=1e-3)
    expected = by_hand(other, x, y, epochs=2, batch_size=64, optimizer=adam, seed=0)
    assert fit(model, (x, y), epochs=2, device="cpu").train_loss == pytest.approx(expected, abs=1e-6)


def test_follows_the_closed_form_of_gradient_descent():
    model, history = fit_line(epochs=20, lr=0.05)
    weights = 3 * (1 - 0.9 ** np.arange(21))
    assert model.weight.item() == pytest.approx(weights[-1], abs=1e-5)
    assert history.train_loss == pytest.approx(list((weights[:-1] - 3) ** 2), abs=1e-5)
    assert history.lr == [0.05] * 20
    assert history.best_epoch is None
    assert history.ended == ""


class Rows(torch.utils.data.Dataset):
    """Remembers which row was asked for."""

    def __init__(self, x, y):
        self.x, self.y, self.asked = x, y, []

    def __len__(self):
        return len(self.x)

    def __getitem__(self, row):
        self.asked.append(row)
        return self.x[row], self.y[row]


def test_each_epoch_sees_every_row_once_and_in_a_new_order():
    data = Rows(*blobs(10))
    fit(network(), data, epochs=3, batch_size=4, device="cpu")
    orders = [data.asked[start : start + 10] for start in (0, 10, 20)]
    assert len(data.asked) == 30
    assert [sorted(order) for order in orders] == [list(range(10))] * 3
    assert orders[0] != orders[1] != orders[2] != list(range(10))


def test_tensors_and_a_dataset_give_the_same_history():
    train, validation = blobs(70), blobs(33, seed=1)
    settings = {"epochs": 3, "batch_size": 16, "lr": 0.1, "device": "cpu"}
    first = fit(network(), train, validation, **settings)
    second = fit(network(), TensorDataset(*train), TensorDataset(*validation), **settings)
    assert first.train_loss == second.train_loss
    assert first.validation_loss == second.validation_loss
    assert first.metrics == second.metrics


def test_equal_seeds_give_equal_histories_and_leave_torchs_own_stream_alone():
    before = torch.get_rng_state()
    histories = []
    for seed in (4, 4, 5):
        model = nn.Linear(2, 2)
        nn.init.constant_(model.weight, 0.1)
        nn.init.zeros_(model.bias)
        torch.set_rng_state(before)
        histories.append(fit(model, blobs(), blobs(seed=1), epochs=2, batch_size=8, seed=seed, device="cpu"))
        assert torch.equal(torch.get_rng_state(), before)
    first, again, other = histories
    assert first.train_loss == again.train_loss
    assert first.validation_loss == again.validation_loss
    assert first.train_loss != other.train_loss


def test_ends_with_the_weights_of_the_best_epoch():
    # w = 3 (1 - 0.9^n) passes the validation data's slope 1.5 between epochs 6 (1.406) and 7 (1.565).
    model, history = fit_line(validation_slope=1.5)
    weights = 3 * (1 - 0.9 ** np.arange(1, 21))
    assert history.validation_loss == pytest.approx(list((weights - 1.5) ** 2), abs=1e-5)
    assert history.best_epoch == 7
    assert model.weight.item() == pytest.approx(weights[6], abs=1e-5)
    scores = evaluate.evaluate(model, slope(1.5), loss=F.mse_loss)
    assert scores["loss"] == min(history.validation_loss)


def test_buffers_are_of_the_best_epoch_too():
    class Counter(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = line()
            self.register_buffer("calls", torch.zeros(()))

        def forward(self, x):
            self.calls += self.training
            return self.linear(x)

    model = Counter()
    settings = {"epochs": 20, "lr": 0.05, "optimizer": torch.optim.SGD, "loss": F.mse_loss, "device": "cpu"}
    assert fit(model, slope(3.0), slope(1.5), **settings).best_epoch == 7
    assert model.calls == 7


@pytest.mark.parametrize("patience", [1, 2, 5])
def test_stops_when_patience_is_spent(patience):
    _, history = fit_line(validation_slope=1.5, patience=patience)
    assert history.epochs == 7 + patience
    assert history.best_epoch == 7
    assert history.ended == "early: no lower validation loss since epoch 7"


def test_patience_starts_anew_with_every_better_epoch():
    # The validation loss, per epoch: down, up, up, down, up, up, up.
    slopes = iter([1.0, 2.0, 2.0, 0.5, 3.0, 3.0, 3.0, 3.0, 3.0])
    model = line()

    def loss(predicted, y):
        return F.mse_loss(predicted, y) if model.training else torch.tensor(next(slopes))

    history = fit(model, slope(3.0), slope(1.5), epochs=9, patience=3, loss=loss, device="cpu")
    assert history.validation_loss == [1.0, 2.0, 2.0, 0.5, 3.0, 3.0, 3.0]
    assert history.best_epoch == 4


def test_an_equal_loss_is_no_improvement():
    model = line()

    def loss(predicted, y):
        return F.mse_loss(predicted, y) if model.training else torch.tensor(1.0)

    history = fit(model, slope(3.0), slope(1.5), epochs=9, patience=2, loss=loss, device="cpu")
    assert history.epochs == 3
    assert history.best_epoch == 1


def test_without_validation_the_last_weights_stay():
    model, history = fit_line(epochs=5)
    assert model.weight.item() == pytest.approx(3 * (1 - 0.9**5), abs=1e-6)
    assert history.validation_loss == []
    assert history.metrics == {}


class Recorder(nn.Module):
    """Notes how it is called."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)
        self.calls = []

    def forward(self, x):
        short = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else None
        self.calls.append((self.training, torch.is_grad_enabled(), len(x), short))
        return self.linear(x)


def test_modes_and_gradients_in_training_and_validation():
    model = Recorder().eval()
    fit(model, blobs(10), blobs(5, seed=1), epochs=2, batch_size=4, device="cpu")
    one_epoch = [(True, True, 4), (True, True, 4), (True, True, 2), (False, False, 4), (False, False, 1)]
    assert [call[:3] for call in model.calls] == one_epoch * 2
    assert not model.training
    assert not model.linear.training
    assert torch.is_grad_enabled()


def gpu_like(dtype, monkeypatch):
    """Make fit believe that the CPU is a GPU with a short floating-point type."""
    choice = DeviceChoice(torch.device("cpu"), dtype, "pretended")
    monkeypatch.setattr(distributed, "pick_device", lambda prefer: choice)


def test_no_autocast_on_the_cpu():
    model = Recorder()
    fit(model, blobs(10), blobs(5, seed=1), epochs=1, device="cpu")
    assert {call[3] for call in model.calls} == {None}


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_autocast_in_training_and_validation_where_the_device_has_a_short_type(dtype, monkeypatch):
    gpu_like(dtype, monkeypatch)
    model = Recorder()
    fit(model, blobs(10), blobs(5, seed=1), epochs=1)
    assert [call[3] for call in model.calls] == [dtype, dtype]
    assert model.linear.weight.dtype == torch.float32


@pytest.mark.parametrize(("dtype", "scaled"), [(torch.float32, 0), (torch.bfloat16, 0), (torch.float16, 1)])
def test_gradients_are_scaled_for_float16_alone(dtype, scaled, monkeypatch):
    gpu_like(dtype, monkeypatch)
    scaled_losses = []
    scale = torch.amp.GradScaler.scale

    def noted(self, loss):
        scaled_losses.append((scale(self, loss) / loss).item())
        return scale(self, loss)

    monkeypatch.setattr(torch.amp.GradScaler, "scale", noted)
    model = line()
    fit(model, slope(0.25), epochs=5, lr=0.05, optimizer=torch.optim.SGD, loss=F.mse_loss)
    assert scaled_losses == [65536.0 if scaled else 1.0] * 5
    assert model.weight.item() == pytest.approx(0.25 * (1 - 0.9**5), abs=1e-3)  # unscaled before the step


def test_float16_gradients_that_overflow_skip_a_step_and_are_scaled_less_from_then_on(monkeypatch):
    gpu_like(torch.float16, monkeypatch)
    model = line()
    history = fit(model, slope(3.0), epochs=60, lr=0.05, optimizer=torch.optim.SGD, loss=F.mse_loss)
    assert history.train_loss[0] == history.train_loss[1] == 9
    assert model.weight.item() == pytest.approx(3, abs=0.05)


@pytest.mark.skipif(pick_device().device.type == "cpu", reason="there is no GPU")
@pytest.mark.parametrize("seed", range(5))
def test_a_gpu_gives_the_losses_of_the_cpu(seed):
    train, validation = blobs(200, seed), blobs(100, seed + 1)
    settings = {"epochs": 5, "batch_size": 16, "lr": 0.1, "optimizer": torch.optim.SGD, "seed": seed}
    model = network(seed=seed)
    on_gpu = fit(model, train, validation, **settings)
    on_cpu = fit(network(seed=seed), train, validation, device="cpu", **settings)
    assert next(model.parameters()).device.type == pick_device().device.type
    # With autocast on a CPU, these five seeds differ by at most 3.3e-4 in bfloat16 and 4e-5 in float16.
    assert on_gpu.train_loss == pytest.approx(on_cpu.train_loss, abs=3e-3)
    assert on_gpu.validation_loss == pytest.approx(on_cpu.validation_loss, abs=3e-3)


def test_a_schedule_is_torchs_own_by_another_name():
    (x, y), model = blobs(64), network()
    other = copy.deepcopy(model)
    sgd = torch.optim.SGD(other.parameters(), lr=0.1)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(sgd, T_max=12)
    rates = []

    class Scheduled:
        def zero_grad(self):
            sgd.zero_grad()

        def step(self):
            rates.append(cosine.get_last_lr()[0])
            sgd.step()
            cosine.step()

    expected = by_hand(other, x, y, epochs=3, batch_size=16, optimizer=Scheduled(), seed=0)
    history = fit(
        model,
        (x, y),
        epochs=3,
        batch_size=16,
        lr=0.1,
        optimizer=torch.optim.SGD,
        schedule=lambda t: (1 + math.cos(math.pi * t)) / 2,
        device="cpu",
    )
    assert history.train_loss == pytest.approx(expected, abs=1e-6)
    assert history.lr == pytest.approx(rates[3::4])


def test_a_schedule_sees_the_fraction_of_rows_that_were_used():
    seen = []

    def schedule(t):
        seen.append(t)
        return 1.0

    fit(network(), blobs(10), epochs=2, batch_size=4, schedule=schedule, device="cpu")
    assert seen == pytest.approx([0.0, 0.2, 0.4, 0.5, 0.7, 0.9])


def test_a_schedule_scales_each_group_of_parameters():
    def groups(parameters, lr):
        weight, bias = parameters
        return torch.optim.SGD([{"params": [weight]}, {"params": [bias], "lr": 10 * lr}], lr=lr)

    made = []
    model = nn.Linear(2, 2)
    fit(
        model,
        blobs(8),
        epochs=2,
        batch_size=8,
        lr=0.1,
        optimizer=lambda p, lr: made.append(groups(p, lr)) or made[0],
        schedule=lambda t: 1 - t,
        device="cpu",
    )
    assert [group["lr"] for group in made[0].param_groups] == pytest.approx([0.05, 0.5])


def test_frozen_weights_do_not_move():
    model = network()
    model[0].requires_grad_(False)
    before = copy.deepcopy(model.state_dict())
    handed = []

    def optimizer(parameters, lr):
        handed.extend(parameters)
        return torch.optim.SGD(parameters, lr, weight_decay=0.1)

    fit(model, blobs(), epochs=1, lr=0.1, optimizer=optimizer, device="cpu")
    assert [id(p) for p in handed] == [id(p) for p in model[-1].parameters()]
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]) == name.startswith("0.")


def test_metrics_are_row_means_of_the_validation_data():
    metrics = {
        "first": lambda logits, y: logits[:, 0].mean(),
        "ones": lambda logits, y: (y == 1).float().mean().item(),
    }
    model, (x, y) = network(), blobs(33, seed=1)
    history = fit(model, blobs(), (x, y), epochs=1, batch_size=8, metrics=metrics, device="cpu")
    assert list(history.metrics) == ["first", "ones"]
    assert history.metrics["first"] == pytest.approx([model(x)[:, 0].mean().item()], abs=1e-6)
    assert history.metrics["ones"] == pytest.approx([16 / 33])


def spoilt_loss(value, at, model, *, training=True):
    """A mean squared error that becomes something else at a call in training or in validation."""
    calls = 0

    def loss(predicted, y):
        nonlocal calls
        calls += model.training == training
        good = F.mse_loss(predicted, y)
        return good * value if calls == at and model.training == training else good

    return loss


@pytest.mark.parametrize("value", [NAN, INF])
def test_a_loss_that_is_not_finite_stops_before_the_step(value):
    model = line()
    loss = spoilt_loss(value, 6, model)  # four steps an epoch: the second step of the second epoch
    settings = {"epochs": 3, "batch_size": 2, "lr": 0.05, "optimizer": torch.optim.SGD, "device": "cpu"}
    message = (
        f"the loss became {value} in epoch 2, step 2: try a learning rate below 0.05 "
        "(the epochs before are in this error's .history)"
    )
    with pytest.raises(DivergedError, match=f"^{re.escape(message)}$") as caught:
        fit(model, slope(3.0), loss=loss, **settings)
    history = caught.value.history
    assert history.epochs == 1
    assert history.ended == f"because the loss became {value} in epoch 2, step 2"
    assert model.weight.item() == pytest.approx(3 * (1 - 0.9**5), abs=1e-5)  # five good steps, none after
    assert not model.training


def test_divergence_gives_the_best_weights_back():
    model = line()
    with pytest.raises(DivergedError) as caught:
        fit(
            model,
            slope(3.0),
            slope(1.5),
            epochs=20,
            lr=0.05,
            optimizer=torch.optim.SGD,
            loss=spoilt_loss(NAN, 15, model),
            device="cpu",
        )
    assert caught.value.history.epochs == 14
    assert model.weight.item() == pytest.approx(3 * (1 - 0.9**7), abs=1e-5)


def test_a_validation_loss_that_is_not_finite_stops_too():
    model = line()
    message = (
        "the loss became nan in the validation of epoch 3: try a learning rate below 0.001 "
        "(the epochs before are in this error's .history)"
    )
    with pytest.raises(DivergedError, match=f"^{re.escape(message)}$") as caught:
        fit(
            model,
            slope(3.0),
            slope(1.5),
            epochs=5,
            loss=spoilt_loss(NAN, 3, model, training=False),
            device="cpu",
        )
    assert [len(values) for values in (caught.value.history.train_loss, caught.value.history.lr)] == [2, 2]


def test_too_large_a_learning_rate_is_what_the_error_says():
    with pytest.raises(
        DivergedError, match=r"^the loss became (inf|nan) in epoch \d+, step 1: .* below 100 "
    ):
        fit_line(lr=100.0, epochs=99)


def interrupting(at, model):
    calls = 0

    def loss(predicted, y):
        nonlocal calls
        calls += model.training
        if calls == at and model.training:
            raise KeyboardInterrupt
        return F.mse_loss(predicted, y)

    return loss


def test_an_interrupt_keeps_the_history_and_the_best_weights():
    model = line()
    settings = {"epochs": 20, "lr": 0.05, "optimizer": torch.optim.SGD, "device": "cpu"}
    history = fit(model, slope(3.0), slope(1.5), loss=interrupting(12, model), **settings)
    assert history.epochs == 11
    assert history.best_epoch == 7
    assert history.ended == "by an interrupt in epoch 12"
    assert model.weight.item() == pytest.approx(3 * (1 - 0.9**7), abs=1e-5)
    assert not model.training


def test_an_interrupt_in_the_first_epoch_keeps_the_steps_taken():
    model = line()
    settings = {"epochs": 2, "batch_size": 2, "lr": 0.05, "optimizer": torch.optim.SGD, "device": "cpu"}
    history = fit(model, slope(3.0), loss=interrupting(4, model), **settings)
    assert history.epochs == 0
    assert model.weight.item() == pytest.approx(3 * (1 - 0.9**3), abs=1e-6)


def test_a_second_fit_goes_on_from_the_first():
    first, _ = fit_line(epochs=10)
    fit(first, slope(3.0), epochs=10, lr=0.05, optimizer=torch.optim.SGD, loss=F.mse_loss, device="cpu")
    assert first.weight.item() == pytest.approx(3 * (1 - 0.9**20), abs=1e-5)


GOOD = {"model": nn.Linear(2, 2), "train": blobs(8), "epochs": 1, "device": "cpu"}
FROZEN = nn.Linear(2, 2).requires_grad_(False)
TRAINABLE = "model must have a parameter that requires a gradient, got "
PAIR = "a pair (x, y) of tensors or a Dataset with a length"


class Endless(torch.utils.data.IterableDataset):
    def __iter__(self):
        yield from zip(*blobs(8))

    def __repr__(self):
        return "Endless()"


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        (
            {"model": len},
            TypeError,
            "model must be a torch.nn.Module, got <built-in function len> (builtin_function_or_method)",
        ),
        ({"model": nn.Flatten()}, ValueError, TRAINABLE + "Flatten"),
        ({"model": FROZEN}, ValueError, TRAINABLE + "Linear"),
        ({"epochs": 0}, ValueError, "epochs must be at least 1, got 0"),
        ({"epochs": 2.0}, TypeError, "epochs must be an integer, got 2.0 (float)"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1, got 0"),
        ({"lr": 0}, ValueError, "lr must be above 0, got 0"),
        ({"lr": -0.1}, ValueError, "lr must be above 0, got -0.1"),
        ({"lr": INF}, ValueError, "lr must be finite, got inf"),
        ({"lr": "0.1"}, TypeError, "lr must be a number, got '0.1' (str)"),
        (
            {"optimizer": "adam"},
            TypeError,
            "optimizer must be a function of (parameters, lr) such as torch.optim.SGD, got 'adam' (str)",
        ),
        (
            {"optimizer": lambda parameters, lr: lr},
            TypeError,
            "optimizer(parameters, lr=lr) must be a torch.optim.Optimizer, got 0.001 (float)",
        ),
        (
            {"schedule": 0.5},
            TypeError,
            "schedule must be a function of the fraction of the training that is done, got 0.5 (float)",
        ),
        ({"loss": "mse"}, TypeError, "loss must be a function of (model(x), y), got 'mse' (str)"),
        (
            {"loss": lambda logits, y: F.cross_entropy(logits, y, reduction="none")},
            ValueError,
            "loss(model(x), y) must have shape (), got (8,)",
        ),
        (
            {"loss": lambda logits, y: 0.5},
            TypeError,
            "loss(model(x), y) must be a tensor of shape (), got 0.5 (float)",
        ),
        (
            {"metrics": ["accuracy"]},
            TypeError,
            "metrics must be a dict of functions of (model(x), y), got ['accuracy'] (list)",
        ),
        ({"metrics": {"a": 1}}, TypeError, "metrics['a'] must be a function of (model(x), y), got 1 (int)"),
        ({"metrics": {"a": len}}, ValueError, "metrics must come with validation data, got validation=None"),
        (
            {"metrics": {"loss": len}},
            ValueError,
            "metrics must have names other than 'loss', which the loss itself has",
        ),
        ({"patience": 2}, ValueError, "patience must come with validation data, got validation=None"),
        ({"patience": 0, "validation": blobs(8)}, ValueError, "patience must be at least 1, got 0"),
        ({"seed": -1}, ValueError, "seed must lie in [0, 4294967295], got -1"),
        ({"train": blobs(0)}, ValueError, "the number of rows in train must be at least 1, got 0"),
        ({"validation": blobs(0)}, ValueError, "the number of rows in validation must be at least 1, got 0"),
        (
            {"train": (blobs(8)[0], blobs(7)[1])},
            ValueError,
            "train must have as many x as y, got 8 and 7",
        ),
        ({"train": 5}, TypeError, f"train must be {PAIR}, got 5 (int)"),
        ({"train": ([1.0], [0])}, TypeError, f"train must be {PAIR}, got ([1.0], [0]) (tuple)"),
        ({"train": Endless()}, TypeError, f"train must be {PAIR}, got Endless()"),
        ({"device": "gpu"}, ValueError, "prefer must be one of None, 'cuda', 'mps', 'cpu', got 'gpu'"),
    ],
)
def test_errors(changes, kind, message):
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        fit(**(GOOD | changes))
