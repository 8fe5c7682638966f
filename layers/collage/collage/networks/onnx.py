"""ONNX files as graphs: nodes, and the numbers that they hold (https://onnx.ai/onnx/repo-docs/IR).

What OpenCV needs of a file is kept; names of values, documentation and metadata are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collage.networks import wire

Array = NDArray[Any]

# Field numbers of onnx.proto3.
IR_VERSION, OPSET_IMPORT, GRAPH = 1, 8, 7
OPSET_VERSION = 2
NODE, GRAPH_NAME, INITIALIZER, INPUT, OUTPUT = 1, 2, 5, 11, 12
NODE_INPUT, NODE_OUTPUT, NODE_OPERATOR, NODE_ATTRIBUTE = 1, 2, 4, 5
ATTRIBUTE_NAME, FLOAT, INTEGER, TEXT, INTEGERS, ATTRIBUTE_TYPE = 1, 2, 3, 4, 8, 20
DIMS, DATA_TYPE, FLOAT_DATA, TENSOR_NAME, RAW_DATA = 1, 2, 4, 8, 9
VALUE_NAME, VALUE_TYPE, TENSOR_TYPE, ELEMENT_TYPE, SHAPE, DIM, DIM_VALUE, DIM_PARAM = (
    1, 2, 1, 1, 2, 1, 1, 2,
)  # fmt: skip

TYPES = {1: np.float32, 2: np.uint8, 3: np.int8, 6: np.int32, 7: np.int64, 10: np.float16}
"""Types of numbers by TensorProto.DataType."""
KINDS = {float: (FLOAT, 1), int: (INTEGER, 2), str: (TEXT, 3), list: (INTEGERS, 7)}
"""Where an attribute's value stands, and its AttributeProto.AttributeType."""

Attribute = float | int | str | list[int]
Shape = tuple[int | str, ...]


