"""Networks: their files are read and written whole, and compute what other programs compute.

The reference numbers are those of onnxruntime 1.23 on the same files, or on what became of them.
"""

import cv2
import numpy as np
import pytest

from collage.engines.stylizer.looks import LOOKS
from collage.engines.stylizer.models import PREDICT, TRANSFORM
from collage.engines.stylizer.networks import in_looks, in_style, style_of
from collage.engines.upscaler.models import FILES
from collage.errors import EngineUnavailable
from collage.networks import files, ncnn, onnx, wire
from collage.networks.dequantize import OPERATORS, dequantize
from collage.networks.files import File
from collage.networks.opencv import Network
from tests.unit.engines.painter.test_engine import farmhouse

SPAN = FILES["span-x4-ch48"]


def grid(picture: np.ndarray) -> np.ndarray:
    """The mean red of 4 x 4 parts of a picture of 0..1, as 0..255."""
    height, width = picture.shape[:2]
    parts = picture[..., 0].reshape(4, height // 4, 4, width // 4)
    return parts.mean(axis=(1, 3)) * 255


def test_a_message_is_read_as_it_was_written():
    fields = [(1, 0), (1, 300), (2, b"text"), (2, b""), (20, 0.5), (7, 2**64 - 1)]

    assert list(wire.fields(wire.encode(fields))) == fields
    assert wire.integers(wire.encode([(1, 5)])[1:]) == [5]
    assert wire.integers(2**64 - 1) == [-1]


@pytest.mark.parametrize(
    ("message", "wrong"),
    [(b"\x0a\x05abc", "ends within a field"), (b"\x08\x80", "ends within a number"),
     (b"\x0b", "wire type 3")],
)  # fmt: skip
def test_a_message_that_is_cut_or_of_another_kind_is_refused(message, wrong):
    with pytest.raises(ValueError, match=wrong):
        list(wire.fields(message))


def test_a_graph_is_written_as_it_was_read():
    graph = onnx.read(files.load(TRANSFORM))
    again = onnx.read(onnx.write(graph))

    assert (again.nodes, again.inputs, again.outputs) == (graph.nodes, graph.inputs, graph.outputs)
    assert again.opset == graph.opset == 15
    assert again.numbers.keys() == graph.numbers.keys()
    for name, array in graph.numbers.items():
        assert again.numbers[name].dtype == array.dtype
        assert np.array_equal(again.numbers[name], array)
    with pytest.raises(ValueError, match="no ONNX file"):
        onnx.read(b"")


def test_a_quantized_graph_becomes_one_of_floats():
    graph = dequantize(onnx.read(files.load(PREDICT)))

    assert not {node.operator for node in graph.nodes} & set(OPERATORS)
    assert {array.dtype.name for array in graph.numbers.values()} == {"float32", "int64"}
    read = {name for node in graph.nodes for name in node.inputs}
    assert graph.numbers.keys() <= read


def test_a_style_is_read_as_by_another_program_to_the_rounding_of_8_bits():
    style = style_of(np.ascontiguousarray(farmhouse(256)[::-1, ::-1]))
    # Of the file as it is, in 8 bits.
    theirs = [0.398, 0.08, 0.736, -0.04, -0.537, 0.258, 1.034, 0.755, 0.596, 0.497, 0.278, -0.755]
    # Of the same in floats.
    floats = [0.4187, 0.086, 0.7482, -0.0244, -0.5329, 0.2764, 1.0526, 0.7596, 0.6081, 0.4924]

    assert style.shape == (100,)
    assert np.abs(style[:12] - theirs).max() < 0.03
    assert np.abs(style[:10] - floats).max() < 2e-4


def test_a_picture_is_made_in_a_style_as_by_another_program():
    style = style_of(np.ascontiguousarray(farmhouse(256)[::-1, ::-1]))
    made = in_style(np.float32(farmhouse(384)) / 255, style)
    theirs = [
        [118.3, 178.5, 133.9, 142.5],
        [138.6, 156.4, 150.9, 133.0],
        [187.1, 137.0, 128.2, 159.7],
        [146.1, 139.8, 93.4, 104.4],
    ]

    assert np.abs(grid(made) - theirs).max() < 0.2
    # In 8 bits, which OpenCV 5.0.0 computes as nearly white, the means were 141, 136 and 128.
    assert np.abs(made.mean(axis=(0, 1)) * 255 - [141.3, 135.7, 128.1]).max() < 4


def test_the_8_bit_form_is_still_what_opencv_cannot_compute():
    """When this fails OpenCV computes it, and `dequantize` is no longer needed for that."""
    style = style_of(farmhouse(256))
    network = Network(files.load(TRANSFORM))
    given = {
        "content_image": np.float32(farmhouse(384))[None] / 255,
        "mobilenet_conv/Conv/BiasAdd": style.reshape(1, 1, 1, 100),
    }

    wrong = network(given)[0]

    right = in_style(given["content_image"][0], style)
    assert np.abs(wrong - right).mean() * 255 > 30


@pytest.mark.parametrize("size", [(64, 96), (256, 128)])
def test_a_picture_of_any_size_keeps_it(size):
    picture = np.zeros((*size, 3), np.float32)

    assert in_style(picture, np.zeros(100, np.float32)).shape == picture.shape
    assert in_looks(picture, {0: 0.25, 25: 0.75}).shape == picture.shape


def test_two_looks_are_mixed_as_by_another_program():
    made = in_looks(np.float32(farmhouse(128)) / 255, {LOOKS.index("Stained Glass"): 0.5, 19: 0.5})
    theirs = [
        [80.1, 133.9, 62.6, 83.1],
        [92.0, 129.7, 180.7, 31.1],
        [149.6, 91.1, 64.9, 53.2],
        [105.8, 49.1, 53.2, 25.1],
    ]

    assert np.abs(grid(made) - theirs).max() < 0.2


def test_numbers_of_ncnn_become_a_graph_that_computes_what_others_compute():
    param, numbers = map(files.load, SPAN)
    network = Network(onnx.write(ncnn.read(param.decode(), numbers)))
    given = np.float32(farmhouse(64)).transpose(2, 0, 1)[None] / 255

    made = network({"data": given})[0].transpose(1, 2, 0)

    theirs = [
        [137.7, 187.8, 129.5, 129.5],
        [111.5, 166.9, 165.4, 130.9],
        [143.0, 145.5, 131.1, 123.9],
        [97.7, 122.2, 76.1, 58.1],
    ]
    assert np.abs(grid(made) - theirs).max() < 0.2
    assert np.abs(made[100, 100] * 255 - [61.8, 44.2, 20.6]).max() < 0.5


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("Pooling pool 1 1 data output 0=1", "the kind Pooling"),
        ("Eltwise sum 2 1 data data output 0=1 -23301=2,0.5,0.5", "no sum of one input"),
        ("Sigmoid s 1 1 data output", "4 bytes of numbers belong to no layer"),
    ],
)
def test_what_is_not_known_of_ncnn_is_refused(line, wrong):
    with pytest.raises(ValueError, match=wrong):
        ncnn.read(f"7767517\n2 2\nInput i 0 1 data\n{line}\n", bytes(4))


