"""Owners for the tests of the arithmetic: sales and buybacks that can be, at random."""

from datetime import timedelta

from hypothesis import strategies as st

from common.rates import PPM
from lending.calc.owners.shares import Kind, Transfer, register

LENDER, FUND, BANK, TRUST = "LENDER", "FUND", "BANK", "TRUST"
NAMES = (LENDER, FUND, BANK, TRUST)


def sale(sequence, on, share_ppm=PPM, *, seller=LENDER, buyer=FUND):
    return Transfer(Kind.SALE, sequence, on, seller, buyer, share_ppm)


def buyback(sequence, on, share_ppm=PPM, *, of=FUND, by=LENDER):
    return Transfer(Kind.BUYBACK, sequence, on, of, by, share_ppm)


def owners_of(terms, *transfers, **first):
    return register(
        paid_out_on=terms.disbursed_on,
        first_shares_ppm=first or {LENDER: PPM},
        transfers=transfers,
    )


@st.composite
def first_shares(draw):
    """One owner, or several who lend together, in parts of any size."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    cuts = sorted(
        draw(
            st.lists(
                st.integers(1, PPM - 1),
                min_size=len(names) - 1,
                max_size=len(names) - 1,
                unique=True,
            )
        )
    )
    ends = zip([0, *cuts], [*cuts, PPM], strict=True)
    return {name: end - start for name, (start, end) in zip(names, ends, strict=True)}


@st.composite
def moves(draw, terms, first, *, most=6, least=0, last_day=400):
    """Transfers that can be, by the plainest account of who has what: named lots in a list."""
    has, on = dict(first), terms.disbursed_on
    sold: dict[tuple[str, str], int] = {}
    found: list[Transfer] = []
    for sequence in range(1, draw(st.integers(least, most)) + 1):
        on += timedelta(days=draw(st.integers(0 if found else 1, last_day // most)))
        open_sales = [pair for pair, share in sold.items() if min(share, has[pair[1]]) > 0]
        if open_sales and draw(st.booleans()):
            buyer, seller = draw(st.sampled_from(open_sales))
            kind, largest = Kind.BUYBACK, min(sold[buyer, seller], has[seller])
        else:
            seller = draw(st.sampled_from([name for name, share in has.items() if share]))
            buyer = draw(st.sampled_from([name for name in NAMES if name != seller]))
            kind, largest = Kind.SALE, has[seller]
        share = draw(st.one_of(st.just(largest), st.integers(1, largest)))
        pair = (seller, buyer) if kind is Kind.SALE else (buyer, seller)
        sold[pair] = sold.get(pair, 0) + (share if kind is Kind.SALE else -share)
        has[seller] -= share
        has[buyer] = has.get(buyer, 0) + share
        found.append(Transfer(kind, sequence, on, seller, buyer, share))
    return found
