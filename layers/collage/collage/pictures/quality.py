"""Quality: how near a picture comes to the one it was made from, as PSNR and SSIM."""

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Plane = NDArray[np.float64]

WINDOW = 11
"""The side of SSIM's window in pixels."""


def luma(picture: Bytes) -> Plane:
    """Luma of an RGB picture (H, W, 3), (H, W) in 0..255, with the weights of ITU-R BT.601."""
    return np.asarray(np.asarray(picture, np.float64) @ (0.299, 0.587, 0.114), np.float64)


def psnr(one: Bytes, other: Bytes) -> float:
    """Peak signal-to-noise ratio in dB: 10 log10(255^2 / MSE) over all pixels and channels.

    Args:
        one: (H, W) or (H, W, C).
        other: Of the same shape.

    Returns:
        Above 40 differences are hardly seen; infinite for equal pictures.

    Raises:
        ValueError: The shapes differ, or the pictures are not uint8.
    """
    _check(one, other)
    error = float(np.square(np.asarray(one, np.float64) - other).mean())
    return float("inf") if error == 0 else 10 * float(np.log10(255**2 / error))


def ssim(one: Bytes, other: Bytes) -> float:
    """Mean structural similarity, 1 for equal pictures: of the luma where there are colours.

    With the window and constants of Wang, Bovik, Sheikh and Simoncelli, "Image Quality
    Assessment: From Error Visibility to Structural Similarity", 2004, equation 13: a Gaussian of
    11 x 11 pixels with sigma 1.5, K1 = 0.01, K2 = 0.03, L = 255, and only windows that lie wholly
    within the picture.

    Args:
        one: (H, W) or RGB (H, W, 3); at least 11 x 11.
        other: Of the same shape.

    Returns:
        The mean over all windows, at most 1.

    Raises:
        ValueError: The shapes differ, the pictures are not uint8, or they are too small.
    """
    _check(one, other)
    if min(one.shape[:2]) < WINDOW:
        raise ValueError(f"SSIM needs {WINDOW} x {WINDOW} pixels, the pictures are {one.shape}")
    x, y = (luma(p) if p.ndim == 3 else np.asarray(p, np.float64) for p in (one, other))
    mean_x, mean_y = _window(x), _window(y)
    var_x, var_y = _window(x * x) - mean_x**2, _window(y * y) - mean_y**2
    both = _window(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    alike = (2 * mean_x * mean_y + c1) * (2 * both + c2)
    return float((alike / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))).mean())


def _window(plane: Plane) -> Plane:
    """The weighted mean in the window around each pixel that has a whole one."""
    soft = cv2.GaussianBlur(plane, (WINDOW, WINDOW), 1.5)
    inner = slice(WINDOW // 2, -(WINDOW // 2))
    return np.asarray(soft, np.float64)[inner, inner]


def _check(one: Bytes, other: Bytes) -> None:
    if one.shape != other.shape or one.dtype != np.uint8 or other.dtype != np.uint8:
        raise ValueError(
            f"pictures to compare must be uint8 of one shape, not {one.dtype} {one.shape} "
            f"and {other.dtype} {other.shape}"
        )
