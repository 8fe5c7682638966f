"""What `collage view` serves, and to whom: no browser is needed for this."""

import http.client
from pathlib import Path

import pytest

from combinatoric_collage.cli.page_server import Folder, serving


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    (site / "below").mkdir(parents=True)
    (site / "index.html").write_text("<p>here</p>")
    (site / "below" / "a b.png").write_bytes(b"a picture")
    (tmp_path / "secret.txt").write_text("secret")
    (site / "link.txt").symlink_to(tmp_path / "secret.txt")
    return site


def ask(
    address: str, path: str, host: str | None = None, method: str = "GET"
) -> http.client.HTTPResponse:
    place = address.removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(place, timeout=600)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host or place)
    connection.endheaders()
    return connection.getresponse()


def test_files_are_served_by_their_kinds(folder):
    with serving(Folder(folder)) as address:
        page = ask(address, "/?a=b")
        picture = ask(address, "/below/a%20b.png")
        head = ask(address, "/index.html", method="HEAD")

        assert (page.status, page.read()) == (200, b"<p>here</p>")
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert (picture.headers["Content-Type"], picture.read()) == ("image/png", b"a picture")
        assert (head.status, head.headers["Content-Length"], head.read()) == (200, "11", b"")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/below/../../secret.txt",
        "/..%2fsecret.txt",
        "//etc/passwd",
        "/%00",
        "/link.txt",
        "/below",
        "/nothing",
        "//[",
        "/" + "a" * 300,
        "/%ed%b3%bf",
    ],
)
def test_nothing_outside_the_folder_is_served(folder, path):
    with serving(Folder(folder)) as address:
        assert ask(address, path).status == 404


@pytest.mark.parametrize("host", ["example.com", "example.com:80", "127.0.0.1", "[::1]"])
def test_another_name_that_leads_here_is_refused(folder, host):
    with serving(Folder(folder)) as address:
        assert ask(address, "/", host).status == 403
        assert ask(address, "/", f"localhost:{address.rstrip('/').split(':')[-1]}").status == 200


def test_what_cannot_be_read_is_an_answer_and_no_traceback(capfd):
    class Broken:
        def read(self, path):
            raise KeyError(path)

    with serving(Broken()) as address:
        assert ask(address, "/index.html").status == 500
        assert ask(address, "/again").status == 500
    assert "Exception occurred during processing" not in capfd.readouterr().err


def test_a_page_of_another_site_is_refused(folder):
    with serving(Folder(folder)) as address:
        place = address.removeprefix("http://").rstrip("/")
        for headers, status in (
            ({"Origin": f"http://{place}"}, 200),
            ({"Origin": "http://127.0.0.1:1"}, 403),
            ({"Origin": "null"}, 403),
            ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "script"}, 403),
            ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Dest": "iframe"}, 403),
            ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}, 200),
            ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "image"}, 200),
        ):
            connection = http.client.HTTPConnection(place, timeout=600)
            connection.request("GET", "/index.html", headers=headers)
            assert connection.getresponse().status == status, headers


def test_nothing_is_written(folder):
    with serving(Folder(folder)) as address:
        assert ask(address, "/index.html", method="PUT").status == 501
