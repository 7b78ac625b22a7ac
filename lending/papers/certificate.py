"""The certificate of settlement (结清证明): that nothing is owed any more, under the seal."""

from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _

from borrowers.people import queries as people
from common.errors import Refused
from common.money import yuan
from common.texts import gettext_noop
from lending.loans import agreement
from lending.loans.contracts import Passage, Sheet
from lending.loans.models import Loan, LoanState
from lending.papers import actions
from lending.papers.models import PaperKind


class NotSettled(Refused):
    """Something may still be owed, or the loan was given back."""

    code = "LOAN_NOT_SETTLED"
    message = gettext_noop("This loan is not paid back yet.")
    advice = gettext_noop("The certificate is made once nothing is owed any more.")


def settlement(*, loan: Loan, language: str) -> bytes:
    """The certificate of a loan that is paid back; asked again, the same bytes.

    Raises NotSettled, GlyphMissing, PaperAltered, SealUnavailable.
    """
    if loan.state != LoanState.SETTLED or loan.settled_on is None:
        raise NotSettled
    last = loan.transactions.order_by("-sequence").values_list("sequence", flat=True).first()
    tongue = "en" if language.startswith("en") else "zh-hans"
    key = f"{last}-{tongue}"
    kept = actions.kept(loan=loan, kind=PaperKind.SETTLEMENT, paper_key=key)
    if kept is not None:
        return kept
    text = agreement.printed(_sheet(loan, tongue, loan.settled_on), on=loan.settled_on)
    return actions.seal(loan=loan, kind=PaperKind.SETTLEMENT, paper_key=key, text=text)


def _sheet(loan: Loan, language: str, settled_on: date) -> Sheet:
    party = people.contract_party(loan.borrower_id)
    with translation.override(language):
        return Sheet(
            title=_("Certificate of settlement"),
            running_head=_("Certificate of settlement"),
            page_words=_("Page %(number)s of %(total)s"),
            parts=(
                Passage(
                    _("Parties"),
                    _(
                        "Lender: Mingzhang Demonstration Consumer Finance Co., Ltd. (fictional)\n"
                        "Borrower: %(name)s, ID number %(id_number)s"
                    )
                    % {"name": party.name, "id_number": party.id_number},
                ),
                Passage(_("What is certified"), _certified(loan, language, settled_on)),
                Passage(_("This paper"), _about(settled_on)),
            ),
        )


def _certified(loan: Loan, language: str, settled_on: date) -> str:
    return _(
        "Loan %(loan)s (%(product)s) of ¥%(amount)s, paid out on %(paid_out)s, was paid back in "
        "full on %(settled)s. Interest paid: ¥%(interest)s. Paid for being late: ¥%(penalty)s.\n"
        "Nothing is owed on it any more."
    ) % {
        "loan": loan.public_id,
        "product": loan.product.name_in(language),
        "amount": yuan(loan.principal_fen),
        "paid_out": loan.disbursed_on,
        "settled": settled_on,
        "interest": yuan(loan.interest_paid_fen),
        "penalty": yuan(loan.penalty_paid_fen),
    }


def _about(settled_on: date) -> str:
    return _(
        "As of %(settled)s. The lender's electronic seal on this file shows any change of it; it "
        "can be checked on our pages, which also say whether the certificate still holds: a bank "
        "may take a payment back."
    ) % {"settled": settled_on}
