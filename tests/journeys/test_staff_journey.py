"""An officer's day in a real Chromium: a referred case is decided, an alert is taken and closed.

The borrower is a mobile client beside; worker, beat and sandbox bank are the real processes. Every
staff page that is opened is looked at by axe and must log no error.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from common.clock import now
from common.periods import add_months, shanghai_date
from simulation.bills.layouts import Layout, write
from simulation.bills.months import ordinary_months
from simulation.cast import STAFF
from tests.machinery.client import ApiPerson, prepared
from tests.machinery.running import Platform, running_platform, until

pytestmark = [pytest.mark.browser, pytest.mark.platform_up, pytest.mark.timeout(600)]

AXE = Path(__file__).parents[1] / "vendor" / "axe" / "axe.min.js"
GRAVE = {"serious", "critical"}
DESK_WIDTH = 1280
MEI, ADMINISTRATOR, _ANALYST = STAFF
CHEN = "13900000501"
NOTE = "Chen showed the payslips of a second job at the counter."
CLOSING_NOTE = "Chen was ill and pays on Friday."
ROW = "SELECT action, actor_kind FROM common_auditentry WHERE action = ANY(%s) ORDER BY id"


@dataclass
class Desk:
    """A member of staff before a wide screen, and what the pages did wrong."""

    page: Page
    site: str
    faults: list[str] = field(default_factory=list)

    def look(self) -> None:
        """Check the page that is open."""
        # Evaluated, not added: the page's own script policy stays in force.
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        self.faults += [
            f"{self.page.url}: {each['id']} {each['nodes'][0]['target']}"
            for each in found["violations"]
            if each["impact"] in GRAVE
        ]
        width = self.page.evaluate("() => document.documentElement.scrollWidth")
        if width > DESK_WIDTH:
            self.faults.append(f"{self.page.url}: {width} px wide")

    def open(self, path: str) -> None:
        answer = self.page.goto(self.site + path)
        assert answer is not None
        assert answer.status == 200, path
        self.look()

    def follow(self, words: str, *, within: str = "main") -> None:
        """Click a link or a button by its words, and look at what comes."""
        target = self.page.locator(within).get_by_text(words, exact=True).first
        with self.page.expect_navigation():
            target.click()
        self.look()

    def reads(self) -> str:
        return " ".join(self.page.inner_text("body").split())

    def badge(self, line: str) -> str:
        """The number beside a line of the sidebar; nothing where there is none."""
        words = self.page.locator("#nav-sidebar-apps a", has_text=line).first.inner_text().split()
        return words[-1] if words[-1].isdigit() else ""

    def code(self) -> str:
        """The latest code in the demonstration's outbox, read in a tab beside."""
        beside = self.page.context.new_page()
        beside.goto(self.site + "/demo/outbox/")
        found = re.search(r"\b(\d{6})\b", beside.inner_text("main"))
        beside.close()
        assert found is not None
        return found[1]

    def sign_in(self, phone: str, password: str) -> None:
        """Password first, code second; then the workbench."""
        self.page.goto(f"{self.site}/admin/")
        self.page.fill("input[name=login]", phone)
        self.page.fill("input[name=password]", password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("input[name=code]")
        self.page.fill("input[name=code]", self.code())
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/admin/")
        self.look()


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with running_platform() as running:
        yield running


@pytest.fixture(scope="module")
def passwords(platform: Platform) -> dict[str, str]:
    """What `manage.py demonstration_logins` tells whoever started the platform."""
    lines = [line.split() for line in platform.manage("demonstration_logins").splitlines()]
    phones = {each.phone for each in STAFF}
    return {words[0]: words[1] for words in lines if words and words[0] in phones}


@pytest.fixture(scope="module")
def chen(platform: Platform) -> ApiPerson:
    """Somebody with a month of records and little of it: a case for a person."""
    today = shanghai_date(now())
    records = ordinary_months(
        seed=501, first_day=add_months(today, -1), months=1, monthly_income_fen=300_000
    )
    bill = write(records[:12], layout=Layout.WECHAT_XLSX_2026)
    return prepared(ApiPerson(platform.url, CHEN), serial=501, bills=[bill])


@pytest.fixture(scope="module")
def case(chen: ApiPerson) -> Any:
    """Chen's application, which the machine sent to a person."""
    sent = chen.submit(chen.apply(200_000, term_months=3)["id"])
    assert sent["state"] == "REFERRED"
    return sent


@pytest.fixture(scope="module")
def mei(platform: Platform, chromium: Browser, passwords: dict[str, str]) -> Iterator[Desk]:
    """Signed in once for the whole day."""
    desk = at_a_desk(platform, chromium, language="en-GB")
    desk.sign_in(MEI.phone, passwords[MEI.phone])
    yield desk
    desk.page.context.close()


def at_a_desk(
    platform: Platform, chromium: Browser, *, language: str, theme: str = "light"
) -> Desk:
    context = chromium.new_context(
        viewport={"width": DESK_WIDTH, "height": 900},
        locale=language,
        color_scheme="dark" if theme == "dark" else "light",
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    desk = Desk(page=page, site=platform.url)
    page.on(
        "console",
        lambda said: (
            desk.faults.append(f"{page.url}: {said.text}") if said.type == "error" else None
        ),
    )
    page.on("pageerror", lambda fault: desk.faults.append(f"{page.url}: {fault}"))
    return desk


def audited(platform: Platform, *actions: str) -> list[tuple[Any, ...]]:
    return platform.rows(ROW, list(actions))


def test_an_officers_day(platform, chromium, chen, case, mei):
    """One story, told in this order."""
    a_borrower_is_not_let_in(chen, case, chromium, platform)
    the_workbench_shows_what_waits(mei, case)
    a_referred_case_is_decided_with_a_note(mei, case, platform)
    the_borrower_has_the_offer_and_takes_it(chen, case)
    a_late_instalment_raises_an_alert(chen, platform, mei)
    the_officer_looks_at_the_phone_for_a_reason_that_is_kept(mei, platform)
    the_alert_is_taken_and_closed_with_a_reason(mei, platform)
    the_borrower_was_told_and_sees_who_looked(chen)
    words_about_the_person_stand_nowhere_in_the_clear(platform)
    the_officer_signs_out_by_a_button(mei)
    no_page_did_anything_wrong(mei)


def a_borrower_is_not_let_in(
    chen: ApiPerson, case: Any, chromium: Browser, platform: Platform
) -> None:
    desk = at_a_desk(platform, chromium, language="en-GB")
    desk.page.goto(f"{platform.url}/accounts/login/code/")
    desk.page.fill("input[name=phone]", CHEN)
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_selector("input[name=code]")
    desk.page.fill("input[name=code]", desk.code())
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url("**/home/")

    answer = desk.page.goto(f"{platform.url}/admin/")

    assert answer is not None
    assert answer.status == 403
    desk.page.context.close()


def the_workbench_shows_what_waits(mei: Desk, case: Any) -> None:
    mei.open("/admin/")

    words = mei.reads()
    assert "Credit officer 139****0091" in words
    assert mei.badge("Applications waiting") == "1"
    assert "¥2,000.00 over 3 months" in words
    assert CHEN not in words


def a_referred_case_is_decided_with_a_note(mei: Desk, case: Any, platform: Platform) -> None:
    mei.open("/admin/")
    mei.follow("¥2,000.00 over 3 months")
    assert case["id"] in mei.reads()
    mei.follow("Decide this application")
    form = mei.page.locator("form:has(textarea[name=note])")
    form.locator("input[name=outcome][value=OFFERED]").check()
    form.locator("input[name=limit]").fill("1500")
    form.locator("input[name=annual_rate_percent]").fill("16.80")
    reason = form.locator("select[name=reason_code] optgroup").first.locator("option").first
    form.locator("select[name=reason_code]").select_option(reason.get_attribute("value"))
    form.locator("textarea[name=note]").fill(NOTE)

    mei.follow("Decide and tell the borrower")

    assert "Decided. The borrower has been told." in mei.reads()
    assert audited(platform, "scoring.assessment.reviewed") == [
        ("scoring.assessment.reviewed", "STAFF")
    ]
    mei.open("/admin/")
    assert mei.badge("Applications waiting") == ""
    assert "Nothing waits for you. Well done." in mei.reads()


def the_borrower_has_the_offer_and_takes_it(chen: ApiPerson, case: Any) -> None:
    offered = chen.application(case["id"])

    assert offered["state"] == "OFFERED"
    assert offered["offer"]["amount_fen"] == 150_000
    assert offered["offer"]["annual_rate_ppm"] == 168_000
    assert "OFFER_READY" in {note["template"] for note in chen.messages()}
    chen.accept(case["id"])
    chen.read_cost(case["id"])
    loan = chen.paid_out(chen.sign(case["id"])["loan"])
    assert loan["state"] == "ACTIVE"


def a_late_instalment_raises_an_alert(chen: ApiPerson, platform: Platform, mei: Desk) -> None:
    loan = chen.get("loans")["results"][0]
    first = chen.schedule(loan["id"])["results"][0]
    late_by_two = date.fromisoformat(first["due_on"]) + timedelta(days=2)

    platform.manage("close_day", "--to", late_by_two.isoformat())
    platform.manage("watch_loans")

    until(
        lambda: platform.rows("SELECT 1 FROM monitoring_alert") != [],
        seconds=60,
        what="the alert of a late instalment",
    )
    mei.open("/admin/")
    assert mei.badge("Alerts open") == "1"
    assert "An instalment is late" in mei.reads()


def the_officer_looks_at_the_phone_for_a_reason_that_is_kept(mei: Desk, platform: Platform) -> None:
    mei.open("/admin/")
    mei.follow("An instalment is late")
    with mei.page.expect_navigation():
        mei.page.locator("main a[href*='/borrowers/borrower/']").first.click()
    mei.look()
    mei.page.check("input[name=fields_asked][value=phone]")
    mei.page.select_option("select[name=reason_code]", "BORROWER_ASKED")

    mei.follow("Show clear details")

    assert CHEN in mei.reads()
    seen = platform.rows(
        "SELECT e.fields_seen, e.reason_code, a.is_staff FROM borrowers_accessentry e"
        " JOIN borrowers_account a ON a.id = e.seen_by_id"
    )
    assert seen == [(["phone"], "BORROWER_ASKED", True)]
    assert audited(platform, "borrowers.person.revealed") == [
        ("borrowers.person.revealed", "STAFF")
    ]


def the_alert_is_taken_and_closed_with_a_reason(mei: Desk, platform: Platform) -> None:
    mei.open("/admin/monitoring/alert/")
    mei.follow("An instalment is late", within="#result_list")
    mei.follow("Take")
    assert "139****0091" in mei.reads()
    mei.page.select_option("select[name=reason]", "HELP_AGREED")
    mei.page.fill("textarea[name=note]", CLOSING_NOTE)

    mei.follow("Close the alert")

    assert "The alert is closed." in mei.reads()
    alerts = platform.rows("SELECT state, close_reason, note_id IS NOT NULL FROM monitoring_alert")
    assert alerts == [("CLOSED", "HELP_AGREED", True)]
    taken, closed = "monitoring.alert.taken", "monitoring.alert.closed"
    assert audited(platform, taken, closed) == [(taken, "STAFF"), (closed, "STAFF")]
    mei.open("/admin/")
    assert mei.badge("Alerts open") == ""


def the_borrower_was_told_and_sees_who_looked(chen: ApiPerson) -> None:
    assert "LATE_NOTE" in {note["template"] for note in chen.messages()}


def words_about_the_person_stand_nowhere_in_the_clear(platform: Platform) -> None:
    tables = platform.rows(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    for (table,) in tables:
        text = str(platform.rows(f'SELECT row_to_json(t)::text FROM "{table}" t'))
        assert NOTE not in text, table
        assert CLOSING_NOTE not in text, table


def the_officer_signs_out_by_a_button(mei: Desk) -> None:
    mei.open("/admin/")
    mei.page.click(".staff-who")
    with mei.page.expect_navigation():
        mei.page.click("#logout-form button")

    assert "/accounts/login/" in mei.page.url
    mei.page.goto(f"{mei.site}/admin/")
    assert "/accounts/login/" in mei.page.url


def no_page_did_anything_wrong(mei: Desk) -> None:
    assert mei.faults == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_line_of_the_sidebar_is_a_sound_page(platform, chromium, passwords, theme):
    desk = at_a_desk(platform, chromium, language="zh-CN", theme=theme)
    desk.sign_in(ADMINISTRATOR.phone, passwords[ADMINISTRATOR.phone])
    links = desk.page.locator("#nav-sidebar-apps a")
    paths = [str(links.nth(at).get_attribute("href")) for at in range(links.count())]
    assert len(paths) > 20

    for path in paths:
        desk.open(path)
        rows = desk.page.locator("#result_list th a")
        if rows.count():
            desk.open(str(rows.first.get_attribute("href")))

    assert desk.faults == []
    desk.page.context.close()


def test_the_menu_works_without_a_mouse_and_changes_the_language(platform, chromium, passwords):
    desk = at_a_desk(platform, chromium, language="zh-CN")
    desk.sign_in(ADMINISTRATOR.phone, passwords[ADMINISTRATOR.phone])

    desk.page.focus(".staff-who")
    desk.page.keyboard.press("Enter")
    assert desk.page.get_attribute(".staff-who", "aria-expanded") == "true"
    with desk.page.expect_navigation():
        desk.page.click("#staff-account button:has-text('English')")

    assert "Workbench" in desk.reads()
    desk.page.focus(".staff-search")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_selector("#search-input-command", state="visible")
    desk.page.locator("#search-input-command").press_sequentially("loan")
    desk.page.wait_for_selector("#command-results-list")
    assert "Loans" in desk.page.inner_text("#command-results")
    assert desk.faults == []
    desk.page.context.close()
