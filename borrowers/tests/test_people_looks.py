"""Looks at clear details: just what was asked, always kept, seen by the person it is about."""

from itertools import combinations

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from borrowers.documents import actions as documents
from borrowers.documents.models import DocumentKind, SealedFile
from borrowers.people import actions, queries
from borrowers.people.actions import REVEALED_FIELDS
from borrowers.people.contracts import REVEAL_REASONS
from borrowers.people.models import AccessEntry, Account
from borrowers.tests import cast
from borrowers.tests.test_admin_pages import signed_in
from common.actors import Actor
from common.audit.models import AuditEntry
from common.clock import now
from common.crypto import keys
from common.crypto.keys import KeyDestroyed
from common.errors import NotFound

pytestmark = pytest.mark.django_db

CLEAR = {"name": "Lin Yue", "id_number": cast.LIN_ID_NUMBER, "phone": cast.PHONES["Lin"]}
ASKED = [each for size in (1, 2, 3) for each in combinations(REVEALED_FIELDS, size)]


@pytest.fixture
def lin():
    lin = cast.borrower("Lin")
    cast.identify(lin, name=CLEAR["name"], id_number=CLEAR["id_number"])
    return lin


@pytest.fixture
def mei() -> Actor:
    return Actor(kind="STAFF", account_id=cast.officer().pk)


def looks_kept() -> list[tuple[list[str], str]]:
    rows = AccessEntry.objects.order_by("pk").values_list("fields_seen", "reason_code")
    return [(list(seen), reason) for seen, reason in rows]


class TestALook:
    @pytest.mark.parametrize("fields", ASKED, ids="+".join)
    def test_shows_what_was_asked_and_no_more(self, lin, mei, fields):
        seen = actions.reveal(borrower_id=lin.id, fields=fields, reason_code="COMPLAINT", by=mei)

        assert dict(seen.fields) == {name: CLEAR[name] for name in fields}
        assert looks_kept() == [(sorted(fields), "COMPLAINT")]

    @pytest.mark.parametrize("reason", REVEAL_REASONS)
    def test_is_kept_with_each_reason(self, lin, mei, reason):
        actions.reveal(borrower_id=lin.id, fields=["phone"], reason_code=reason, by=mei)

        (seen,) = queries.accesses(lin.id)
        assert (seen.reason_code, seen.fields) == (reason, ("phone",))

    def test_at_one_field_twice_over_is_at_one_field(self, lin, mei):
        actions.reveal(
            borrower_id=lin.id, fields=["phone", "phone"], reason_code="COMPLAINT", by=mei
        )

        assert looks_kept() == [(["phone"], "COMPLAINT")]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"fields": []},
            {"fields": ["birth_date"]},
            {"fields": ["name", "password"]},
            {"reason_code": "CURIOSITY"},
            {"reason_code": ""},
            {"by": Actor(kind="SYSTEM", account_id=None)},
        ],
    )
    def test_without_its_reason_field_or_person_shows_and_keeps_nothing(self, lin, mei, wrong):
        asked = {"fields": ["name"], "reason_code": "COMPLAINT", "by": mei, **wrong}

        with pytest.raises(AssertionError):
            actions.reveal(borrower_id=lin.id, **asked)

        assert looks_kept() == []

    def test_at_somebody_unidentified_shows_that_nothing_is_known(self, mei):
        wei = cast.borrower("Wei")

        seen = actions.reveal(
            borrower_id=wei.id, fields=REVEALED_FIELDS, reason_code="COMPLAINT", by=mei
        )

        assert dict(seen.fields) == {"name": "", "id_number": "", "phone": cast.PHONES["Wei"]}

    def test_leaves_no_detail_in_the_trail(self, lin, mei):
        actions.reveal(borrower_id=lin.id, fields=REVEALED_FIELDS, reason_code="COMPLAINT", by=mei)

        entry = AuditEntry.objects.get(action="borrowers.person.revealed")
        assert entry.facts == {"fields": sorted(REVEALED_FIELDS), "reason_code": "COMPLAINT"}
        assert [each for each in CLEAR.values() if each in str(entry.facts)] == []

    @pytest.mark.parametrize(
        "attack",
        [
            "DELETE FROM borrowers_accessentry",
            "UPDATE borrowers_accessentry SET reason_code = 'BORROWER_ASKED'",
            "UPDATE borrowers_accessentry SET fields_seen = '[]'",
        ],
    )
    def test_cannot_be_undone(self, lin, mei, attack):
        actions.reveal(borrower_id=lin.id, fields=["name"], reason_code="COMPLAINT", by=mei)

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)

        assert looks_kept() == [(["name"], "COMPLAINT")]


