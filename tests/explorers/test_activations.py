"""The gallery in the page: torch's functions and slopes, and how often they are flat."""

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.explorers.activations import KINDS, Z, activations

TORCHS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "ReLU": F.relu,
    "rectifier with slope α": lambda z: F.leaky_relu(z, 0.3),
    "ELU with α": lambda z: F.elu(z, 0.3),
    "swish with β": lambda z: z * torch.sigmoid(0.3 * z),
    "GELU": F.gelu,
    "step": lambda z: (z > 0).to(z.dtype),
}


@pytest.mark.parametrize("kind", KINDS)
def test_values_and_slopes_are_torchs(kind):
    found = activations.evaluate({"kind": kind, "parameter": 0.3, "z": 1.25})
    assert torch.allclose(found["values"], TORCHS[kind](Z), atol=1e-5)
    assert found["answer"].item() == pytest.approx(TORCHS[kind](torch.tensor(1.25)).item(), abs=1e-5)
    step = 1e-3
    away = Z.abs() > 0.01
    differences = (TORCHS[kind](Z.double() + step) - TORCHS[kind](Z.double() - step)) / (2 * step)
    assert torch.allclose(found["slopes"][away], differences[away].float(), atol=1e-4)


def test_the_share_of_flat_pre_activations_by_drawing_them():
    z = 5 * torch.randn(200_000, generator=torch.Generator().manual_seed(0))
    p = z.sigmoid()
    drawn = (p * (1 - p) < 0.05).float().mean().item()
    found = activations.evaluate({"kind": "sigmoid", "spread": 5.0})["flat"].item()
    assert found == pytest.approx(drawn, abs=0.01)


def test_sentences_and_challenges():
    step = activations.evaluate({"kind": "step", "z": 1.0})
    assert "no step of gradient descent ever moves it" in activations.sentence(
        step, {"kind": "step", "z": 1.0}
    )
    assert step["ten"] == 0
    assert activations.evaluate()["steeper_than_one"] == 0
    assert activations.evaluate({"kind": "GELU", "z": 1.41})["steeper_than_one"] == 1
    assert activations.evaluate({"kind": "tanh", "spread": 8.0})["half_flat"] == 1
    assert activations.evaluate({"kind": "swish with β", "parameter": 6.0})["nearly_relu"] == 1
    assert activations.evaluate({"kind": "swish with β", "parameter": 1.0})["nearly_relu"] == 0
