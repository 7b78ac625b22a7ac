"""Every limit of a licence and of a scene at its edge, on products that nobody saved."""

from datetime import date

import pytest

from lending.products import law
from lending.products.models import LoanProduct

TODAY = date(2026, 11, 20)
PAID_TO_THE_SELLER = ["EDUCATION", "TRAVEL", "MEDICAL", "RENOVATION", "DIGITAL"]


def product(**changes):
    """Daily life at a bank of consumption loans, well within every limit."""
    terms = {
        "code": "TRIAL",
        "scene": "CONSUMPTION",
        "licence": "CONSUMER_FINANCE",
        "minimum_fen": 50_000,
        "maximum_fen": 5_000_000,
        "terms_months": [3, 6, 12],
        "floor_rate_ppm": 72_000,
        "pays_merchant": False,
        "needs_order": False,
    }
    return LoanProduct(**terms | changes)


def broken(on=TODAY, **changes):
    return [each.code for each in law.limits_broken(product(**changes), on=on)]


class TestLicences:
    @pytest.mark.parametrize(
        ("licence", "on", "months", "is_kept"),
        [
            ("CONSUMER_FINANCE", TODAY, 60, True),
            ("CONSUMER_FINANCE", TODAY, 61, False),
            ("MICRO_LOAN", TODAY, 60, True),
            ("MICRO_LOAN", TODAY, 84, False),
            ("BANK", date(2025, 3, 13), 60, True),
            ("BANK", date(2025, 3, 13), 61, False),
            ("BANK", date(2025, 3, 14), 84, True),
            ("BANK", date(2025, 3, 14), 85, False),
            ("BANK", TODAY, 84, True),
        ],
    )
    def test_lend_for_so_many_months(self, licence, on, months, is_kept):
        found = broken(on=on, licence=licence, terms_months=[3, months, 6])

        assert found == ([] if is_kept else ["PRODUCT_TOO_LONG"])

    @pytest.mark.parametrize(
        ("licence", "on", "maximum_fen", "is_kept"),
        [
            ("CONSUMER_FINANCE", TODAY, 20_000_000, True),
            ("CONSUMER_FINANCE", TODAY, 20_000_001, False),
            ("BANK", date(2025, 3, 13), 20_000_000, True),
            ("BANK", date(2025, 3, 13), 20_000_001, False),
            ("BANK", date(2025, 3, 14), 30_000_000, True),
            ("BANK", date(2025, 3, 14), 30_000_001, False),
        ],
    )
    def test_lend_so_much(self, licence, on, maximum_fen, is_kept):
        found = broken(on=on, licence=licence, maximum_fen=maximum_fen)

        assert found == ([] if is_kept else ["PRODUCT_TOO_LARGE"])

    @pytest.mark.parametrize(
        ("multiple_ppm", "is_kept"), [(0, True), (1_500_000, True), (1_500_001, False)]
    )
    def test_charge_lateness_at_most_half_again(self, multiple_ppm, is_kept):
        found = broken(penalty_multiple_ppm=multiple_ppm)

        assert found == ([] if is_kept else ["PENALTY_TOO_HIGH"])

    @pytest.mark.parametrize(
        ("on", "maximum_fen", "codes"),
        [
            (date(2025, 3, 13), 30_000_000, ["PRODUCT_TOO_LARGE"]),
            (date(2025, 3, 13), 30_000_001, ["PRODUCT_TOO_LARGE", "PAYEE_MUST_BE_PAID"]),
            (TODAY, 50_000_000, ["PRODUCT_TOO_LARGE"]),
            (TODAY, 50_000_001, ["PRODUCT_TOO_LARGE", "PAYEE_MUST_BE_PAID"]),
        ],
    )
    def test_pay_large_sums_to_the_seller(self, on, maximum_fen, codes):
        assert broken(on=on, licence="BANK", maximum_fen=maximum_fen) == codes
        assert broken(on=on, licence="BANK", maximum_fen=maximum_fen, pays_merchant=True)[0] == (
            "PRODUCT_TOO_LARGE"
        )

    def test_tell_every_limit_that_is_broken(self):
        found = broken(
            terms_months=[120],
            maximum_fen=10**9,
            penalty_multiple_ppm=3_000_000,
            scene="TRAVEL",
        )

        assert found == [
            "PRODUCT_TOO_LONG",
            "PRODUCT_TOO_LARGE",
            "PENALTY_TOO_HIGH",
            "PAYEE_MUST_BE_PAID",
            "PURPOSE_NEEDS_ITS_ORDER",
            "PURPOSE_HAS_ANOTHER_PAYEE",
        ]

    def test_name_the_limit_in_the_refusal(self):
        refusals = list(law.limits_broken(product(terms_months=[61], maximum_fen=10**9), on=TODAY))
        contexts = {each.code: each.context for each in refusals}

        assert contexts["PRODUCT_TOO_LONG"] == {"most": 60}
        assert contexts["PRODUCT_TOO_LARGE"] == {"most": "200,000.00"}


