"""``python -P paint.py SOURCE FILE``: the picture in every style of the painter, raw, one by one.

Run here and emulated, so that both can be held against each other.
"""

import sys
from pathlib import Path

import cv2

from collage.painting import STYLES, paint

SEED = 5


def main(source: str, file: str) -> None:
    """Write the pixels of all styles, in their order."""
    pixels = cv2.cvtColor(cv2.imread(source), cv2.COLOR_BGR2RGB)
    Path(file).write_bytes(b"".join(paint(pixels, [style], SEED).tobytes() for style in STYLES))


if __name__ == "__main__":
    main(*sys.argv[1:])
