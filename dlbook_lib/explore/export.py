"""``compute`` as an ONNX model, for the page and for native ONNX Runtime.

Every export runs in a process of its own: one that fails leaves torch's exporter in a state in which later
ones fail too. Such a process is forked, where the system can, from one in which torch and its exporter are
loaded already. Sessions must be made with the optimisation level ``basic``: beyond it ONNX Runtime returns
wrong numbers for ``A.T @ v``, silently (tests/explore/test_export.py holds the case).
"""

from __future__ import annotations

import logging
import multiprocessing
import pickle
import re
import traceback
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import torch
from torch import nn
from torch.fx.experimental.proxy_tensor import make_fx

from dlbook_lib.explore.explorer import Explorer

__all__ = ["ExportError", "apart", "export", "open_session", "run_session"]

WAYS = ("as it is", "traced")  # a function that takes gradients inside must be traced first
ARGUMENT, RESULT = "in_", "out_"  # before names in the model, where operators have names of their own
FORKS = "forkserver" in multiprocessing.get_all_start_methods()
PROCESSES = multiprocessing.get_context("forkserver" if FORKS else "spawn")
if FORKS:
    PROCESSES.set_forkserver_preload(["dlbook_lib.explore._warm"])
DTYPES = {torch.float32: "float32", torch.int64: "int64", torch.bool: "bool"}


class ExportError(RuntimeError):
    """An explorer's function cannot run in a page; the message says why and what to change."""


class _Positional(nn.Module):
    """``compute`` with its arguments in order, and all its outputs as float32."""

    def __init__(self, compute, arguments: list[str], outputs: list[str]) -> None:
        super().__init__()
        self.compute, self.arguments, self.outputs = compute, arguments, outputs

    def forward(self, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        results = self.compute(**dict(zip(self.arguments, tensors)))
        return tuple(results[name].to(torch.float32, copy=True) for name in self.outputs)


def apart(function: Callable, *given: Any) -> Any:
    """Call a function in a process of its own.

    Parameters
    ----------
    function : callable
        Of a module that can be imported. A script that comes here must hold its own work under
        ``if __name__ == "__main__":``, as for anything of ``multiprocessing``.
    *given : object
        What it is called with.

    Returns
    -------
    object
        What it returns.

    Raises
    ------
    Exception
        What it raises; ``BrokenProcessPool`` if its process dies.

    Examples
    --------
    >>> apart(max, 3, 5)
    5
    """
    with ProcessPoolExecutor(1, mp_context=PROCESSES) as pool:
        return pool.submit(function, *given).result()


def export(explorer: Explorer) -> bytes:
    """Export an explorer's function.

    Parameters
    ----------
    explorer : Explorer
        What to export.

    Returns
    -------
    bytes
        The model, without the metadata that it does not need.

    Raises
    ------
    ExportError
        If ``compute`` holds something that ONNX cannot express.
    """
    given = task(explorer.compute, explorer.inputs(), list(explorer.evaluate()))
    refusals = []
    for way in WAYS:
        model, errors = apart(convert, way, given)
        if model is not None:
            return model
        refusals.append(_reason(errors))
    raise ExportError(
        f"compute of {explorer.name} cannot be exported to ONNX: {refusals[0]}. "
        "Use plain tensor operations: no linalg.solve, inv or svd, no `if` on a tensor, no random numbers"
    )


def open_session(model: bytes):
    """Open a model in native ONNX Runtime, as the page opens it.

    Parameters
    ----------
    model : bytes
        What :func:`export` returned.

    Returns
    -------
    onnxruntime.InferenceSession
        On one thread, optimised no further than is safe.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def run_session(session, inputs: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Run a session.

    Parameters
    ----------
    session : onnxruntime.InferenceSession
        From :func:`open_session`.
    inputs : dict of str to Tensor
        From ``Explorer.inputs``; what the model does not use is left out.

    Returns
    -------
    dict of str to Tensor
        The outputs, float32.
    """
    taken = {node.name for node in session.get_inputs()}
    feed = {ARGUMENT + name: tensor.numpy() for name, tensor in inputs.items() if ARGUMENT + name in taken}
    names = [node.name for node in session.get_outputs()]
    results = zip(names, session.run(names, feed))
    return {name.removeprefix(RESULT): torch.from_numpy(value) for name, value in results}


def _reason(errors: str) -> str:
    """Find the sentence in a traceback that says what is wrong."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    operator = re.search(r"torch\.ops\.([\w.]+)", errors)
    if "ConversionError" in errors and operator:
        return f"the operator {operator[1]} has no ONNX form"
    told = [
        line for line in lines if "Error" in line or "No ONNX function" in line or "not supported" in line
    ]
    return (told or lines or ["no reason was given"])[-1][:300]


def _strip(part) -> None:
    """Take the notes of the exporter out of a model, a graph or a node, and out of the loops inside it."""
    for notes in ("metadata_props", "value_info"):
        if hasattr(part, notes):
            del getattr(part, notes)[:]
    if hasattr(part, "doc_string"):
        part.doc_string = ""
    for inner in ("node", "input", "output", "initializer"):
        for one in getattr(part, inner, ()):
            if not isinstance(one, str):  # a node's ends are names
                _strip(one)
    for attribute in getattr(part, "attribute", ()):
        if not isinstance(attribute, str) and attribute.HasField("g"):  # a function's are names
            _strip(attribute.g)


def task(compute: Callable, inputs: dict[str, torch.Tensor], outputs: list[str]) -> bytes:
    """Pack what is exported, which may be a function of a notebook, for another process."""
    import cloudpickle

    return cloudpickle.dumps((compute, inputs, outputs))


def convert(way: str, given: bytes) -> tuple[bytes | None, str]:
    """Make the model in this process, or return what went wrong."""
    try:
        return _model(way, *pickle.loads(given)), ""
    except Exception:  # whatever it is, the reader of ExportError learns the reason
        return None, traceback.format_exc()


def _model(way: str, compute: Callable, inputs: dict[str, torch.Tensor], outputs: list[str]) -> bytes:
    import onnx

    torch.set_num_threads(1)
    logging.disable()  # what matters comes as an exception
    module = _Positional(compute, list(inputs), outputs).eval()
    if way == "traced":
        module = make_fx(module)(*inputs.values())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            module,
            tuple(inputs.values()),
            input_names=[ARGUMENT + name for name in inputs],
            output_names=[RESULT + name for name in outputs],
            dynamo=True,
            verbose=False,
            optimize=False,
        )
    _shorten(program.model)
    model = program.model_proto
    _strip(model)
    _strip(model.graph)
    for function in model.functions:
        _strip(function)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def _shorten(model) -> None:
    """Compute what is constant, and drop what is computed twice or for nothing.

    The exporter's own optimiser also searches for patterns to rewrite, which took ten to seventeen times as
    long and made models of ours 2 to 4 % smaller (three explorers, torch 2.13).
    """
    from onnx_ir.passes import Sequential, common
    from onnxscript.optimizer import fold_constants

    common.InlinePass()(model)
    fold_constants(model)
    Sequential(
        common.RemoveUnusedNodesPass(),
        common.LiftConstantsToInitializersPass(lift_all_constants=True, size_limit=0),
        common.LiftSubgraphInitializersToMainGraphPass(),
        common.DeduplicateInitializersPass(),
        common.CommonSubexpressionEliminationPass(),
        common.OutputFixPass(),
        common.NameFixPass(),
    )(model)
