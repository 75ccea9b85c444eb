"""The convolution explorer: its outputs against torch, its windows by trial, its sentences and challenges."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.cnn.gather import FILLS, PADDINGS
from dlbook_lib.cnn.kernels import KERNELS
from dlbook_lib.explore.arrays import pack
from dlbook_lib.explore.text import fill
from dlbook_lib.explorers.convolution import LEARNED, convolution

DRAWN = 32
ODD = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 10.0]]


def drawn_states(count, seed):
    generator = torch.Generator().manual_seed(seed)
    for _ in range(count):
        yield {name: control.sample(generator) for name, control in convolution.controls.items()}


def pixels(x):
    return {"pixels": pack(x)["data"]}


def by_torch(state):
    """Move, pad and convolve with NumPy and torch; None where no output exists."""
    values = convolution.values(state)
    x = convolution.controls["picture"].encode(values["picture"])[""][0].numpy()
    kernel = torch.tensor(values["kernel"])
    mode = {"zero": "constant", "reflect": "reflect", "circular": "wrap"}[values["fill"]]
    down, right = values["down"], values["right"]
    x = np.pad(x, 3, mode=mode)[3 - down : 19 - down, 3 - right : 19 - right]
    if values["turned"]:
        kernel = kernel.flip(0, 1)
    reach = [values["dilation"] * (n - 1) for n in kernel.shape]
    ends = {"valid": lambda r: (0, 0), "same": lambda r: (r // 2, r - r // 2), "full": lambda r: (r, r)}
    (top, bottom), (left, back) = (ends[values["padding"]](r) for r in reach)
    steps = dict(stride=values["stride"], dilation=values["dilation"])
    weight = kernel[None, None]
    if values["transposed"]:
        y = F.conv_transpose2d(torch.tensor(x)[None, None], weight, **steps)[0, 0]
        y = y[top : max(len(y) - bottom, top), left : max(y.shape[1] - back, left)]
        return y if y.numel() else None
    x = np.pad(x, ((top, bottom), (left, back)), mode=mode)
    if x.shape[0] <= reach[0] or x.shape[1] <= reach[1]:
        return None
    return F.conv2d(torch.from_numpy(x)[None, None], weight, **steps)[0, 0]


@pytest.mark.parametrize("seed", range(5))
def test_output_and_size_are_those_of_torch(seed):
    none = cropped = 0
    for state in drawn_states(80, seed):
        expected, outputs = by_torch(state), convolution.evaluate(state)
        output, sentence = outputs["output"], convolution.sentence(outputs, state)
        if expected is None:
            none += 1
            assert output.isnan().all()
            assert outputs["count"].tolist() == [0, 0]
            assert "finds no place" in sentence or "Nothing is left" in sentence
            assert outputs["products"].isnan().all()
            continue
        assert outputs["count"].tolist() == list(expected.shape)
        cropped += max(expected.shape) > DRAWN
        drawn = expected[:DRAWN, :DRAWN]
        assert torch.allclose(output[: len(drawn), : drawn.shape[1]], drawn, rtol=1e-5, atol=1e-4)
        assert (~output.isnan()).sum() == drawn.numel()
    assert none
    assert cropped


def test_no_state_says_a_blank():
    ends = {name: control.extremes() for name, control in convolution.controls.items()}
    corners = [{name: value} for name, values in ends.items() for value in values]
    for state in [*corners, *drawn_states(150, 20)]:
        outputs = convolution.evaluate(state)
        texts = convolution.texts(convolution.values(state))
        for text in (convolution.says, *convolution.readouts):
            said = fill(text, outputs, texts)
            assert "–" not in said, (state, said)
            assert "∞" not in said, (state, said)


def test_the_products_of_a_cell_add_up_to_it():
    for state in drawn_states(150, 30):
        outputs = convolution.evaluate(state)
        if state["cell"][0] == 0 and outputs["count"][0] > 0:
            row, column = outputs["spot"].int().tolist()
            assert outputs["value"] == outputs["output"][row, column]
            total = outputs["products"].nansum()
            assert total.item() == pytest.approx(outputs["value"].item(), rel=1e-4, abs=1e-3)
            assert (~outputs["products"].isnan()).sum() == outputs["weights"]
            assert outputs["total"].item() == pytest.approx(outputs["value"].item(), rel=1e-4, abs=1e-3)
            assert torch.allclose(outputs["window"] * outputs["laid"], outputs["products"], equal_nan=True)


def test_the_window_holds_the_pixels_under_the_kernel():
    x = convolution.controls["picture"].examples["camera"][0]
    state = {"picture": {"example": "camera"}, "cell": [0, 4, 7], "stride": 2}
    window = convolution.evaluate(state)["window"]
    assert torch.equal(window[:3, :3], x[7:10, 13:16])
    assert window[3:].isnan().all()
    corner = convolution.evaluate(state | {"cell": [0, 0, 0]})["window"]
    assert corner[0, :3].tolist() == [0, 0, 0]  # the padding's zeros
    assert torch.equal(corner[1:3, 1:3], x[:2, :2])
    pixel = convolution.evaluate(state | {"cell": [1, 8, 8], "stride": 1})["window"]
    assert torch.equal(pixel[:3, :3], x[8, 8].expand(3, 3))


def test_the_last_panel_is_the_difference_between_moving_before_and_after():
    state = {"picture": {"example": "camera"}, "right": 2, "down": -1}
    gaps = convolution.evaluate(state)["gaps"][:16, :16]
    x = convolution.controls["picture"].examples["camera"][0]
    weight = KERNELS["prewitt-x"][None, None]
    moved = F.pad(x, (2, 0, 0, 1))[1:, :16]
    first, after = (F.conv2d(picture[None, None], weight, padding=1)[0, 0] for picture in (moved, x))
    assert torch.allclose(gaps[:15, 2:], first[:15, 2:] - after[1:, :14], atol=1e-4)
    assert gaps[15].isnan().all()
    assert gaps[:, :2].isnan().all()
    assert convolution.evaluate()["gaps"].nan_to_num().abs().max() == 0


def test_taps_stand_where_the_window_reads():
    state = {"stride": 2, "dilation": 3, "padding": "valid", "cell": [0, 1, 2]}
    outputs = convolution.evaluate(state)
    assert outputs["tap_rows"][:3].tolist() == [2, 5, 8]
    assert outputs["tap_columns"][:3].tolist() == [4, 7, 10]
    assert outputs["tap_rows"][3:].isnan().all()
    assert outputs["input_box"].tolist() == [1.5, 8.5, 3.5, 10.5]
    assert outputs["output_box"].tolist() == [0.5, 1.5, 1.5, 2.5]


@pytest.mark.slow
def test_the_readers_of_a_pixel_are_the_outputs_that_it_changes():
    x = torch.rand(1, 16, 16, generator=torch.Generator().manual_seed(1))
    kernel = (torch.rand(3, 4, generator=torch.Generator().manual_seed(2)) + 0.5).tolist()
    for number, state in enumerate(drawn_states(120, 40)):
        row, column = ((5, 9), (0, 15), (15, 1))[number % 3]
        still = state | {"right": 0, "down": 0, "kernel": kernel, "cell": [1, row, column]}
        without = x.clone()
        without[0, row, column] = 0
        outputs = convolution.evaluate(still | {"picture": pixels(x)})
        changed = outputs["output"] - convolution.evaluate(still | {"picture": pixels(without)})["output"]
        expected = torch.zeros(DRAWN, DRAWN, dtype=torch.bool)
        rows, columns = (outputs[f"reader_{name}"] for name in ("rows", "columns"))
        expected[(~rows.isnan())[:, None] & ~columns.isnan()] = True
        assert torch.equal(changed.nan_to_num().abs() > 1e-6, expected), still
        if outputs["count"].max() <= DRAWN:
            assert outputs["readers"] == expected.sum()
        if state["fill"] == "zero" or state["transposed"] or state["padding"] == "valid":
            paid = outputs["products"].nansum().item()
            if 0 < outputs["count"].max() <= DRAWN:
                assert paid == pytest.approx(changed.nansum().item(), abs=1e-3)


def test_the_margin_shows_what_the_padding_holds():
    state = {"kernel": [[1.0] * 5] * 5, "padding": "full", "picture": {"example": "camera"}}
    x = convolution.controls["picture"].examples["camera"]
    for mode, name in [("constant", "zero"), ("reflect", "reflect"), ("circular", "circular")]:
        padded = convolution.evaluate(state | {"fill": name})["padded"]
        assert torch.allclose(padded[2:-2, 2:-2], F.pad(x[None], (4,) * 4, mode=mode)[0, 0], atol=1e-6)
        assert padded[:2].isnan().all()
    transposed = convolution.evaluate(state | {"transposed": True})["padded"]
    assert (~transposed.isnan()).sum() == 256


def test_whole_moves_leave_no_difference_away_from_the_border():
    cases = set()
    for state in drawn_states(200, 50):
        outputs = convolution.evaluate(state)
        case, whole = outputs["equivariance"].item(), not (outputs["steps"] % 1).any()
        cases.add(int(case))
        if case in (3, 4, 5, 6):
            assert whole
            assert outputs["inner_gap"] == 0
        assert (case == 2) <= (not whole)
    assert cases >= {0, 2, 4, 5, 6}


@pytest.mark.parametrize("right", [-3, 1, 2])
def test_the_gap_is_that_of_rolling_by_hand(right):
    """On a ring nothing leaves the picture; with zeros the border tells."""
    x = convolution.controls["picture"].examples["camera"][0]
    state = {"picture": {"example": "camera"}, "right": right}
    ring = convolution.evaluate(state | {"fill": "circular"})
    assert (ring["equivariance"], ring["gap"]) == (4, 0)
    zeros = convolution.evaluate(state)
    assert zeros["equivariance"] == 5
    weight = KERNELS["prewitt-x"][None, None]
    moved = F.pad(x, (3, 3))[:, 3 - right : 19 - right]
    first, after = (F.conv2d(picture[None, None], weight, padding=1)[0, 0] for picture in (moved, x))
    difference = (first - after.roll(right, 1)).abs()
    difference = difference[:, max(right, 0) : 16 + min(right, 0)]  # what was rolled in is no output of x
    assert zeros["border_gap"].item() == pytest.approx(difference.max().item(), rel=1e-5)
    inner = zeros["inner_cells"]
    assert inner == 14 * (14 - abs(right))


def test_half_a_step_fits_no_move():
    outputs = convolution.evaluate(convolution.presets["half a step"])
    assert outputs["steps"].tolist() == [0, 0.5]
    assert "0.5 to the right" in fill(convolution.readouts[-1], outputs, {})


def test_the_gap_of_a_part_of_a_step_is_that_to_the_nearest_cell():
    state = {"picture": {"example": "camera"}, "stride": 3, "padding": "valid"}
    moved, still = (convolution.evaluate(state | {"right": right}) for right in (2, 0))
    assert moved["steps"].tolist() == [0, pytest.approx(2 / 3)]
    one_on = (moved["output"][:5, 1:5] - still["output"][:5, :4]).abs().max()
    assert moved["gap"].item() == pytest.approx(one_on.item(), rel=1e-5)


def test_turning_is_told_apart_from_what_it_changes():
    line = next(text for text in convolution.readouts if getattr(text, "by", "") == "flip")
    expected = {"sharpen": "cannot tell", "prewitt-x": "its own negative", "emboss": "as it is written."}
    for name, words in expected.items():
        for turned in (False, True):
            state = {"kernel": KERNELS[name].tolist(), "turned": turned}
            said = fill(line, convolution.evaluate(state), {})
            assert words in said or (turned and "turned by half a turn" in said)
    both = [convolution.evaluate({"turned": turned})["output"] for turned in (False, True)]
    assert torch.equal(both[0].nan_to_num(), -both[1].nan_to_num())


def test_sentences():
    def say(**state):
        return convolution.sentence(convolution.evaluate(state), state)

    assert say() == (
        "The 3 × 3 kernel makes 16 × 16 cells of 16 × 16 pixels. "
        "Output cell (5, 6) adds up 9 products to 1.38."
    )
    assert "adds up 9 products, 5 of them with zeros outside the picture, to" in say(cell=[0, 0, 0])
    assert "Input pixel (8, 8), worth 1.00, lies in the windows of 9 of them" in say(
        picture={"example": "impulse"}, cell=[1, 8, 8]
    )
    huge = {"kernel": [[1.0] * 7] * 7, "dilation": 4}
    assert say(**huge, padding="valid").startswith("The window finds no place")
    assert say(**huge, padding="full", transposed=True).startswith("Nothing is left")
    assert say(padding="valid", transposed=True, stride=2).startswith(
        "Transposed: The 3 × 3 kernel makes 33 × 33"
    )


def test_size_line_is_the_formula_with_its_numbers():
    state = {"stride": 3, "dilation": 2, "padding": "full"}
    outputs = convolution.evaluate(state)
    line = fill(convolution.readouts[0], outputs, convolution.texts(convolution.values(state)))
    assert line == "Size along each axis: ⌊(16 + 8 − 2·(3 − 1) − 1) / 3⌋ + 1 = 7."
    assert outputs["multiply_adds"] == 7 * 7 * 9
    wide = convolution.evaluate({"kernel": [[1.0] * 5] * 2, "padding": "valid"})
    assert wide["multiply_adds"] == 15 * 12 * 10
    assert convolution.evaluate({"transposed": True})["multiply_adds"] == 256 * 9


SOLUTIONS = {
    "quarter": {"stride": 4},
    "blind": {"picture": {"example": "stripes"}, "kernel": KERNELS["prewitt-y"].tolist(), "padding": "valid"},
    "half_step": {"stride": 2, "right": 1},
    "uneven": {"transposed": True, "stride": 2},
}


def test_challenges_are_open_at_the_start_and_can_be_met():
    assert [challenge.met for challenge in convolution.challenges] == list(SOLUTIONS)
    start = convolution.evaluate()
    for name, solution in SOLUTIONS.items():
        assert start[name] == 0
        assert convolution.evaluate(solution)[name] == 1


@pytest.mark.parametrize(
    ("size", "stride", "dilation"), [(k, s, d) for k in (2, 3, 4, 6) for s in (1, 2, 3) for d in (1, 2)]
)
def test_uneven_overlap_is_seen_in_the_output_of_ones(size, stride, dilation):
    ones = pixels(torch.ones(1, 16, 16))
    state = {"kernel": [[1.0] * size] * size, "stride": stride, "dilation": dilation, "transposed": True}
    outputs = convolution.evaluate(state | {"picture": ones, "padding": "valid"})
    off_border = outputs["output"][12:20, 12:20] if stride > 1 else outputs["output"][11:15, 11:15]
    assert bool(outputs["uneven"]) == bool(off_border.max() > off_border.min() + 0.5)


def test_presets_show_what_they_promise():
    shown = {label: convolution.evaluate(state) for label, state in convolution.presets.items()}
    output = {label: outputs["output"] for label, outputs in shown.items()}
    digit = convolution.controls["picture"].examples["digit"][0]
    assert torch.equal(output["identity"][:16, :16], digit)
    copy = output["an impulse, turned kernel"][7:10, 7:10]
    assert torch.equal(copy, torch.arange(1.0, 10).view(3, 3))
    stripes = output["stripes vanish at stride 2"][:8, :8]
    assert stripes.min() == stripes.max()
    assert "every cell that can be compared agrees" in fill(
        convolution.readouts[-1], shown["moved on a ring"], {}
    )
    assert shown["checkerboard"]["uneven"] == 1
    assert shown["dilated"]["weights"] == 9
    assert shown["dilated"]["input_box"].tolist() == [1.5, 8.5, 2.5, 9.5]


def test_learned_kernels_answer_the_slopes_that_they_are_named_after():
    ramp = torch.arange(16.0) / 15
    below = pixels(ramp.view(1, 16, 1).expand(1, 16, 16))
    right = pixels(ramp.view(1, 1, 16).expand(1, 16, 16))
    for name, slope in [("learned: brighter below", below), ("learned: darker to the right", right)]:
        kernel = torch.tensor(LEARNED[name])
        centred = {"kernel": (kernel - kernel.mean()).tolist(), "picture": slope, "padding": "valid"}
        answer = convolution.evaluate(centred)["output"][5, 5]
        assert answer > 0.05 if "brighter" in name else answer < -0.05


def test_choices_are_the_numbers_that_the_library_knows():
    for name, numbers in (("padding", PADDINGS), ("fill", FILLS)):
        options = convolution.controls[name].options
        assert {label: int(value) for label, value in options.items()} == numbers
