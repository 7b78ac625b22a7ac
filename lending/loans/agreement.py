"""The contract as a PDF: every figure that was confirmed, in the borrower's language.

A character that the vendored typeface lacks is refused, never printed as a box.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.utils import translation
from django.utils.translation import gettext as _

from borrowers.people.contracts import ContractParty
from common.errors import Refused
from common.money import yuan
from common.rates import percent
from common.texts import gettext_noop
from lending.applications.contracts import Signable

FONT = Path(__file__).parent / "fonts" / "WenQuanYiMicroHei-subset.ttf"


class Frame(NamedTuple):
    """What stands around the text: the title, the head of later pages, and how pages count."""

    title: str
    running_head: str
    page_words: str


class GlyphMissing(Refused):
    """The contract holds a character that cannot be printed."""

    code = "CONTRACT_GLYPH_MISSING"
    message = gettext_noop("The contract holds a character that we cannot print yet.")
    advice = gettext_noop("Write to us: we will prepare the contract by hand.")


def render(*, offer: Signable, party: ContractParty, on: date, language: str) -> bytes:
    """The contract of an offer as PDF bytes; the same input gives the same bytes.

    Raises GlyphMissing.
    """
    with translation.override(language):
        title = _("Loan contract")
        parts = list(_sections(offer, party, on))
        rows = list(_schedule(offer))
        frame = Frame(
            title=title,
            running_head=_("Loan contract, application %(number)s")
            % {"number": offer.application_public_id},
            page_words=_("Page %(number)s of %(total)s"),
        )
    _insist_on_glyphs([*frame, *(text for part in parts for text in part), *_flat(rows)])
    return _print(frame, parts, rows, on)


def sections(
    *, offer: Signable, party: ContractParty, on: date, language: str
) -> tuple[tuple[str, str], ...]:
    """Heading and text of every section, word for word as `render` prints them."""
    with translation.override(language):
        return tuple(_sections(offer, party, on))


def missing_glyphs(texts: Iterable[str]) -> set[str]:
    """Characters of the texts that the typeface does not draw."""
    return {sign for text in texts for sign in text if sign != "\n"} - _glyphs()


def _insist_on_glyphs(texts: Iterable[str]) -> None:
    if missing_glyphs(texts):
        raise GlyphMissing


def _sections(offer: Signable, party: ContractParty, on: date) -> Iterator[tuple[str, str]]:
    """Heading and text of every section, in order."""
    cost = offer.cost
    yield (
        _("Parties"),
        _(
            "Lender: Mingzhang Demonstration Consumer Finance Co., Ltd. (fictional)\n"
            "Borrower: %(name)s, ID number %(id_number)s\nContract date: %(on)s"
        )
        % {"name": party.name, "id_number": party.id_number, "on": on.isoformat()},
    )
    yield _("Loan"), _loan_text(offer)
    yield _("Cost"), _cost_text(cost)
    yield (
        _("Late payment"),
        _(
            "Paying up to %(grace)s days late costs nothing extra. After that, overdue principal "
            "costs %(rate)s %% a year by the day, counted from the day after the due date, in "
            "place of interest and never on interest. No other charge is made for being late."
        )
        % {"grace": offer.grace_days, "rate": _rate(offer.penalty_rate_ppm)},
    )
    yield (
        _("Paying early"),
        _(
            "You may pay early at any time, in part or in full, without a fee. Paying in full on "
            "a day costs the principal and the interest earned up to that day."
        ),
    )
    yield (
        _("Your rights"),
        _(
            "You may see and copy your data, have it corrected, withdraw consents, ask for the "
            "reasons of the decision and for a person to look at it again, and complain to us or "
            "to the supervisor. Nobody but you will be asked to pay this loan."
        ),
    )
    yield (
        _("Signature"),
        _(
            "Signed electronically by the borrower after the cost table was read and confirmed.\n"
            "Fingerprint of the confirmed cost table (SHA-256): %(sha256)s"
        )
        % {"sha256": offer.disclosure_sha256},
    )


def _loan_text(offer: Signable) -> str:
    lines = [
        _("Principal: ¥%(amount)s, for %(months)s months, repaid in equal monthly instalments.")
        % {"amount": yuan(offer.principal_fen), "months": offer.term_months},
        _("Interest: %(rate)s %% a year on the balance, charged by the month.")
        % {"rate": _rate(offer.annual_rate_ppm)},
    ]
    if offer.discount_ppm:
        lines.append(
            _("The rate includes a reward discount of %(discount)s percentage points.")
            % {"discount": _rate(offer.discount_ppm)}
        )
    if offer.payee_name:
        lines.append(
            _("The money is paid directly to %(payee)s and may be used for nothing else.")
            % {"payee": offer.payee_name}
        )
    else:
        lines.append(
            _("The money is for everyday consumption; not for property, shares or other lending.")
        )
    return "\n".join(lines)


def _cost_text(cost: Any) -> str:
    return "\n".join(
        [
            _("Yearly cost (IRR × 12): %(nominal)s %%; compounded: %(effective)s %%.")
            % {
                "nominal": _rate(cost["irr_nominal_ppm"]),
                "effective": _rate(cost["irr_effective_ppm"]),
            },
            _("Interest in all: ¥%(interest)s, paid to the lender. Fees: ¥%(fees)s.")
            % {"interest": yuan(cost["total_interest_fen"]), "fees": yuan(cost["total_fees_fen"])},
            _("In all you repay ¥%(total)s. No other charge is made for this loan.")
            % {"total": yuan(cost["total_fen"])},
        ]
    )


def _schedule(offer: Signable) -> Iterator[tuple[str, ...]]:
    yield _("No."), _("Due on"), _("Principal"), _("Interest"), _("Instalment")
    for row in offer.cost["schedule"]:
        yield (
            str(row["number"]),
            row["due_on"],
            yuan(row["principal_fen"]),
            yuan(row["interest_fen"]),
            yuan(row["total_fen"]),
        )


def _print(
    frame: Frame, parts: Sequence[tuple[str, str]], rows: Sequence[tuple[str, ...]], on: date
) -> bytes:
    # Slow to import, and needed only when a contract is made.
    from fpdf.enums import XPos, YPos  # noqa: PLC0415 (fpdf is heavy, and only signing needs it)

    from lending.loans.paper import FACE, GREY, LINE_MM, Paper  # noqa: PLC0415 (fpdf is heavy, and only signing needs it)

    page = Paper(
        font=FONT, running_head=frame.running_head, page_words=frame.page_words, at=_noon(on)
    )
    page.add_page()
    page.set_font(FACE, size=18)
    page.cell(0, LINE_MM * 2, frame.title, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    for heading, text in parts:
        page.set_font(FACE, size=12)
        page.cell(0, LINE_MM + 3, heading, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        page.set_font(FACE, size=10)
        page.multi_cell(0, LINE_MM, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        page.ln(1)
    page.set_draw_color(GREY)
    with page.table(text_align="RIGHT", line_height=LINE_MM, first_row_as_headings=False) as table:
        for cells in rows:
            table.row(cells)
    return bytes(page.output())


def _noon(on: date) -> datetime:
    return datetime.combine(on, time(4), tzinfo=UTC)


def _flat(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in rows:
        yield from row


def _rate(ppm: int) -> str:
    return f"{percent(ppm):.2f}"


@cache
def _glyphs() -> frozenset[str]:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 (only when a contract is made)

    with TTFont(FONT) as font:
        return frozenset(map(chr, font.getBestCmap()))
