"""ncnn's files as ONNX graphs: a text that lists the layers, and their numbers one after another.

Layers and their parameters: https://github.com/Tencent/ncnn/wiki/operation-param-weight-table.
"""

from __future__ import annotations

import numpy as np

from collage.networks.onnx import Array, Attribute, Graph, Node

HALF = 0x01306B47
"""What stands before numbers of 16 bits; 0 before those of 32."""

ARITHMETIC = {0: "Add", 1: "Sub", 2: "Mul"}
NEAREST: dict[str, Attribute] = {
    "mode": "nearest",
    "coordinate_transformation_mode": "asymmetric",
    "nearest_mode": "floor",
}
"""How Interp enlarges: each pixel again and again."""
LEAKY = "2"
"""The activation of a convolution by a slope of its own."""


class Numbers:
    """The numbers of a file, read in the order of its layers."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def floats(self, count: int) -> Array:
        """The next ``count`` floats of 32 bits."""
        found = np.frombuffer(self.data, np.float32, count, self.at)
        self.at += 4 * count
        return found

    def weights(self, count: int) -> Array:
        """The next ``count`` weights, of 16 or 32 bits as the mark before them says."""
        (mark,) = np.frombuffer(self.data, np.uint32, 1, self.at)
        self.at += 4
        if mark != HALF:
            if mark:
                raise ValueError(f"weights of the form {mark:#x} are not read")
            return self.floats(count)
        found = np.frombuffer(self.data, np.float16, count, self.at)
        # Numbers of 16 bits end at a multiple of 4 bytes.
        self.at += -(-2 * count // 4) * 4
        return found.astype(np.float32)


class Reader:
    """Turns layers into nodes, one after another."""

    def __init__(self, data: bytes) -> None:
        self.numbers = Numbers(data)
        self.nodes: list[Node] = []
        self.constants: dict[str, Array] = {}
        self.same: dict[str, str] = {}

    def layer(self, line: str) -> None:
        """Read a layer: its kind, name, counts of inputs and outputs, their names, parameters.

        Raises:
            ValueError: for a kind that is not known here.
        """
        kind, name, inputs, outputs, *rest = line.split()
        reads = [self.same.get(one, one) for one in rest[: int(inputs)]]
        makes = rest[int(inputs) : int(inputs) + int(outputs)]
        given = dict(one.split("=", 1) for one in rest[int(inputs) + int(outputs) :])
        match kind:
            case "Input":
                pass
            case "Split":
                self.same.update(dict.fromkeys(makes, reads[0]))
            case "MemoryData":
                self._memory(makes[0], given)
            case "Convolution":
                self._convolution(name, reads, makes[0], given)
            case "Eltwise":
                self._weighted_sum(name, reads, makes[0], given)
            case _:
                self._plain(kind, name, reads, makes[0], given)

    def _plain(
        self, kind: str, name: str, reads: list[str], makes: str, given: dict[str, str]
    ) -> None:
        """A layer whose only numbers are its parameters."""
        match kind:
            case "Swish":
                self._add("Sigmoid", reads, f"{makes}:sigmoid")
                self._add("Mul", [reads[0], f"{makes}:sigmoid"], makes)
            case "Sigmoid":
                self._add("Sigmoid", reads, makes)
            case "BinaryOp":
                if given.get("1") == "1":
                    reads = [*reads, self._constant(name, [float(given["2"])])]
                self._add(ARITHMETIC[int(given.get("0", 0))], reads, makes)
            case "Concat":
                self._add("Concat", reads, makes, {"axis": 1})
            case "PixelShuffle":
                shuffle: dict[str, Attribute] = {"blocksize": int(given["0"]), "mode": "CRD"}
                self._add("DepthToSpace", reads, makes, shuffle)
            case "Interp":
                scales = self._constant(name, [1, 1, float(given["2"]), float(given["1"])])
                self._add("Resize", [reads[0], "", scales], makes, dict(NEAREST))
            case _:
                raise ValueError(f"layers of the kind {kind} are not known")

    def _memory(self, makes: str, given: dict[str, str]) -> None:
        """A constant of up to three sides, which ncnn gives from the last to the first."""
        sides = [int(given.get(place, 1)) for place in ("2", "1", "0")]
        self.constants[makes] = self.numbers.floats(int(np.prod(sides))).reshape(1, *sides)

    def _convolution(self, name: str, reads: list[str], makes: str, given: dict[str, str]) -> None:
        """A square convolution whose border is zeros, with bias, perhaps a leaky rectifier."""
        outputs, side = int(given["0"]), int(given["1"])
        weights = self.numbers.weights(int(given["6"])).reshape(outputs, -1, side, side)
        self.constants[f"{name}:weights"] = weights
        self.constants[f"{name}:bias"] = self.numbers.floats(outputs)
        pad = int(given.get("4", 0))
        leaky = given.get("9") == LEAKY
        self._add(
            "Conv",
            [*reads, f"{name}:weights", f"{name}:bias"],
            f"{makes}:linear" if leaky else makes,
            {"kernel_shape": [side, side], "pads": [pad] * 4},
        )
        if leaky:
            slope = float(given["-23310"].split(",")[1])
            self._add("LeakyRelu", [f"{makes}:linear"], makes, {"alpha": slope})

    def _weighted_sum(self, name: str, reads: list[str], makes: str, given: dict[str, str]) -> None:
        """The sum of two inputs, the first by a factor."""
        first, second = map(float, given["-23301"].split(",")[1:])
        if given["0"] != "1" or second != 1 or len(reads) != 2:
            raise ValueError(f"{name} is no sum of one input by a factor and another")
        self._add("Mul", [reads[0], self._constant(name, [first])], f"{makes}:scaled")
        self._add("Add", [f"{makes}:scaled", reads[1]], makes)

    def _constant(self, name: str, values: list[float]) -> str:
        self.constants[f"{name}:constant"] = np.array(values, np.float32)
        return f"{name}:constant"

    def _add(
        self,
        operator: str,
        reads: list[str],
        makes: str,
        attributes: dict[str, Attribute] | None = None,
    ) -> None:
        self.nodes.append(Node(operator, tuple(reads), (makes,), attributes or {}))


def read(text: str, data: bytes) -> Graph:
    """The network of a .param text and its .bin: ``data`` in, (1, 3, H, W), ``output`` out.

    Raises:
        ValueError: for a layer that is not known here, or numbers that are left over.
    """
    reader = Reader(data)
    for line in text.splitlines()[2:]:
        reader.layer(line)
    if reader.numbers.at != len(data):
        raise ValueError(f"{len(data) - reader.numbers.at:,} bytes of numbers belong to no layer")
    return Graph(
        tuple(reader.nodes),
        reader.constants,
        inputs={"data": (1, 3, "height", "width")},
        outputs={"output": (1, 3, "higher", "wider")},
        opset=13,
    )
