"""Exports of collages that were made by their steps."""

from collage.choices.choice import Change, Choices
from collage.digest import canonical
from collage.export.asked import parse_export
from collage.steps.export_collage import export_collage, order


def taken(stack, collage, kind, **options):
    """An export, by its record and the file's bytes."""
    asked = parse_export({"kind": kind, **options})
    ordered = order(stack.store, collage, asked)
    exported = export_collage(stack.store, collage, ordered.name, asked, ordered.tiles)
    data = stack.get(f"collages/{collage}/exports/{ordered.name}/{exported.file}")
    assert len(data) == exported.bytes
    return exported, data


def change(stack, collage, what, *indexes):
    """Choices of some tiles, as if a person had made them."""
    manifest = stack.store.manifest(collage)
    choices = Choices(id=collage).changed("anna", {manifest.tiles[i].key: what for i in indexes})
    stack.store.put_file(collage, "", "choices.json", canonical(choices.model_dump(mode="json")))


def star(stack, collage, *indexes):
    change(stack, collage, Change(star=True), *indexes)


def hide(stack, collage, *indexes):
    change(stack, collage, Change(hidden=True), *indexes)
