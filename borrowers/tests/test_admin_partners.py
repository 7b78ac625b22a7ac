"""Staff register partners and make their keys; a secret is seen once, by whoever made it."""

import pytest
from django.test import Client
from django.urls import reverse

from borrowers.partners import actions
from borrowers.partners.models import Partner, PartnerKey
from borrowers.people import actions as people
from borrowers.tests import cast, partner_door
from common.actors import SYSTEM

pytestmark = pytest.mark.django_db


def signed_in(account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client


@pytest.fixture
def staff() -> Client:
    return signed_in(cast.officer())


@pytest.fixture
def mall() -> int:
    return actions.register(code="MALL", name="示例商城", by=SYSTEM)


class TestPartners:
    def test_are_registered_with_a_code_and_a_name(self, staff):
        page = staff.post(
            reverse("admin:borrowers_partner_register"), {"code": "MALL", "name": "示例商城"}
        )

        assert page.status_code == 302
        assert Partner.objects.get().code == "MALL"

    def test_a_code_that_cannot_be_is_told_and_nothing_is_written(self, staff):
        page = staff.post(
            reverse("admin:borrowers_partner_register"), {"code": "mall", "name": "示例商城"}
        )

        assert "This code cannot be used." in page.content.decode()
        assert not Partner.objects.exists()

    def test_a_secret_is_shown_once_and_never_again(self, staff, mall):
        page = staff.post(reverse("admin:borrowers_partner_key", args=[mall]))
        secret = str(PartnerKey.objects.get().secret)

        assert secret in page.content.decode().replace("&#x2B;", "+").replace("&#x3D;", "=")
        assert "no-store" in page["Cache-Control"]
        later = staff.get(reverse("admin:borrowers_partner_change", args=[mall]))
        assert PartnerKey.objects.get().public_id in later.content.decode()
        assert secret not in later.content.decode()

    def test_a_third_key_is_refused_in_words(self, staff, mall):
        for _ in range(2):
            staff.post(reverse("admin:borrowers_partner_key", args=[mall]))
        page = staff.post(reverse("admin:borrowers_partner_key", args=[mall]), follow=True)

        assert "This partner has two keys already." in page.content.decode()
        assert PartnerKey.objects.count() == 2

    def test_a_key_is_revoked_and_a_partner_closed(self, staff, mall):
        key = actions.make_key(partner_id=mall, by=SYSTEM)
        staff.post(reverse("admin:borrowers_partner_revoke", args=[mall, key.public_id]))
        staff.post(reverse("admin:borrowers_partner_close", args=[mall]))

        assert PartnerKey.objects.get().revoked_at is not None
        assert not Partner.objects.get().is_open

    @pytest.mark.parametrize("name", ["key", "close"])
    def test_looking_presses_no_button(self, staff, mall, name):
        assert staff.get(reverse(f"admin:borrowers_partner_{name}", args=[mall])).status_code == 403
        assert not PartnerKey.objects.exists()
        assert Partner.objects.get().is_open

    def test_staff_without_the_right_make_none(self, mall):
        clerk = people.open_staff(
            phone="+8613900000006", password="a long enough password", is_administrator=False
        )
        client = signed_in(clerk)

        assert client.post(reverse("admin:borrowers_partner_key", args=[mall])).status_code == 403
        assert client.get(reverse("admin:borrowers_partner_register")).status_code == 403
        assert not PartnerKey.objects.exists()

    def test_lists_open(self, staff, client, mall):
        cast.allow(lin := cast.borrower("Lin"))
        key = actions.make_key(partner_id=mall, by=SYSTEM)
        partner_door.allow(lin)
        partner_door.send(client, key, [partner_door.bought(lin.public_id)])

        for name in ("partner", "delivery"):
            page = staff.get(reverse(f"admin:borrowers_{name}_changelist"))
            assert page.status_code == 200
            assert "MALL" in page.content.decode()
