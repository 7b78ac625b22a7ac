"""Accounts and identities. Every direct identifier is sealed; look-ups go by blind index.

The keys lie in a database of their own, so a key is named by a plain number here. A CHECK ties
each sealed cell to its row's key: a cell copied from another person's row is refused.
"""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common import public_ids, rows
from common.crypto.fields import SealedCharField, SealedDateField, sealed_check


class Accounts(BaseUserManager["Account"]):
    """Accounts by their opaque name."""

    def get(self, *conditions: Any, **lookup: Any) -> "Account":
        """One by its number, which every request of somebody signed in asks for, in plain SQL."""
        if conditions or set(lookup) != {"pk"} or self._db is not None:
            return super().get(*conditions, **lookup)
        found = rows.get(Account, int(lookup["pk"]))
        if found is None:
            raise Account.DoesNotExist
        return found

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(public_id=username)


class Account(AbstractBaseUser, PermissionsMixin):
    """Somebody who can sign in: a borrower by phone and code, staff by password and code."""

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    statutory_key_id = models.BigIntegerField()
    phone = SealedCharField(
        _("Phone"), max_length=20, context="account.phone", key_field="statutory_key_id", null=True
    )
    # NULL, not empty: many accounts may lack a phone, and a unique index counts empty texts.
    phone_blind = models.CharField(max_length=40, unique=True, null=True)  # noqa: DJ001 (unique)
    phone_verified = models.BooleanField(_("Phone proved"), default=False)
    language = models.CharField(_("Language"), max_length=10, default="", blank=True)
    is_staff = models.BooleanField(_("Staff"), default=False)
    is_active = models.BooleanField(_("Active"), default=True)
    joined_at = models.DateTimeField(_("Joined"), db_default=Now())

    USERNAME_FIELD = "public_id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = Accounts()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [sealed_check("phone", "statutory_key_id")]

    def __str__(self) -> str:
        return self.public_id


class Borrower(models.Model):
    """A person who may borrow; identified once the name and ID number are known and checked."""

    account = models.OneToOneField(
        Account, verbose_name=_("Account"), on_delete=models.PROTECT, related_name="+"
    )
    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    statutory_key_id = models.BigIntegerField()
    consented_key_id = models.BigIntegerField()
    name = SealedCharField(
        _("Name"), max_length=60, context="borrower.name", key_field="statutory_key_id", null=True
    )
    id_number = SealedCharField(
        _("Identity number"),
        max_length=18,
        context="borrower.id_number",
        key_field="statutory_key_id",
        null=True,
    )
    id_number_blind = models.CharField(max_length=40, unique=True, null=True)  # noqa: DJ001 (unique)
    birth_date = SealedDateField(
        _("Born on"), context="borrower.birth_date", key_field="statutory_key_id", null=True
    )
    identified_at = models.DateTimeField(_("Identified"), null=True)
    joined_at = models.DateTimeField(_("Joined"), db_default=Now())

    class Meta:
        verbose_name = _("borrower")
        verbose_name_plural = _("borrowers")
        permissions = [("reveal_borrower", "Can look at a person's clear details")]
        constraints = [
            sealed_check("name", "statutory_key_id"),
            sealed_check("id_number", "statutory_key_id"),
            sealed_check("birth_date", "statutory_key_id"),
            models.CheckConstraint(
                condition=models.Q(identified_at=None)
                | models.Q(
                    name__isnull=False,
                    id_number__isnull=False,
                    id_number_blind__isnull=False,
                    birth_date__isnull=False,
                ),
                name="borrower_identified_means_known",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class AccessEntry(models.Model):
    """Somebody looked at a person's clear data: who, at what, why. Only grows."""

    borrower = models.ForeignKey(
        Borrower, verbose_name=_("Borrower"), on_delete=models.PROTECT, related_name="+"
    )
    seen_by = models.ForeignKey(
        Account, verbose_name=_("Seen by"), on_delete=models.PROTECT, related_name="+"
    )
    fields_seen = models.JSONField(_("What was seen"), default=list)
    reason_code = models.CharField(_("Reason"), max_length=40)
    seen_at = models.DateTimeField(_("Seen"), db_default=Now())

    class Meta:
        verbose_name = _("look at clear details")
        verbose_name_plural = _("looks at clear details")

    def __str__(self) -> str:
        return str(self.pk)
