"""The kinds of exports, by name: what each is checked for at the door, and how it is written.

A new one is a file in this folder, its place in ``KINDS``, and its name and options in
`collage.export.asked`.
"""

from collage.steps.exports import blocks, captioned_pages, film, picture, poster, zip_file
from collage.steps.exports.kind import KindOfExport

KINDS: dict[str, KindOfExport] = {
    "zip": KindOfExport(zip_file.check, zip_file.ending, zip_file.write),
    "picture": KindOfExport(picture.check, picture.ending, picture.write),
    "poster": KindOfExport(poster.check, poster.ending, poster.write),
    "sheet": KindOfExport(captioned_pages.check, captioned_pages.ending, captioned_pages.write),
    "film": KindOfExport(film.check, film.ending, film.write),
    "blocks": KindOfExport(blocks.check, blocks.ending, blocks.write),
}
