"""The staff site: who comes in, what the sidebar leads to, who the page says is at the desk."""

import re
from datetime import date

import pytest
from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.actors import Actor
from config.staff import sidebar
from config.tests import desk
from lending.tests import builders, doors
from monitoring.alerts import actions as alerts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
INDEX = "/admin/"


class TestTheDoor:
    @pytest.mark.parametrize("path", [INDEX, "/admin/lending/loan/", "/admin/password_change/"])
    def test_leads_strangers_to_the_page_that_asks_for_a_password(self, path):
        first = doors.stranger().get(path)

        assert first.status_code == 302
        second = doors.stranger().get(first["Location"])
        assert second["Location"] == f"{reverse('account_login')}?next={path}"

    @pytest.mark.parametrize("path", [INDEX, "/admin/lending/loan/", "/admin/monitoring/alert/"])
    def test_is_closed_to_borrowers(self, path):
        lin = doors.web_of(builders.person("Lin"))

        answer = lin.get(path, follow=True)

        assert answer.status_code == 403
        assert "sidebar_navigation" not in (answer.context or {})

    def test_is_closed_to_staff_who_left(self):
        account = desk.officer()
        client = desk.browser_of(account)
        type(account).objects.update(is_active=False)

        assert client.get(INDEX).status_code == 302

    def test_lets_officers_and_administrators_in(self, mei, administrator):
        assert mei.get(INDEX).status_code == 200
        assert administrator.get(INDEX).status_code == 200

    def test_is_left_by_a_click_and_not_by_a_link(self, mei):
        assert mei.get(reverse("admin:logout")).status_code == 405
        assert SESSION_KEY in mei.session

        answer = mei.post(reverse("admin:logout"))

        assert answer["Location"] == reverse("account_login")
        assert SESSION_KEY not in mei.session

    def test_lets_staff_change_their_password(self, mei):
        page = mei.get(reverse("admin:password_change"))

        assert page.status_code == 200
        changed = mei.post(
            reverse("admin:password_change"),
            {
                "old_password": desk.PASSWORD,
                "new_password1": "another long password",
                "new_password2": "another long password",
            },
        )
        assert changed.status_code == 302
        account = desk.rows_of("borrowers.Account").get(is_staff=True)
        assert account.check_password("another long password")


class TestTheSidebar:
    @pytest.mark.parametrize("entry", sidebar.ENTRIES, ids=sidebar.link_of)
    def test_opens_for_the_officer(self, mei, entry):
        page = mei.get(sidebar.link_of(entry))

        assert page.status_code == 200
        assert str(entry.title) in desk.titles(page)

    @pytest.mark.parametrize("entry", sidebar.ENTRIES, ids=sidebar.link_of)
    def test_opens_for_the_administrator(self, administrator, entry):
        assert administrator.get(sidebar.link_of(entry)).status_code == 200

    @pytest.mark.parametrize("entry", sidebar.ENTRIES, ids=sidebar.link_of)
    def test_stays_closed_to_a_borrower(self, entry):
        lin = doors.web_of(builders.person("Lin"))

        assert lin.get(sidebar.link_of(entry), follow=True).status_code == 403

    def test_leads_to_every_table_of_ours_that_has_a_page(self):
        from django.contrib import admin  # noqa: PLC0415 (the site is made when it is first asked)

        ours = {
            model._meta.label
            for model in apps.get_models()
            if admin.site.is_registered(model) and model._meta.app_label in desk.OUR_APPS
        }

        assert ours == {entry.model for entry in sidebar.ENTRIES}

    def test_is_grouped_as_people_work(self, mei):
        page = mei.get(INDEX)

        groups = [str(group["title"]) for group in page.context["sidebar_navigation"]]
        assert groups == ["", "Work", "People", "Lending", "Books", "Decisions"]
        assert desk.titles(page)[:3] == ["Workbench", "Applications waiting", "Alerts open"]

    def test_shows_a_clerk_only_what_the_clerk_may_see(self):
        clerk = desk.browser_of(desk.clerk("view_loan", "view_transfer"))

        page = clerk.get(INDEX)

        assert desk.titles(page) == ["Workbench", "Loans", "Transfers"]

    def test_shows_a_clerk_without_rights_the_workbench_alone(self):
        page = desk.browser_of(desk.clerk()).get(INDEX)

        assert page.status_code == 200
        assert desk.titles(page) == ["Workbench"]
        assert page.context["cards"] == []
        assert page.context["queue"] == []
        assert "house" not in page.context

    def test_counts_for_a_clerk_nothing_that_the_clerk_may_not_see(self):
        clerk = desk.browser_of(desk.clerk("view_merchant"))
        clerk.get(reverse("admin:lending_merchant_changelist"))

        with CaptureQueriesContext(connection) as asked:
            clerk.get(reverse("admin:lending_merchant_changelist"))

        statements = " ".join(each["sql"] for each in asked)
        assert "lending_loanapplication" not in statements
        assert "monitoring_alert" not in statements


