"""What the chapter on learning from data builds: biases, kernels and the support vector machine."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="foundations/learning-from-data-biases")


def _signs(generator):
    """Draw scores, and classes -1 and 1 as whole numbers."""
    import torch

    return *normal((6,))(generator), torch.tensor([1, -1, 1, 1, -1, -1])


def _classes(generator):
    """Draw scores of three classes, and the right ones."""
    import torch

    return *normal((6, 3))(generator), torch.tensor([0, 1, 2, 0, 1, 2])


def _labelled(generator):
    """Draw weights and inputs, and classes -1 and 1."""
    import torch

    return *normal((2,), (6, 2))(generator), torch.tensor([1, -1, 1, 1, -1, -1])


ENTRIES = (
    _entry(
        name="nearest-neighbours",
        title="The nearest examples",
        symbol="dlbook_lib.learning.neighbours.nearest",
        anchor="bias-smoothness",
        paper="fix1951discriminatory",
    ),
    _entry(
        name="neighbour-mean",
        title="Regression by nearest neighbours",
        symbol="dlbook_lib.learning.neighbours.neighbour_mean",
        anchor="bias-smoothness",
        paper="fix1951discriminatory",
    ),
    _entry(
        name="neighbour-vote",
        title="Classification by nearest neighbours",
        symbol="dlbook_lib.learning.neighbours.neighbour_vote",
        anchor="bias-smoothness",
        paper="fix1951discriminatory",
    ),
    _entry(
        name="rbf-kernel",
        title="Gaussian kernel",
        symbol="dlbook_lib.learning.kernels.rbf_kernel",
        anchor="feature-maps",
        tiny=lambda rbf_kernel: partial(rbf_kernel, width=1.0),
        inputs=normal((4, 2), (3, 2)),
        output_shape=(4, 3),
        paper="aizerman1964theoretical",
    ),
    _entry(
        name="rbf-features",
        title="The features behind the Gaussian kernel",
        symbol="dlbook_lib.learning.kernels.rbf_feature_map",
        anchor="feature-maps",
        tiny=lambda rbf_feature_map: partial(rbf_feature_map, width=1.0, order=4),
        inputs=normal((5,)),
        output_shape=(5, 4),
    ),
    _entry(
        name="kernel-ridge",
        title="Kernel ridge regression",
        symbol="dlbook_lib.learning.kernels.kernel_ridge",
        anchor="feature-maps",
        tiny=lambda kernel_ridge: lambda x, y: kernel_ridge(x @ x.T, y, strength=1.0),
        inputs=normal((4, 2), (4,)),
        output_shape=(4,),
        batched=0,
    ),
    _entry(
        name="hinge-loss",
        title="Hinge loss",
        symbol="dlbook_lib.learning.hinge.hinge_loss",
        anchor="svm",
        inputs=_signs,
        output_shape=(),
        batched=0,
        paper="cortes1995support",
    ),
    _entry(
        name="svm-objective",
        title="Objective of the support vector machine",
        symbol="dlbook_lib.learning.svm.svm_objective",
        anchor="svm",
        tiny=lambda svm_objective: partial(svm_objective, strength=0.1),
        inputs=_labelled,
        output_shape=(),
        batched=0,
        paper="cortes1995support",
    ),
    _entry(
        name="svm-subgradient",
        title="Support vector machine by subgradients",
        symbol="dlbook_lib.learning.svm.svm_descend",
        anchor="svm",
        paper="shalev2007pegasos",
    ),
    _entry(
        name="svm-dual",
        title="Support vector machine by its dual",
        symbol="dlbook_lib.learning.svm.svm_dual",
        anchor="svm",
        paper="hsieh2008dual",
    ),
    _entry(
        name="svm-dual-objective",
        title="The bound that no weights can beat",
        symbol="dlbook_lib.learning.svm.svm_dual_objective",
        anchor="svm",
        paper="hsieh2008dual",
    ),
    _entry(
        name="support-vectors",
        title="Examples on or inside the margin",
        symbol="dlbook_lib.learning.svm.support_vectors",
        anchor="svm",
        paper="cortes1995support",
    ),
    _entry(
        name="multiclass-hinge",
        title="Hinge loss for many classes",
        symbol="dlbook_lib.learning.hinge.multiclass_hinge",
        anchor="multiclass-hinge",
        inputs=_classes,
        output_shape=(),
        batched=0,
        paper="weston1999support",
    ),
)
