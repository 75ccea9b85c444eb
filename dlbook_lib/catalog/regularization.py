"""What the chapter on regularization builds: penalties and early stopping."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="foundations/regularization")


ENTRIES = (
    _entry(
        name="l1-norm",
        title="L1 norm of all weights",
        symbol="dlbook_lib.regularize.penalties.l1_norm",
        anchor="lasso",
        inputs=normal((3, 2), (4,)),
        batched=0,
        paper="tibshirani1996regression",
    ),
    _entry(
        name="squared-norm",
        title="Squared L2 norm of all weights",
        symbol="dlbook_lib.regularize.penalties.squared_norm",
        anchor="ridge",
        inputs=normal((3, 2), (4,)),
        batched=0,
    ),
    _entry(
        name="penalised-training",
        title="Training with a penalty on the weights",
        symbol="dlbook_lib.regularize.training.train_steps",
        anchor="penalised-objective",
    ),
    _entry(
        name="ridge",
        title="Ridge regression in closed form",
        symbol="dlbook_lib.regularize.linear.ridge",
        anchor="ridge",
        tiny=lambda ridge: partial(ridge, strength=0.5),
        inputs=normal((6, 3), (6,)),
        output_shape=(3,),
        batched=0,
        paper="hoerl1970ridge",
    ),
    _entry(
        name="ridge-descent",
        title="Gradient descent with weight decay",
        symbol="dlbook_lib.regularize.linear.descend",
        anchor="ridge",
        tiny=lambda descend: partial(descend, lr=0.1, steps=4, strength=0.1),
        inputs=normal((6, 3), (6,)),
        output_shape=(5, 3),
        batched=0,
    ),
    _entry(
        name="soft-threshold",
        title="Soft thresholding",
        symbol="dlbook_lib.regularize.proximal.soft_threshold",
        anchor="lasso",
        tiny=lambda soft_threshold: partial(soft_threshold, threshold=0.3),
        inputs=normal((4, 5)),
        output_shape=(4, 5),
        paper="daubechies2004iterative",
    ),
    _entry(
        name="ista",
        title="The lasso by proximal steps (ISTA)",
        symbol="dlbook_lib.regularize.proximal.ista",
        anchor="lasso",
        paper="beck2009fast",
    ),
    _entry(
        name="subgradient-descent",
        title="The lasso by subgradient steps",
        symbol="dlbook_lib.regularize.proximal.subgradient_descent",
        anchor="lasso",
        tiny=lambda descent: partial(descent, l1=0.1, lr=0.1, steps=5),
        inputs=normal((6, 3), (6,)),
        output_shape=(3,),
        batched=0,
    ),
    _entry(
        name="l2-ball",
        title="Projection onto the L2 ball",
        symbol="dlbook_lib.regularize.constrained.project_l2",
        anchor="penalty-geometry",
        tiny=lambda project: partial(project, radius=0.5),
        inputs=normal((4,)),
        output_shape=(4,),
        batched=0,
    ),
    _entry(
        name="l1-ball",
        title="Projection onto the L1 ball",
        symbol="dlbook_lib.regularize.constrained.project_l1",
        anchor="penalty-geometry",
        tiny=lambda project: partial(project, radius=2.0),
        inputs=normal((4,)),
        output_shape=(4,),
        batched=0,
        paper="duchi2008efficient",
    ),
    _entry(
        name="elastic-net",
        title="Elastic net",
        symbol="dlbook_lib.regularize.penalties.elastic_net",
        anchor="elastic-net",
        tiny=lambda elastic_net: partial(elastic_net, l1=0.1, l2=0.2),
        inputs=normal((3, 2), (4,)),
        batched=0,
        paper="zou2005regularization",
    ),
    _entry(
        name="elastic-net-proximal",
        title="Proximal map of the elastic net",
        symbol="dlbook_lib.regularize.proximal.prox_elastic_net",
        anchor="elastic-net",
        tiny=lambda prox: partial(prox, l1=0.1, l2=0.2),
        inputs=normal((4, 5)),
        output_shape=(4, 5),
        paper="zou2005regularization",
    ),
    _entry(
        name="early-stopper",
        title="Early stopping with patience, direction and restoration",
        symbol="dlbook_lib.regularize.early_stopping.EarlyStopper",
        anchor="early-stopping",
        paper="prechelt1998early",
    ),
    _entry(
        name="stopping-shrinkage",
        title="What early stopping leaves of each direction",
        symbol="dlbook_lib.regularize.linear.stopping_shrinkage",
        anchor="early-stopping",
        tiny=lambda shrinkage: partial(shrinkage, lr=0.1, steps=3),
        inputs=normal((4,)),
        output_shape=(4,),
    ),
    _entry(
        name="retrain-on-all",
        title="Retraining on all data for as many epochs",
        symbol="dlbook_lib.regularize.early_stopping.retrain",
        anchor="early-stopping-variants",
        paper="goodfellow2016deep",
    ),
    _entry(
        name="continue-to-loss",
        title="Training on with all data to a target loss",
        symbol="dlbook_lib.regularize.early_stopping.continue_to_loss",
        anchor="early-stopping-variants",
        paper="goodfellow2016deep",
    ),
)