class TestScenes:
    @pytest.mark.parametrize("scene", PAID_TO_THE_SELLER)
    @pytest.mark.parametrize(
        ("needs_order", "pays_merchant", "codes"),
        [
            (True, True, []),
            (False, True, ["PURPOSE_NEEDS_ITS_ORDER"]),
            (True, False, ["PURPOSE_HAS_ANOTHER_PAYEE"]),
            (False, False, ["PURPOSE_NEEDS_ITS_ORDER", "PURPOSE_HAS_ANOTHER_PAYEE"]),
        ],
    )
    def test_of_buying_show_the_order_and_pay_the_seller(
        self, scene, needs_order, pays_merchant, codes
    ):
        found = broken(scene=scene, needs_order=needs_order, pays_merchant=pays_merchant)

        assert found == codes

    @pytest.mark.parametrize(
        ("needs_order", "pays_merchant", "codes"),
        [
            (True, False, []),
            (True, True, ["PURPOSE_HAS_ANOTHER_PAYEE"]),
            (False, False, ["PURPOSE_NEEDS_ITS_ORDER"]),
        ],
    )
    def test_of_rent_never_pay_the_landlord(self, needs_order, pays_merchant, codes):
        found = broken(scene="RENTAL", needs_order=needs_order, pays_merchant=pays_merchant)

        assert found == codes

    @pytest.mark.parametrize(
        ("scene", "names"),
        [
            ("CONSUMPTION", set()),
            ("RENTAL", set()),
            (
                "EDUCATION",
                {"COURSE_STAGE_MONTHS", "COURSE_STAGE_HOURS", "STUDENTS_ALLOWED_COUNT"},
            ),
        ],
    )
    def test_read_their_numbers_of_the_day(self, scene, names):
        assert set(law.numbers_of(product(scene=scene), on=TODAY)) == names

    @pytest.mark.parametrize(
        ("licence", "on", "allowed"),
        [
            ("CONSUMER_FINANCE", TODAY, 1),
            ("MICRO_LOAN", date(2021, 2, 23), 1),
            ("MICRO_LOAN", date(2021, 2, 24), 0),
            ("MICRO_LOAN", TODAY, 0),
        ],
    )
    def test_of_students_follow_the_licence(self, licence, on, allowed):
        numbers = law.numbers_of(product(scene="EDUCATION", licence=licence), on=on)

        assert numbers["STUDENTS_ALLOWED_COUNT"] == allowed
        assert numbers["COURSE_STAGE_MONTHS"] == 3


class TestTheLawOfADay:
    @pytest.mark.parametrize(
        ("licence", "on", "cap_ppm"),
        [
            ("CONSUMER_FINANCE", date(2014, 1, 1), 240_000),
            ("CONSUMER_FINANCE", TODAY, 240_000),
            ("MICRO_LOAN", date(2027, 12, 30), 240_000),
            ("MICRO_LOAN", date(2027, 12, 31), 120_000),
            ("CONSUMER_FINANCE", date(2028, 1, 1), 240_000),
        ],
    )
    def test_caps_the_yearly_cost(self, licence, on, cap_ppm):
        assert law.on(on, licence=licence).cap_ppm == cap_ppm

    def test_of_a_product_is_that_of_its_licence(self):
        bank = law.on_day(product(licence="BANK"), TODAY)
        consumer = law.on_day(product(), TODAY)

        assert (bank.exposure_cap_fen, consumer.exposure_cap_fen) == (30_000_000, 20_000_000)
