"""The ledger's tables. Balance and permanence are kept by PostgreSQL (migration 0002), not here.

An entry is a header with two or more postings that sum to zero. Amounts are signed fen: debit is
positive. The loan is a dimension of a posting, never an account of its own.
"""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class LedgerAccount(models.Model):
    """One account of the chart."""

    code = models.CharField(_("Code"), max_length=8, primary_key=True)
    name = models.CharField(_("Name"), max_length=60)
    kind = models.CharField(_("Kind"), max_length=10)

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("ledger accounts")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class LedgerEntry(models.Model):
    """One event in the books, once: the key is what makes it once."""

    entry_key = models.CharField(_("Key"), max_length=80, unique=True)
    business_date = models.DateField(_("Business date"), db_index=True)
    kind = models.CharField(_("Kind"), max_length=30)
    # One loan's reversal of one entry; entries of many loans are reversed loan by loan.
    reverses = models.ForeignKey(
        "self", verbose_name=_("Reverses"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    reversed_loan_id = models.BigIntegerField(null=True)
    posted_at = models.DateTimeField(_("Posted"), db_default=Now())

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            models.UniqueConstraint(
                fields=["reverses", "reversed_loan_id"],
                nulls_distinct=False,
                condition=models.Q(reverses__isnull=False),
                name="ledger_entry_is_reversed_once",
            ),
        ]

    def __str__(self) -> str:
        return self.entry_key


class LedgerPosting(models.Model):
    """One side of an entry.

    That entry and account exist is asked once for a statement (migration 0005), not once for a
    row: a closing writes as many rows as there are loans.
    """

    entry = models.ForeignKey(
        LedgerEntry,
        verbose_name=_("Ledger entry"),
        on_delete=models.PROTECT,
        related_name="postings",
        db_constraint=False,
    )
    account = models.ForeignKey(
        LedgerAccount,
        verbose_name=_("Ledger account"),
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    loan_id = models.BigIntegerField(_("Loan"), null=True)
    amount_fen = models.BigIntegerField()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(amount_fen=0), name="ledger_posting_is_not_zero"
            ),
            models.UniqueConstraint(
                fields=["loan_id", "account", "entry"],
                nulls_distinct=False,
                name="ledger_posting_is_once_per_loan_account_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount_fen}"
