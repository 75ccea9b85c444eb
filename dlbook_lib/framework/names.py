r"""What NumPy, PyTorch and TensorFlow call the same thing.

The names of the first two are looked up by a test, one by one. TensorFlow is not needed by this book and is
not run in it; its names are those of version 2.21 with Keras 3.
"""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

from dlbook_lib.checks import check_in, check_type

__all__ = ["NAMES", "Names", "look_up", "resolve"]


class Names(NamedTuple):
    """One thing and what it is called.

    Parameters
    ----------
    thing : str
        In plain words.
    numpy, torch, tensorflow : str
        Dotted names, or an empty string where there is none.
    """

    thing: str
    numpy: str
    torch: str
    tensorflow: str


NAMES = (
    Names("make an array from numbers", "numpy.array", "torch.tensor", "tf.constant"),
    Names("the array type", "numpy.ndarray", "torch.Tensor", "tf.Tensor"),
    Names("number that training may change", "", "torch.nn.Parameter", "tf.Variable"),
    Names("share memory with an array", "numpy.asarray", "torch.from_numpy", ""),
    Names("back to NumPy", "numpy.asarray", "torch.Tensor.numpy", "tf.Tensor.numpy"),
    Names("change the number format", "numpy.ndarray.astype", "torch.Tensor.to", "tf.cast"),
    Names("zeros", "numpy.zeros", "torch.zeros", "tf.zeros"),
    Names("range of whole numbers", "numpy.arange", "torch.arange", "tf.range"),
    Names("another shape", "numpy.reshape", "torch.reshape", "tf.reshape"),
    Names("reorder the axes", "numpy.transpose", "torch.permute", "tf.transpose"),
    Names("join along an axis", "numpy.concatenate", "torch.cat", "tf.concat"),
    Names("join along a new axis", "numpy.stack", "torch.stack", "tf.stack"),
    Names("matrix product", "numpy.matmul", "torch.matmul", "tf.matmul"),
    Names("sum over named indices", "numpy.einsum", "torch.einsum", "tf.einsum"),
    Names("sum", "numpy.sum", "torch.sum", "tf.reduce_sum"),
    Names("mean", "numpy.mean", "torch.mean", "tf.reduce_mean"),
    Names("mean and variance together", "", "torch.var_mean", "tf.nn.moments"),
    Names("choose by a condition", "numpy.where", "torch.where", "tf.where"),
    Names("cut off at bounds", "numpy.clip", "torch.clamp", "tf.clip_by_value"),
    Names("linear algebra", "numpy.linalg", "torch.linalg", "tf.linalg"),
    Names("Fourier transform", "numpy.fft", "torch.fft", "tf.signal"),
    Names("random numbers", "numpy.random.default_rng", "torch.Generator", "tf.random.Generator"),
    Names("special functions", "", "torch.special", "tf.math"),
    Names("probability distributions", "", "torch.distributions", ""),
    Names("operations on bits", "numpy.bitwise_and", "torch.bitwise_and", "tf.bitwise"),
    Names("slopes of a result", "", "torch.autograd.grad", "tf.GradientTape"),
    Names("compute without slopes", "", "torch.no_grad", "tf.stop_gradient"),
    Names("operations of networks", "", "torch.nn.functional", "tf.nn"),
    Names("layers and models", "", "torch.nn", "tf.keras.layers"),
    Names("base class of a layer", "", "torch.nn.Module", "tf.keras.layers.Layer"),
    Names("layers in a row", "", "torch.nn.Sequential", "tf.keras.Sequential"),
    Names("dense layer", "", "torch.nn.Linear", "tf.keras.layers.Dense"),
    Names("dense layer, width found later", "", "torch.nn.LazyLinear", "tf.keras.layers.Dense"),
    Names("layer normalization", "", "torch.nn.LayerNorm", "tf.keras.layers.LayerNormalization"),
    Names("base class of a loss", "", "torch.nn.Module", "tf.keras.losses.Loss"),
    Names("Huber loss", "", "torch.nn.HuberLoss", "tf.keras.losses.Huber"),
    Names("optimizers", "", "torch.optim", "tf.keras.optimizers"),
    Names("data sets and batches", "", "torch.utils.data.DataLoader", "tf.data.Dataset"),
    Names("draw images in other sizes", "", "torch.nn.functional.interpolate", "tf.image.resize"),
    Names("save numbers", "numpy.save", "torch.save", "tf.saved_model.save"),
    Names("a program for other machines", "", "torch.export", "tf.saved_model"),
    Names("compile a function", "", "torch.compile", "tf.function"),
    Names("several machines", "", "torch.distributed", "tf.distribute"),
    Names("shorter numbers", "", "torch.ao.quantization", "tf.quantization"),
    Names("sparse tensors", "", "torch.sparse", "tf.sparse"),
    Names("rows of different lengths", "", "torch.nested", "tf.ragged"),
    Names("text", "numpy.char", "", "tf.strings"),
)


def look_up(word: str) -> tuple[Names, ...]:
    """Find the rows in which a word stands.

    Parameters
    ----------
    word : str
        Part of a name or of the description, in upper or lower case.

    Returns
    -------
    tuple of Names
        All rows if the word is empty.

    Raises
    ------
    TypeError
        If ``word`` is not a string.

    Notes
    -----
    Taught at :ref:`framework-map`.

    Examples
    --------
    >>> [row.torch for row in look_up("reduce_mean")]
    ['torch.mean']
    """
    check_type("word", word, str, "a string")
    return tuple(row for row in NAMES if word.lower() in " ".join(row).lower())


def resolve(name: str) -> Any:
    """Find what a dotted name stands for.

    Parameters
    ----------
    name : str
        Of NumPy or PyTorch: ``"torch.nn.Linear"``.

    Returns
    -------
    object
        The function, class or module.

    Raises
    ------
    ValueError
        If it begins with another library, or there is no such name.

    Notes
    -----
    Taught at :ref:`framework-map`.

    Examples
    --------
    >>> resolve("numpy.mean").__name__
    'mean'
    """
    check_type("name", name, str, "a dotted name")
    first, *rest = name.split(".")
    check_in("the first part of name", first, ("numpy", "torch"))
    thing, path = importlib.import_module(first), first
    for part in rest:
        path = f"{path}.{part}"
        if not hasattr(thing, part):
            try:
                importlib.import_module(path)  # a module that the library does not load by itself
            except ImportError as error:
                raise ValueError(f"name must exist, got {name!r}: no {path}") from error
        thing = getattr(thing, part)
    return thing
