"""Names that records give to files: what each may be, so that none leads anywhere else.

A manifest, a plan, a sidecar or a listing is read from a bucket that others may write to. Their
names become keys in the store and paths on a disk, so they are held to these patterns when read.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from collage.formats import FORMATS

_DIGEST = "[0-9a-f]{64}"
_MASK = "[a-z0-9][a-z0-9-]{0,63}"
_COLLAGE = rf"collage\.({'|'.join(each.ending for each in FORMATS.values())})"
_UP = r"(\.\./\.\./)?"

Digest = Annotated[str, Field(pattern=f"^{_DIGEST}$")]
"""SHA-256 as hexadecimal digits: of a tile's key, and of files."""

DHash = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
"""A picture's difference hash, 64 bits as hexadecimal digits."""

CollageId = Annotated[str, Field(pattern="^[0-9a-f]{20}$")]
"""A collage, and what stands for an upload that was refused."""

MaskName = Annotated[str, Field(pattern=f"^{_MASK}$")]
"""A mask of a collage: its file is ``masks/{name}.png``."""

LONGEST_KEY = 1024
"""Bytes of a key: S3's own limit."""


def _key(value: str) -> str:
    parts = value.split("/")
    if parts[0] not in ("sources", "uploads") or {"", ".", ".."} & set(parts):
        raise ValueError("it begins with sources/, as POST /uploads gives it, or with uploads/")
    if len(value.encode()) > LONGEST_KEY or not value.isprintable():
        raise ValueError(f"a key has at most {LONGEST_KEY} bytes, all of them printable")
    return value


UploadKey = Annotated[
    str, Field(pattern="^(sources|uploads)/.", max_length=LONGEST_KEY), AfterValidator(_key)
]
"""A picture in the uploads bucket, as a request names it."""

CollageFile = Annotated[str, Field(pattern=f"^{_COLLAGE}$")]
SourceFile = Annotated[str, Field(pattern=rf"^{_UP}(source|sources/{_DIGEST})\.png$")]
MaskFile = Annotated[str, Field(pattern=rf"^{_UP}masks/{_MASK}\.png$")]
TilesFolder = Annotated[str, Field(pattern=r"^(\.\./){0,4}tiles$")]
"""Files of a result as a manifest has them, relative to the folder that it lies in."""


def source_file(digest: str | None) -> str:
    """The file of the prepared source; of several, of the one whose pixels have this digest."""
    return "source.png" if digest is None else f"sources/{digest}.png"


PICTURE = re.compile(
    rf"{_COLLAGE}|preview\.jpg|collage\.dzi"
    r"|collage_files/[0-9]{1,2}/[0-9]{1,7}_[0-9]{1,7}\.jpg"
)
"""The pictures that a result consists of, relative to its folder."""

GATHERED = re.compile(
    rf"{PICTURE.pattern}|source\.png|sources/{_DIGEST}\.png|masks/{_MASK}\.png|tiles/{_DIGEST}\.png"
    r"|index/((columns|keys)-)?[0-9]{1,7}\.js|(manifest|choices)\.(js|json)|index\.html|page\.(css|js)|gallery\.html|\.nojekyll"
)
"""Every file that a folder of results can have of this pack's making."""