def test_a_leaky_convolution_a_weighted_sum_and_an_enlargement_are_those_of_ncnn():
    """By hand: a kernel that doubles, a slope of 0.2, half of one and the whole of another."""
    text = """7767517
5 6
Input i 0 1 data
Split s 1 2 data one two
Convolution c 1 1 one three 0=3 1=1 5=1 6=9 9=2 -23310=1,2.000000e-01
Eltwise e 2 1 three two four 0=1 -23301=2,5.000000e-01,1.000000e+00
Interp r 1 1 four output 0=1 1=2.000000e+00 2=2.000000e+00
"""
    weights = (2 * np.eye(3, dtype=np.float32)).tobytes()
    graph = ncnn.read(text, bytes(4) + weights + np.float32([0, 0, 1]).tobytes())
    given = np.float32([1, -1, 0.5]).reshape(1, 3, 1, 1) * np.ones((1, 3, 4, 5), np.float32)

    made = Network(onnx.write(graph))({"data": given})

    assert made.shape == (1, 3, 8, 10)
    by_hand = [0.5 * 2 + 1, 0.5 * 0.2 * -2 - 1, 0.5 * (2 * 0.5 + 1) + 0.5]
    assert np.allclose(made[0, :, 3, 3], by_hand)


def test_a_file_is_found_without_its_package_being_imported_and_known_by_its_digest():
    import sys

    assert files.is_there(PREDICT)
    assert PREDICT.package not in sys.modules
    assert not files.is_there(File("no_such_package", "a", ""))
    with pytest.raises(EngineUnavailable, match="another than this version of the pack knows"):
        files.load(File(PREDICT.package, PREDICT.path, "0" * 64))
    with pytest.raises(EngineUnavailable, match="not installed here: on a laptop `make install`"):
        files.load(File(PREDICT.package, "models/none.onnx", "0" * 64))


def test_a_network_leaves_opencv_on_one_thread():
    cv2.setNumThreads(2)
    style_of(farmhouse(256))

    assert cv2.getNumThreads() == 1
