"""Links of members, applications that were looked at, cases for people, and confirmed fraud."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common import public_ids
from common.approvals.models import FourEyes, four_eyes


class MarkKind(models.IntegerChoices):
    """What a member was seen with; NAME is their own name's code and links nobody."""

    NAME = 0
    DEVICE = 1
    ACCOUNT = 2
    REFERRAL = 3


class MemberMark(models.Model):
    """A keyed code that a member was seen with. Goes when the member's consent ends."""

    borrower = models.ForeignKey("borrowers.Borrower", on_delete=models.PROTECT, related_name="+")
    kind = models.PositiveSmallIntegerField(choices=MarkKind.choices)
    mark = models.BigIntegerField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["borrower", "kind", "mark"], name="mark_is_seen_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=[int(each) for each in MarkKind]),
                name="member_mark_kind_is_known",
            ),
        ]
        indexes = [models.Index(fields=["kind", "mark"], name="members_with_a_mark")]

    def __str__(self) -> str:
        return f"mark {self.pk}"


class MemberTransfer(models.Model):
    """Money from one member to another, of which both told. Goes with either's consent."""

    giver = models.ForeignKey("borrowers.Borrower", on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey("borrowers.Borrower", on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["giver", "taker", "occurred_at", "amount_fen"],
                name="member_transfer_is_one",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0) & ~models.Q(giver=models.F("taker")),
                name="member_transfer_moves_money",
            ),
        ]
        indexes = [
            models.Index(fields=["taker", "occurred_at"], name="transfers_to_a_member"),
        ]

    def __str__(self) -> str:
        return f"transfer {self.pk}"


class MemberApplication(models.Model):
    """That a member applied, and when. A number, not a key: applications stand above.

    `is_linked` is empty until somebody's application is decided.
    """

    borrower = models.ForeignKey("borrowers.Borrower", on_delete=models.PROTECT, related_name="+")
    application_id = models.BigIntegerField(unique=True)
    applied_at = models.DateTimeField()
    is_linked = models.BooleanField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["borrower", "applied_at"], name="applications_of_a_member"),
            models.Index(fields=["applied_at"], name="applications_by_time"),
        ]

    def __str__(self) -> str:
        return f"application {self.application_id}"


class CaseState(models.TextChoices):
    """What became of a case."""

    OPEN = "OPEN", _("Waits for a person")
    CLEARED = "CLEARED", _("Nothing in it")
    SUSPECTED = "SUSPECTED", _("Proposed as fraud")
    CONFIRMED = "CONFIRMED", _("Confirmed fraud")


class LinkedCase(models.Model):
    """One application that a person should look at because of links. It accuses nobody.

    Of the others it keeps how many they are, not who: who is linked is looked up when a person
    opens the case, among those who allow it then.
    """

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    borrower = models.ForeignKey("borrowers.Borrower", on_delete=models.PROTECT, related_name="+")
    application_id = models.BigIntegerField(unique=True)
    applied_at = models.DateTimeField(_("Applied"))
    shape = models.CharField(_("Shape"), max_length=10)
    people = models.PositiveSmallIntegerField(_("People"))
    transfers = models.PositiveIntegerField(_("Transfers"))
    money_fen = models.BigIntegerField(_("Money"))
    marks_shared = models.PositiveIntegerField(_("Marks in common"))
    first_at = models.DateTimeField(_("First transfer"))
    last_at = models.DateTimeField(_("Last transfer"))
    is_late = models.BooleanField(_("Found at night"))
    state = models.CharField(
        _("State"), max_length=10, choices=CaseState.choices, default=CaseState.OPEN
    )
    opened_at = models.DateTimeField(_("Opened"), db_default=Now())
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("linked case")
        verbose_name_plural = _("linked cases")
        permissions = [
            ("decide_linkedcase", "Can clear a linked case or propose it as fraud"),
            ("confirm_fraud", "Can confirm fraud that somebody else proposed"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=CaseState.values), name="linked_case_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="CLEARED", cleared_by__isnull=False)
                | ~models.Q(state="CLEARED"),
                name="linked_case_is_cleared_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class FraudState(models.TextChoices):
    """Where a claim of fraud stands."""

    PROPOSED = "PROPOSED", _("Waits for another person")
    CONFIRMED = "CONFIRMED", _("Confirmed")
    TURNED_DOWN = "TURNED_DOWN", _("Turned down")


class FraudClaim(FourEyes):
    """That somebody committed fraud, on evidence, proposed by one person and decided by another.

    Confirmed claims are the only start of nearness.
    """

    borrower = models.ForeignKey("borrowers.Borrower", on_delete=models.PROTECT, related_name="+")
    evidence = models.ForeignKey("borrowers.SealedFile", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(LinkedCase, null=True, on_delete=models.PROTECT, related_name="claims")
    state = models.CharField(max_length=12, choices=FraudState.choices, default=FraudState.PROPOSED)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["borrower"],
                condition=models.Q(state__in=["PROPOSED", "CONFIRMED"]),
                name="fraud_is_claimed_once",
            ),
            *four_eyes(
                not_the_author="fraud_approver_is_not_the_author",
                decided="fraud_decided_has_an_approver",
                approved="CONFIRMED",
            ),
        ]

    def __str__(self) -> str:
        return f"claim {self.pk}"
