"""The race in the page: each learner against the library's own, and who arrives when."""

import numpy as np
import pytest
import torch

from dlbook_lib.autodiff.backprop import backward_matrix, forward, squared_error
from dlbook_lib.autodiff.perturbation import pack, perturb_each_weight, unpack
from dlbook_lib.explorers.perturbation_race import (
    EXAMPLES,
    GOAL,
    HIDDEN,
    INPUTS,
    SIGNS,
    TICKS,
    UNIT_SIGNS,
    WEIGHTS,
    X,
    Y,
    start,
)
from dlbook_lib.explorers.perturbation_race import perturbation_race as explorer

SHAPE = [(np.zeros((HIDDEN, INPUTS)), np.zeros(HIDDEN)), (np.zeros((1, HIDDEN)), np.zeros(1))]
INPUT, TARGET = X.double().numpy(), Y.double().numpy()[:, None]


def play(steps, **chosen):
    state, history = None, []
    for _ in range(steps):
        outputs = explorer.evaluate(chosen, state=state)
        state = {name: outputs[name] for name in explorer.state}
        history.append(outputs)
    return history


def gradient(vector):
    """The library's, in NumPy and 64 bits."""
    layers = unpack(vector, SHAPE)
    trace = forward(layers, INPUT)
    slopes = squared_error(trace.output, TARGET)[1] / EXAMPLES
    return pack(backward_matrix(layers, trace, slopes)[0])


def loss(vector):
    return squared_error(forward(unpack(vector, SHAPE), INPUT).output, TARGET)[0].mean()


def test_backpropagation_is_the_librarys():
    w = start().double().numpy()
    for outputs in play(5):
        for _ in range(2):
            w = w - 0.3 * gradient(w)
        assert np.abs(outputs["back"].numpy() - w).max() < 1e-4
        assert outputs["found"][3].item() == pytest.approx(loss(w), rel=1e-3)


def test_the_patient_learner_steps_along_the_gradient_once_in_72_passes():
    history = play(13)
    w = start().double().numpy()
    assert all(torch.equal(outputs["one"], start()) for outputs in history[:11])
    assert history[10]["passes"] == 66
    expected = w - 0.3 * perturb_each_weight(loss, w)
    assert np.abs(history[11]["one"].numpy() - expected).max() < 1e-3
    assert torch.equal(history[12]["one"], history[11]["one"])
    assert [outputs["looked"].item() for outputs in history] == [*range(3, 37, 3), 3]


def test_the_guessers_use_the_directional_slopes():
    w = v = start().double().numpy()
    outputs = play(1)[0]
    for k in range(3):
        u = SIGNS[k].double().numpy()
        w = w - 0.3 / WEIGHTS * (gradient(w) @ u) * u
    assert np.abs(outputs["everything"].numpy() - w).max() < 2e-3
    for k in range(3):
        layers = unpack(v, SHAPE)
        trace = forward(layers, INPUT)
        last = squared_error(trace.output, TARGET)[1]
        first = last @ layers[1][0] * (1 - trace.activations[1] ** 2)
        deltas, signs = np.hstack([first, last]), UNIT_SIGNS[k].double().numpy()
        guess = (deltas * signs).sum(1, keepdims=True) * signs / EXAMPLES
        parts = [(guess[:, :HIDDEN].T @ INPUT, guess[:, :HIDDEN].sum(0))]
        parts += [(guess[:, HIDDEN:].T @ trace.activations[1], guess[:, HIDDEN:].sum(0))]
        v = v - 0.3 / 8 * pack(parts)
    assert np.abs(outputs["units"].numpy() - v).max() < 2e-3


def arrivals(history):
    found = torch.stack([outputs["found"] for outputs in history]) < GOAL
    return [6 * (int(column.float().argmax()) + 1) if column.any() else None for column in found.T]


def test_who_arrives_when():
    """Guessing weights costs what looking at each does; activities cost less; backpropagation wins."""
    one, everything, units, back = arrivals(play(TICKS))
    assert back < units < everything
    assert 8 * back < everything < 30 * back
    assert 8 * back < one < 30 * back
    assert 2 * back < units < 8 * back


@pytest.mark.slow
def test_the_presets_do_what_they_say():
    bold = play(40, **explorer.presets["the same rate for all"])
    assert any(outputs["bold"] for outputs in bold)
    assert bold[-1]["lead"] == 2
    assert "a rate too large for a guess" in explorer.sentence(bold[-1])
    guessers = arrivals(play(TICKS, **explorer.presets["a rate for guessers"]))
    assert guessers[0] is None
    assert guessers[1] < 400
    careful = arrivals(play(TICKS, **explorer.presets["careful"]))
    assert all(now > before for now, before in zip(careful[2:], arrivals(play(TICKS))[2:]))


@pytest.mark.slow
def test_the_challenges_are_met_on_the_way():
    history = play(TICKS)
    assert history[0]["arrived"] == history[0]["all"] == 0
    assert history[-1]["arrived"] == history[-1]["all"] == 1
    assert explorer.sentence(history[0]).startswith("After 6 passes the losses are one weight 1.203")


def test_the_curves_hold_what_was_measured():
    history = play(4)
    expected = torch.stack([outputs["found"] for outputs in history], dim=1)
    assert torch.equal(history[-1]["curves"][:, :4], expected)
    assert history[-1]["curves"][:, 4:].isnan().all()
    assert history[-1]["tick"] == 4


def test_the_signs_are_fair():
    for signs in (SIGNS, UNIT_SIGNS):
        assert set(signs.unique().tolist()) == {-1.0, 1.0}
        assert signs.mean().abs() < 0.05
    assert WEIGHTS == 36
