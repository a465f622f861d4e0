"""Signed values as colours and as text: activations and gradients have a sign that must show."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor

from .pixels import Bytes

POSITIVE, NEGATIVE = (0, 114, 178), (213, 94, 0)  # Okabe and Ito's blue and vermilion


def signed_colors(values: Any, limit: float | None = None) -> Bytes:
    """Return values as colours: blue above 0, vermilion below, white at 0, full at the limit.

    Parameters
    ----------
    values : Tensor or array
        (H, W), or (1, H, W) and (1, 1, H, W), of any sign; NaN is white.
    limit : float, optional
        The absolute value that has the full colour; by default the largest one.

    Returns
    -------
    array
        (H, W, 3) bytes, as `show` takes them.

    Raises
    ------
    ValueError
        If it is not one map of values.

    Examples
    --------
    >>> signed_colors(np.array([[-2.0, 0.0, 2.0]])).tolist()
    [[[213, 94, 0], [255, 255, 255], [0, 114, 178]]]
    """
    raw = values.detach().float().cpu().numpy() if isinstance(values, Tensor) else np.asarray(values, float)
    if raw.ndim < 2 or raw.ndim > 4 or any(length != 1 for length in raw.shape[:-2]):
        raise ValueError(f"one map of values is wanted, (H, W) or (1, H, W); got shape {raw.shape}.")
    flat = np.nan_to_num(raw.reshape(raw.shape[-2:]))
    reach = float(np.abs(flat).max(initial=0)) if limit is None else limit
    share = np.clip(flat / (reach or 1.0), -1, 1)[..., None]
    full = np.where(share >= 0, POSITIVE, NEGATIVE)
    return (255 - np.abs(share) * (255 - full)).round().astype(np.uint8)


def signed(value: float, limit: float) -> str:
    """Return a number with its sign, with as many digits as the others of its map need.

    Examples
    --------
    >>> signed(0.5, 2), signed(-1234.4, 2000)
    ('+0.50', '−1234')
    """
    digits = 2 if limit < 10 else 1 if limit < 100 else 0
    text = f"{value:+.{digits}f}"
    return text.replace("-", "−") if float(text) else text[1:]
