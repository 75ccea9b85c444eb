"""Every system of the book through the same tests, and proofs that each of these tests can fail.

A general test is a function ``check_…(entry)``, so that it can be turned on a system with a planted fault as
well as on the catalogue. A property test runs for the entries that name it.
"""

import importlib
import inspect
import itertools
import pkgutil
import re
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import dlbook_lib.autodiff
import dlbook_lib.cnn
import dlbook_lib.feedforward
import dlbook_lib.framework
import dlbook_lib.generative
import dlbook_lib.layers
import dlbook_lib.learning
import dlbook_lib.regularize
from dlbook_lib import catalog
from dlbook_lib.catalog.schema import Entry, Published, normal
from dlbook_lib.device import move, pick_device

ROOT = Path(__file__).parents[1]
FAMILIES = (
    dlbook_lib.autodiff,
    dlbook_lib.framework,
    dlbook_lib.feedforward,
    dlbook_lib.layers,
    dlbook_lib.learning,
    dlbook_lib.cnn,
    dlbook_lib.regularize,
    dlbook_lib.generative,
)


def build(entry, seed=0):
    """Build an entry at its tiny size, from a seed, and switch off whatever only training does."""
    torch.manual_seed(seed)
    system = entry.build()
    return system.eval() if isinstance(system, nn.Module) else system


def draw(entry, seed=0):
    return entry.inputs(torch.Generator().manual_seed(seed))


def outputs(result):
    return (result,) if isinstance(result, torch.Tensor) else tuple(result)


def shapes(entry):
    nested = entry.output_shape and isinstance(entry.output_shape[0], tuple)
    return entry.output_shape if nested else (entry.output_shape,)


def check_shape_and_finite(entry):
    results = outputs(build(entry)(*draw(entry)))
    assert tuple(tuple(result.shape) for result in results) == shapes(entry)
    assert all(result.isfinite().all() for result in results)


def check_gradients(entry):
    """A gradient on every parameter, and on every input that can have one."""
    system = build(entry)
    inputs = [x.requires_grad_() if x.is_floating_point() else x for x in draw(entry)]
    leaves = {f"input {number}": x for number, x in enumerate(inputs) if x.requires_grad}
    if isinstance(system, nn.Module):
        leaves |= dict(system.named_parameters())
    results = [result for result in outputs(system(*inputs)) if result.is_floating_point()]
    weigh = torch.Generator().manual_seed(1)
    sum((result * torch.randn(result.shape, generator=weigh)).sum() for result in results).backward()
    assert leaves
    missing = [name for name, leaf in leaves.items() if leaf.grad is None or not leaf.grad.any()]
    assert not missing, f"no gradient on {missing}"


def check_repeats(entry):
    """The same numbers from the same seed, and again from a second call."""
    system, inputs = build(entry), draw(entry)
    first, second = outputs(system(*inputs)), outputs(system(*inputs))
    rebuilt = outputs(build(entry)(*draw(entry)))
    for one, two, three in zip(first, second, rebuilt):
        assert torch.equal(one, two), "two calls differ"
        assert torch.equal(one, three), "two builds from one seed differ"


def check_batch_independence(entry):
    """Each row of the batch alone gives what it gives in company."""
    system, inputs = build(entry), draw(entry)
    whole = outputs(system(*inputs))
    for row in range(len(inputs[0]) if entry.batched else 0):
        alone = [x[row : row + 1] for x in inputs[: entry.batched]]
        for one, all_ in zip(outputs(system(*alone, *inputs[entry.batched :])), whole):
            assert torch.allclose(one, all_[row : row + 1], rtol=0, atol=1e-5), f"row {row} depends on others"


def check_state_dict(entry):
    """Another build with the parameters of the first computes the same."""
    system, other, inputs = build(entry, seed=0), build(entry, seed=1), draw(entry)
    if not isinstance(system, nn.Module):
        return
    before, stranger = outputs(system(*inputs))[0], outputs(other(*inputs))[0]
    assert not torch.equal(before, stranger), "two seeds give one model"
    other.load_state_dict(system.state_dict())
    assert torch.equal(outputs(other(*inputs))[0], before), "the state does not hold everything"


def check_meta_device(entry):
    """Nothing is made on another device than that of parameters and inputs."""
    with torch.device("meta"):
        system = build(entry)
    results = outputs(system(*(x.to("meta") for x in draw(entry))))
    assert all(result.is_meta for result in results)
    assert tuple(tuple(result.shape) for result in results) == shapes(entry)


