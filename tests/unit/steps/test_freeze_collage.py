"""The copy of a collage's page for others: what is in it, what is not, and that it stays."""

import json
import re

import pytest

from collage import page
from collage.choices.choice import Change, Choices
from collage.errors import NotInStore, StoreUnavailable
from collage.manifest import Manifest
from collage.steps.freeze_collage import freeze
from tests.unit.runs import assemble, made

INTO = "shares/one/site"
QUERY = "Policy=a_b-c~&Signature=d"


@pytest.fixture(autouse=True)
def _built():
    if not page.is_built():
        pytest.skip(page.NOT_BUILT)


def link(name):
    return f"https://pictures.example/{INTO}/{name}?{QUERY}"


def index(stack):
    return stack.get(f"{INTO}/index.html").decode()


def names(stack, into=INTO):
    return {key.removeprefix(f"{into}/") for key in stack.listing(f"{into}/")}


def test_it_has_what_the_page_needs_and_nothing_else(stack):
    collage, other = made(stack), made(stack, seed=7)
    count = freeze(stack.store, collage, INTO)
    manifest = Manifest.model_validate_json(stack.get(f"{INTO}/manifest.json"))
    own, others = (
        {f"tiles/{tile.key}.png" for tile in stack.store.manifest(each).tiles}
        for each in (collage, other)
    )
    assert own - others, "the two have tiles of their own"
    files = manifest.files
    assert names(stack) == {
        *("index.html", "page.css", "page.js", "manifest.js", "manifest.json", "choices.js"),
        *stack.store.result_files(collage),
        *(files.source, *files.masks.values()),
        *own,
    }
    assert count == len(names(stack))
    assert (files.tiles, files.source) == ("tiles", "source.png")
    for name in ("collage.png", "source.png", *own):
        key = name if name in own else f"collages/{collage}/{name}"
        assert stack.get(f"{INTO}/{name}") == stack.get(key)
    named = set(re.findall(r'(?:href|src)="([^"]+)"', index(stack)))
    assert {name for name in named if not name.startswith("data:")} <= names(stack)
    assert b"../" not in stack.get(f"{INTO}/manifest.js")
    # Nothing is absolute but the names of namespaces, which nobody asks for.
    assert set(re.findall(r"https?://[^\"' ]+", index(stack))) == {"http://www.w3.org/2000/svg"}
    told = stack.store.s3.head_object(Bucket=stack.store.collages, Key=f"{INTO}/{min(own)}")
    assert told["ContentType"] == "image/png"


def test_tiles_are_left_out(stack):
    freeze(stack.store, made(stack), INTO, tiles=False, until="2026-02-01T00:00:00+00:00")
    assert not [name for name in names(stack) if name.startswith("tiles/")]
    assert ' data-tiles="none" data-until="2026-02-01T00:00:00+00:00"' in index(stack)


def test_an_address_goes_on_to_all_files_and_shows_a_preview(stack):
    freeze(stack.store, made(stack, title='Barns & "<b>barns</b>"'), INTO, link=link)
    text, query = index(stack), QUERY.replace("&", "&amp;")
    for name in ("page.css", "manifest.js", "page.js", "collage.png"):
        assert f'"{name}?{query}"' in text
    title = "Barns &amp; &quot;&lt;b&gt;barns&lt;/b&gt;&quot;"
    image = f"https://pictures.example/{INTO}/preview.jpg?{query}"
    told = dict(
        re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)">', text)
    )
    assert f"<title>{title}</title>" in text
    assert (told["og:title"], told["og:image"]) == (title, image)
    assert told["twitter:card"] == "summary_large_image"
    # What the picture is: 3 x 2 cells of 32 pixels, and what is around them.
    size = stack.store.manifest(collage_of(stack)).geometry.size
    assert (int(told["og:image:width"]), int(told["og:image:height"])) == size
    assert told["og:description"].startswith("6 pictures in the styles ")


def collage_of(stack):
    return json.loads(stack.get(f"{INTO}/manifest.json"))["id"]


def test_choices_go_without_names_and_notes(stack):
    collage = made(stack)
    first, second, third = (each.key for each in stack.store.manifest(collage).tiles[:3])
    chosen = Choices(id=collage).changed(
        "anna", {first: Change(star=True, score=4, note="ours"), third: Change(note="only this")}
    )
    chosen = chosen.changed(
        "ben", {first: Change(hidden=True, score=5), second: Change(hidden=True)}
    )
    stack.store.change_choices(collage, lambda _: chosen)
    freeze(stack.store, collage, INTO)
    script = stack.get(f"{INTO}/choices.js").decode()
    (told,) = json.loads(script.removeprefix("window.choices = ").rstrip(";\n"))["people"].values()
    assert {key: {k: v for k, v in each.items() if k != "at"} for key, each in told.items()} == {
        first: {"star": True, "score": 5},
        second: {"hidden": True},
    }
    assert not re.search("anna|ben|ours|only this", script)


def test_it_stays_as_it_was(stack):
    collage = made(stack)
    freeze(stack.store, collage, INTO)
    before = {name: stack.get(f"{INTO}/{name}") for name in names(stack)}
    stack.store.put_file(collage, "", "collage.png", b"another layout")
    stack.store.put_file(collage, "", "preview.jpg", b"another layout")
    assert freeze(stack.store, collage, INTO, tiles=False, link=link) == len(before)
    assert {name: stack.get(f"{INTO}/{name}") for name in names(stack)} == before


def failing(stack, after):
    """Have S3 give up after so many copies; what was copied, and a switch."""
    copied, broken = [], [True]

    def copy(params, **_):
        if broken[0] and len(copied) >= after:
            raise StoreUnavailable("S3 answered SlowDown.")
        copied.append(params["Key"])

    stack.store.s3.meta.events.register("provide-client-params.s3.CopyObject", copy)
    return copied, broken


def test_an_interrupted_copy_is_gone_on_with(stack, written):
    collage = made(stack)
    copied, broken = failing(stack, after=5)
    with pytest.raises(StoreUnavailable):
        freeze(stack.store, collage, INTO)
    assert "index.html" not in names(stack)
    broken[0] = False
    freeze(stack.store, collage, INTO)
    assert len(copied) == len(set(copied)), "nothing is copied twice"
    assert written[-1] == f"{INTO}/index.html"


def test_a_collage_made_anew_meanwhile_is_copied_anew(stack):
    collage = made(stack)
    _, broken = failing(stack, after=5)
    with pytest.raises(StoreUnavailable):
        freeze(stack.store, collage, INTO)
    broken[0] = False
    stack.store.put_manifest(assemble(stack, collage).model_copy(update={"title": "Again"}))
    stack.store.put_file(collage, "", "preview.jpg", b"of the other")
    freeze(stack.store, collage, INTO)
    assert stack.get(f"{INTO}/preview.jpg") == b"of the other"
    assert "Again" in index(stack)


def test_of_no_collage_there_is_none(stack):
    with pytest.raises(NotInStore):
        freeze(stack.store, "0" * 20, INTO)
    assert names(stack) == set()
