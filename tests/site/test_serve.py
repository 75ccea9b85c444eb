"""`make serve` shows the built site to this machine alone, and says in a sentence why it cannot."""

import re
import socket
import threading
import urllib.request
from urllib.error import HTTPError

import pytest

from dlbook_lib.site import serve


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A built site of two files."""
    (tmp_path / "secret.txt").write_text("Not built.")
    folder = tmp_path / "html"
    folder.mkdir()
    (folder / "index.html").write_text("<p>Built.</p>")
    (folder / "module.mjs").write_text("export {};")
    monkeypatch.setattr(serve, "SITE", folder)
    monkeypatch.delenv("PORT", raising=False)
    return folder


@pytest.fixture
def server(site):
    """The site, being served."""
    opened = serve.open_server()
    threading.Thread(target=opened.serve_forever, args=(0.01,), daemon=True).start()
    yield opened
    opened.shutdown()
    opened.server_close()


@pytest.fixture
def taken():
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


@pytest.fixture
def no_waiting(monkeypatch):
    """Let a server stop, as if the user had, as soon as it would serve."""
    opened = []

    def interrupt(self):
        opened.append(self.server_address)
        self.server_close()
        raise KeyboardInterrupt

    monkeypatch.setattr(serve.ThreadingHTTPServer, "serve_forever", interrupt)
    return opened


def get(server, path):
    return urllib.request.urlopen(f"http://127.0.0.1:{server.server_address[1]}/{path}", timeout=10)


def stopped(message):
    return pytest.raises(SystemExit, match=f"^{re.escape(message)}$")


def test_pages_are_served(server):
    with get(server, "") as answer:
        assert answer.read() == b"<p>Built.</p>"
        assert answer.headers.get_content_type() == "text/html"


def test_javascript_modules_have_the_type_that_browsers_ask_for(server):
    with get(server, "module.mjs") as answer:
        assert answer.headers.get_content_type() == "text/javascript"


@pytest.mark.parametrize("path", ["nowhere.html", "../secret.txt", "%2e%2e/secret.txt", "secret.txt"])
def test_nothing_outside_the_site_is_served(server, path):
    with pytest.raises(HTTPError, match="404"):
        get(server, path)


def test_requests_are_not_logged(server, capfd):
    get(server, "").close()
    assert capfd.readouterr() == ("", "")


def test_only_this_machine_is_answered(server):
    assert server.socket.getsockname()[0] == "127.0.0.1"
    port = server.server_address[1]
    with pytest.raises(OSError):  # noqa: PT011  (refused on Linux; macOS has no such address of its own)
        socket.create_connection(("127.0.0.2", port), timeout=2)


def test_the_next_free_port_is_taken(site, taken):
    with pytest.raises(OSError, match="in use"):
        serve.open_server(taken)
    opened = serve.open_server(taken, tries=50)
    assert taken < opened.server_address[1] < taken + 50
    opened.server_close()


def test_the_address_is_said(site, no_waiting, capsys):
    serve.main()
    ((_, port),) = no_waiting
    assert serve.FIRST_PORT <= port < serve.FIRST_PORT + serve.TRIES
    assert capsys.readouterr().out == f"serve: http://localhost:{port} (stop with Ctrl+C)\n\n"


def test_the_port_that_is_asked_for_is_taken(site, no_waiting, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        free = other.getsockname()[1]
    monkeypatch.setenv("PORT", str(free))
    serve.main()
    assert no_waiting == [("127.0.0.1", free)]


def test_an_empty_port_is_none(site, no_waiting, monkeypatch):
    monkeypatch.setenv("PORT", "")
    serve.main()
    assert len(no_waiting) == 1


def test_without_a_site_one_sentence_is_said(site, no_waiting):
    (site / "index.html").unlink()
    with stopped("serve: there is no site yet: run `make book`"):
        serve.main()
    assert not no_waiting


@pytest.mark.parametrize("port", ["0", "65536", "-1", "80.5", "http", " 8000", "²", "8" * 20])
def test_a_wrong_port_is_named(site, no_waiting, monkeypatch, port):
    monkeypatch.setenv("PORT", port)
    with stopped(f"serve: PORT must be a number from 1 to 65535, got {port!r}"):
        serve.main()
    assert not no_waiting


@pytest.mark.parametrize("asked", [True, False])
def test_a_port_in_use_is_a_sentence(site, taken, no_waiting, monkeypatch, asked):
    if asked:
        monkeypatch.setenv("PORT", str(taken))
    else:
        monkeypatch.setattr(serve, "FIRST_PORT", taken)
        monkeypatch.setattr(serve, "TRIES", 1)
    with stopped("serve: no free port (Address already in use): name one with PORT=9000 make serve"):
        serve.main()
    assert not no_waiting
