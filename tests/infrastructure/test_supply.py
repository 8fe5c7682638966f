"""What is said of others' work that is shipped: licences, the bill of materials, the audit."""

import json
import re
import sys

import pytest

from supply import audit, notice, sbom, shipped


def rows():
    """(name, version, where, licence) of NOTICE's table."""
    found = re.findall(r"^\| (.+) \| (.+) \| (.+) \| (.+) \|$", notice.NOTICE.read_text(), re.M)
    return found[2:]


def test_notice_has_the_licence_of_all_that_layers_and_page_ship_and_of_nothing_else():
    shown = [*shipped.layers(), *shipped.page()]

    assert [row[:3] for row in rows()] == [(one.name, one.version, one.where) for one in shown]
    assert "openseadragon" in [row[0] for row in rows()]
    assert not [row for row in rows() if row[3] in ("None", "UNKNOWN", "")]


def test_the_bill_of_materials_has_every_package_of_every_lock_once():
    document = sbom.document()
    places = {place["bom-ref"]: place["components"] for place in document["components"]}

    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert set(places) == {
        *(f"layer {lock.parent.name}" for lock in shipped.LAYERS),
        "page",
        "image",
    }
    for lock in shipped.LAYERS:
        listed = [(c["name"], c["version"]) for c in places[f"layer {lock.parent.name}"]]
        assert listed == shipped.pinned(lock)
        assert len(listed) == lock.read_text().count("==")
    names = [component["name"] for component in places["image"]]
    assert {"torch", "diffusers", "nvidia/cuda"} <= set(names)
    refs = [c["bom-ref"] for components in places.values() for c in components]
    assert len(refs) == len(set(refs))
    assert all(re.fullmatch(r"pkg:\w+/[\w./-]+@[\w.+-]+", ref.split("/", 1)[1]) for ref in refs)


def pip_audit(answer: str, complaint: str = "") -> list[str]:
    """A command in the place of pip-audit that answers so, whatever it is asked."""
    code = f"import sys; print({answer!r}); sys.stderr.write({complaint!r}); sys.exit(1)"
    return [sys.executable, "-c", code]


def test_an_audit_names_what_is_known_and_by_what_it_is_mended():
    known = {"id": "PYSEC-2026-1", "fix_versions": ["1.1"], "aliases": [], "description": ""}
    package = {"name": "sample", "version": "1.0", "vulns": [known]}
    fine = {"name": "other", "version": "2.0", "vulns": []}

    code, said = audit.audited(
        pip_audit(json.dumps({"dependencies": [package, fine]})), shipped.LAYERS[0]
    )

    assert code == audit.KNOWN
    assert said.strip() == "sample 1.0: PYSEC-2026-1, mended in 1.1"
    assert audit.audited(pip_audit('{"dependencies": []}'), shipped.LAYERS[0])[0] == 0


def test_a_package_that_was_passed_over_is_not_audited():
    fine = {"name": "other", "version": "2.0", "vulns": []}
    skipped = {"name": "sample", "skip_reason": "Dependency not found"}

    code, said = audit.audited(
        pip_audit(json.dumps({"dependencies": [fine, skipped]})), shipped.LAYERS[0]
    )

    assert code == audit.NOT_ASKED
    assert "NOT AUDITED" in said
    assert "about sample" in said


@pytest.mark.parametrize(
    "command", [pip_audit("", "ERROR: no route to the database"), ["/nonexistent/pip-audit"]]
)
def test_an_audit_that_cannot_ask_says_so_and_does_not_pass(command, capsys):
    assert audit.main(command) == audit.NOT_ASKED

    said = capsys.readouterr().out
    assert "NOT AUDITED" in said
    assert "no route to the database" in said or "No such file" in said