class TestALookAtAFile:
    @pytest.fixture
    def paper(self, lin):
        return documents.store(
            borrower_id=lin.id, kind=DocumentKind.ENROLMENT_EVIDENCE, content=b"enrolled",
            media_type="text/plain", consented=False, by=cast.self_of(lin),
        )  # fmt: skip

    def open(self, document_id, by, reason="APPLICATION_REVIEW"):
        return documents.open_for_staff(document_id=document_id, reason_code=reason, by=by)

    def test_gives_the_bytes_and_is_kept_among_the_others(self, lin, mei, paper):
        assert self.open(paper.id, mei) == (b"enrolled", "text/plain")

        (seen,) = queries.accesses(lin.id)
        assert (seen.fields, seen.reason_code) == (("enrolment_evidence",), "APPLICATION_REVIEW")
        opened = AuditEntry.objects.get(action="borrowers.document.opened")
        assert opened.facts["document"] == paper.public_id

    def test_of_nothing_is_not_found_and_not_kept(self, mei):
        with pytest.raises(NotFound):
            self.open(0, mei)

        assert looks_kept() == []

    @pytest.mark.parametrize("reason", ["", "CURIOSITY"])
    def test_without_a_reason_opens_nothing(self, mei, paper, reason):
        with pytest.raises(AssertionError):
            self.open(paper.id, mei, reason)

        assert looks_kept() == []

    def test_after_an_erasure_is_no_look(self, lin, mei, paper):
        keys.destroy(key_id=lin.statutory_key_id, reason="TEST", at=now())

        with pytest.raises(KeyDestroyed):
            self.open(paper.id, mei)

        assert looks_kept() == []

    def test_that_is_discarded_leaves_the_trail(self, lin, mei, paper):
        with transaction.atomic():
            documents.discard(document_id=paper.id, by=mei)

        assert not SealedFile.objects.exists()
        assert AuditEntry.objects.filter(action="borrowers.document.discarded").count() == 1
        with pytest.raises(NotFound):
            self.open(paper.id, mei)


class TestWhoSeesTheLooks:
    def test_the_person_sees_their_own_in_words(self, lin, mei):
        for reason in REVEAL_REASONS:
            actions.reveal(borrower_id=lin.id, fields=["phone"], reason_code=reason, by=mei)

        page = signed_in(Account.objects.get(pk=lin.account_id)).get(reverse("borrowers:privacy"))

        shown = page.content.decode()
        assert [words for words in REVEAL_REASONS.values() if words not in shown] == []
        assert cast.PHONES["Mei"].removeprefix("+86") not in shown

    def test_zhao_sees_none_of_them(self, lin, mei):
        actions.reveal(borrower_id=lin.id, fields=["phone"], reason_code="FRAUD_CHECK", by=mei)
        zhao = cast.borrower("Zhao")

        page = signed_in(Account.objects.get(pk=zhao.account_id)).get(reverse("borrowers:privacy"))

        assert REVEAL_REASONS["FRAUD_CHECK"] not in page.content.decode()
        assert queries.accesses(zhao.id) == []

    def test_ones_own_copy_is_no_look_of_the_staff(self, lin):
        own = actions.copy_own(borrower_id=lin.id, by=cast.self_of(lin))

        assert (own.name, own.phone, own.id_number) == (
            CLEAR["name"],
            CLEAR["phone"],
            CLEAR["id_number"],
        )
        assert looks_kept() == []
        assert AuditEntry.objects.filter(action="borrowers.person.copied").count() == 1
        assert [each for each in CLEAR.values() if each in repr(own)] == []


class TestCovered:
    def test_people_are_who_is_known_and_no_more(self, lin):
        wei = cast.borrower("Wei")

        shown = queries.masked_many([lin.id, wei.id, 10**9])

        assert shown.keys() == {lin.id, wei.id}
        assert (shown[lin.id].name, shown[wei.id].name) == ("L**", "")
        assert (shown[wei.id].phone, shown[wei.id].id_number) == ("139****0002", "")

    def test_staff_are_told_apart_by_number_and_title(self, lin):
        mei = cast.officer()
        clerk = actions.open_staff(
            phone="13900000006", password="a long enough password", is_administrator=False
        )

        assert queries.covered_phones([mei.pk, clerk.pk]) == {
            mei.pk: "139****0004",
            clerk.pk: "139****0006",
        }
        asked = [mei.pk, clerk.pk, lin.account_id]
        assert queries.staff_titles(asked) == {mei.pk: "Administrator", clerk.pk: "Staff"}
