"""Staff keep the merchant table: line by line, or as a file that is looked at first."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from borrowers.behaviour.contracts import Category, Place
from borrowers.behaviour.merchants import actions, queries
from borrowers.behaviour.merchants.naming import Rule
from borrowers.behaviour.models import MerchantRule, MerchantVersion
from borrowers.people import actions as people
from borrowers.people.models import Account
from borrowers.tests import cast
from common.actors import SYSTEM

pytestmark = pytest.mark.django_db

NOODLES = Rule("green bowl noodles", is_prefix=False, category=Category.DINING)
WRITE = {"name": "Ｇreen", "is_prefix": "on", "category": int(Category.GROCERIES), "place": 1}
SHEET = "name,match,category,place\r\n示例超市,PREFIX,GROCERIES,OFFLINE\r\n"


def signed_in(account: Account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client


def page(name: str, *parts: object) -> str:
    return reverse(f"admin:borrowers_merchantrule_{name}", args=parts)


@pytest.fixture
def staff() -> Client:
    return signed_in(cast.officer())


@pytest.fixture
def clerk() -> Client:
    """One of ours who may look at the table and not change it."""
    account = people.open_staff(
        phone="+8613900000006", password="a long enough password", is_administrator=False
    )
    account.user_permissions.set(
        Permission.objects.filter(codename__in=["view_merchantrule", "view_merchantversion"])
    )
    return signed_in(account)


def bring(client: Client, content: bytes):
    return client.post(page("import"), {"file": SimpleUploadedFile("table.csv", content)})


class TestALine:
    def test_is_added_as_the_table_spells_it(self, staff):
        assert staff.get(page("write")).status_code == 200
        assert staff.post(page("write"), WRITE).status_code == 302

        (rule,) = queries.active().rules.values()
        assert rule == Rule(
            "green", is_prefix=True, category=Category.GROCERIES, place=Place.ONLINE
        )
        assert MerchantVersion.objects.get().made_by is not None

    def test_is_changed_from_its_own_page(self, staff):
        actions.put(rule=NOODLES, by=SYSTEM)
        row = MerchantRule.objects.get()
        shown = staff.get(reverse("admin:borrowers_merchantrule_change", args=[row.pk]))
        assert f"?rule={row.pk}" in shown.content.decode()

        form = staff.get(page("write"), {"rule": row.pk})
        assert NOODLES.name in form.content.decode()
        changed = {"name": NOODLES.name, "category": int(Category.TRAVEL), "place": 0}
        staff.post(page("write"), changed)

        (rule,) = queries.active().rules.values()
        assert rule == replace(NOODLES, category=Category.TRAVEL)

    def test_is_taken_out_and_stays_in_its_version(self, staff):
        version = actions.put(rule=NOODLES, by=SYSTEM)
        staff.post(page("remove", MerchantRule.objects.get().pk))

        assert queries.active().rules == {}
        assert NOODLES.name not in staff.get(page("changelist")).content.decode()
        told = staff.get(page("export"), {"version": version}).content.decode("utf-8-sig")
        assert NOODLES.name in told

    @pytest.mark.parametrize(
        "changes", [{"name": "g"}, {"category": int(Category.MEDICAL)}, {"place": 9}]
    )
    def test_that_cannot_stand_is_told_and_nothing_is_written(self, staff, changes):
        assert staff.post(page("write"), WRITE | changes).status_code == 200
        assert not MerchantVersion.objects.exists()


class TestTheFile:
    def test_is_looked_at_before_it_is_the_table(self, staff):
        actions.put(rule=NOODLES, by=SYSTEM)
        seen = queries.active().version
        looked = bring(staff, SHEET.encode("gb18030"))

        assert looked.context["found"].added == 1
        assert NOODLES in looked.context["found"].removed
        assert queries.active().version == seen

        staff.post(page("import"), looked.context["agreed"].initial)
        (rule,) = queries.active().rules.values()
        assert rule == Rule(
            "示例超市", is_prefix=True, category=Category.GROCERIES, place=Place.OFFLINE
        )

    def test_with_faults_is_shown_line_by_line_and_changes_nothing(self, staff):
        text = SHEET + "<b>,EXACT,MEDICAL,\r\nab,EXACT\r\n"
        looked = bring(staff, text.encode())

        assert [number for number, _words, _text in looked.context["faults"]] == [3, 4]
        assert "No merchant can have this category." in looked.content.decode()
        assert "<b>" not in looked.content.decode().partition("What is wrong")[2]
        again = staff.post(page("import"), {"text": text, "seen": 0})
        assert len(again.context["faults"]) == 2
        assert not MerchantVersion.objects.exists()

    @pytest.mark.parametrize("content", [b"PK\x03\x04", b"\xff\xff\xff", b"a,b\r\n"])
    def test_of_another_kind_is_refused_in_words(self, staff, content):
        assert "This file is no merchant table." in bring(staff, content).content.decode()
        assert not MerchantVersion.objects.exists()

    def test_looked_at_beside_an_older_table_is_refused(self, staff):
        looked = bring(staff, SHEET.encode())
        actions.put(rule=NOODLES, by=SYSTEM)
        told = staff.post(page("import"), looked.context["agreed"].initial)

        assert "Somebody has changed the merchant table meanwhile." in told.content.decode()
        assert set(queries.active().rules.values()) == {NOODLES}

    def test_taken_out_and_brought_back_changes_nothing(self, staff):
        actions.put(rule=NOODLES, by=SYSTEM)
        taken = staff.get(page("export"))

        assert taken["Content-Type"] == "text/csv; charset=utf-8"
        found = bring(staff, taken.content).context["found"]
        assert (found.said, found.removed) == ((), ())

    @pytest.mark.parametrize("version", ["x", "-1", "9" * 30, "٣"])
    def test_of_no_version_is_the_table_of_now(self, staff, version):
        actions.put(rule=NOODLES, by=SYSTEM)

        told = staff.get(page("export"), {"version": version})
        assert NOODLES.name in told.content.decode("utf-8-sig")


class TestWhoMay:
    def test_look_without_the_right_to_change(self, clerk):
        actions.put(rule=NOODLES, by=SYSTEM)
        listed = clerk.get(page("changelist"))
        versions = clerk.get(reverse("admin:borrowers_merchantversion_changelist"))

        assert NOODLES.name in listed.content.decode()
        assert page("write") not in listed.content.decode()
        assert versions.status_code == clerk.get(page("export")).status_code == 200
        assert clerk.post(page("write"), WRITE).status_code == 403
        assert bring(clerk, SHEET.encode()).status_code == 403
        gone = clerk.post(page("remove", MerchantRule.objects.get().pk))
        assert gone.status_code == 403
        assert set(queries.active().rules.values()) == {NOODLES}

    def test_one_of_ours_who_was_granted_nothing_sees_nothing(self):
        actions.put(rule=NOODLES, by=SYSTEM)
        account = people.open_staff(
            phone="+8613900000006", password="a long enough password", is_administrator=False
        )
        client = signed_in(account)

        for name in ("changelist", "export", "import", "write"):
            assert client.get(page(name)).status_code == 403

    @pytest.mark.parametrize("name", ["changelist", "export", "import", "write"])
    def test_zhao_sees_and_changes_nothing(self, name):
        actions.put(rule=NOODLES, by=SYSTEM)
        zhao = signed_in(Account.objects.get(pk=cast.borrower("Zhao").account_id))

        for answer in (zhao.get(page(name)), zhao.post(page(name), WRITE)):
            assert answer.status_code in {302, 403, 404}
            assert NOODLES.name not in answer.content.decode()
        assert set(queries.active().rules.values()) == {NOODLES}

    def test_looking_takes_nothing_out(self, staff):
        actions.put(rule=NOODLES, by=SYSTEM)

        assert staff.get(page("remove", MerchantRule.objects.get().pk)).status_code == 403
        assert set(queries.active().rules.values()) == {NOODLES}