def check_published_count(entry):
    if entry.published is None:
        return
    with torch.device("meta"):
        network = entry.published.build(entry.load())
    count = sum(parameter.numel() for parameter in network.parameters())
    assert count == entry.published.parameters, f"{count:,} parameters built"


GENERAL = {
    function.__name__.removeprefix("check_"): function
    for function in (
        check_shape_and_finite,
        check_gradients,
        check_repeats,
        check_batch_independence,
        check_state_dict,
        check_meta_device,
        check_published_count,
    )
}


def is_linear(entry):
    """In its first input, the others held."""
    system, (x, *others), (y, *_) = build(entry), draw(entry, 0), draw(entry, 1)
    mixed = system(2 * x - y, *others)
    assert torch.allclose(mixed, 2 * system(x, *others) - system(y, *others), rtol=0, atol=1e-4)


def is_commutative(entry):
    system, (f, g) = build(entry), draw(entry)
    assert torch.allclose(system(f, g), system(g, f), rtol=0, atol=1e-5)


def is_equivariant(entry):
    """A picture that moves on an empty ground moves the result by as much."""
    system, (x, *others) = build(entry), draw(entry)
    x = F.pad(x, (5, 5, 5, 5))
    for shift in (1, 0), (0, 2), (2, 1):
        moved = system(x.roll(shift, dims=(-2, -1)), *others)
        assert torch.allclose(moved, system(x, *others).roll(shift, dims=(-2, -1)), rtol=0, atol=1e-5)


def is_monotone(entry):
    """Brighter pixels make no result darker."""
    system, (x,), (more,) = build(entry), draw(entry, 0), draw(entry, 1)
    assert (outputs(system(x + more.abs()))[0] >= outputs(system(x))[0]).all()


def is_fixed_size(entry):
    """Another resolution is refused by name, not by a failing matrix product."""
    (x,) = draw(entry)
    with pytest.raises(ValueError, match=r"^x must have shape \(B, "):
        build(entry)(F.pad(x, (2, 2, 2, 2)))


PROPERTIES = {
    "linear": is_linear,
    "commutative": is_commutative,
    "equivariant": is_equivariant,
    "monotone": is_monotone,
    "fixed-size": is_fixed_size,
}

ENTRIES = catalog.entries()
OF_TENSORS = [entry for entry in ENTRIES if entry.inputs]


@pytest.mark.parametrize("check", GENERAL)
@pytest.mark.parametrize("entry", OF_TENSORS, ids=lambda entry: entry.name)
def test_general(entry, check):
    GENERAL[check](entry)


@pytest.mark.parametrize(
    ("entry", "name"),
    [pytest.param(entry, name, id=f"{entry.name}-{name}") for entry in ENTRIES for name in entry.properties],
)
def test_property(entry, name):
    PROPERTIES[name](entry)


def test_the_accelerator_computes_what_the_cpu_does():
    choice = pick_device()
    if choice.device.type == "cpu":
        pytest.skip(f"no accelerator here: {choice.reason}")
    for entry in OF_TENSORS:
        system, inputs = build(entry), draw(entry)
        expected = outputs(system(*inputs))
        system = system.to(choice.device) if isinstance(system, nn.Module) else system
        results = outputs(system(*move(inputs, choice.device)))
        for result, expected_ in zip(results, expected):
            assert result.device.type == choice.device.type, entry.name
            assert torch.allclose(result.cpu(), expected_, rtol=0, atol=1e-2), entry.name


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_an_entry_leads_to_code_documentation_test_and_chapter(entry):
    system = entry.load()
    module, _, name = entry.symbol.rpartition(".")
    assert name in importlib.import_module(module).__all__
    assert inspect.getdoc(system)
    assert inspect.getsourcefile(inspect.unwrap(system)) == str(ROOT / entry.file)
    assert re.search(rf"\b{name}\b", (ROOT / entry.test).read_text())
    assert (ROOT / "chapters" / f"{entry.chapter}.ipynb").exists()
    assert re.fullmatch(r"[a-z0-9-]+", entry.anchor)
    assert entry.title


def test_names_are_unique_and_can_be_typed():
    names = [entry.name for entry in ENTRIES]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)


