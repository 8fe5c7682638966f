import cv2
import numpy as np
import pytest

from collage.painting import topmost
from collage.painting.topmost import Strokes


def one_after_another(strokes: Strokes, shape: tuple[int, int]) -> np.ndarray:
    """What lies on top when each stroke is drawn over those before it, as a wide number."""
    top = np.zeros(shape, np.float32)
    for number, path in enumerate(np.round(strokes.paths * 16).astype(np.int32), 1):
        size = max(1, round(float(strokes.width[number - 1])))
        cv2.polylines(top, [path], False, (number,), size, cv2.LINE_8, 4)
    return top


def strewn(seed: int, shape: tuple[int, int], spacing: float, length: float) -> Strokes:
    """Crooked strokes whose middles lie about a spacing apart, some of them on the border."""
    rng = np.random.default_rng(seed)
    count = max(1, int(shape[0] * shape[1] / spacing**2))
    middles = rng.random((count, 1, 2)) * (shape[1], shape[0])
    paths = middles + rng.uniform(-length / 2, length / 2, (count, 5, 2))
    paths[:, 2] = middles[:, 0]
    width = rng.uniform(0.2, spacing, count)
    return Strokes(paths.astype(np.float32), width.astype(np.float32), spacing)


@pytest.mark.parametrize("shape", [(90, 140), (1, 50), (37, 1), (3, 2)])
@pytest.mark.parametrize(("spacing", "length"), [(1.5, 4.0), (3.2, 5.0), (8.0, 70.0)])
def test_the_last_stroke_over_a_pixel_is_on_top(
    shape: tuple[int, int], spacing: float, length: float
) -> None:
    for seed in range(4):
        strokes = strewn(seed, shape, spacing, length)
        found = topmost.topmost(strokes, shape)
        assert np.array_equal(found, one_after_another(strokes, shape))


def test_both_ways_to_draw_agree_on_more_strokes_than_a_byte_or_two_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few, many = strewn(1, (60, 60), 2.2, 6.0), strewn(2, (300, 500), 1.5, 3.0)
    assert len(few.paths) > topmost.ONE_BY_ONE
    assert len(many.paths) > 2**16
    batches = [topmost.topmost(few, (60, 60)), topmost.topmost(many, (300, 500))]

    monkeypatch.setattr(topmost, "CALL", 0)  # batches never pay
    monkeypatch.setattr(topmost, "ONE_BY_ONE", 200)
    alone = [topmost.topmost(few, (60, 60)), topmost.topmost(many, (300, 500))]

    for one, other in zip(batches, alone, strict=True):
        assert np.array_equal(one, other)
    assert alone[1].max() > 2**16
