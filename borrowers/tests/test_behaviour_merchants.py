"""The merchant table: rules by name, its file, its versions, and what imports take from it."""

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from borrowers.behaviour import actions as behaviour
from borrowers.behaviour.contracts import Category, Direction, Method, Place
from borrowers.behaviour.merchants import actions, queries, sheets
from borrowers.behaviour.merchants.naming import (
    LONGEST_NAME,
    OF_MERCHANTS,
    Book,
    Rule,
    by_table,
    is_name,
    spelled,
)
from borrowers.behaviour.models import EventRow, ImportBatch, MerchantRule, MerchantVersion
from borrowers.connectors.registry import read_bill
from borrowers.tests import cast, partner_door
from borrowers.tests.bill_texts import alipay_app, app_row, wechat, wechat_row
from common.actors import SYSTEM
from common.audit.models import AuditEntry

NOODLES = Rule("green bowl noodles", is_prefix=False, category=Category.DINING)
GREEN = Rule("green", is_prefix=True, category=Category.GROCERIES, place=Place.ONLINE)


def read(**row):
    (found,) = read_bill(wechat(wechat_row(**row)), "").events
    return found


def book(*rules: Rule) -> Book:
    return Book(1, rules)


class TestLookingUp:
    def test_is_by_the_whole_name_before_its_beginning(self):
        found = book(GREEN, NOODLES)

        assert found.rule_of("Green Bowl Noodles") == NOODLES
        assert found.rule_of("Green Bowl") == GREEN

    def test_takes_the_longest_beginning(self):
        longer = Rule("green bowl", is_prefix=True, category=Category.DINING)

        assert book(GREEN, longer).rule_of("GREEN BOWL No. 7") == longer

    @pytest.mark.parametrize("name", ["", "gree", "the green bowl", "  "])
    def test_finds_nothing_where_no_rule_speaks(self, name):
        assert book(GREEN, NOODLES).rule_of(name) is None

    def test_minds_neither_width_nor_case_nor_spaces(self):
        assert book(GREEN).rule_of("　ＧＲＥＥＮ  bowl") == GREEN

    @given(st.text())
    def test_of_a_spelled_name_is_that_of_the_name(self, name):
        assert spelled(spelled(name)) == spelled(name)


class TestThePipeline:
    def test_models_and_keywords_give_way(self):
        found = by_table(read(party="ＡＢＣ小栈", item="/"), book(
            Rule("abc小栈", is_prefix=False, category=Category.DINING)
        ))  # fmt: skip

        assert (found.category, found.method) == (Category.DINING, Method.MERCHANT_TABLE)
        assert found.confidence_percent == 95

    def test_the_gates_and_the_platforms_own_class_stand(self):
        (native,) = read_bill(
            alipay_app(app_row(native_class="餐饮美食", party="abc", item="xyz")), ""
        ).events
        sent = read(kind="转账", party="*芳")
        table = book(
            Rule("*芳", is_prefix=False, category=Category.DINING),
            Rule("abc", is_prefix=False, category=Category.GROCERIES),
        )

        assert by_table(sent, table) == sent
        assert by_table(native, table) == native

    def test_what_was_suppressed_stays_unknown(self):
        suppressed = read(party="示例大药房")
        table = book(Rule("示例大药房", is_prefix=False, category=Category.GROCERIES))

        assert by_table(suppressed, table) == suppressed

    def test_money_that_came_in_is_no_purchase(self):
        came = cast.event(1, direction=Direction.IN, category=Category.INCOME_OTHER)

        assert by_table(came, book(NOODLES)) == came

    def test_the_place_is_taken_where_the_words_tell_none(self):
        by_hand = cast.event(1, merchant="Green Shop")
        at_the_counter = cast.event(2, merchant="Green Shop", place=Place.OFFLINE)

        assert by_table(by_hand, book(GREEN)).place is Place.ONLINE
        assert by_table(at_the_counter, book(GREEN)).place is Place.OFFLINE


