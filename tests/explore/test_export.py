"""The exported model: right, small, and refused with a sentence where it cannot be."""

import onnx
import pytest
import torch
from torch._higher_order_ops.scan import scan

from dlbook_lib.explore import Slider, parity
from dlbook_lib.explore.export import ExportError, export, open_session, run_session

pytestmark = pytest.mark.slow


def times_vector(temperature):
    """What ONNX Runtime computes wrongly above the level "basic": a transposed matrix on a vector."""
    matrix = torch.arange(12.0).view(4, 3).cos()
    scaled = matrix * temperature
    return {
        "top": (scaled.T @ torch.ones(4)).sum(),
        "weights": scaled,
        "product": scaled.T @ torch.arange(4.0),
    }


def gradient_inside(temperature):
    t = temperature.detach().requires_grad_()
    (slope,) = torch.autograd.grad((t.tanh() * torch.arange(3.0)).sum(), t)
    return {"top": slope, "weights": torch.eye(3) * temperature}


def same_names(temperature, relu):
    return {"temperature": torch.relu(temperature) * relu, "weights": torch.eye(3), "top": relu}


def loop_inside(temperature):
    def step(t, _):
        return (half := t / 2 + t.sin()), half.clone()

    start = temperature[None].clone()
    if torch.compiler.is_exporting():
        return {"top": temperature, "weights": scan(step, start, torch.zeros(9))[1] * torch.eye(9)}
    ends = []
    for _ in range(9):
        start, end = step(start, None)
        ends.append(end)
    return {"top": temperature, "weights": torch.stack(ends) * torch.eye(9)}


ONE = {"controls": {"temperature": Slider(0.05, 20, 1)}, "presets": None, "says": "."}
TWO = ONE | {"controls": ONE["controls"] | {"relu": Slider(0, 1, 1)}}


COMPUTED = {
    "attention": {},
    "transposed times vector": ONE | {"compute": times_vector},
    "gradient inside": ONE | {"compute": gradient_inside},
    "names of operators": TWO | {"compute": same_names},
    "loop inside": ONE | {"compute": loop_inside},
}


@pytest.mark.parametrize("parts", COMPUTED.values(), ids=COMPUTED)
def test_onnx_runtime_computes_what_torch_computes(declare, parts):
    explorer = declare(**parts)
    model = export(explorer)
    session = open_session(model)
    for state in parity.states(explorer):
        found = run_session(session, explorer.inputs(state))
        assert parity.difference(explorer.evaluate(state), found)[0] <= parity.TOLERANCE
    loaded = onnx.load_from_string(model)
    assert not any(node.metadata_props or node.doc_string for node in loaded.graph.node)
    assert not loaded.graph.value_info
    inside = [attribute.g for node in loaded.graph.node for attribute in node.attribute]
    assert not any(graph.value_info or node.metadata_props for graph in inside for node in graph.node)
    assert len(model) < 8_000


def test_a_level_above_basic_would_be_noticed(declare):
    """If this fails, ONNX Runtime has mended its transposed products, and "basic" may be reconsidered."""
    import onnxruntime

    explorer = declare(**ONE | {"compute": times_vector})
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(export(explorer), options, providers=["CPUExecutionProvider"])
    found = run_session(session, explorer.inputs())
    assert parity.difference(explorer.evaluate(), found)[0] > parity.TOLERANCE


@pytest.mark.parametrize(
    ("compute", "reason"),
    [
        (
            lambda temperature: {
                "top": torch.linalg.svdvals(torch.eye(3) * temperature)[0],
                "weights": torch.eye(3),
            },
            "the operator ",
        ),
        (
            lambda temperature: {
                "top": temperature if temperature > 1 else -temperature,
                "weights": torch.eye(3),
            },
            "",
        ),
    ],
    ids=["svd", "if on a tensor"],
)
def test_what_onnx_cannot_express_is_said(declare, compute, reason):
    with pytest.raises(ExportError) as error:
        export(declare(**ONE | {"compute": compute}))
    assert str(error.value).startswith(f"compute of attention cannot be exported to ONNX: {reason}")
    assert str(error.value).endswith("no linalg.solve, inv or svd, no `if` on a tensor, no random numbers")


def test_a_failed_export_does_not_spoil_the_next(declare):
    def compute(temperature):
        return {"top": torch.linalg.svdvals(torch.eye(3) * temperature)[0], "weights": torch.eye(3)}

    with pytest.raises(ExportError):
        export(declare(**ONE | {"name": "bad", "compute": compute}))
    assert export(declare())
