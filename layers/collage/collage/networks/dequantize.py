"""Networks quantized to 8 bits, as floats again.

OpenCV 5.0.0 computes graphs with QuantizeLinear and DequantizeLinear wrongly. What such a graph
holds as integers with scales are floats rounded once; without the rounding of what passes between
the nodes, which only imitates integer hardware, it is an ordinary graph, and of any size.
"""

from __future__ import annotations

import numpy as np

from collage.networks.onnx import Array, Graph, Node, Shape

OPERATORS = ("QuantizeLinear", "DequantizeLinear")


def dequantize(graph: Graph, sizeless: tuple[str, ...] = ()) -> Graph:
    """The same network in 32-bit floats.

    Args:
        graph: With weights as DequantizeLinear of constants.
        sizeless: Inputs and outputs (N, H, W, C) that may have any height and width.
    """
    numbers, same = dict(graph.numbers), dict[str, str]()
    nodes = list[Node]()
    for node in graph.nodes:
        reads = tuple(same.get(name, name) for name in node.inputs)
        if node.operator == "DequantizeLinear" and reads[0] in graph.numbers:
            axis = node.attributes.get("axis", 1)
            numbers[node.outputs[0]] = _floats(*(graph.numbers[name] for name in reads), axis=axis)
        elif node.operator in OPERATORS:
            same[node.outputs[0]] = reads[0]
        else:
            nodes.append(Node(node.operator, reads, node.outputs, node.attributes))
    nodes += [Node("Identity", (same[name],), (name,)) for name in graph.outputs if name in same]
    read = {name for node in nodes for name in node.inputs}
    kept = {name: array for name, array in numbers.items() if name in read}
    inputs, outputs = (
        {name: _sizeless(shape) if name in sizeless else shape for name, shape in shapes.items()}
        for shapes in (graph.inputs, graph.outputs)
    )
    return Graph(tuple(nodes), kept, inputs, outputs, graph.opset)


def _sizeless(shape: Shape) -> Shape:
    return shape[0], "height", "width", shape[3]


def _floats(integers: Array, scale: Array, zero: Array, *, axis: object) -> Array:
    """What integers stand for, by one scale or one for each slice along the axis."""
    shape = [1] * integers.ndim
    if scale.ndim and isinstance(axis, int):
        shape[axis] = -1
    offset = integers.astype(np.float32) - zero.astype(np.float32).reshape(shape)
    return offset * scale.reshape(shape)