HEADER = "name,match,category,place\n"


class TestTheFile:
    def test_is_read_whatever_the_order_of_its_columns(self):
        found = sheets.read("place,Category,match,NAME\nONLINE,groceries,prefix,ＧＲＥＥＮ\n")

        assert found == sheets.SheetRead((GREEN,), ())

    @pytest.mark.parametrize(
        ("line", "fault"),
        [
            ("green,EXACT,DINING", sheets.Fault.COLUMNS),
            ("g,EXACT,DINING,", sheets.Fault.NAME),
            ("g" * 81 + ",EXACT,DINING,", sheets.Fault.NAME),
            ("green,ALIKE,DINING,", sheets.Fault.MATCH),
            ("green,EXACT,FOOD,", sheets.Fault.CATEGORY),
            ("green,EXACT,MEDICAL,", sheets.Fault.CATEGORY),
            ("green,EXACT,INCOME_SALARY,", sheets.Fault.CATEGORY),
            ("green,EXACT,DINING,MOON", sheets.Fault.PLACE),
            ("Ａbc,EXACT,TRAVEL,", sheets.Fault.TWICE),
        ],
    )
    def test_says_what_is_wrong_with_each_line(self, line, fault):
        found = sheets.read(f"{HEADER}abc,EXACT,DINING,\n\n{line}\n")

        assert [(each.number, each.fault) for each in found.faults] == [(4, fault)]
        assert len(found.rules) == 1

    @pytest.mark.parametrize("text", ["", "a,b\n", "name,match,category\n", HEADER + '"open'])
    def test_of_another_kind_is_refused(self, text):
        with pytest.raises(sheets.MerchantFileRefused):
            sheets.read(text)

    def test_is_text_of_either_encoding_and_not_too_long(self):
        assert sheets.text_of("示例".encode("utf-8-sig")) == "示例"
        assert sheets.text_of("示例".encode("gb18030")) == "示例"
        with pytest.raises(sheets.MerchantFileRefused):
            sheets.text_of(b"\xff\xff\xff")
        with pytest.raises(sheets.MerchantFileRefused):
            sheets.text_of(b"a" * (sheets.LARGEST_FILE + 1))

    def test_gives_a_spreadsheet_nothing_to_compute(self):
        rule = Rule("=1+1", is_prefix=False, category=Category.DINING)

        assert "\r\n'=1+1," in sheets.written([rule])
        assert sheets.read(sheets.written([rule])).rules == (rule,)

    @given(
        st.lists(
            st.builds(
                Rule,
                name=st.text(min_size=2, max_size=LONGEST_NAME)
                .map(spelled)
                .filter(lambda name: is_name(name) and not name.startswith("'")),
                is_prefix=st.booleans(),
                category=st.sampled_from(OF_MERCHANTS),
                place=st.sampled_from(Place),
            ),
            unique_by=lambda rule: rule.key,
        )
    )
    def test_is_read_back_to_the_same_rules(self, rules):
        found = sheets.read(sheets.written(rules))

        assert found.faults == ()
        assert set(found.rules) == set(rules)


