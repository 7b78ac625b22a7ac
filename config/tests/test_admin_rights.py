"""Every button of the staff site, pressed by everybody who may not: nothing is written."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from config.tests import desk
from lending.admin.rewards import RewardAdmin
from lending.tests import builders, doors
from tests.architecture.visitors import account_of, signed_in
from tests.machinery.unchanged import nothing_written

pytestmark = pytest.mark.django_db
USUAL = {"changelist", "add", "history", "delete", "change", "autocomplete"}
# Lists in which rows are chosen for a verb, each under a right of its own.
CHOSEN_FOR_A_VERB = {
    "lending.Benefit": {"add_ten", "sell_out", "open_or_close"},
    "lending.Fulfilment": {"ready", "failed"},
    "lending.ParkedNotice": {
        "found_matched",
        "found_given_back",
        "found_not_ours",
        "found_corrected",
    },
    "lending.PartnerStatement": {"approve"},
    "lending.PointsGrant": {"approve", "turn_down"},
    "lending.QuarantinedLoan": {"try_again"},
    "lending.RewardProgramme": {"put_in_force"},
    "lending.SealedPaper": {"verify"},
}
# What the packages bring along for signing in and out writes into tables of theirs.
THEIRS = ("borrowers_account",)
METHODS = ("get", "post")
# Figures that can only be read, and a page that shows again what is missing in a form.
ONLY_SHOWN = {
    "post borrowers_merchantrule_export",
    "post borrowers_upload_layouts",
    "post scoring_policyversion_case",
}
FORM = {
    "outcome": "OFFERED",
    "limit": "2,500",
    "annual_rate_percent": "15.5",
    "reason_code": "SMALL_START",
    "reason": "PAID",
    "note": "a note",
    "fits": "yes",
    "take_over": "on",
    "fields": "phone",
    "code": "SOMEBODY",
    "name": "Somebody",
    "version": "2",
}


@pytest.fixture(autouse=True)
def _platform(db):
    with doors.open_platform():
        yield


def our_admins() -> list[ModelAdmin[Any]]:
    admin.autodiscover()
    return [
        each
        for model, each in admin.site._registry.items()
        if model._meta.app_label in desk.OUR_APPS
    ]


def adds_by_a_verb(page: ModelAdmin[Any]) -> bool:
    """A page to add something that is our own form over a verb, and not Django's."""
    return isinstance(page, RewardAdmin)


def own_pages() -> Iterator[str]:
    """The names of the pages that our staff site has beside Django's usual ones."""
    for each in our_admins():
        label = f"{each.opts.app_label}_{each.opts.model_name}_"
        usual = USUAL - {"add"} if adds_by_a_verb(each) else USUAL
        for pattern in each.get_urls():
            if pattern.name and pattern.name.removeprefix(label) not in usual:
                yield pattern.name


@pytest.fixture
def waiting():
    """A referred application, a late loan with an alert: something behind every button."""
    referred = desk.referred("Lin")
    loan = desk.loan_of(builders.person("Wei"))
    desk.alert(loan, raised_at=builders.NOW)
    return referred


def addresses(name: str, pk: int) -> Iterator[str]:
    """The page of one thing, whatever its number is called; or of none."""
    for args in ([], [pk], [1], [pk, "key"]):
        try:
            yield reverse(f"admin:{name}", args=args)
        except NoReverseMatch:
            continue


def press_all(browser: Client, pk: int) -> Iterator[tuple[str, int]]:
    """Every page of our own, looked at and pressed; the answers."""
    for name in own_pages():
        for address in addresses(name, pk):
            for method in METHODS:
                cache.clear()
                answer = getattr(browser, method)(address, FORM)
                yield f"{method} {name}", answer.status_code


def test_there_are_buttons_to_press():
    found = set(own_pages())

    assert {
        "lending_loanapplication_decide",
        "lending_loanapplication_evidence",
        "lending_loanapplication_proof",
        "lending_loan_pay_out_again",
        "monitoring_alert_take",
        "monitoring_alert_close",
        "borrowers_borrower_reveal",
        "scoring_policyversion_approve",
    } <= found


