"""The borrower's way in a real Chromium at 390 px, in Chinese and in English.

From sign-up to a repaid instalment, through the same processes that `make up` starts. Every page is
looked at by axe, must not scroll sideways, must log no error and must speak the chosen language.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as PlaywrightError

from common.clock import now
from common.periods import add_months, shanghai_date
from simulation.bills.layouts import Layout, write
from simulation.bills.months import ordinary_months
from tests.machinery.client import id_number_of, name_of
from tests.machinery.running import Platform, running_platform

pytestmark = [pytest.mark.browser, pytest.mark.platform_up, pytest.mark.timeout(600)]

AXE = Path(__file__).parents[1] / "vendor" / "axe" / "axe.min.js"
PHONE_WIDTH = 390
GRAVE = {"serious", "critical"}
# Words that stay Latin in Chinese text: our name, technical terms, codes and numbers of things.
LATIN = {
    "ZIP",
    "OFX",
    "XLS",
    "JSON",
    "Mingzhang",
    "WeChat",
    "IRR",
    "PDF",
    "CSV",
    "XLSX",
    "English",
    "example",
    "privacy",
    "mingzhang",
}
WORD = re.compile(r"[A-Za-z]{3,}")


@dataclass
class Visitor:
    """A person with a small phone, and what their pages did wrong."""

    page: Page
    site: str
    language: str
    faults: list[str] = field(default_factory=list)

    def look(self, name: str) -> None:
        """Check the page that is open."""
        self.page.add_script_tag(path=AXE)
        found = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        self.faults += [
            f"{name}: {each['id']} {each['nodes'][0]['target']}"
            for each in found["violations"]
            if each["impact"] in GRAVE
        ]
        width = self.page.evaluate("() => document.documentElement.scrollWidth")
        if width > PHONE_WIDTH:
            self.faults.append(f"{name}: {width} px wide")
        if str(self.page.get_attribute("html", "lang")).lower() != self.language:
            self.faults.append(f"{name}: not in {self.language}")
        if self.language == "zh-hans":
            self.faults += [f"{name}: {word}" for word in self.foreign_words()]

    def foreign_words(self) -> set[str]:
        """English that a Chinese page still shows."""
        text = self.page.inner_text("body")
        return set(WORD.findall(re.sub(r"\S*[@/_\d]\S*", " ", text))) - LATIN

    def open(self, path: str) -> None:
        self.go(path)
        self.look(path)

    def go(self, path: str) -> None:
        """Go there; a page that is just renewing itself may cross that once."""
        try:
            self.page.goto(self.site + path)
        except PlaywrightError as crossed:
            if "ERR_ABORTED" not in crossed.message:
                raise
            self.page.wait_for_load_state()
            self.page.goto(self.site + path)

    def send(self, form: str = "main form") -> None:
        """Press the button of a form and wait for the next page."""
        with self.page.expect_navigation():
            self.page.click(f"{form} button[type=submit]")

    def follow(self, link: str) -> None:
        """Press the first such link and wait for the page behind it."""
        with self.page.expect_navigation():
            self.page.locator(link).first.click()

    def code(self) -> str:
        """The latest code in the demonstration's outbox, read in a tab beside."""
        beside = self.page.context.new_page()
        beside.goto(self.site + "/demo/outbox/")
        found = re.search(r"\b(\d{6})\b", beside.inner_text("main"))
        beside.close()
        assert found is not None
        return found[1]


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with running_platform() as running:
        yield running


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    """Eight ordinary months up to yesterday, as WeChat mails them."""
    today = shanghai_date(now())
    records = ordinary_months(
        seed=7, first_day=add_months(today, -8), months=8, monthly_income_fen=1_200_000
    )
    path = tmp_path / "bill.xlsx"
    path.write_bytes(write(records, layout=Layout.WECHAT_XLSX_2026))
    return path


def visitor(platform: Platform, chromium: Browser, language: str) -> Visitor:
    locale = {"zh-hans": "zh-CN", "en": "en-GB"}[language]
    context = chromium.new_context(
        viewport={"width": PHONE_WIDTH, "height": 844}, locale=locale, bypass_csp=True
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    guest = Visitor(page=page, site=platform.url, language=language)
    page.on(
        "console",
        lambda said: guest.faults.append(said.text) if said.type == "error" else None,
    )
    return guest


@pytest.mark.parametrize(("language", "serial"), [("zh-hans", 401), ("en", 402)])
def test_from_sign_up_to_a_repaid_instalment(platform, chromium, bill, language, serial):
    guest = visitor(platform, chromium, language)

    sign_up(guest, serial)
    say_who_and_share(guest, serial, bill)
    apply_and_sign(guest)
    repay(guest)

    for path in ("/home/", "/rewards/", "/messages/", "/privacy/", "/loans/"):
        guest.open(path)
    assert guest.faults == []


def sign_up(guest: Visitor, serial: int) -> None:
    guest.open("/")
    guest.open("/accounts/signup/")
    guest.page.fill("input[name=phone]", f"13900000{serial}")
    guest.send()
    guest.look("code")
    guest.page.fill("input[name=code]", guest.code())
    guest.send()
    guest.look("home")


def say_who_and_share(guest: Visitor, serial: int, bill: Path) -> None:
    page = guest.page
    guest.open("/identity/")
    page.fill("input[name=name]", name_of(serial))
    page.fill("input[name=id_number]", id_number_of(serial))
    guest.send()
    for purpose in ("CONSUMPTION_RECORDS", "AUTOMATED_DECISION"):
        guest.open("/consents/")
        guest.send(f"#{purpose} form")
    guest.open("/records/")
    page.set_input_files("input[type=file]", bill)
    guest.send()
    # The page that follows the reading leads here by itself when it has ended.
    page.wait_for_selector("a[href='/records/summary/']", timeout=30_000)
    guest.look("what was read")
    for path in ("/records/summary/", "/records/lines/"):
        guest.open(path)
    guest.follow(".line-party")
    guest.look("one line")
    guest.open("/records/")
    guest.follow("a[href^='/records/bills/']")
    guest.look("one bill")


def apply_and_sign(guest: Visitor) -> None:
    page = guest.page
    guest.open("/apply/")
    guest.open("/apply/DAILY/")
    page.fill("input[name=amount]", "5000")
    page.check("input[name=term_months][value='6']")
    guest.send()
    guest.look("check")
    guest.send("main form[action$='/submit/']")
    page.wait_for_selector("form[action$='/accept/']", timeout=30_000)
    guest.look("offer")
    guest.send("main form[action$='/accept/']")
    guest.look("cost")
    early = page.locator("form[action$='/cost/confirm/'] button")
    assert early.get_attribute("aria-disabled") == "true", "the cost must be read first"
    guest.send("main form[action$='/cost/confirm/']")
    guest.look("contract")
    page.check("form[action$='/sign/'] input[type=checkbox]")
    guest.send("main form[action$='/sign/']")
    guest.look("signed")


def repay(guest: Visitor) -> None:
    page = guest.page
    guest.open("/loans/")
    guest.follow("main a[href^='/loans/']:not([href='/loans/'])")
    page.wait_for_selector("form[action$='/pay/']", timeout=30_000)
    guest.look("loan")
    guest.send("main form[action$='/pay/']")
    page.wait_for_selector("a[href='/rewards/']", timeout=30_000)
    guest.look("paid")
    guest.go("/loans/")
    guest.follow("main a[href^='/loans/']:not([href='/loans/'])")
    page.wait_for_load_state()
    paid = page.locator("progress").first.get_attribute("value")
    assert paid == "1", "the first instalment is paid"
