"""Running a network by OpenCV, on one thread, so that it rounds the same every time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating[Any]]


class Network:
    """A network that was read once; what it makes depends on nothing but what it is given."""

    def __init__(self, onnx: bytes) -> None:
        # Threads of OpenCV may split the work differently on each machine, and so round otherwise.
        cv2.setNumThreads(1)
        self._net = cv2.dnn.readNetFromONNX(np.frombuffer(onnx, np.uint8))

    def __call__(self, given: Mapping[str, Values]) -> Values:
        """What comes of these inputs, by their names: 32-bit floats, a copy of its own."""
        cv2.setNumThreads(1)
        for name, values in given.items():
            self._net.setInput(np.ascontiguousarray(values, np.float32), name)
        return np.array(self._net.forward(), np.float32)
