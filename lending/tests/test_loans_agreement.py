"""The words of a contract: every figure that Lin confirmed stands in it, in her tongue."""

from dataclasses import replace
from datetime import date

import pytest

from borrowers.people.contracts import ContractParty
from common.money import yuan
from lending.applications.contracts import Signable
from lending.loans.agreement import GlyphMissing, missing_glyphs, parts, render
from lending.loans.contracts import Grid, Passage

ON = date(2026, 11, 20)
FINGERPRINT = "5f" * 32
LIN = ContractParty(name="林（虚构）", id_number="000000199001010000")
OFFER = Signable(
    application_id=1,
    application_public_id="A-1",
    borrower_id=1,
    product_id=1,
    scene="",
    payee_account="person:1",
    payer_account="person:1",
    payee_name="",
    principal_fen=1_234_500,
    term_months=2,
    base_rate_ppm=150_000,
    discount_ppm=0,
    annual_rate_ppm=144_000,
    penalty_rate_ppm=216_000,
    grace_days=3,
    disclosure_id=1,
    disclosure_sha256=FINGERPRINT,
    cost={
        "principal_fen": 1_234_500,
        "term_months": 2,
        "instalment_fen": 628_394,
        "cap_ppm": 240_000,
        "items": [
            {
                "code": "INTEREST",
                "recipient": "LENDER",
                "how_charged": "MONTHLY_ON_BALANCE",
                "amount_fen": 22_288,
                "annual_rate_ppm": 144_037,
                "standard_ppm": 144_000,
                "standard_fen": None,
            }
        ],
        "contingent": [
            {
                "code": "LATE_PENALTY",
                "recipient": "LENDER",
                "how_charged": "DAILY_ON_OVERDUE_PRINCIPAL",
                "annual_rate_ppm": 216_000,
                "grace_days": 3,
            }
        ],
        "risk": {
            "version": "0" * 16,
            "annual_rate_ppm": 216_000,
            "grace_days": 3,
            "days_late": 20,
            "due_fen": 628_394,
            "penalty_fen": 7_262,
            "cooling_off_days": 7,
        },
        "irr_nominal_ppm": 144_037,
        "irr_effective_ppm": 153_945,
        "total_interest_fen": 22_288,
        "total_fees_fen": 0,
        "total_fen": 1_256_788,
        "schedule": [
            {
                "number": number,
                "due_on": due_on,
                "principal_fen": principal_fen,
                "interest_fen": interest_fen,
                "total_fen": principal_fen + interest_fen,
            }
            for number, due_on, principal_fen, interest_fen in (
                (1, "2026-12-20", 613_580, 14_814),
                (2, "2027-01-20", 620_920, 7_474),
            )
        ],
    },
)
TONGUES = ("en", "zh-hans")


def told(language="en", party=LIN, **changes):
    """Heading and words of every part."""
    found = parts(offer=replace(OFFER, **changes), party=party, on=ON, language=language)
    return [(each.heading, words_of(each)) for each in found]


def words_of(part):
    if isinstance(part, Passage):
        return part.text
    return "\n".join(" ".join(row) for row in part.rows)


def text_of(language="en", **changes):
    return "\n".join(text for _, text in told(language, **changes))


class TestTheSections:
    def test_stand_in_this_order(self):
        assert [heading for heading, _ in told()] == [
            "Parties",
            "Loan",
            "The whole cost of this loan",
            "What you pay if all goes well",
            "What you pay only if something goes wrong",
            "What you never pay",
            "If you pay late",
            "Paying early",
            "Your rights",
            "Signature",
            "Repayment plan",
        ]

    def test_are_as_many_in_either_tongue_and_none_is_left_in_the_other(self):
        pairs = list(zip(told("en"), told("zh-hans"), strict=True))

        assert all(
            english[0] != chinese[0] and english[1] != chinese[1] for english, chinese in pairs
        )

    @pytest.mark.parametrize("language", TONGUES)
    @pytest.mark.parametrize(
        "figure",
        [
            "林（虚构）",
            "000000199001010000",
            "2026-11-20",
            "12,345.00",
            "14.40",
            "15.39",
            "222.88",
            "0.00",
            "12,567.88",
            "21.60",
            "24.00",
            "72.62",
            "6,283.94",
            FINGERPRINT,
        ],
    )
    def test_say_every_figure_that_was_confirmed(self, language, figure):
        assert figure in text_of(language)

    @pytest.mark.parametrize("language", TONGUES)
    def test_leave_no_gap_for_a_figure(self, language):
        assert "%(" not in text_of(language)
        assert "None" not in text_of(language)

    @pytest.mark.parametrize("language", TONGUES)
    def test_follow_the_offer_and_nothing_else(self, language):
        longer = {**OFFER.cost, "risk": {**OFFER.cost["risk"], "grace_days": 9}}
        changed = [
            (before[1], after[1])
            for before, after in zip(told(language), told(language, cost=longer), strict=True)
            if before != after
        ]

        assert len(changed) == 1
        assert changed[0][0].replace("3", "9", 1) == changed[0][1]

    def test_of_a_table_from_before_there_was_a_notice_leave_it_out(self):
        earlier = {name: each for name, each in OFFER.cost.items() if name != "risk"}

        assert "If you pay late" not in [heading for heading, _ in told(cost=earlier)]

    def test_speak_of_giving_back_only_where_it_is_promised(self):
        none = {**OFFER.cost, "risk": {**OFFER.cost["risk"], "cooling_off_days": 0}}

        assert "within 7 days after the payout" in text_of()
        assert "after the payout" not in text_of(cost=none)


