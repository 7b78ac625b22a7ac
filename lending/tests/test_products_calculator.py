"""The calculator before anybody is known: both ends are honest, and the dear end is legal."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.calc.cost import LateTerms, disclosure
from lending.calc.plans import ImpossibleTerms
from lending.calc.schedule import equal_instalments
from lending.products import evidence
from lending.products.calculator import highest_rate_ppm, span

ON = date(2026, 11, 20)
CAP_PPM = 240_000
# A product without a highest rate of its own.
ANY_PPM = 1_000_000
amounts = st.integers(min_value=50_000, max_value=20_000_000)
terms = st.sampled_from([1, 3, 6, 12, 24, 36, 60])
floors = st.integers(min_value=0, max_value=200_000)


def spanned(amount_fen, term_months, *, floor_rate_ppm=0, ceiling_rate_ppm=ANY_PPM):
    return span(
        amount_fen=amount_fen,
        term_months=term_months,
        floor_rate_ppm=floor_rate_ppm,
        ceiling_rate_ppm=ceiling_rate_ppm,
        cap_ppm=CAP_PPM,
        on=ON,
    )


class TestSpan:
    @given(amount_fen=amounts, term_months=terms, floor_rate_ppm=floors)
    def test_runs_from_the_floor_to_the_cap(self, amount_fen, term_months, floor_rate_ppm):
        found = span(
            amount_fen=amount_fen,
            term_months=term_months,
            floor_rate_ppm=floor_rate_ppm,
            ceiling_rate_ppm=ANY_PPM,
            cap_ppm=CAP_PPM,
            on=ON,
        )

        assert found.least.annual_rate_ppm == floor_rate_ppm
        assert found.least.total_fen <= found.most.total_fen
        assert found.most.irr_effective_ppm <= CAP_PPM

    @given(amount_fen=amounts, term_months=terms)
    def test_says_what_a_real_loan_at_either_end_would_cost(self, amount_fen, term_months):
        found = span(
            amount_fen=amount_fen,
            term_months=term_months,
            floor_rate_ppm=72_000,
            ceiling_rate_ppm=ANY_PPM,
            cap_ppm=CAP_PPM,
            on=ON,
        )

        for end in (found.least, found.most):
            schedule = equal_instalments(
                principal_fen=amount_fen,
                annual_rate_ppm=end.annual_rate_ppm,
                months=term_months,
                starts_on=ON,
            )
            cost = disclosure(
                principal_fen=amount_fen,
                annual_rate_ppm=end.annual_rate_ppm,
                schedule=schedule,
                late=LateTerms(annual_rate_ppm=0, grace_days=0),
                cap_ppm=CAP_PPM,
            )
            assert (end.total_fen, end.interest_fen) == (cost.total_fen, cost.total_interest_fen)
            assert end.irr_nominal_ppm == cost.irr_nominal_ppm
            assert end.instalment_fen == schedule[0].total_fen

    def test_stays_under_the_cap_where_rounding_would_lift_it_over(self):
        found = spanned(50_240, 1)

        assert found.most.annual_rate_ppm == 216_000
        assert found.most.irr_effective_ppm <= CAP_PPM

    def test_at_a_floor_above_the_cap_has_one_end(self):
        found = spanned(100_000, 12, floor_rate_ppm=300_000)

        assert found.least == found.most

    def test_goes_no_further_than_the_products_own_highest_rate(self):
        assert spanned(1_000_000, 12, ceiling_rate_ppm=180_000).most.annual_rate_ppm == 180_000
        assert spanned(1_000_000, 12, ceiling_rate_ppm=900_000).most.annual_rate_ppm == 217_000

    def test_of_one_rate_only_has_one_end(self):
        found = spanned(1_000_000, 6, floor_rate_ppm=90_000, ceiling_rate_ppm=90_000)

        assert found.least == found.most

    def test_of_nothing_is_refused(self):
        with pytest.raises(ImpossibleTerms):
            spanned(0, 12)

    def test_knows_the_highest_rate_under_the_cap(self):
        assert highest_rate_ppm(240_000) == 217_000
        assert highest_rate_ppm(0) == 0


class TestEvidence:
    @pytest.mark.parametrize(
        ("content", "media_type"),
        [
            (b"%PDF-1.7 ...", "application/pdf"),
            (b"\xff\xd8\xff\xe0 ...", "image/jpeg"),
            (b"\x89PNG\r\n\x1a\n...", "image/png"),
        ],
    )
    def test_is_told_by_its_first_bytes(self, content, media_type):
        assert evidence.media_type_of(content) == media_type

    @given(content=st.binary(max_size=40))
    def test_is_nothing_else(self, content):
        if not content.startswith(tuple(evidence.MEDIA_TYPES)):
            with pytest.raises(evidence.EvidenceUnreadable):
                evidence.media_type_of(content)

    @pytest.mark.parametrize("size", [evidence.MOST_BYTES + 1, 10**12])
    def test_is_not_larger_than_five_megabytes(self, size):
        with pytest.raises(evidence.EvidenceTooLarge) as refused:
            evidence.insist_on_size(size)

        assert refused.value.context == {"most": 5}
        evidence.insist_on_size(evidence.MOST_BYTES)