class TestBadges:
    def test_are_silent_where_nothing_waits(self, mei):
        page = mei.get(INDEX)

        assert not any("badge" in desk.item(page, title) for title in desk.titles(page))

    def test_count_referred_applications_and_no_others(self, mei):
        desk.referred("Lin")
        desk.referred("Wei")
        builders.offered(builders.person("Chen"))

        page = mei.get(INDEX)

        assert desk.item(page, "Applications waiting")["badge"] == "2"
        assert "badge" not in desk.item(page, "Applications")

    def test_count_alerts_until_they_are_closed(self, mei):
        loan = desk.loan_of(builders.person("Lin"))
        found = [desk.alert(loan, severity=each, raised_at=builders.NOW) for each in (1, 2, 3)]
        by = Actor(kind="STAFF", account_id=desk.administrator().pk)
        alerts.assign(alert_id=found[0].pk, by=by)
        alerts.assign(alert_id=found[1].pk, by=by)
        alerts.close(
            alert_id=found[0].pk,
            reason="NO_RISK",
            note_document_id=None,
            on=date(2026, 11, 20),
            by=by,
        )

        assert desk.item(mei.get(INDEX), "Alerts open")["badge"] == "2"

    def test_cost_one_count_each_on_every_page(self, mei):
        url = reverse("admin:lending_merchant_changelist")
        mei.get(url)

        with CaptureQueriesContext(connection) as asked:
            mei.get(url)

        for table in ("lending_loanapplication", "monitoring_alert"):
            counts = [each for each in asked if f'FROM "{table}"' in each["sql"]]
            assert len(counts) == 1
            assert "COUNT(*)" in counts[0]["sql"]


class TestWhereOneIs:
    def active(self, page) -> list[str]:
        return [title for title in desk.titles(page) if desk.item(page, title)["active"]]

    def test_is_the_workbench_on_the_first_page_only(self, mei):
        assert self.active(mei.get(INDEX)) == ["Workbench"]
        assert self.active(mei.get("/admin/lending/loan/")) == ["Loans"]

    def test_is_the_queue_where_the_list_is_narrowed_to_it(self, mei):
        assert self.active(mei.get(sidebar.link_of(sidebar.WAITING))) == ["Applications waiting"]
        assert self.active(mei.get("/admin/lending/loanapplication/")) == ["Applications"]
        other = "/admin/lending/loanapplication/?state__exact=SIGNED"
        assert self.active(mei.get(other)) == ["Applications"]

    def test_is_the_list_on_the_page_of_one_row(self, mei):
        application = desk.referred("Lin")

        page = mei.get(reverse("admin:lending_loanapplication_change", args=[application.pk]))

        assert self.active(page) == ["Applications"]

    def test_tells_open_alerts_from_all(self, mei):
        assert self.active(mei.get("/admin/monitoring/alert/")) == ["Alerts open"]
        assert self.active(mei.get("/admin/monitoring/alert/?state=all")) == ["All alerts"]


class TestWhoIsAtTheDesk:
    def test_an_officer_is_called_so_and_told_by_a_covered_phone(self, mei):
        page = mei.get(INDEX)

        words = desk.read(page)
        assert "Credit officer 139****0004" in words
        assert page.context["who"].initial == "C"
        assert "13900000004" not in page.content.decode()
        account = desk.rows_of("borrowers.Account").get(is_staff=True)
        assert account.public_id not in words

    def test_an_administrator_is_called_so(self, administrator):
        assert "Administrator 139****0006" in desk.read(administrator.get(INDEX))

    def test_others_are_called_by_their_group_or_plainly_staff(self):
        account = desk.clerk("view_loan")
        assert desk.browser_of(account).get(INDEX).context["who"].title == "Staff"

        account.groups.create(name="Night watch")

        assert desk.browser_of(account).get(INDEX).context["who"].title == "Night watch"

    def test_the_title_is_said_in_the_language_of_the_page(self):
        client = Client(headers={"accept-language": "zh-CN"})
        client.force_login(desk.officer())

        assert "Credit officer" not in desk.read(client.get(INDEX))

    def test_the_menu_switches_language_and_signs_out_by_post(self, mei):
        shown = mei.get(INDEX).content.decode()

        assert shown.count(f'action="{reverse("set_language")}" method="post"') == 2
        assert re.search(rf'method="post" action="{reverse("admin:logout")}"', shown)
        assert f'href="{reverse("admin:password_change")}"' in shown

    def test_the_menu_leads_to_the_outbox_only_in_a_demonstration(self, mei, settings):
        outbox = reverse("borrowers:outbox")
        assert outbox in mei.get(INDEX).content.decode()

        settings.DEMONSTRATION = False

        assert outbox not in mei.get(INDEX).content.decode()

    def test_the_switch_changes_the_language(self, mei):
        mei.post(reverse("set_language"), {"language": "zh-hans", "next": INDEX})

        assert 'lang="zh-hans"' in mei.get(INDEX).content.decode()