class TestADiscount:
    def test_that_there_is_none_is_not_spoken_of(self):
        assert "discount" not in text_of()

    def test_is_said_in_percentage_points(self):
        assert "a reward discount of 0.60 percentage points" in text_of(discount_ppm=6_000)

    @pytest.mark.parametrize("language", TONGUES)
    def test_is_one_line_more(self, language):
        lines = text_of(language).splitlines()

        assert len(text_of(language, discount_ppm=6_000).splitlines()) == len(lines) + 1


class TestThePurpose:
    def test_of_a_loan_paid_to_a_shop_names_the_shop_alone(self):
        said = text_of(payee_name="示例旗舰店")

        assert "paid directly to 示例旗舰店" in said
        assert "everyday consumption" not in said

    def test_of_a_loan_paid_to_the_borrower_says_what_it_is_not_for(self):
        said = text_of()

        assert "not for property, shares or other lending" in said
        assert "paid directly" not in said

    @pytest.mark.parametrize("name", ["100%", "%(amount)s", "%s"])
    def test_takes_the_name_of_a_shop_as_it_is(self, name):
        assert f"paid directly to {name} and" in text_of(payee_name=name)

    def test_names_the_payee_in_the_language_of_its_reader(self):
        names = {"payee_name": "灯笼旅行社（虚构）", "payee_name_en": "Lantern Travel (fictional)"}

        assert "paid directly to Lantern Travel (fictional) and" in text_of(**names)
        assert "灯笼旅行社" not in text_of(**names)

    def test_names_no_account_by_letters_of_a_public_number(self):
        """A public id is no account: nobody could tell theirs by its end."""
        said = text_of(payer_account="person:aaaaaaaaaaaaaaaaaaKcUg")

        assert "KcUg" not in said
        assert "ending in" not in said


class TestTheSchedule:
    def test_has_a_head_and_a_row_for_each_instalment(self):
        plan = parts(offer=OFFER, party=LIN, on=ON, language="en")[-1]
        assert isinstance(plan, Grid)
        head, *rows = plan.rows

        assert len(head) == 5
        assert rows == [
            ("1", "2026-12-20", "6,135.80", "148.14", "6,283.94"),
            ("2", "2027-01-20", "6,209.20", "74.74", "6,283.94"),
        ]

    def test_adds_up_to_what_the_words_say(self):
        rows = OFFER.cost["schedule"]

        assert yuan(sum(row["total_fen"] for row in rows)) in text_of()
        assert yuan(sum(row["principal_fen"] for row in rows)) in text_of()
        assert yuan(sum(row["interest_fen"] for row in rows)) in text_of()


class TestGlyphs:
    @pytest.mark.parametrize("language", TONGUES)
    def test_of_our_own_words_are_all_there(self, language):
        own = [each for section in told(language) for each in section]

        assert missing_glyphs(own) == set()

    def test_that_are_missing_are_named_once(self):
        assert missing_glyphs(["A😀", "😀B", "\n"]) == {"😀"}

    @pytest.mark.parametrize(
        ("party", "payee_name"),
        [
            (replace(LIN, name="林😀"), ""),
            (replace(LIN, id_number="0000😀"), ""),
            (LIN, "示例😀店"),
        ],
        ids=["name", "number", "shop"],
    )
    def test_that_are_missing_are_refused_and_never_printed_as_a_box(self, party, payee_name):
        with pytest.raises(GlyphMissing) as caught:
            render(offer=replace(OFFER, payee_name=payee_name), party=party, on=ON, language="en")

        assert caught.value.context == {}


class TestThePaper:
    @pytest.mark.parametrize("language", TONGUES)
    def test_of_the_same_offer_has_the_same_bytes(self, language):
        first, second = (render(offer=OFFER, party=LIN, on=ON, language=language) for _ in range(2))

        assert first == second
        assert first.startswith(b"%PDF-")

    def test_differs_by_its_tongue_and_by_a_single_fen(self):
        dearer = replace(OFFER, principal_fen=OFFER.principal_fen + 1)
        papers = {
            render(offer=OFFER, party=LIN, on=ON, language="en"),
            render(offer=OFFER, party=LIN, on=ON, language="zh-hans"),
            render(offer=dearer, party=LIN, on=ON, language="en"),
        }

        assert len(papers) == 3


class TestAParty:
    def test_shows_nothing_of_a_person_where_it_is_logged(self):
        assert LIN.name not in repr(LIN)
        assert LIN.id_number not in repr(LIN)