@pytest.mark.django_db
class TestVersions:
    def test_are_added_by_each_change_and_keep_what_was(self):
        first = actions.put(rule=NOODLES, by=SYSTEM)
        second = actions.replace(rules=[GREEN], seen=first, by=SYSTEM)

        assert queries.active().rules == {GREEN.key: GREEN}
        assert queries.at(first).rules == {NOODLES.key: NOODLES}
        newest = MerchantVersion.objects.get(pk=second)
        assert (newest.rules, newest.added, newest.changed, newest.removed) == (1, 1, 0, 1)
        assert AuditEntry.objects.filter(action="borrowers.merchants.changed").count() == 2

    def test_the_same_again_is_none(self):
        version = actions.put(rule=NOODLES, by=SYSTEM)

        assert actions.put(rule=NOODLES, by=SYSTEM) == version
        assert actions.remove(key=GREEN.key, by=SYSTEM) == version
        assert MerchantVersion.objects.count() == 1

    def test_a_name_taken_out_can_come_back(self):
        actions.put(rule=NOODLES, by=SYSTEM)
        actions.remove(key=NOODLES.key, by=SYSTEM)
        assert queries.active().rules == {}

        actions.put(rule=NOODLES, by=SYSTEM)
        assert queries.active().rules == {NOODLES.key: NOODLES}

    def test_a_table_that_moved_meanwhile_is_left_alone(self):
        actions.put(rule=NOODLES, by=SYSTEM)

        with pytest.raises(actions.MerchantTableMoved):
            actions.replace(rules=[GREEN], seen=0, by=SYSTEM)
        assert queries.active().rules == {NOODLES.key: NOODLES}

    @pytest.mark.parametrize(
        "rule",
        [
            Rule("Green", is_prefix=False, category=Category.DINING),
            Rule("g", is_prefix=True, category=Category.DINING),
            Rule("green", is_prefix=False, category=Category.MEDICAL),
            Rule("green", is_prefix=False, category=Category.UNKNOWN),
        ],
    )
    def test_what_cannot_stand_is_refused_and_nothing_is_written(self, rule):
        with pytest.raises(actions.MerchantRuleRefused):
            actions.put(rule=rule, by=SYSTEM)
        assert not MerchantVersion.objects.exists()
        assert not MerchantRule.objects.exists()

    @pytest.mark.parametrize("table", ["merchantrule", "merchantversion"])
    @pytest.mark.parametrize("attack", ["DELETE FROM {}", "UPDATE {} SET id = id + 1"])
    def test_never_change(self, table, attack):
        actions.put(rule=NOODLES, by=SYSTEM)

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack.format(f"borrowers_{table}"))
        assert queries.at(queries.active().version).rules == {NOODLES.key: NOODLES}

    def test_that_never_came_to_be_are_not_remembered(self):
        with transaction.atomic():
            version = MerchantVersion.objects.create(rules=1, added=1, changed=0, removed=0)
            MerchantRule.objects.create(
                version=version, name="green", is_prefix=True, category=1, place=0
            )
            assert queries.active().rules
            transaction.set_rollback(True)

        assert queries.active() is queries.EMPTY


@pytest.mark.django_db
class TestImports:
    def upload(self, lin, *numbers: int) -> None:
        behaviour.upload_bill(
            borrower_id=lin.id,
            reading=cast.reading([cast.event(number) for number in numbers]),
            content=repr(numbers).encode(),
            media_type="text/csv",
            by=cast.self_of(lin),
        )

    def kinds(self) -> list[tuple[int, int]]:
        rows = EventRow.objects.order_by("occurred_at")
        return [(row.category, row.method) for row in rows]

    def test_take_the_version_of_their_hour_and_say_which(self):
        cast.allow(lin := cast.borrower("Lin"))
        self.upload(lin, 1)
        groceries = Rule(NOODLES.name, is_prefix=False, category=Category.GROCERIES)
        version = actions.put(rule=groceries, by=SYSTEM)
        self.upload(lin, 2)

        before, after = self.kinds()
        assert before[0] == Category.DINING
        assert after == (Category.GROCERIES, Method.MERCHANT_TABLE)
        used = ImportBatch.objects.order_by("pk").values_list("merchants_id", flat=True)
        assert list(used) == [None, version]

    def test_of_partners_take_it_too(self, client):
        key = partner_door.partner()
        cast.allow(lin := cast.borrower("Lin"))
        partner_door.allow(lin)
        event = partner_door.bought(lin.public_id)
        told = event["data"] | {"merchant": "Green Shop"}
        told.pop("category", None)
        actions.put(rule=GREEN, by=SYSTEM)
        partner_door.send(client, key, [event | {"data": told}])

        assert self.kinds() == [(Category.GROCERIES, Method.MERCHANT_TABLE)]
