"""The page of a collage as others are shown it: which files it has, and what its index says.

Of what lies beside a collage it has what the page draws: the manifest, the pictures, the source
and the masks, the tiles. Request, plan and failures stay, and of the choices the names of people
and their notes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from collage.choices.choice import Choice, Choices
from collage.choices.together import taken_together
from collage.manifest import MISSING, Manifest
from collage.text import line

if TYPE_CHECKING:
    from collage.choices.together import Together

Link = Callable[[str], str]
"""The whole address of a file of a site, by its name there. Its query must be good for them all."""

EVERYBODY = "everybody"
"""Whose all choices are, taken together."""

PREVIEW = 2048
"""Pixels of a preview's longest side, at most; it is the collage halved until it is no larger."""

_HEAD = '<html lang="en"'
_TITLE = "<title>Collage</title>"
_NAMED = re.compile(r'(href|src)="(page\.css|page\.js|manifest\.js|collage\.png)"')
"""Where index.html names files that lie beside it."""


@dataclass(frozen=True)
class Site:
    """A collage's page for others, with its tiles in full size or without."""

    stored: Manifest
    tiles: bool = True

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest, which names the files as they lie within the site."""
        return self.stored.model_copy(update={"files": self.stored.files.gathered()})

    def parts(self, pictures: Iterable[str]) -> Iterator[tuple[str, str]]:
        """What is copied: names in the site, and the keys of what they are copies of.

        ``pictures`` are those that the collage consists of, by their names beside it.
        """
        folder, files = f"collages/{self.manifest.id}", self.manifest.files
        beside = (files.source, *files.sources.values(), *files.masks.values())
        for name in dict.fromkeys((*pictures, *filter(None, beside))):
            yield name, f"{folder}/{name}"
        if self.tiles:
            shown = (each.key for each in self.manifest.tiles if each.state not in MISSING)
            for key in dict.fromkeys(shown):
                yield f"tiles/{key}.png", f"tiles/{key}.png"

    def index(self, page: bytes, link: Link | None, until: str | None = None) -> bytes:
        """index.html of a site, made of a collage's own.

        With ``link`` it says to programs that show previews of addresses what is behind this one,
        and all files are asked for with the query that their addresses have. ``until`` is when
        they go, in UTC.
        """
        said = {"data-shown": "copy"}
        said |= {} if self.tiles else {"data-tiles": "none"}
        said |= {"data-until": until} if until else {}
        marks = "".join(f' {name}="{html.escape(value)}"' for name, value in said.items())
        meta = "".join(
            f'\n<meta {kind}="{name}" content="{html.escape(value)}">'
            for kind, name, value in (self._preview(link) if link else ())
        )
        text = page.decode().replace(_HEAD, _HEAD + marks, 1)
        text = text.replace(_TITLE, f"<title>{html.escape(self.title)}</title>{meta}", 1)
        picture = self.manifest.files.collage or self.manifest.files.preview

        def named(found: re.Match[str]) -> str:
            name = picture if found[2] == "collage.png" else found[2]
            query = urlsplit(link(name)).query if link else ""
            return f'{found[1]}="{html.escape(f"{name}?{query}" if query else name)}"'

        return _NAMED.sub(named, text).encode()

    @property
    def title(self) -> str:
        """What the collage is called, or else how large it is."""
        grid = self.manifest.geometry
        return line(self.manifest.title or "") or f"A collage of {grid.rows} x {grid.cols} cells"

    @property
    def about(self) -> str:
        """What it shows, in a sentence."""
        count = sum(each.state not in MISSING for each in self.manifest.tiles)
        styles = dict.fromkeys(style for each in self.manifest.tiles for style in each.tile.styles)
        said = f"{count:,} pictures" if count != 1 else "One picture"
        if styles:
            named = [line(style) for style in list(styles)[:NAMED]]
            more = f" and {len(styles) - NAMED:,} more" if len(styles) > NAMED else ""
            said += f" in the styles {', '.join(named)}{more}"
        return f"{said}. Zoom in, compare, see how each was made."

    def _preview(self, link: Link) -> Iterator[tuple[str, str, str]]:
        """Open Graph, and what one large site reads in its place."""
        width, height = self.manifest.geometry.size
        while max(width, height) > PREVIEW:
            width, height = (width + 1) // 2, (height + 1) // 2
        yield "property", "og:type", "website"
        yield "property", "og:title", self.title
        yield "property", "og:description", self.about
        yield "property", "og:image", link(self.manifest.files.preview)
        yield "property", "og:image:type", "image/jpeg"
        yield "property", "og:image:width", str(width)
        yield "property", "og:image:height", str(height)
        yield "property", "og:image:alt", f"{self.title}, all of it"
        yield "name", "twitter:card", "summary_large_image"


NAMED = 5
"""Styles that a description names; of more, these first."""


def everybodys(choices: Choices) -> Choices:
    """What all people's choices come to, as those of one who has no name and writes no notes.

    A mean of scores is rounded, halves up.
    """
    at = max((each.at for own in choices.people.values() for each in own.values()), default="")
    chosen = {
        key: choice
        for key, each in taken_together(choices).items()
        if (choice := _chosen(each, at)) is not None
    }
    return Choices(id=choices.id, people={EVERYBODY: chosen} if chosen else {})


def _chosen(together: Together, at: str) -> Choice | None:
    score = None if together.score is None else int(together.score + 0.5)
    if not (together.star or together.hidden or score):
        return None
    return Choice(star=together.star, hidden=together.hidden, score=score, at=at)
