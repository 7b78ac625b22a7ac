"""Accounts: a phone opens one, once, however it is written, and nothing of it lies in the clear."""

import pytest
from django.db import connection

from borrowers.people import actions, queries
from borrowers.people.models import Account, Borrower
from borrowers.tests import cast
from common.audit.models import AuditEntry
from common.crypto.models import SubjectKey

pytestmark = pytest.mark.django_db


class TestOpenAccount:
    def test_makes_a_borrower_with_both_keys(self):
        lin = cast.borrower("Lin")

        assert not lin.is_identified
        assert lin.statutory_key_id != lin.consented_key_id
        scopes = SubjectKey.objects.filter(
            pk__in=[lin.statutory_key_id, lin.consented_key_id]
        ).values_list("scope", flat=True)
        assert set(scopes) == {"STATUTORY", "CONSENTED"}

    def test_leaves_no_clear_phone_in_the_row(self):
        cast.borrower("Lin")

        with connection.cursor() as cursor:
            cursor.execute("SELECT account::text FROM borrowers_account AS account")
            (row,) = cursor.fetchone()
        assert "13900000001" not in row
        assert "p1$" in row

    def test_refuses_a_number_that_has_an_account_and_writes_nothing(self):
        cast.borrower("Lin")
        audited = AuditEntry.objects.count()

        with pytest.raises(actions.PhoneTaken):
            actions.open_account(phone="139 0000 0001", language="en")

        assert Account.objects.count() == Borrower.objects.count() == 1
        assert AuditEntry.objects.count() == audited

    @pytest.mark.parametrize("phone", ["", "hello", "+4915112345678"])
    def test_refuses_what_is_no_mobile_number_and_writes_nothing(self, phone):
        with pytest.raises(actions.PhoneInvalid):
            actions.open_account(phone=phone, language="en")

        assert not Account.objects.exists()


class TestOpenStaff:
    def test_makes_an_account_without_a_borrower(self):
        mei = cast.officer()

        assert mei.is_staff
        assert mei.phone_verified
        assert mei.check_password("a long enough password")
        assert queries.borrower_of(mei.pk) is None


class TestSetPhone:
    def test_moves_the_account_to_the_new_number(self):
        lin = cast.borrower("Lin")

        actions.set_phone(account_id=lin.account_id, phone=cast.PHONES["Wei"], verified=True)

        found = queries.account_by_phone(cast.PHONES["Wei"])
        assert found is not None
        assert (found.pk, found.phone, found.phone_verified) == (
            lin.account_id,
            cast.PHONES["Wei"],
            True,
        )
        assert queries.account_by_phone(cast.PHONES["Lin"]) is None

    def test_refuses_the_number_of_somebody_else_and_keeps_the_old_one(self):
        lin, wei = cast.borrower("Lin"), cast.borrower("Wei")

        with pytest.raises(actions.PhoneTaken):
            actions.set_phone(account_id=wei.account_id, phone=cast.PHONES["Lin"], verified=True)

        for name, card in (("Lin", lin), ("Wei", wei)):
            found = queries.account_by_phone(cast.PHONES[name])
            assert found is not None
            assert found.pk == card.account_id


class TestQueries:
    def test_an_account_is_found_however_its_number_is_typed(self):
        lin = cast.borrower("Lin")

        for typed in ("13900000001", "+86 139-0000-0001", "１３９０００００００１"):
            found = queries.account_by_phone(typed)
            assert found is not None
            assert found.pk == lin.account_id

    def test_what_is_no_number_finds_nobody(self):
        assert queries.account_by_phone("not a number") is None

    def test_a_borrower_is_found_by_public_id(self):
        lin = cast.borrower("Lin")

        assert queries.by_public_id(lin.public_id) == queries.card(lin.id) == lin

    def test_masks_of_many_people_come_at_once(self):
        lin, wei = cast.borrower("Lin"), cast.borrower("Wei")
        cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER)

        masks = queries.masked_many([lin.id, wei.id])

        assert masks[lin.id].name == "L**"
        assert masks[lin.id].phone == "139****0001"
        assert masks[lin.id].id_number == "9****************8"
        assert masks[wei.id].name == ""


class TestByNumber:
    """Asked for by every request of somebody signed in, so it is asked in plain SQL."""

    def test_is_the_account_as_django_reads_it(self, django_assert_num_queries):
        lin = Account.objects.filter(pk=cast.borrower("Lin").account_id).get()

        with django_assert_num_queries(1):
            found = Account.objects.get(pk=lin.pk)

        names = [field.attname for field in Account._meta.concrete_fields]
        assert [getattr(found, name) for name in names] == [getattr(lin, name) for name in names]
        assert found.phone == "+8613900000001"
        assert not found._state.adding
        assert Account.objects.get(pk=str(lin.pk)) == lin

    def test_of_nobody_is_none(self):
        with pytest.raises(Account.DoesNotExist):
            Account.objects.get(pk=1)

    def test_any_other_question_is_django_s(self):
        lin = Account.objects.filter(pk=cast.borrower("Lin").account_id).get()

        assert Account.objects.get_by_natural_key(lin.public_id) == lin
        assert Account.objects.get(pk=lin.pk, is_active=True) == lin
        with pytest.raises(Account.DoesNotExist):
            Account.objects.get(pk=lin.pk, is_active=False)
