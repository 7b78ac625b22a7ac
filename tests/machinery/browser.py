"""Debian's Chromium, driven by Playwright; without it, tests say loudly what they did not test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
LOUD = "NOT TESTED: "
ADVICE = "the browser journey needs Debian's Chromium: apt-get install chromium fonts-wqy-zenhei"
# Without these Chromium calls its maker's hosts and waits for them.
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--no-first-run", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@contextmanager
def open_chromium() -> Iterator[Browser]:
    """A browser, or a loud skip."""
    if not CHROMIUM.exists():
        pytest.skip(LOUD + ADVICE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        try:
            yield browser
        finally:
            browser.close()