def test_every_module_of_a_model_family_is_in_the_catalogue():
    known = {entry.symbol for entry in ENTRIES}
    for family in FAMILIES:
        for info in pkgutil.walk_packages(family.__path__, f"{family.__name__}."):
            module = importlib.import_module(info.name)
            for name, thing in inspect.getmembers(module, inspect.isclass):
                if issubclass(thing, nn.Module) and thing.__module__ == info.name:
                    assert f"{info.name}.{name}" in known


def test_the_papers_numbers():
    assert {entry.name: entry.published.parameters for entry in ENTRIES if entry.published} == {
        "mnist-network": 89_610,
        "lenet-5": 61_706,
        "lenet-5-original": 60_000,
    }


class Healthy(nn.Module):
    """The control: passes everything."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, x):
        return self.layer(x)


class Unused(Healthy):
    def __init__(self):
        super().__init__()
        self.spare = nn.Parameter(torch.ones(3))


class Dead(Healthy):
    def forward(self, x):
        return 0 * self.layer(x) + x


class MaskElsewhere(Healthy):
    def forward(self, x):
        return self.layer(x) * torch.arange(3, device="cpu")


class Gossip(Healthy):
    def forward(self, x):
        return self.layer(x - x.mean(dim=0))


class Dice(Healthy):
    def forward(self, x):
        return self.layer(x) + torch.rand_like(x)


class OwnSeed(Healthy):
    counter = itertools.count()

    def __init__(self):
        super().__init__()
        self.layer.bias.data += next(self.counter)


class Unsaved(Healthy):
    def __init__(self):
        super().__init__()
        self.offset = torch.randn(3)

    def forward(self, x):
        return self.layer(x) + self.offset


class Wide(Healthy):
    def forward(self, x):
        return torch.cat([self.layer(x)] * 2, dim=1)


class Overflow(Healthy):
    def forward(self, x):
        return self.layer(x) / 0


def planted(module, parameters=12):
    return Entry(
        name="planted",
        title="A planted fault",
        symbol="torch.nn.Module",
        chapter="",
        anchor="",
        tiny=lambda _: module(),
        inputs=normal((4, 3)),
        output_shape=(4, 3),
        published=Published(build=lambda _: module(), parameters=parameters, source=""),
    )


@pytest.mark.parametrize("check", GENERAL)
def test_a_healthy_system_passes(check):
    GENERAL[check](planted(Healthy))


@pytest.mark.parametrize(
    ("module", "check", "error", "message"),
    [
        (Unused, "gradients", AssertionError, r"no gradient on \['spare'\]"),
        (Dead, "gradients", AssertionError, r"no gradient on \['layer.weight', 'layer.bias'\]"),
        (MaskElsewhere, "meta_device", RuntimeError, "device"),
        (Gossip, "batch_independence", AssertionError, "row 0 depends on others"),
        (Dice, "repeats", AssertionError, "two calls differ"),
        (OwnSeed, "repeats", AssertionError, "two builds from one seed differ"),
        (Unsaved, "state_dict", AssertionError, "the state does not hold everything"),
        (Wide, "shape_and_finite", AssertionError, None),
        (Overflow, "shape_and_finite", AssertionError, None),
    ],
)
def test_a_fault_is_caught(module, check, error, message):
    with pytest.raises(error, match=message):
        GENERAL[check](planted(module))


def test_a_wrong_published_count_is_caught():
    with pytest.raises(AssertionError, match=r"^12 parameters built"):
        check_published_count(planted(Healthy, parameters=13))


@pytest.mark.parametrize(
    ("name", "property_of", "function", "inputs"),
    [
        ("lenet-5", "linear", None, None),
        ("cross-correlation", "commutative", None, None),
        ("", "equivariant", lambda x: F.max_pool2d(x, 2), normal((1, 1, 6, 6))),
        ("", "monotone", lambda x: x.cos(), normal((4, 4))),
        ("", "fixed-size", lambda x: x.flatten(1) @ torch.ones(16, 2), normal((1, 1, 4, 4))),
    ],
)
def test_a_property_that_does_not_hold_is_noticed(name, property_of, function, inputs):
    if name:
        entry = catalog.entry(name)
    else:
        entry = Entry("planted", "", "torch.nn.Module", "", "", tiny=lambda _: function, inputs=inputs)
    with pytest.raises((AssertionError, RuntimeError, pytest.fail.Exception)):
        PROPERTIES[property_of](entry)
