"""Writing a description into a picture and reading it back, whatever the format."""

import zlib
from xml.etree import ElementTree

from collage.errors import NoMetadata, NotAPicture
from collage.formats import TITLES, recognized
from collage.formats.description import Description, Found
from collage.formats.file_format import FileFormat
from collage.formats.packing import values


def embed(picture: bytes, description: Description) -> bytes:
    """``picture`` with the description in it; its pixels are not touched.

    Raises:
        NotAPicture: when it is of no format that is known here.
        TruncatedPicture: when it ends before its pixels, or is damaged there.
    """
    return _format(picture).embed(picture, description)


def read(picture: bytes) -> Found:
    """What the picture says, of whatever it is that it says: parameters, record, XMP.

    Raises:
        NotAPicture: when it is of no format that is known here.
        TruncatedPicture: when it ends before it has told its size.
        NoMetadata: when it says none of them, or says it in a form that cannot be read.
    """
    file_format = _format(picture)
    try:
        size, parameters, record, xmp = file_format.read(picture)
        parsed = None if record is None else values(record)
        packet = None if xmp is None else xmp.decode()
    except (ValueError, RecursionError, zlib.error, ElementTree.ParseError) as error:
        raise NoMetadata("The picture's metadata is damaged.") from error
    if parsed is not None and not isinstance(parsed, dict):
        raise NoMetadata("The picture's record is not one of this pack.")
    if parameters is None and parsed is None and xmp is None:
        raise NoMetadata("The picture has no metadata of how it was made.")
    return Found(file_format.name, size, parameters, parsed, packet)


def _format(picture: bytes) -> FileFormat:
    found = recognized(picture)
    if found is None:
        raise NotAPicture(f"The file is not a {TITLES} picture.")
    return found
