"""The contract as a PDF: every figure that was confirmed, in the borrower's language.

A character that the vendored typeface lacks is refused, never printed as a box.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from borrowers.people.contracts import ContractParty
from common.errors import Refused
from common.money import yuan
from common.rates import percent
from common.texts import gettext_noop
from lending.applications.contracts import Signable
from lending.applications.disclosed.table import CostTable, discounts_said, rate_words, table
from lending.calc.methods.manner import read, sentences
from lending.loans.contracts import Grid, Passage, Sheet

FONT = Path(__file__).parent / "fonts" / "WenQuanYiMicroHei-subset.ttf"


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
        sheet = Sheet(
            title=_("Loan contract"),
            running_head=_("Loan contract, application %(number)s")
            % {"number": offer.application_public_id},
            page_words=_("Page %(number)s of %(total)s"),
            parts=tuple(_parts(offer, party, on)),
        )
    return printed(sheet, on=on)


def parts(
    *, offer: Signable, party: ContractParty, on: date, language: str
) -> tuple[Passage | Grid, ...]:
    """Every section and table, word for word as `render` prints them."""
    with translation.override(language):
        return tuple(_parts(offer, party, on))


def printed(sheet: Sheet, *, on: date) -> bytes:
    """The sheet as a PDF; the same input gives the same bytes. Raises GlyphMissing."""
    if missing_glyphs(_words(sheet)):
        raise GlyphMissing
    # Slow to import, and needed only when something is printed.
    from lending.loans.paper import printed as on_paper  # noqa: PLC0415 (see above)

    return on_paper(sheet, font=FONT, on=on)


def missing_glyphs(texts: Iterable[str]) -> set[str]:
    """Characters of the texts that the typeface does not draw."""
    return {sign for text in texts for sign in text if sign != "\n"} - _glyphs()


def _parts(offer: Signable, party: ContractParty, on: date) -> Iterator[Passage | Grid]:
    """Everything that is printed, in order."""
    costs = table(offer.cost)
    yield Passage(
        _("Parties"),
        _(
            "Lender: Mingzhang Demonstration Consumer Finance Co., Ltd. (fictional)\n"
            "Borrower: %(name)s, ID number %(id_number)s\nContract date: %(on)s"
        )
        % {"name": party.name, "id_number": party.id_number, "on": on.isoformat()},
    )
    yield Passage(_("Loan"), _loan_text(offer))
    yield from cost_parts(costs)
    if costs.risk is not None:
        yield Passage(_("If you pay late"), "\n".join(costs.risk.sentences))
    yield Passage(
        _("Paying early"),
        _(
            "You may pay early at any time, in part or in full, without a fee. Paying in full on "
            "a day costs the principal and the interest earned up to that day."
        ),
    )
    yield Passage(
        _("Your rights"),
        _(
            "You may see and copy your data, have it corrected, withdraw consents, ask for the "
            "reasons of the decision and for a person to look at it again, and complain to us or "
            "to the supervisor. Nobody but you will be asked to pay this loan."
        ),
    )
    yield Passage(
        _("Signature"),
        _(
            "Signed electronically by the borrower after the cost table and the notice of risks "
            "were read and confirmed.\n"
            "The lender's electronic seal on this file shows any change of it; it can be checked "
            "on our pages.\n"
            "Fingerprint of the confirmed cost table (SHA-256): %(sha256)s"
        )
        % {"sha256": offer.disclosure_sha256},
    )
    yield Grid(_("Repayment plan"), tuple(_schedule(costs)))


def _loan_text(offer: Signable) -> str:
    lines = [
        *_repaid(offer),
    ]
    if offer.discount_ppm:
        lines.append(
            _("The rate includes a reward discount of %(discount)s percentage points.")
            % {"discount": _rate(offer.discount_ppm)}
        )
        lines.extend(discounts_said(offer.cost))
    if offer.payee_name:
        lines.append(
            _("The money is paid directly to %(payee)s and may be used for nothing else.")
            % {"payee": _payee(offer)}
        )
    else:
        lines.append(
            _("The money is for everyday consumption; not for property, shares or other lending.")
        )
    return "\n".join(lines)


def _payee(offer: Signable) -> str:
    """Whom the money is paid to, as the site names them in the contract's language."""
    is_english = (get_language() or "").startswith("en")
    return offer.payee_name_en if is_english and offer.payee_name_en else offer.payee_name


