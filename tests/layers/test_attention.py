"""The operator against torch's own, against its sums, and against finite differences."""

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.feedforward.softmax import softmax_jacobian
from dlbook_lib.layers.attention import attend_loops, attention, attention_scores
from dlbook_lib.layers.masks import causal_mask


def draw(*shapes, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator, dtype=dtype) for shape in shapes]


@pytest.mark.parametrize("mask", [None, "causal", "float"])
def test_it_is_that_of_torch(mask):
    q, k, v = draw((2, 3, 6, 4), (2, 3, 6, 4), (2, 3, 6, 5), dtype=torch.float32)
    if mask:
        mask = causal_mask(6) if mask == "causal" else draw((6, 6), seed=1, dtype=torch.float32)[0]
    ours, _ = attention(q, k, v, mask=mask)
    theirs = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    assert (ours - theirs).abs().max() < 1e-6


def test_loops_and_products_agree_on_rectangles():
    q, k, v = draw((3, 4), (5, 4), (5, 2))
    torch.testing.assert_close(attend_loops(q, k, v), attention(q, k, v)[0])


def test_rows_sum_to_one_and_a_softmax_of_one_score_is_one():
    q, k, v = draw((3, 4), (5, 4), (5, 2))
    _, weights = attention(q, k, v)
    torch.testing.assert_close(weights.sum(-1), torch.ones(3, dtype=torch.float64))
    literal = torch.stack([attention_scores(q, k)[:, j : j + 1].softmax(-1) * v[j] for j in range(5)]).sum(0)
    torch.testing.assert_close(literal, v.sum(0).expand(3, -1))  # the sum of all values


def test_it_does_not_see_the_order():
    (x,) = draw((7, 4))
    order = torch.randperm(7, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(attention(x[order], x[order], x[order])[0], attention(x, x, x)[0][order])


def test_temperature_goes_from_the_argmax_to_the_mean():
    q, k, v = draw((3, 4), (5, 4), (5, 2))
    cold, hot = (attention(q, k, v, temperature=t)[1] for t in (1e-3, 1e4))
    assert torch.equal(cold.round(decimals=6), F.one_hot(attention_scores(q, k).argmax(-1), 5).double())
    assert (hot - 1 / 5).abs().max() < 1e-3
    entropies = []
    for temperature in (0.1, 0.3, 1, 3, 10):
        weights = attention(q, k, v, temperature=temperature)[1]
        entropies.append(torch.special.entr(weights).sum(-1))
    assert (torch.stack(entropies).diff(dim=0) > 0).all()


def test_the_variance_of_a_dot_product_is_the_width():
    for width in (4, 64, 1024):
        q, k = draw((20_000, width), (20_000, width), seed=width, dtype=torch.float32)
        products = (q * k).sum(1)
        assert products.var().item() == pytest.approx(width, rel=0.06)
        assert (products / width**0.5).var().item() == pytest.approx(1, rel=0.06)


def test_the_jacobian_is_that_of_finite_differences_and_of_autograd():
    (s,) = draw((6,))
    p, step = s.softmax(0), 1e-6
    columns = [((s + step * e).softmax(0) - (s - step * e).softmax(0)) / (2 * step) for e in torch.eye(6)]
    torch.testing.assert_close(softmax_jacobian(p), torch.stack(columns, 1), rtol=0, atol=1e-9)
    exact = torch.autograd.functional.jacobian(lambda s: s.softmax(0), s)
    torch.testing.assert_close(softmax_jacobian(p), exact)


def test_scores_have_the_rank_of_the_narrower_side():
    x, wq, wk = draw((20, 8), (12, 8), (12, 8))
    scores = attention_scores(x @ wq.T, x @ wk.T)
    assert torch.linalg.matrix_rank(scores) == 8
    torch.testing.assert_close(scores, x @ (wq.T @ wk) @ x.T / 12**0.5)  # the bilinear form


def test_errors():
    q, k, v = draw((3, 4), (5, 4), (5, 2))
    with pytest.raises(ValueError, match=r"^k must be as wide as q, 4, got 3"):
        attention(q, k[:, :3], v)
    with pytest.raises(ValueError, match=r"^v must have as many rows as k, 5, got 4"):
        attention(q, k, v[:4])
    with pytest.raises(TypeError, match=r"^mask must be of bool or of floats, got torch.int64"):
        attention(q, k, v, mask=torch.ones(3, 5, dtype=torch.int64))
    with pytest.raises(ValueError, match=r"^temperature must be at least 1e-06, got 0"):
        attention(q, k, v, temperature=0)
    with pytest.raises(ValueError, match=r"^q must have shape \(T, K\)"):
        attend_loops(q[0], k, v)
