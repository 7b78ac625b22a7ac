"""What tests stand on does what it promises: closed sockets, a browser, loud skips."""

import socket
import subprocess
import sys
import urllib.request

import pytest

from borrowers.people.models import Account
from config.services.layout import ROOT
from tests.machinery import browser
from tests.machinery.sockets import SocketIsClosed

FORBIDDEN = "192.0.2.1"  # an address that is reserved for documentation

SKIPPING = """
import pytest
from tests.machinery import browser

def test_a_page(monkeypatch, tmp_path):
    monkeypatch.setattr(browser, "CHROMIUM", tmp_path / "none")
    with browser.open_chromium():
        raise AssertionError("there is no browser")
"""


def run_test(content):
    """Run a test file of a moment in a pytest of its own; its output."""
    file = ROOT / "tests/platform/test_of_a_moment.py"
    file.write_text(content)
    try:
        return subprocess.run(
            [sys.executable, "-m", "pytest", str(file)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        ).stdout
    finally:
        file.unlink()


class TestSockets:
    def test_are_closed_to_the_world(self):
        with socket.socket() as probe, pytest.raises(SocketIsClosed, match=FORBIDDEN):
            probe.connect((FORBIDDEN, 80))

        with socket.socket() as probe, pytest.raises(SocketIsClosed):
            probe.connect_ex((FORBIDDEN, 80))

    def test_ask_nobody_for_a_name(self):
        with pytest.raises(SocketIsClosed, match="example"):
            urllib.request.urlopen("http://bank.example/")

    def test_are_open_to_this_machine(self):
        with socket.socket() as listener, socket.socket() as probe:
            listener.bind(("127.0.0.1", 0))
            listener.listen()

            probe.connect(listener.getsockname())

        assert socket.getaddrinfo("localhost", 80)


@pytest.mark.browser
class TestChromium:
    def test_shows_a_page(self, chromium):
        page = chromium.new_page()
        page.set_content("<title>明账</title>")

        assert page.title() == "明账"
        page.close()

    @pytest.mark.django_db
    def test_that_is_closed_again_lets_the_database_be_asked(self):
        with browser.open_chromium() as chromium:
            chromium.new_page()

        assert Account.objects.count() == 0

    def test_that_is_missing_is_said_loudly(self):
        said = run_test(SKIPPING)

        assert "1 skipped" in said
        assert f"\n{browser.LOUD}{browser.ADVICE}\n" in said
