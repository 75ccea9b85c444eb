"""Densities against torch.distributions and GaussianNLLLoss; divergence against quadrature."""

import re

import pytest
import torch
from torch import distributions, nn

from dlbook_lib.learning.density import GaussianMixture, fit_gaussian, gaussian_kl, gaussian_log_density


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_log_density_is_that_of_torch():
    x, mean, std = draw(9), draw(9, seed=1), draw(9, seed=2).exp()
    assert torch.allclose(gaussian_log_density(x, mean, std), distributions.Normal(mean, std).log_prob(x))


def test_mean_negative_log_likelihood_is_gaussian_nll_loss():
    x, mean, std = draw(9), draw(9, seed=1), draw(9, seed=2).exp()
    expected = nn.GaussianNLLLoss(full=True)(mean, x, std**2)
    assert torch.allclose(-gaussian_log_density(x, mean, std).mean(), expected)


def test_closed_form_is_where_descent_ends():
    x = 3 + 2 * draw(200)
    theta = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([theta], lr=0.3)
    for _ in range(160):
        optimizer.zero_grad()
        (-gaussian_log_density(x, theta[0], theta[1].exp()).mean()).backward()
        optimizer.step()
    mean, std = fit_gaussian(x)
    assert torch.allclose(theta.detach(), torch.stack([mean, std.log()]), rtol=0, atol=1e-3)


@pytest.mark.parametrize("seed", range(4))
def test_divergence_is_cross_entropy_less_entropy(seed):
    (a, b), (s, t) = draw(2, seed=seed), draw(2, seed=seed + 9).exp()
    x = torch.linspace(-60, 60, 240_001, dtype=torch.float64)
    log_p, log_q = gaussian_log_density(x, a, s), gaussian_log_density(x, b, t)
    step = x[1] - x[0]
    cross, entropy = -(log_p.exp() * log_q).sum() * step, -(log_p.exp() * log_p).sum() * step
    assert torch.allclose(gaussian_kl(a, s**2, b, t**2), cross - entropy, rtol=1e-6)
    assert gaussian_kl(a, s**2, a, s**2) == 0


def test_mixture_is_that_of_torch_and_integrates_to_one():
    torch.manual_seed(0)
    mixture = GaussianMixture(3)
    nn.init.normal_(mixture.scores)
    each = distributions.Normal(mixture.means, mixture.log_stds.exp())
    whole = distributions.MixtureSameFamily(distributions.Categorical(logits=mixture.scores), each)
    x = torch.linspace(-15, 15, 3001)
    assert torch.allclose(mixture(x), whole.log_prob(x), atol=1e-5)
    assert (mixture(x).exp().sum() * (x[1] - x[0])).item() == pytest.approx(1, abs=1e-4)


def test_samples_have_the_mixtures_moments():
    torch.manual_seed(0)
    mixture = GaussianMixture(2)
    nn.init.normal_(mixture.scores)
    samples = mixture.sample(40_000, generator=torch.Generator().manual_seed(1))
    share = mixture.scores.softmax(dim=0)
    mean = (share * mixture.means).sum()
    variance = (share * (mixture.log_stds.exp() ** 2 + mixture.means**2)).sum() - mean**2
    assert samples.mean().item() == pytest.approx(mean.item(), abs=0.04)
    assert samples.var().item() == pytest.approx(variance.item(), rel=0.05)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fit_gaussian(draw(2, 2)), "x must have shape (N,), got (2, 2)"),
        (lambda: GaussianMixture(0), "components must be at least 1, got 0"),
        (lambda: GaussianMixture(2)(draw(2, 2)), "x must have shape (N,), got (2, 2)"),
        (lambda: GaussianMixture(2).sample(0), "count must be at least 1, got 0"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
