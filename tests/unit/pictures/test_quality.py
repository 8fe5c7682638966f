"""PSNR and SSIM against their definitions, written out pixel by pixel."""

import numpy as np
import pytest

from collage.pictures.quality import luma, psnr, ssim


def pictures(seed: int = 0, shape: tuple[int, ...] = (24, 31, 3)) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    one = rng.integers(0, 256, shape)
    other = np.clip(one + rng.normal(0, 25, shape), 0, 255)
    return one.astype(np.uint8), other.astype(np.uint8)


def ssim_by_definition(x: np.ndarray, y: np.ndarray) -> float:
    offsets = np.arange(-5, 6)
    weights = np.exp(-(offsets[:, None] ** 2 + offsets[None, :] ** 2) / (2 * 1.5**2))
    weights /= weights.sum()
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    values = []
    for row in range(5, x.shape[0] - 5):
        for column in range(5, x.shape[1] - 5):
            area = np.s_[row - 5 : row + 6, column - 5 : column + 6]
            mx, my = (weights * x[area]).sum(), (weights * y[area]).sum()
            vx = (weights * (x[area] - mx) ** 2).sum()
            vy = (weights * (y[area] - my) ** 2).sum()
            both = (weights * (x[area] - mx) * (y[area] - my)).sum()
            top = (2 * mx * my + c1) * (2 * both + c2)
            values.append(top / ((mx**2 + my**2 + c1) * (vx + vy + c2)))
    return float(np.mean(values))


@pytest.mark.parametrize("seed", range(3))
def test_ssim_is_the_mean_of_its_definition_over_whole_windows(seed):
    one, other = pictures(seed)

    assert ssim(one, other) == pytest.approx(ssim_by_definition(luma(one), luma(other)), abs=1e-9)


def test_ssim_of_planes():
    one, other = pictures(shape=(20, 20))

    expected = ssim_by_definition(one.astype(float), other.astype(float))
    assert ssim(one, other) == pytest.approx(expected, abs=1e-9)


def test_ssim_of_flat_pictures_is_that_of_their_means():
    dark, bright = np.full((16, 16), 100, np.uint8), np.full((16, 16), 150, np.uint8)

    c1 = (0.01 * 255) ** 2
    assert ssim(dark, bright) == pytest.approx((2 * 100 * 150 + c1) / (100**2 + 150**2 + c1))


def test_equal_pictures_are_perfect():
    one, _ = pictures()

    assert psnr(one, one) == float("inf")
    assert ssim(one, one) == pytest.approx(1)


def test_psnr_of_a_known_error():
    dark = np.zeros((8, 8, 3), np.uint8)

    assert psnr(dark, np.full_like(dark, 255)) == pytest.approx(0)
    assert psnr(dark, np.full_like(dark, 1)) == pytest.approx(48.1308, abs=1e-4)
    one, other = pictures()
    error = ((one.astype(float) - other) ** 2).mean()
    assert psnr(one, other) == pytest.approx(10 * np.log10(65025 / error))


def test_more_noise_is_worse():
    one, _ = pictures()
    rng = np.random.default_rng(1)
    noisy = [
        np.clip(one + rng.normal(0, s, one.shape), 0, 255).astype(np.uint8) for s in (5, 20, 60)
    ]

    assert psnr(one, noisy[0]) > psnr(one, noisy[1]) > psnr(one, noisy[2])
    assert ssim(one, noisy[0]) > ssim(one, noisy[1]) > ssim(one, noisy[2])


def test_what_cannot_be_compared_is_refused():
    one, other = pictures()

    with pytest.raises(ValueError, match="one shape"):
        psnr(one, other[1:])
    with pytest.raises(ValueError, match="uint8"):
        ssim(one, other.astype(float))
    with pytest.raises(ValueError, match="11 x 11"):
        ssim(one[:10], other[:10])
