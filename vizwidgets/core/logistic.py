"""Multinomial logistic regression: the linear classifier that fits features best, found without a seed."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

MAX_STEPS = 1000
ROUNDING = 1e-6  # of the largest value of a feature: what float32 makes of equal ones
TOLERANCE = 3e-5  # of the gradient per image: ten times finer moves fewer than one prediction in 500


@dataclass(frozen=True)
class LinearClassifier:
    """Scores that are linear in standardized features.

    Attributes
    ----------
    weight : Tensor
        (K, F) float64.
    bias : Tensor
        (K,) float64.
    mean, spread : Tensor
        (F,), of the features that it was fitted to; what does not vary has the spread 1.
    """

    weight: Tensor
    bias: Tensor
    mean: Tensor
    spread: Tensor

    def scores(self, features: Tensor) -> Tensor:
        """Return the class scores (N, K) of features (N, F)."""
        return (features.double() - self.mean) / self.spread @ self.weight.T + self.bias

    def predictions(self, features: Tensor) -> Tensor:
        """Return the predicted class (N,) of features (N, F)."""
        return self.scores(features).argmax(dim=1)


def logistic_regression(
    features: Tensor, labels: Tensor, num_classes: int, l2: float = 1.0
) -> LinearClassifier:
    r"""Fit a linear classifier to features, standardized to mean 0 and variance 1.

    .. math:: \min_{W, b} \; -\sum_i \log p_{i, y_i} + \frac{\lambda}{2} \lVert W \rVert^2,
              \qquad p_i = \mathrm{softmax}(W x_i + b)

    The minimum is unique (up to one number added to all of b), so the way there does not matter: L-BFGS in
    float64, from zero.

    Parameters
    ----------
    features : Tensor
        (N, F), finite.
    labels : Tensor
        (N,) whole numbers 0..K-1.
    num_classes : int
        K.
    l2 : float
        The weight lambda of the penalty, above 0; scikit-learn's C is 1 / lambda.

    References
    ----------
    scikit-learn's ``LogisticRegression`` minimizes the same.

    Examples
    --------
    >>> features = torch.tensor([[0.0], [1.0], [2.0], [3.0]])
    >>> logistic_regression(features, torch.tensor([0, 0, 1, 1]), 2).predictions(features).tolist()
    [0, 0, 1, 1]
    """
    values = features.double()
    mean, spread = values.mean(dim=0), values.std(dim=0, correction=0)
    # what is constant but for rounding carries no information, and would be blown up
    spread = torch.where(spread > ROUNDING * values.abs().amax(dim=0), spread, 1.0)
    standardized = (values - mean) / spread
    if values.shape[1] > len(values):
        reduced, basis = _turned(standardized)
        weight, bias = _minimum(reduced, labels, num_classes, l2)
        weight = weight @ basis
    else:
        weight, bias = _minimum(standardized, labels, num_classes, l2)
    return LinearClassifier(weight, bias, mean, spread)


def _turned(features: Tensor) -> tuple[Tensor, Tensor]:
    """Return N numbers per image in place of F > N, and the N orthogonal directions (N, F) they belong to.

    The best weights are a sum of features (what is at right angles to all of them only costs), so nothing is
    lost, and a layer of 20,000 features takes no longer than one of 400.
    """
    basis, triangle = torch.linalg.qr(features.T)
    return triangle.T.contiguous(), basis.T


@torch.inference_mode(False)
@torch.enable_grad()
def _minimum(features: Tensor, labels: Tensor, num_classes: int, l2: float) -> tuple[Tensor, Tensor]:
    features, labels = features.clone(), labels.clone()  # made in inference mode, they would be refused
    weight = features.new_zeros(num_classes, features.shape[1], requires_grad=True)
    bias = features.new_zeros(num_classes, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [weight, bias],
        max_iter=MAX_STEPS,
        tolerance_grad=TOLERANCE,
        tolerance_change=1e-12,
        history_size=20,
        line_search_fn="strong_wolfe",
    )

    def loss() -> Tensor:
        optimizer.zero_grad()
        fit = functional.cross_entropy(features @ weight.T + bias, labels)
        value = fit + l2 / (2 * len(features)) * weight.square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    return weight.detach(), bias.detach()