def _repaid(offer: Signable) -> Iterator[str]:
    """The sum, how it is repaid, and its interest."""
    figures = {"amount": yuan(offer.principal_fen), "months": offer.term_months}
    rate = {"rate": _rate(offer.annual_rate_ppm)}
    if not offer.manner:
        yield (
            _("Principal: ¥%(amount)s, for %(months)s months, repaid in equal monthly instalments.")
            % figures
        )
        yield _("Interest: %(rate)s %% a year on the balance, charged by the month.") % rate
        return
    yield _("Principal: ¥%(amount)s, for %(months)s months.") % figures
    yield from (_(each) for each in sentences(read(offer.manner)))
    yield _("Interest: %(rate)s %% a year on the balance, charged with each instalment.") % rate


def cost_parts(costs: CostTable) -> Iterator[Passage | Grid]:
    """The table of all costs as a paper shows it."""
    yield Passage(_("The whole cost of this loan"), _figures(costs))
    yield Grid(
        _("What you pay if all goes well"),
        (
            (_("Item"), _("How it is charged"), _("Who receives it"), _("Amount"), _("A year")),
            *(
                (
                    each.name,
                    each.charged,
                    each.recipient_name,
                    f"¥{yuan(each.amount_fen)}",
                    rate_words(each.annual_rate_ppm),
                )
                for each in costs.items
            ),
        ),
        widths=(18, 40, 16, 16, 12),
    )
    yield Grid(
        _("What you pay only if something goes wrong"),
        (
            (_("Item"), _("How it is charged"), _("Who receives it"), _("A year")),
            *(
                (each.name, each.charged, each.recipient_name, rate_words(each.annual_rate_ppm))
                for each in costs.contingent
            ),
        ),
        widths=(18, 56, 16, 12),
    )
    yield Passage(_("What you never pay"), costs.no_other_charge)


def _figures(costs: CostTable) -> str:
    """Each figure of the table on a line of its own."""
    lines = (
        (_("You borrow"), f"¥{yuan(costs.principal_fen)}"),
        (_("Months"), str(costs.term_months)),
        (costs.instalment_name, f"¥{yuan(costs.instalment_fen)}"),
        (_("Interest in all"), f"¥{yuan(costs.total_interest_fen)}"),
        (_("Service and guarantee fees"), f"¥{yuan(costs.total_fees_fen)}"),
        (_("You pay back in all"), f"¥{yuan(costs.total_fen)}"),
        (_("Month's rate times twelve (IRR)"), rate_words(costs.irr_nominal_ppm)),
        (_("With compounding over the year"), rate_words(costs.irr_effective_ppm)),
        (_("The most that the law allows"), rate_words(costs.cap_ppm)),
    )
    return "\n".join(f"{label}: {figure}" for label, figure in lines)


def _schedule(costs: CostTable) -> Iterator[tuple[str, ...]]:
    yield _("No."), _("Due on"), _("Principal"), _("Interest"), _("Instalment")
    for row in costs.schedule:
        yield (
            str(row.number),
            row.due_on.isoformat(),
            yuan(row.principal_fen),
            yuan(row.interest_fen),
            yuan(row.total_fen),
        )


def _words(sheet: Sheet) -> Iterator[str]:
    """Every text of the sheet."""
    yield from (sheet.title, sheet.running_head, sheet.page_words)
    for part in sheet.parts:
        yield part.heading
        if isinstance(part, Passage):
            yield part.text
        else:
            for row in part.rows:
                yield from row


def _rate(ppm: int) -> str:
    return f"{percent(ppm):.2f}"


@cache
def _glyphs() -> frozenset[str]:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 (only when a contract is made)

    with TTFont(FONT) as font:
        return frozenset(map(chr, font.getBestCmap()))
