r"""Few labels and many inputs: a model that labels for itself what it is sure of, and learns again.

Train on what has labels; let the model say the class of everything else; keep the answers whose probability
exceeds a threshold as if they were labels; train anew on both (Yarowsky 1995; Lee 2013).

Differs from Lee: a threshold chooses the labels and each round trains from the start, where Lee takes all of
them in every batch with a weight that rises.

Shape letters: N examples, K classes.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape

__all__ = ["pseudo_labels", "self_train"]

Classifier = Callable[[Tensor], Tensor]


def pseudo_labels(logits: Tensor, *, threshold: float = 0.95) -> tuple[Tensor, Tensor]:
    r"""Take the answers that a classifier is sure of.

    .. math:: \tilde y_n = \operatorname*{arg\,max}_k p_{nk}, \qquad \text{kept if}\; \max_k p_{nk} \ge \tau

    Parameters
    ----------
    logits : Tensor of shape (N, K)
        Scores before softmax.
    threshold : float
        :math:`\tau`, from 0 to 1.

    Returns
    -------
    labels : Tensor of shape (N,)
        The likeliest class of each, int64.
    kept : Tensor of shape (N,)
        Whether its probability reaches the threshold, bool.

    Raises
    ------
    ValueError
        If ``logits`` has another shape or ``threshold`` is out of range.

    Examples
    --------
    >>> labels, kept = pseudo_labels(torch.tensor([[4.0, 0.0], [0.1, 0.0]]), threshold=0.9)
    >>> labels.tolist(), kept.tolist()
    ([0, 0], [True, False])
    """
    check_shape("logits", logits, ("N", "K"))
    check_number("threshold", threshold, low=0, high=1)
    sure, labels = logits.softmax(dim=1).max(dim=1)
    return labels, sure >= threshold


def self_train(
    train: Callable[[Tensor, Tensor], Classifier],
    labelled: tuple[Tensor, Tensor],
    x: Tensor,
    *,
    rounds: int,
    threshold: float = 0.95,
) -> list[tuple[Classifier, Tensor]]:
    """Train, label what is sure, and train again on both.

    Parameters
    ----------
    train : callable
        From inputs and labels to a classifier, a function from inputs to logits.
    labelled : tuple of two Tensors of shapes (N, ...) and (N,)
        The few examples with labels.
    x : Tensor of shape (M, ...)
        The inputs without labels.
    rounds : int
        How often to label and train again, at least 0.
    threshold : float
        As in :func:`pseudo_labels`.

    Returns
    -------
    list of (callable, Tensor of shape (M,))
        The classifier of each round, and which inputs it had learned from besides the labelled ones; the
        first from none.

    Raises
    ------
    ValueError
        If ``rounds`` is negative.

    Examples
    --------
    >>> def nearest_mean(x, y):
    ...     means = torch.stack([x[y == k].mean() for k in (0, 1)])
    ...     return lambda places: -10 * (places[:, None] - means).abs()
    >>> few = torch.tensor([0.0, 1.0]), torch.tensor([0, 1])
    >>> (_, none), (_, taken) = self_train(nearest_mean, few, torch.tensor([0.2, 0.5, 0.9]), rounds=1)
    >>> none.tolist(), taken.tolist()
    ([False, False, False], [True, False, True])
    """
    check_integer("rounds", rounds, low=0)
    few, y = labelled
    results = [(train(few, y), torch.zeros(len(x), dtype=torch.bool))]
    for _ in range(rounds):
        with torch.no_grad():
            labels, kept = pseudo_labels(results[-1][0](x), threshold=threshold)
        model = train(torch.cat([few, x[kept]]), torch.cat([y, labels[kept]]))
        results.append((model, kept))
    return results
