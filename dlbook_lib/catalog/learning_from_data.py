"""What the chapter on learning from data builds: fits and their errors."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="foundations/learning-from-data")


ENTRIES = (
    _entry(
        name="polynomial-basis",
        title="Powers of the input",
        symbol="dlbook_lib.learning.basis.polynomial_basis",
        anchor="basis-regression",
        tiny=lambda polynomial_basis: partial(polynomial_basis, degree=4),
        inputs=normal((5,)),
        output_shape=(5, 5),
    ),
    _entry(
        name="gaussian-basis",
        title="Gaussian bumps as basis functions",
        symbol="dlbook_lib.learning.basis.gaussian_basis",
        anchor="basis-regression",
        tiny=lambda gaussian_basis: partial(gaussian_basis, width=0.8),
        inputs=normal((5,), (3,)),
        output_shape=(5, 3),
    ),
    _entry(
        name="normal-equations",
        title="Least squares by the normal equations",
        symbol="dlbook_lib.learning.basis.normal_equations",
        anchor="basis-regression",
        inputs=normal((8, 3), (8,)),
        output_shape=(3,),
        batched=0,
    ),
    _entry(
        name="least-squares",
        title="Least squares by an orthogonal factorisation",
        symbol="dlbook_lib.learning.basis.least_squares",
        anchor="basis-regression",
        inputs=normal((8, 3), (8,)),
        output_shape=(3,),
        batched=0,
    ),
    _entry(
        name="bias-variance",
        title="Squared error split into bias², variance and noise",
        symbol="dlbook_lib.learning.bias_variance.bias_variance",
        anchor="bias-variance",
        tiny=lambda bias_variance: lambda said, truth: bias_variance(said, truth, 0.5)[:2],
        inputs=normal((6, 4), (4,)),
        output_shape=((), ()),
        batched=0,
        paper="geman1992neural",
    ),
    _entry(
        name="resampling",
        title="One fit after another, each to a new training set",
        symbol="dlbook_lib.learning.bias_variance.resampled_predictions",
        anchor="bias-variance",
    ),
    _entry(
        name="random-features",
        title="Random waves as features",
        symbol="dlbook_lib.learning.random_features.random_features",
        anchor="double-descent",
        inputs=normal((4, 3), (6, 3), (6,)),
        output_shape=(4, 6),
        paper="rahimi2007random",
    ),
    _entry(
        name="ridgeless",
        title="The shortest solution of least squares",
        symbol="dlbook_lib.learning.random_features.ridgeless",
        anchor="double-descent",
        inputs=normal((3, 6), (3,)),
        output_shape=(6,),
        batched=0,
    ),
    _entry(
        name="double-descent",
        title="Test error over the number of random features",
        symbol="dlbook_lib.learning.random_features.sweep_features",
        anchor="double-descent",
        paper="belkin2019reconciling",
    ),
)