@dataclass(frozen=True)
class Node:
    """One operation: what it reads and makes, by name."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Attribute] = field(default_factory=dict)


@dataclass(frozen=True)
class Graph:
    """A network: its nodes, each after those that it reads from, and its numbers."""

    nodes: tuple[Node, ...]
    numbers: dict[str, Array]
    """What is known beforehand, by name: weights and other constants."""
    inputs: dict[str, Shape]
    """Shapes of what it is given; a side that may be any is a name."""
    outputs: dict[str, Shape]
    opset: int


def read(data: bytes) -> Graph:
    """The graph of an ONNX file.

    Raises:
        ValueError: when it is none, or holds its numbers in a form that is not read here.
    """
    opset, graph = 0, b""
    for number, value in wire.fields(data):
        if number == OPSET_IMPORT:
            versions = [v for n, v in wire.fields(_bytes(value)) if n == OPSET_VERSION]
            opset = opset or int(versions[0])
        elif number == GRAPH:
            graph = _bytes(value)
    nodes, numbers = list[Node](), dict[str, Array]()
    inputs, outputs = dict[str, Shape](), dict[str, Shape]()
    for number, value in wire.fields(graph):
        if number == NODE:
            nodes.append(_node(_bytes(value)))
        elif number == INITIALIZER:
            name, array = _tensor(_bytes(value))
            numbers[name] = array
        elif number in (INPUT, OUTPUT):
            name, shape = _value(_bytes(value))
            (inputs if number == INPUT else outputs)[name] = shape
    if not nodes or not outputs:
        raise ValueError("this is no ONNX file, or its graph is empty")
    return Graph(tuple(nodes), numbers, inputs, outputs, opset)


def write(graph: Graph) -> bytes:
    """The ONNX file of a graph."""
    contents: list[wire.Field] = [(NODE, _node_bytes(node)) for node in graph.nodes]
    contents.append((GRAPH_NAME, b"graph"))
    contents += [(INITIALIZER, _tensor_bytes(name, a)) for name, a in graph.numbers.items()]
    contents += [(INPUT, _value_bytes(name, shape)) for name, shape in graph.inputs.items()]
    contents += [(OUTPUT, _value_bytes(name, shape)) for name, shape in graph.outputs.items()]
    return wire.encode(
        [
            (IR_VERSION, 8),
            (GRAPH, wire.encode(contents)),
            (OPSET_IMPORT, wire.encode([(OPSET_VERSION, graph.opset)])),
        ]
    )


def _node(message: bytes) -> Node:
    operator = ""
    inputs, outputs, attributes = list[str](), list[str](), dict[str, Attribute]()
    for number, value in wire.fields(message):
        if number == NODE_INPUT:
            inputs.append(_bytes(value).decode())
        elif number == NODE_OUTPUT:
            outputs.append(_bytes(value).decode())
        elif number == NODE_OPERATOR:
            operator = _bytes(value).decode()
        elif number == NODE_ATTRIBUTE:
            name, found = _attribute(_bytes(value))
            attributes[name] = found
    return Node(operator, tuple(inputs), tuple(outputs), attributes)


def _attribute(message: bytes) -> tuple[str, Attribute]:
    name, found, several = "", list[Attribute](), list[int]()
    for number, value in wire.fields(message):
        if number == ATTRIBUTE_NAME:
            name = _bytes(value).decode()
        elif number == FLOAT:
            found.append(float(value))
        elif number == INTEGER:
            found.append(wire.signed(int(value)))
        elif number == TEXT:
            found.append(_bytes(value).decode())
        elif number == INTEGERS:
            several += wire.integers(value)
        elif number != ATTRIBUTE_TYPE:
            raise ValueError(f"the attribute {name} is of a kind that is not read")
    return name, found[0] if found else several


def _tensor(message: bytes) -> tuple[str, Array]:
    name, kind, dims, raw = "", 0, list[int](), b""
    for number, value in wire.fields(message):
        if number == DIMS:
            dims += wire.integers(value)
        elif number == DATA_TYPE:
            kind = int(value)
        elif number == TENSOR_NAME:
            name = _bytes(value).decode()
        elif number in (RAW_DATA, FLOAT_DATA):
            # Floats in a field of their own lie there as the raw ones do.
            raw = _bytes(value)
        else:
            raise ValueError(f"the numbers of {name} are in a form that is not read")
    if kind not in TYPES:
        raise ValueError(f"numbers of type {kind} are not read")
    return name, np.frombuffer(raw, TYPES[kind]).reshape(dims)


def _value(message: bytes) -> tuple[str, Shape]:
    """The name and shape of a value."""
    known = dict(wire.fields(message))
    tensor = dict(wire.fields(_bytes(dict(wire.fields(_bytes(known[VALUE_TYPE])))[TENSOR_TYPE])))
    shape = list[int | str]()
    for _, dim in wire.fields(_bytes(tensor.get(SHAPE, b""))):
        ((_, side),) = wire.fields(_bytes(dim))
        shape.append(side.decode() if isinstance(side, bytes) else int(side))
    return _bytes(known[VALUE_NAME]).decode(), tuple(shape)


def _node_bytes(node: Node) -> bytes:
    contents: list[wire.Field] = [(NODE_INPUT, name.encode()) for name in node.inputs]
    contents += [(NODE_OUTPUT, name.encode()) for name in node.outputs]
    contents.append((NODE_OPERATOR, node.operator.encode()))
    for name, value in node.attributes.items():
        place, kind = KINDS[type(value)]
        values: Sequence[Any] = value if isinstance(value, list) else [value]
        given = [(place, v.encode() if isinstance(v, str) else v) for v in values]
        fields = [(ATTRIBUTE_NAME, name.encode()), *given, (ATTRIBUTE_TYPE, kind)]
        contents.append((NODE_ATTRIBUTE, wire.encode(fields)))
    return wire.encode(contents)


def _tensor_bytes(name: str, array: Array) -> bytes:
    (kind,) = (kind for kind, known in TYPES.items() if known == array.dtype)
    contents: list[wire.Field] = [(DIMS, side) for side in array.shape]
    contents += [(DATA_TYPE, kind), (TENSOR_NAME, name.encode())]
    contents.append((RAW_DATA, np.ascontiguousarray(array).tobytes()))
    return wire.encode(contents)


def _value_bytes(name: str, shape: Shape) -> bytes:
    """A value of 32-bit floats."""
    dims = [
        (DIM, wire.encode([(DIM_PARAM, s.encode()) if isinstance(s, str) else (DIM_VALUE, s)]))
        for s in shape
    ]
    tensor = wire.encode([(ELEMENT_TYPE, 1), (SHAPE, wire.encode(dims))])
    kind = wire.encode([(TENSOR_TYPE, tensor)])
    return wire.encode([(VALUE_NAME, name.encode()), (VALUE_TYPE, kind)])


def _bytes(value: wire.Value) -> bytes:
    if not isinstance(value, bytes):
        raise ValueError("a number stands where a text or a message should")
    return value
