"""A statement as a PDF under the seal, figure by figure what the page and the API say."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from borrowers.people import queries as people
from borrowers.people.contracts import ContractParty
from common.errors import Refused
from common.rates import percent
from common.templatetags.money import yuan
from common.texts import gettext_noop
from lending.loans import agreement
from lending.loans.contracts import Grid, Passage, Sheet
from lending.loans.models import Loan
from lending.papers import actions
from lending.papers.models import PaperKind, SealedPaper
from lending.papers.statements import words
from lending.papers.statements.contracts import Account, Entry, Statement

MOST_A_DAY = 20
KEY_LENGTH = 32


class EnoughStatements(Refused):
    """A loan's statements of a day are kept for ever: there is an end to their number."""

    code = "STATEMENTS_ENOUGH_FOR_TODAY"
    message = gettext_noop("You have taken %(most)s different statements of this loan today.")
    advice = gettext_noop("Read it on the page, or take another one tomorrow.")
    status = 429


def sealed(*, loan: Loan, statement: Statement, language: str) -> bytes:
    """The statement as a file; one that says the same is the same file.

    Raises EnoughStatements, GlyphMissing, PaperAltered, SealUnavailable.
    """
    text = agreement.printed(_sheet(loan, statement, language), on=statement.known_on)
    key = hashlib.sha256(text).hexdigest()[:KEY_LENGTH]
    kept = actions.kept(loan=loan, kind=PaperKind.STATEMENT, paper_key=key)
    if kept is not None:
        return kept
    today = SealedPaper.objects.filter(
        loan=loan, kind=PaperKind.STATEMENT, sealed_at__gt=Now() - timedelta(days=1)
    )
    if today.count() >= MOST_A_DAY:
        raise EnoughStatements(most=MOST_A_DAY)
    return actions.seal(loan=loan, kind=PaperKind.STATEMENT, paper_key=key, text=text)


def _sheet(loan: Loan, statement: Statement, language: str) -> Sheet:
    party = people.contract_party(loan.borrower_id)
    with translation.override("en" if language.startswith("en") else "zh-hans"):
        return Sheet(
            title=_("Statement"),
            running_head=_("Statement of loan %(loan)s") % {"loan": statement.loan},
            page_words=_("Page %(number)s of %(total)s"),
            parts=tuple(_parts(statement, party)),
        )


def _parts(statement: Statement, party: ContractParty) -> Iterator[Passage | Grid]:
    account = statement.account
    yield Passage(
        _("Parties"),
        _(
            "Lender: Mingzhang Demonstration Consumer Finance Co., Ltd. (fictional)\n"
            "Borrower: %(name)s, ID number %(id_number)s"
        )
        % {"name": party.name, "id_number": party.id_number},
    )
    yield Passage(_("Loan"), _loan_text(statement))
    yield Grid(_("What moved the balance"), _balances(account), widths=(70, 30))
    yield Passage(_("What the balance is made of"), _lines(words.owed(account.closing)))
    if account.dues:
        yield Grid(_("What was due in these days"), words.dues(account))
    if account.entries:
        yield Grid(_("What happened"), _entries(account), widths=(14, 24, 15, 31, 16))
    cost = (_lines(words.cost(account)), words.paid_ahead(account))
    yield Passage(_("What the loan has cost so far"), "\n".join(each for each in cost if each))
    if statement.points_earned:
        yield Passage(
            _("Points"),
            _("Earned in these days by paying this loan: %(points)s")
            % {"points": statement.points_earned},
        )
    yield Passage(
        _("This paper"),
        _(
            "It says what was known on %(on)s: a payment that was taken back counts for nothing, "
            "whenever it came.\n"
            "The lender's electronic seal on this file shows any change of it; it can be checked "
            "on our pages."
        )
        % {"on": statement.known_on.isoformat()},
    )


def _loan_text(statement: Statement) -> str:
    return _(
        "%(product)s, loan %(loan)s of %(amount)s at %(rate)s %% a year, paid out on "
        "%(paid_out)s.\nFrom %(since)s to %(until)s."
    ) % {
        "product": statement.product_name,
        "loan": statement.loan,
        "amount": yuan(statement.principal_fen),
        "rate": f"{percent(statement.annual_rate_ppm):.2f}",
        "paid_out": statement.disbursed_on.isoformat(),
        "since": statement.account.since.isoformat(),
        "until": statement.account.until.isoformat(),
    }


def _balances(account: Account) -> tuple[tuple[str, ...], ...]:
    return (
        (_("Item"), _("Amount")),
        (_("You owed before"), yuan(account.opening.total_fen)),
        *((label, yuan(fen)) for label, fen in words.movements(account.movements)),
        (_("You owe at the end"), yuan(account.closing.total_fen)),
    )


def _entries(account: Account) -> tuple[tuple[str, ...], ...]:
    head = (
        _("Day"),
        _("What happened"),
        _("Amount"),
        _("Where it went"),
        _("You owe after it"),
    )
    return (head, *(_entry(each) for each in account.entries))


def _entry(entry: Entry) -> tuple[str, ...]:
    went = [f"{label} {yuan(fen)}" for label, fen in words.parts(entry)]
    return (
        entry.on.isoformat(),
        words.said(entry.kind),
        yuan(entry.told_fen) if entry.told_fen else "",
        "\n".join(went) or words.note(entry),
        "" if entry.balance_fen is None else yuan(entry.balance_fen),
    )


def _lines(rows: Iterable[words.Row]) -> str:
    told = "\n".join(f"{label}: {yuan(fen)}" for label, fen in rows)
    return told or _("Nothing.")
