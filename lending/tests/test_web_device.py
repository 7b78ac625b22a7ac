"""The browser's code: made with the consent, read at an application, gone with the consent."""

import pytest
from django.urls import reverse

from borrowers.consent import queries as consents
from borrowers.consent.purposes import FAIRNESS_TEST, PURPOSES, SHARED_LINKS
from borrowers.tests import cast
from borrowers.web import device
from lending.applications.models import ApplicationState
from lending.tests import builders, doors
from scoring.graph.models import MarkKind, MemberApplication, MemberMark

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]


def agree(browser, purpose=SHARED_LINKS):
    return browser.post(
        reverse("borrowers:grant", args=[purpose]),
        {"notice_version": PURPOSES[purpose].notice_version},
    )


def take_back(browser, purpose=SHARED_LINKS):
    return browser.post(reverse("borrowers:withdraw", args=[purpose]))


def send(browser, card, *, key="first"):
    draft = builders.draft(card, key=key)
    browser.post(reverse("lending:submit", args=[draft.public_id]))
    draft.refresh_from_db()
    return draft


def devices():
    return MemberMark.objects.filter(kind=MarkKind.DEVICE)


class TestTheCode:
    def test_comes_with_the_consent_and_cannot_be_read_by_a_script(self, web, lin):
        answer = agree(web)

        kept = answer.cookies[device.COOKIE]
        assert device.SHAPE.fullmatch(kept.value)
        assert kept["httponly"]
        assert kept["samesite"] == "Lax"
        assert consents.is_allowed(lin.id, SHARED_LINKS)

    def test_does_not_come_with_another_consent(self, web):
        assert device.COOKIE not in agree(web, FAIRNESS_TEST).cookies

    def test_does_not_come_by_looking_or_applying(self, web, lin):
        for page in ("borrowers:consents", "borrowers:privacy"):
            assert device.COOKIE not in web.get(reverse(page)).cookies
        send(web, lin)

        assert device.COOKIE not in web.cookies

    def test_stays_the_same_for_the_next_who_agrees_on_it(self, web):
        first = agree(web).cookies[device.COOKIE].value

        assert agree(web).cookies[device.COOKIE].value == first

    def test_goes_with_the_consent(self, web, lin):
        agree(web)

        answer = take_back(web)

        assert answer.cookies[device.COOKIE].value == ""
        assert answer.cookies[device.COOKIE]["max-age"] == 0
        assert not consents.is_allowed(lin.id, SHARED_LINKS)

    def test_stays_when_another_consent_goes(self, web):
        agree(web)
        agree(web, FAIRNESS_TEST)

        assert device.COOKIE not in take_back(web, FAIRNESS_TEST).cookies

    @pytest.mark.parametrize("made_up", ["", "x", "a" * 23, "<script>alert(1)</script>", "a b" * 8])
    def test_that_somebody_made_up_is_replaced(self, web, made_up):
        web.cookies[device.COOKIE] = made_up

        assert device.SHAPE.fullmatch(agree(web).cookies[device.COOKIE].value)

    def test_is_not_made_where_the_notice_was_another(self, web, lin):
        answer = web.post(
            reverse("borrowers:grant", args=[SHARED_LINKS]), {"notice_version": "1999-01"}
        )

        assert device.COOKIE not in answer.cookies
        assert not consents.is_allowed(lin.id, SHARED_LINKS)


class TestAnApplication:
    def test_of_two_on_one_device_leaves_one_code(self, web, lin):
        wei = builders.person("Wei")
        agree(web)
        other = doors.web_of(wei)
        other.cookies[device.COOKIE] = web.cookies[device.COOKIE].value
        agree(other)

        send(web, lin)
        send(other, wei)

        assert {row.borrower_id for row in devices()} == {lin.id, wei.id}
        assert len({row.mark for row in devices()}) == 1
        assert MemberApplication.objects.count() == 2

    def test_of_who_never_agreed_leaves_none_although_the_browser_has_one(self, web, lin):
        wei = builders.person("Wei")
        agree(web)
        other = doors.web_of(wei)
        other.cookies[device.COOKIE] = web.cookies[device.COOKIE].value

        draft = send(other, wei)

        assert draft.state == ApplicationState.SUBMITTED
        assert not devices().exists()
        assert not MemberApplication.objects.exists()

    def test_after_taking_it_back_leaves_none(self, web, lin):
        agree(web)
        code = web.cookies[device.COOKIE].value
        take_back(web)
        web.cookies[device.COOKIE] = code

        send(web, lin)

        assert not MemberMark.objects.exists()

    def test_with_a_code_that_was_made_up_leaves_none(self, web, lin):
        cast.allow(lin, SHARED_LINKS)
        web.cookies[device.COOKIE] = "'; DROP TABLE borrowers;--"

        draft = send(web, lin)

        assert draft.state == ApplicationState.SUBMITTED
        assert not devices().exists()

    def test_that_is_refused_leaves_nothing(self, web):
        wei = cast.borrower("Wei")
        cast.allow(wei, SHARED_LINKS)
        other = doors.web_of(wei)
        other.cookies[device.COOKIE] = "b" * 22

        draft = send(other, wei)

        assert draft.state == ApplicationState.DRAFT
        assert not MemberMark.objects.exists()
        assert not MemberApplication.objects.exists()

    def test_sent_twice_is_noted_once(self, web, lin):
        agree(web)
        draft = send(web, lin)

        web.post(reverse("lending:submit", args=[draft.public_id]))

        assert devices().count() == 1
        assert MemberApplication.objects.count() == 1
