"""Quick on a CPU, full on a GPU, and whatever ``DLBOOK_PROFILE`` says."""

import re

import pytest
import torch

from dlbook_lib import profile
from dlbook_lib.device import DeviceChoice
from dlbook_lib.profile import budget, current_profile


@pytest.fixture
def on(monkeypatch):
    """Let a device be chosen, and count how often one is."""
    monkeypatch.delenv("DLBOOK_PROFILE", raising=False)
    asked = []

    def pretend(name):
        def pick_device():
            asked.append(name)
            return DeviceChoice(torch.device(name), torch.float32, "pretended")

        monkeypatch.setattr(profile, "pick_device", pick_device)
        return asked

    return pretend


@pytest.mark.parametrize(("name", "chosen"), [("cpu", "quick"), ("cuda", "full"), ("mps", "full")])
def test_the_device_decides(on, name, chosen):
    on(name)
    assert current_profile() == chosen
    assert budget(quick="quick", full="full") == chosen


@pytest.mark.parametrize("name", ["cpu", "cuda"])
@pytest.mark.parametrize("chosen", ["quick", "full"])
def test_the_variable_overrides_the_device(on, monkeypatch, name, chosen):
    asked = on(name)
    monkeypatch.setenv("DLBOOK_PROFILE", chosen)
    assert current_profile() == chosen
    assert budget(quick="quick", full="full") == chosen
    assert not asked, "no GPU needs to be tried"


def test_each_call_reads_the_variable_anew(on, monkeypatch):
    on("cpu")
    for chosen in ("full", "quick", "full"):
        monkeypatch.setenv("DLBOOK_PROFILE", chosen)
        assert current_profile() == chosen
    monkeypatch.delenv("DLBOOK_PROFILE")
    assert current_profile() == "quick"


def test_any_object_is_a_size(monkeypatch):
    monkeypatch.setenv("DLBOOK_PROFILE", "full")
    small, large = object(), {"epochs": 20}
    assert budget(quick=small, full=large) is large
    assert budget(quick=1, full=None) is None
    monkeypatch.setenv("DLBOOK_PROFILE", "quick")
    assert budget(quick=small, full=large) is small


@pytest.mark.parametrize("chosen", ["", "Quick", "full ", "fast", "1"])
def test_another_value_is_named(monkeypatch, chosen):
    monkeypatch.setenv("DLBOOK_PROFILE", chosen)
    message = f"DLBOOK_PROFILE must be one of 'quick', 'full', got {chosen!r}"
    for call in (current_profile, lambda: budget(quick=1, full=2)):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            call()


def test_sizes_are_named_when_they_are_given():
    with pytest.raises(TypeError):
        budget(1, 2)
