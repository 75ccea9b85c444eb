"""What the chapter on backpropagation builds."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="foundations/backpropagation")


ENTRIES = (
    _entry(
        name="finite-differences",
        title="Slopes by finite differences",
        symbol="dlbook_lib.autodiff.differences.finite_differences",
        anchor="gradient-vector",
    ),
    _entry(
        name="chain-product",
        title="Product of Jacobians from either end",
        symbol="dlbook_lib.autodiff.chain.chain_product",
        anchor="chain-rule",
        paper="griewank2008evaluating",
    ),
    _entry(
        name="dual-number",
        title="Forward mode by dual numbers",
        symbol="dlbook_lib.autodiff.dual.Dual",
        anchor="chain-rule",
        paper="wengert1964simple",
    ),
    _entry(
        name="keep-what-helps",
        title="Learning by keeping changes that help",
        symbol="dlbook_lib.autodiff.perturbation.keep_what_helps",
        anchor="learning-by-perturbation",
    ),
    _entry(
        name="weight-by-weight",
        title="Perturbation of one weight at a time",
        symbol="dlbook_lib.autodiff.perturbation.perturb_each_weight",
        anchor="learning-by-perturbation",
    ),
    _entry(
        name="weight-perturbation",
        title="Perturbation of all weights at once",
        symbol="dlbook_lib.autodiff.perturbation.perturb_all_weights",
        anchor="learning-by-perturbation",
        paper="spall1992multivariate",
    ),
    _entry(
        name="activity-perturbation",
        title="Perturbation of activities",
        symbol="dlbook_lib.autodiff.perturbation.perturb_activities",
        anchor="learning-by-perturbation",
        paper="werfel2005learning",
    ),
    _entry(
        name="path-contributions",
        title="Gradient as a sum over paths",
        symbol="dlbook_lib.autodiff.paths.path_contributions",
        anchor="backprop-paths",
    ),
    _entry(
        name="backpropagation-loops",
        title="Backpropagation by sums over indices",
        symbol="dlbook_lib.autodiff.backprop.backward_loops",
        anchor="backprop-paths",
        paper="rumelhart1986learning",
    ),
    _entry(
        name="backpropagation-matrices",
        title="Backpropagation in matrix form",
        symbol="dlbook_lib.autodiff.backprop.backward_matrix",
        anchor="backprop-matrix",
        paper="rumelhart1986learning",
    ),
    _entry(
        name="traced-forward",
        title="Forward pass that keeps what the way back needs",
        symbol="dlbook_lib.autodiff.backprop.forward",
        anchor="reverse-mode",
        paper="rumelhart1986learning",
    ),
)
