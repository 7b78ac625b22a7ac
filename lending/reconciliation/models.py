"""The statement as the bank gave it, what matched, and what did not: once each, until resolved."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.approvals.models import Proposal, four_eyes
from common.crypto.fields import SealedTextField, sealed_check


class BankLine(models.Model):
    """One line of a bank's statement. Only grows; the same line twice is one row."""

    bank = models.CharField(_("Bank"), max_length=20)
    line_no = models.BigIntegerField(_("Line"))
    out_trade_no = models.CharField(_("Our number"), max_length=64, db_index=True)
    bank_reference = models.CharField(_("The bank's number"), max_length=64, default="", blank=True)
    # What it does to our account there: in positive, out negative.
    effect_fen = models.BigIntegerField()
    # What the bank kept for itself beside it; what it gave back of that is negative.
    fee_fen = models.BigIntegerField(default=0)
    account = models.CharField(_("Account"), max_length=80)
    moved_at = models.DateTimeField(_("Moved"), null=True)
    # The business day whose statement brought it.
    day = models.DateField(_("Statement of"))

    class Meta:
        verbose_name = _("statement line")
        verbose_name_plural = _("statement lines")
        constraints = [
            models.UniqueConstraint(fields=["bank", "line_no"], name="bank_line_is_kept_once"),
            models.CheckConstraint(condition=~models.Q(effect_fen=0), name="bank_line_moves_money"),
        ]
        indexes = [models.Index(fields=["bank", "day"], name="bank_line_of_day")]

    def __str__(self) -> str:
        return f"{self.bank} {self.line_no}"


class BankMatch(models.Model):
    """A line and a transfer that say the same. Only grows; each of both is matched once."""

    line = models.OneToOneField(BankLine, on_delete=models.PROTECT, related_name="match")
    transfer = models.OneToOneField(
        "lending.Transfer", on_delete=models.PROTECT, related_name="match"
    )
    day = models.DateField(_("Matched for"))
    days_late = models.PositiveIntegerField(_("Days between"), default=0)

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")

    def __str__(self) -> str:
        return f"{self.line_id} is {self.transfer_id}"


class ReconciledDay(models.Model):
    """One comparison of one day, with its figures; a day that is compared again is counted anew."""

    bank = models.CharField(_("Bank"), max_length=20)
    day = models.DateField(_("Day"))
    lines = models.PositiveIntegerField(_("Lines"), default=0)
    in_fen = models.BigIntegerField(default=0)
    out_fen = models.BigIntegerField(default=0)
    fee_fen = models.BigIntegerField(default=0)
    matched = models.PositiveIntegerField(_("Matched"), default=0)
    late = models.PositiveIntegerField(_("Matched late"), default=0)
    opened = models.PositiveIntegerField(_("New breaks"), default=0)
    still_open = models.PositiveIntegerField(_("Open breaks"), default=0)
    compared_at = models.DateTimeField(_("Compared"), db_default=Now())

    class Meta:
        verbose_name = _("reconciled day")
        verbose_name_plural = _("reconciled days")
        constraints = [
            models.UniqueConstraint(fields=["bank", "day"], name="reconciled_day_is_once"),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.day.isoformat()}"


class BreakKind(models.TextChoices):
    """What does not fit."""

    MISSING_HERE = "MISSING_HERE", _("Not in our books")
    MISSING_THERE = "MISSING_THERE", _("Not on the statement")
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS", _("Another amount")
    STATE_DIFFERS = "STATE_DIFFERS", _("Another outcome")
    DUPLICATE = "DUPLICATE", _("Moved twice")
    LATE = "LATE", _("Over midnight")
    SET_ASIDE = "SET_ASIDE", _("Reversed here, still with us")
    UNREADABLE = "UNREADABLE", _("Cannot be read")
    RETOLD = "RETOLD", _("Told differently than before")


class BreakState(models.TextChoices):
    """WATCHED is not work yet: what crosses midnight is settled by the next day's statement."""

    WATCHED = "WATCHED", _("Watched until the next statement")
    OPEN = "OPEN", _("Open")
    RESOLVED = "RESOLVED", _("Resolved")


