"""Pictures of every format and kind, and how others read them."""

import json
import shutil
import subprocess

import pytest

from tests.unit.pictures import encode, noise

UTF16_COMMENT = 0x9286

exiftool = pytest.mark.skipif(
    shutil.which("exiftool") is None,
    reason="exiftool is not installed (Debian: libimage-exiftool-perl)",
)


def rgba():
    picture = noise((33, 17)).convert("RGBA")
    picture.putalpha(noise((33, 17), seed=1).convert("L"))
    return picture


PICTURES = {
    "png": encode(noise((33, 17))),
    "png-alpha": encode(rgba()),
    "png-palette": encode(noise((33, 17)).convert("P")),
    "jpeg": encode(noise((33, 17)), "JPEG"),
    "jpeg-progressive": encode(noise((33, 17)), "JPEG", progressive=True),
    "jpeg-grey": encode(noise((33, 17)).convert("L"), "JPEG"),
    "jpeg-cmyk": encode(noise((33, 17)).convert("CMYK"), "JPEG"),
    "webp": encode(noise((33, 17)), "WEBP"),
    "webp-lossless": encode(noise((33, 17)), "WEBP", lossless=True),
    "webp-lossless-alpha": encode(rgba(), "WEBP", lossless=True, exact=True),
    "webp-alpha": encode(rgba(), "WEBP"),
}
FORMATS = {name: PICTURES[name] for name in ("png", "jpeg", "webp")}
every_picture = pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
every_format = pytest.mark.parametrize("picture", FORMATS.values(), ids=FORMATS)


def pillow_comment(picture):
    comment = picture.getexif().get_ifd(0x8769)[UTF16_COMMENT]
    assert comment.startswith(b"UNICODE\0")
    return comment[8:].decode("utf-16-be")


def with_exiftool(data, *options):
    answer = subprocess.run(
        ["exiftool", "-j", "-G1", *options, "-"], input=data, capture_output=True, check=True
    )
    return json.loads(answer.stdout)[0]
