"""Contracts and loans. Transactions are the truth; other columns are a cache built by replay."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common import public_ids
from lending.calc.contracts import TransactionKind


class LoanState(models.TextChoices):
    """PENDING_DISBURSEMENT → ACTIVE → SETTLED | WRITTEN_OFF | CANCELLED; never "overdue"."""

    PENDING_DISBURSEMENT = "PENDING_DISBURSEMENT", _("To be paid out")
    ACTIVE = "ACTIVE", _("Running")
    SETTLED = "SETTLED", _("Paid back")
    WRITTEN_OFF = "WRITTEN_OFF", _("Written off")
    CANCELLED = "CANCELLED", _("Cancelled")


class LoanContract(models.Model):
    """What was signed: the terms as values, the text as a sealed file, both by hash."""

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    application = models.OneToOneField(
        "lending.LoanApplication", on_delete=models.PROTECT, related_name="+"
    )
    disclosure = models.ForeignKey(
        "lending.CostDisclosure", on_delete=models.PROTECT, related_name="+"
    )
    terms = models.JSONField()
    terms_sha256 = models.CharField(max_length=64)
    text = models.ForeignKey("borrowers.SealedFile", on_delete=models.PROTECT, related_name="+")
    text_sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField(_("Signed"), db_default=Now())

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")

    def __str__(self) -> str:
        return self.public_id


class Loan(models.Model):
    """One loan. Money columns are the fold's answer for the day `carried_through`."""

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    contract = models.OneToOneField(
        LoanContract, verbose_name=_("Contract"), on_delete=models.PROTECT, related_name="loan"
    )
    borrower = models.ForeignKey(
        "borrowers.Borrower", verbose_name=_("Borrower"), on_delete=models.PROTECT, related_name="+"
    )
    product = models.ForeignKey(
        "lending.LoanProduct", verbose_name=_("Product"), on_delete=models.PROTECT, related_name="+"
    )
    payee_account = models.CharField(max_length=64)
    payer_account = models.CharField(max_length=64)
    principal_fen = models.BigIntegerField()
    annual_rate_ppm = models.PositiveIntegerField()
    penalty_rate_ppm = models.PositiveIntegerField()
    grace_days = models.PositiveSmallIntegerField(_("Days of grace"))
    cooling_off_days = models.PositiveSmallIntegerField(
        _("Days to give it back"), default=0, db_default=0
    )
    term_months = models.PositiveSmallIntegerField(_("Months"))
    state = models.CharField(
        _("State"), max_length=20, choices=LoanState.choices, default=LoanState.PENDING_DISBURSEMENT
    )
    signed_on = models.DateField(_("Signed"))
    disbursed_on = models.DateField(_("Paid out"), null=True)
    settled_on = models.DateField(_("Paid back"), null=True)
    carried_through = models.DateField(_("Carried through"), null=True)
    principal_outstanding_fen = models.BigIntegerField(default=0)
    interest_accrued_fen = models.BigIntegerField(default=0)
    penalty_accrued_fen = models.BigIntegerField(default=0)
    interest_paid_fen = models.BigIntegerField(default=0)
    penalty_paid_fen = models.BigIntegerField(default=0)
    fee_accrued_fen = models.BigIntegerField(default=0)
    fee_paid_fen = models.BigIntegerField(default=0)
    overpaid_fen = models.BigIntegerField(default=0)
    written_off_fen = models.BigIntegerField(default=0)
    recovered_fen = models.BigIntegerField(default=0)
    oldest_unpaid_due_on = models.DateField(_("Unpaid since"), null=True)

    class Meta:
        verbose_name = _("loan")
        verbose_name_plural = _("loans")
        permissions = [
            ("retry_payout_loan", "Can try a failed payout again"),
            ("propose_servicing_loan", "Can propose a change of a loan"),
            ("approve_servicing_loan", "Can approve a change of a loan"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(principal_fen__gt=0), name="loan_principal_is_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=LoanState.values), name="loan_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(principal_outstanding_fen__gte=0),
                name="loan_outstanding_is_not_negative",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="SETTLED") | models.Q(principal_outstanding_fen=0),
                name="loan_settled_owes_no_principal",
            ),
        ]
        indexes = [
            # Without the day: an update that touches no index stays on its page.
            models.Index(fields=["id"], condition=models.Q(state="ACTIVE"), name="loan_active"),
            models.Index(fields=["borrower"], name="loan_of_borrower"),
        ]

    def __str__(self) -> str:
        return self.public_id