class StatementBreak(models.Model):
    """One difference between bank and books, kept once however often it shows."""

    bank = models.CharField(_("Bank"), max_length=20)
    kind = models.CharField(_("Kind"), max_length=14, choices=BreakKind.choices)
    # The number that both sides have, or that only one has; with the line where it came twice. Of
    # what cannot be read, or is told differently, the place in the statement.
    subject = models.CharField(_("Number"), max_length=90)
    line = models.ForeignKey(BankLine, null=True, on_delete=models.PROTECT, related_name="breaks")
    transfer = models.ForeignKey(
        "lending.Transfer", null=True, on_delete=models.PROTECT, related_name="breaks"
    )
    loan_id = models.BigIntegerField(_("Loan"), null=True, db_index=True)
    here_fen = models.BigIntegerField(default=0)
    there_fen = models.BigIntegerField(default=0)
    here_state = models.CharField(max_length=12, default="", blank=True)
    state = models.CharField(_("State"), max_length=10, choices=BreakState.choices)
    first_day = models.DateField(_("First seen"))
    last_day = models.DateField(_("Last seen"))
    times_seen = models.PositiveIntegerField(_("Times seen"), default=1)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("Works on it"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    resolution = models.CharField(_("Resolved by"), max_length=20, default="", blank=True)
    resolved_at = models.DateTimeField(_("Resolved"), null=True)

    class Meta:
        verbose_name = _("break")
        verbose_name_plural = _("breaks")
        permissions = [
            ("work_statementbreak", "Can work on breaks"),
            ("approve_statementbreak", "Can approve the resolution of a break"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "kind", "subject"], name="statement_break_is_kept_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state="RESOLVED", resolved_at__isnull=False)
                & ~models.Q(resolution="")
                | models.Q(state__in=["WATCHED", "OPEN"], resolved_at=None, resolution=""),
                name="statement_break_is_resolved_by_something",
            ),
            models.CheckConstraint(
                condition=models.Q(first_day__lte=models.F("last_day")),
                name="statement_break_days_go_on",
            ),
        ]
        indexes = [
            models.Index(
                fields=["first_day", "id"],
                condition=~models.Q(state="RESOLVED"),
                name="statement_break_unresolved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}"


class BreakAction(models.TextChoices):
    """What may be done about a break where money or books move: always by two people."""

    POST_REPAYMENT = "POST_REPAYMENT", _("Book it as a payment on a loan")
    SEND_BACK = "SEND_BACK", _("Send the money back")
    TO_SUSPENSE = "TO_SUSPENSE", _("Write it to the account of differences")
    READ_AS = "READ_AS", _("Enter what the line says")
    NOTHING_MOVED = "NOTHING_MOVED", _("It says of no money")


class BreakProposal(Proposal):
    """How one person wants to resolve a break; another one decides."""

    broken = models.ForeignKey(StatementBreak, on_delete=models.PROTECT, related_name="proposals")
    action = models.CharField(_("What"), max_length=20, choices=BreakAction.choices)
    loan_id = models.BigIntegerField(null=True)
    amount_fen = models.BigIntegerField()
    # What an unread line says, where a person has found it out: number, account, fen with a sign.
    reading = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("resolution of a break")
        verbose_name_plural = _("resolutions of breaks")
        constraints = [
            models.UniqueConstraint(
                fields=["broken"],
                condition=models.Q(state="PROPOSED"),
                name="break_proposal_is_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0)
                | models.Q(amount_fen=0, action="NOTHING_MOVED"),
                name="break_proposal_moves_something_or_says_so",
            ),
            *four_eyes(
                not_the_author="break_proposal_approver_is_not_the_author",
                decided="break_proposal_decided_has_an_approver",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} of {self.broken_id}"


class BreakStep(models.Model):
    """One thing that was done about a break, or said. Only grows; what people write is sealed."""

    broken = models.ForeignKey(StatementBreak, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(_("Step"), max_length=20)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("By"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    note = SealedTextField(_("Note"), context="break.note", key_field=None, null=True, blank=True)
    at = models.DateTimeField(_("When"), db_default=Now())

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [sealed_check("note", None)]

    def __str__(self) -> str:
        return f"{self.step} of {self.broken_id}"