class TestEveryButton:
    def test_is_dead_for_a_stranger(self, waiting):
        with nothing_written():
            answers = dict(press_all(doors.stranger(), waiting.pk))

        assert set(answers.values()) == {302}

    def test_is_dead_for_a_borrower(self, waiting):
        zhao = doors.web_of(builders.person("Zhao"))

        with nothing_written():
            answers = dict(press_all(zhao, waiting.pk))

        assert set(answers.values()) <= {302, 403}

    def test_is_dead_for_staff_without_rights(self, waiting):
        clerk = desk.browser_of(desk.clerk())

        with nothing_written(but=THEIRS):
            answers = dict(press_all(clerk, waiting.pk))

        assert set(answers.values()) <= {403, 404, 405}, answers

    def test_is_dead_for_staff_who_may_only_look(self, waiting):
        """The look may open; the press does nothing, and no look at a person is kept."""
        views = Permission.objects.filter(codename__startswith="view_").values_list(
            "codename", flat=True
        )
        clerk = desk.browser_of(desk.clerk(*views))

        with nothing_written(but=THEIRS):
            answers = dict(press_all(clerk, waiting.pk))

        pressed = {name: code for name, code in answers.items() if name.startswith("post")}
        let_through = {name for name, code in pressed.items() if code not in {403, 404, 405}}
        assert let_through <= ONLY_SHOWN
        assert not apps.get_model("borrowers", "AccessEntry").objects.exists()

    def test_is_dead_for_an_officer_who_left(self, waiting):
        account = desk.officer()
        browser = desk.browser_of(account)
        type(account).objects.filter(pk=account.pk).update(is_active=False)

        with nothing_written():
            answers = dict(press_all(browser, waiting.pk))

        assert set(answers.values()) == {302}

    def test_is_dead_without_the_token_of_the_page(self, waiting):
        """What another site makes a browser send carries no token."""
        strict = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
        strict.force_login(desk.officer())

        with nothing_written(but=THEIRS):
            answers = {
                name: code
                for name, code in press_all(strict, waiting.pk)
                if name.startswith("post")
            }

        assert set(answers.values()) == {403}


class TestEveryTable:
    def test_is_changed_by_nobody_there(self, rf):
        """What is written is written by a verb: no form of Django's edits a row."""
        request = rf.get("/admin/")
        request.user = desk.administrator()

        free = [
            f"{each.opts.label}: {right}"
            for each in our_admins()
            for right in ("add", "change", "delete")
            if getattr(each, f"has_{right}_permission")(request)
            and not (right == "add" and adds_by_a_verb(each))
        ]

        assert free == []

    def test_offers_only_the_verbs_that_stand_here_on_chosen_rows(self, rf):
        assert offered_to(desk.administrator(), rf) == CHOSEN_FOR_A_VERB

    def test_offers_no_verb_to_staff_who_may_only_look(self, rf):
        views = Permission.objects.filter(codename__startswith="view_").values_list(
            "codename", flat=True
        )

        assert offered_to(desk.clerk(*views), rf) == {}

    def test_does_nothing_with_rows_chosen_by_staff_who_may_only_look(self, waiting):
        views = Permission.objects.filter(codename__startswith="view_").values_list(
            "codename", flat=True
        )
        clerk = desk.browser_of(desk.clerk(*views))

        with nothing_written(but=THEIRS):
            for label, verbs in CHOSEN_FOR_A_VERB.items():
                page = reverse(f"admin:{label.lower().replace('.', '_')}_changelist")
                for verb in verbs:
                    clerk.post(page, {"action": verb, "_selected_action": [1]})

    def test_says_who_may_see_it_by_its_own_right(self, rf):
        request = rf.get("/admin/")
        request.user = desk.clerk("view_loan")

        seen = [each.opts.label for each in our_admins() if each.has_view_permission(request)]

        assert seen == ["lending.Loan"]

    def test_does_not_find_people_by_what_is_sealed(self, rf):
        """A search over a sealed column would find nothing, and seem to say: nobody is there."""
        sealed = [
            f"{each.opts.label}: {path}"
            for each in our_admins()
            for path in each.search_fields
            if "Sealed" in field_class(each, path)
        ]

        assert sealed == []


def offered_to(account: Any, rf: Any) -> dict[str, set[str]]:
    """What each list offers somebody to do with the rows that are chosen."""
    request = rf.get("/admin/")
    request.user = account
    offered = {each.opts.label: set(each.get_actions(request)) for each in our_admins()}
    return {label: names for label, names in offered.items() if names}


def field_class(page: ModelAdmin[Any], path: str) -> str:
    """The class of the column behind a search path."""
    opts, field = page.opts, None
    for part in path.lstrip("^=@").split("__"):
        field = next((each for each in opts.get_fields() if each.name == part), None)
        if field is None or field.related_model is None:
            break
        opts = field.related_model._meta
    return "" if field is None else type(field).__name__


def test_a_borrower_who_became_staff_is_still_no_officer(waiting):
    """The mark of staff opens the site and no page of it."""
    lin = builders.person("Chen")
    account = account_of(lin.account_id)
    type(account).objects.filter(pk=account.pk).update(is_staff=True)
    browser = signed_in(account_of(lin.account_id))

    with nothing_written(but=THEIRS):
        answers = dict(press_all(browser, waiting.pk))

    assert set(answers.values()) <= {302, 403, 404, 405}
