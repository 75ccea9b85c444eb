"""The gate for every explorer of the book: torch and native ONNX Runtime agree at all states tried."""

import json

import pytest
import torch

from dlbook_lib import explorers
from dlbook_lib.explore import parity
from dlbook_lib.explore.export import open_session, run_session
from dlbook_lib.site.exports import FOLDER, manifest

every_explorer = pytest.mark.parametrize("name", explorers.names())


def test_differences_are_noticed():
    one = {"y": torch.tensor([1.0, 100.0, float("nan")])}
    assert parity.difference(one, one)[0] == 0
    assert parity.difference(one, {}) == (float("inf"), "y")
    for other in ([1.0, 100.0], [1.0, float("nan"), 100.0], [1.0, 100.0, float("inf")], [1.0, 100.0, 0.0]):
        assert parity.difference(one, {"y": torch.tensor(other)}) == (float("inf"), "y")
    near = parity.difference(one, {"y": torch.tensor([1.02, 100.0, float("nan")])})
    assert near[0] == pytest.approx(2e-4, rel=1e-3)


@pytest.mark.slow
@every_explorer
def test_every_state_has_its_sentence(name):
    explorer = explorers.load(name)
    tried = parity.states(explorer)
    assert len(tried) >= 22
    for state in tried:
        sentence = explorer.sentence(explorer.evaluate(state), state)
        assert len(sentence.split()) >= 4
        assert "–" not in sentence.split(), f"a number is missing in {sentence!r} at {state}"


@pytest.mark.slow
@every_explorer
def test_native_onnx_runtime_agrees_with_torch(name):
    explorer = explorers.load(name)
    payload = json.loads((FOLDER / manifest()[name]["file"]).read_text(encoding="utf-8"))
    session = open_session((FOLDER / payload["model"]).read_bytes())
    for state in parity.states(explorer):
        error, output = parity.difference(
            explorer.evaluate(state), run_session(session, explorer.inputs(state))
        )
        assert error <= parity.TOLERANCE, f"{output} differs by {error:.1e} at {state}"


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in explorers.names() if explorers.load(n).state])
def test_a_player_stays_with_torch_step_by_step(name):
    explorer = explorers.load(name)
    payload = json.loads((FOLDER / manifest()[name]["file"]).read_text(encoding="utf-8"))
    session = open_session((FOLDER / payload["model"]).read_bytes())
    ours, theirs = dict(explorer.state), dict(explorer.state)
    for step in range(20):
        outputs = explorer.evaluate(state=ours)
        found = run_session(session, explorer.inputs() | theirs)
        error, output = parity.difference(outputs, found)
        assert error <= parity.TOLERANCE, f"{output} differs by {error:.1e} after {step} steps"
        ours = {key: outputs[key] for key in ours}
        theirs = {key: found[key] for key in theirs}
