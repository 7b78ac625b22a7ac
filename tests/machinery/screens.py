"""The pictures in docs/screens: `python -m tests.machinery.screens` takes them anew.

A whole platform is started, an invented person borrows on an invented bill, and a phone of 390
pixels looks at the pages, in Chinese.
"""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page, ViewportSize

from common.periods import add_months, shanghai_date
from simulation.bills.layouts import Layout, write
from simulation.bills.months import ordinary_months
from tests.machinery.browser import open_chromium
from tests.machinery.client import ApiPerson, prepared
from tests.machinery.running import Platform, running_platform

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
PHONE = ViewportSize(width=390, height=844)
LIN = "13900000301"


def bill() -> bytes:
    """Eight ordinary months up to yesterday."""
    first_day = add_months(shanghai_date(datetime.now(UTC)), -8)  # noqa: TID251 (a tool, run by hand)
    months = ordinary_months(seed=7, first_day=first_day, months=8, monthly_income_fen=1_200_000)
    return write(months, layout=Layout.WECHAT_XLSX_2026)


def take(platform: Platform, folder: Path) -> None:
    """The offer as it is first seen, and whatever else the README shows."""
    lin = prepared(ApiPerson(platform.url, LIN, language="zh-hans"), serial=301, bills=[bill()])
    offered = lin.submit(lin.apply(1_000_000, term_months=12)["id"])
    folder.mkdir(exist_ok=True)
    with open_chromium() as chromium:
        context = chromium.new_context(viewport=PHONE, device_scale_factor=2, locale="zh-CN")
        page = context.new_page()
        sign_in(page, lin)
        page.goto(f"{platform.url}/applications/{offered['id']}/")
        page.screenshot(path=folder / "offer.png")


def sign_in(page: Page, person: ApiPerson) -> None:
    """As a borrower does: the number, then the code from the outbox."""
    page.goto(f"{person.site}/accounts/login/code/")
    page.fill("input[name=phone]", person.phone)
    page.click("main form button[type=submit]")
    page.wait_for_selector("input[name=code]")
    page.fill("input[name=code]", person.code())
    page.click("main form button[type=submit]")
    page.wait_for_url(re.compile(r"/home/$"))


if __name__ == "__main__":
    with running_platform() as running:
        take(running, Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
