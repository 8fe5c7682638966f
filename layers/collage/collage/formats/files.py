"""Writing a description into a file and reading it back, whatever the format."""

import zlib
from xml.etree import ElementTree

from collage.errors import NoMetadata, NotAPicture
from collage.formats import jpeg_metadata, png_metadata, webp_metadata
from collage.formats.description import Description, FileFormat, Found
from collage.formats.packing import values


def embed(picture: bytes, description: Description) -> bytes:
    """``picture`` (PNG, JPEG or WebP) with the description in it; its pixels are not touched.

    Raises:
        NotAPicture: when it is of another format.
        TruncatedPicture: when it ends before its pixels, or is damaged there.
    """
    writers = {"PNG": png_metadata.embed, "JPEG": jpeg_metadata.embed, "WEBP": webp_metadata.embed}
    return writers[_format(picture)](picture, description)


def read(picture: bytes) -> Found:
    """What the file says, of whatever it is that it says: parameters, record, XMP.

    Raises:
        NotAPicture: when it is no PNG, JPEG or WebP picture.
        TruncatedPicture: when it ends before it has told its size.
        NoMetadata: when it says none of them, or says it in a form that cannot be read.
    """
    file_format = _format(picture)
    readers = {"PNG": png_metadata.read, "JPEG": jpeg_metadata.read, "WEBP": webp_metadata.read}
    try:
        size, parameters, record, xmp = readers[file_format](picture)
        parsed = None if record is None else values(record)
        packet = None if xmp is None else xmp.decode()
    except (ValueError, RecursionError, zlib.error, ElementTree.ParseError) as error:
        raise NoMetadata("The picture's metadata is damaged.") from error
    if parsed is not None and not isinstance(parsed, dict):
        raise NoMetadata("The picture's record is not one of this pack.")
    if parameters is None and parsed is None and xmp is None:
        raise NoMetadata("The picture has no metadata of how it was made.")
    return Found(file_format, size, parameters, parsed, packet)


def _format(picture: bytes) -> FileFormat:
    if picture.startswith(png_metadata.SIGNATURE):
        return "PNG"
    if picture.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "WEBP"
    raise NotAPicture("The file is not a PNG, JPEG or WebP picture.")
