"""The pooling explorer: outputs and ways back against torch, its sentences, presets and challenges."""

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.cnn.pooling import avg_unpool2d
from dlbook_lib.explore.text import fill
from dlbook_lib.explorers.pooling import pooling

SIDE = 8
SETTINGS = [(window, stride) for window in (2, 3, 4) for stride in (1, 2, 3, 4)]


def table(seed, *, whole=True):
    """A picture of few levels, so that there are ties, or of many."""
    generator = torch.Generator().manual_seed(seed)
    if whole:
        return torch.randint(-3, 4, (SIDE, SIDE), generator=generator).float()
    return 8 * torch.randn(SIDE, SIDE, generator=generator).clamp(-1, 1)


def drawn(outputs, name="output"):
    side = int(outputs["side"])
    return outputs[name][:side, :side]


def states(count, seed):
    generator = torch.Generator().manual_seed(seed)
    for _ in range(count):
        yield {name: control.sample(generator) for name, control in pooling.controls.items()}


@pytest.mark.parametrize(("window", "stride"), SETTINGS)
@pytest.mark.parametrize("whole", [True, False])
def test_maxima_switches_and_unpooling_are_those_of_torch(window, stride, whole):
    for seed in range(5):
        x = table(seed, whole=whole)
        outputs = pooling.evaluate({"picture": x.tolist(), "window": window, "stride": stride, "right": 0})
        best, address = F.max_pool2d(x[None, None], window, stride, return_indices=True)
        assert torch.equal(drawn(outputs), best[0, 0])
        assert (~outputs["output"].isnan()).sum() == best.numel()
        back = F.max_unpool2d(best, address, window, stride, output_size=(SIDE, SIDE))
        assert torch.equal(outputs["back"], back[0, 0])
        again = F.max_pool2d(back, window, stride)
        assert outputs["loss"] == (again - best).abs().max()
        marked = (~outputs["switch_rows"].isnan()).flatten().nonzero().flatten()
        assert torch.equal(marked, address.unique())
        assert torch.equal(outputs["switch_rows"].isnan(), outputs["switch_columns"].isnan())
        for row in range(best.shape[-2]):
            looked = pooling.evaluate(
                {"picture": x.tolist(), "window": window, "stride": stride, "cell": [0, row, 0]}
            )
            assert looked["winner"].tolist() == [address[0, 0, row, 0] // SIDE, address[0, 0, row, 0] % SIDE]


@pytest.mark.parametrize(("window", "stride"), SETTINGS)
def test_means_are_those_of_torch_and_come_back_as_the_mean_of_their_copies(window, stride):
    for seed in range(5):
        x = table(seed, whole=False)
        outputs = pooling.evaluate(
            {"picture": x.tolist(), "window": window, "stride": stride, "kind": "average"}
        )
        means = F.avg_pool2d(x[None, None], window, stride)
        assert torch.allclose(drawn(outputs), means[0, 0], atol=1e-5)
        columns = means.flatten(2).expand(1, window**2, -1)
        size = SIDE - (SIDE - window) % stride  # fold takes only sizes that the windows fill
        copies = F.fold(columns, size, window, stride=stride)[0, 0]
        count = F.fold(torch.ones_like(columns), size, window, stride=stride)[0, 0]
        expected = torch.zeros(SIDE, SIDE)
        expected[:size, :size] = torch.where(count > 0, copies / count.clamp(min=1), 0.0)
        assert torch.allclose(outputs["back"], expected, atol=1e-5)
        assert outputs["unread"] == (count == 0).sum() + SIDE**2 - size**2
        if stride == window and SIDE % window == 0:
            assert torch.allclose(outputs["back"], avg_unpool2d(means, window)[0, 0], atol=1e-5)
        if stride >= window:
            assert outputs["loss"] < 1e-5
        assert outputs["switch_rows"].isnan().all()


@pytest.mark.parametrize("kind", ["maximum", "average"])
def test_change_is_that_of_pooling_the_rolled_picture(kind):
    pool = F.max_pool2d if kind == "maximum" else F.avg_pool2d
    for window, stride in SETTINGS:
        for right in range(5):
            x = table(right)
            outputs = pooling.evaluate(
                {"picture": x.tolist(), "window": window, "stride": stride, "kind": kind, "right": right}
            )
            assert torch.equal(outputs["moved"], x.roll(right, 1))
            before, after = (pool(y[None, None], window, stride) for y in (x, x.roll(right, 1)))
            difference = (before - after).abs()
            assert outputs["changed"] == (difference > 1e-4).sum()
            assert outputs["change"].item() == pytest.approx(difference.max().item(), abs=1e-4)


def test_windows_of_a_pixel_are_those_that_read_it():
    for state in states(80, 1):
        row, column = state["cell"][1:]
        outputs = pooling.evaluate(state | {"cell": [1, row, column]})
        stops = range(0, SIDE - state["window"] + 1, state["stride"])
        over = [[i for i, s in enumerate(stops) if s <= p < s + state["window"]] for p in (row, column)]
        assert outputs["windows"] == len(over[0]) * len(over[1])
        for name, expected in zip(("reader_rows", "reader_columns"), over):
            marked = outputs[name]
            assert marked[~marked.isnan()].tolist() == expected


def test_box_of_an_output_is_its_window():
    outputs = pooling.evaluate({"window": 3, "stride": 2, "cell": [0, 1, 2]})
    assert outputs["input_box"].tolist() == [1.5, 4.5, 3.5, 6.5]
    assert outputs["output_box"].tolist() == [0.5, 1.5, 1.5, 2.5]


def test_no_state_says_a_blank():
    ends = {name: control.extremes() for name, control in pooling.controls.items()}
    corners = [{name: value} for name, values in ends.items() for value in values]
    for state in [*corners, *states(200, 2)]:
        outputs = pooling.evaluate(state)
        texts = pooling.texts(pooling.values(state))
        for text in (pooling.says, *pooling.readouts):
            said = fill(text, outputs, texts)
            assert "–" not in said, said
            assert "∞" not in said, said


def test_sentences():
    def say(**state):
        return pooling.sentence(pooling.evaluate(state), state)

    assert say() == (
        "The maximum over 2 × 2 windows at stride 2 keeps 16 of 64 numbers. "
        "Output (1, 1) is the largest number of its window, 16, and stood at (2, 2)."
    )
    assert "is the mean of its window, 13.5." in say(kind="average")
    assert "largest in some of its windows (1 of 1)" in say(cell=[1, 2, 2])
    assert "largest in none of its windows (1)" in say(cell=[1, 2, 3])
    assert "counts equally in each of its windows (4); unpooling puts" in say(
        kind="average", window=2, stride=1, cell=[1, 3, 3]
    )
    assert "is read by no window" in say(stride=3, cell=[1, 2, 2])


SOLUTIONS = {
    "blind": {"picture": pooling.presets["a dot moves inside its window"]["picture"], "right": 1},
    "four": {"picture": pooling.presets["and across"]["picture"], "stride": 1},
    "outdone": {"picture": pooling.presets["all below zero"]["picture"]},
}


def test_challenges_are_open_at_the_start_and_can_be_met():
    assert [challenge.met for challenge in pooling.challenges] == list(SOLUTIONS)
    start = pooling.evaluate()
    for name, solution in SOLUTIONS.items():
        assert start[name] == 0
        assert pooling.evaluate(solution)[name] == 1
    assert pooling.evaluate({"picture": [[2.0] * 8] * 8, "right": 1})["blind"] == 0
    assert pooling.evaluate(SOLUTIONS["outdone"] | {"kind": "average"})["outdone"] == 0


def test_presets_show_what_they_promise():
    shown = {label: pooling.evaluate(state) for label, state in pooling.presets.items()}
    assert shown["a dot moves inside its window"]["changed"] == 0
    assert shown["and across"]["changed"] == 2
    assert shown["windows overlap"]["cells"] == 36
    assert shown["windows leave gaps"]["unread"] == 28
    assert not shown["stripes, averaged"]["output"][:4, :4].any()
    assert shown["all below zero"]["output"].nan_to_num(nan=-1).max() < 0
    assert shown["all below zero"]["loss"] > 0