class Instalment(models.Model):
    """One row of the schedule as the fold now says it, with what was paid of it.

    What was signed stands in the log: a change of terms writes these rows anew.
    """

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    due_on = models.DateField()
    principal_fen = models.BigIntegerField()
    interest_fen = models.BigIntegerField()
    # Less than the schedule's interest only where the loan was left before its time.
    interest_due_fen = models.BigIntegerField()
    # What of the interest was earned before the row began again, on a change within its period.
    interest_carried_fen = models.BigIntegerField(default=0)
    fee_fen = models.BigIntegerField(default=0)
    fee_paid_fen = models.BigIntegerField(default=0)
    written_off_fen = models.BigIntegerField(default=0)
    penalty_fen = models.BigIntegerField(default=0)
    principal_paid_fen = models.BigIntegerField(default=0)
    interest_paid_fen = models.BigIntegerField(default=0)
    penalty_paid_fen = models.BigIntegerField(default=0)
    paid_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        constraints = [
            models.UniqueConstraint(fields=["loan", "number"], name="instalment_number_is_once"),
            models.CheckConstraint(
                condition=models.Q(
                    principal_paid_fen__gte=0,
                    interest_paid_fen__gte=0,
                    penalty_paid_fen__gte=0,
                    fee_paid_fen__gte=0,
                    written_off_fen__gte=0,
                    fee_paid_fen__lte=models.F("fee_fen"),
                    principal_paid_fen__lte=models.F("principal_fen"),
                    interest_paid_fen__lte=models.F("interest_due_fen"),
                    interest_due_fen__lte=models.F("interest_fen"),
                ),
                name="instalment_paid_is_within_due",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "loan"],
                condition=models.Q(paid_on=None),
                name="instalment_unpaid",
            ),
        ]

    def __str__(self) -> str:
        return f"instalment {self.number} of {self.loan_id}"


class LoanTransaction(models.Model):
    """One thing that happened to a loan. Only grows; a mistake is answered by a REVERSAL."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="transactions")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=24)
    value_date = models.DateField()
    booked_on = models.DateField()
    amount_fen = models.BigIntegerField()
    reverses_sequence = models.PositiveIntegerField(null=True)
    # What it says beyond its amount: the first schedule of a payout, the new terms of a change.
    terms = models.JSONField(default=dict)
    transfer = models.OneToOneField(
        "lending.Transfer", null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("loan transaction")
        verbose_name_plural = _("loan transactions")
        constraints = [
            models.UniqueConstraint(
                fields=["loan", "sequence"], name="loan_transaction_sequence_is_once"
            ),
            models.UniqueConstraint(
                fields=["loan", "reverses_sequence"], name="loan_transaction_is_reversed_once"
            ),
            models.CheckConstraint(
                condition=models.Q(amount_fen__gte=0), name="loan_transaction_is_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[each.value for each in TransactionKind]),
                name="loan_transaction_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.sequence} of {self.loan_id}"


class AssetOwnership(models.Model):
    """Who owns the loan, from when to when: opened at disbursement, moved by risk transfer."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="+")
    owner = models.CharField(max_length=30)
    from_date = models.DateField()
    to_date = models.DateField(null=True)

    class Meta:
        verbose_name = _("ownership")
        verbose_name_plural = _("ownerships")
        constraints = [
            models.UniqueConstraint(
                fields=["loan"],
                condition=models.Q(to_date=None),
                name="asset_ownership_is_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner} of {self.loan_id}"
