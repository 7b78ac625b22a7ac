"""Partners and their signing keys; a secret is sealed under a key of the partner's own."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common import public_ids
from common.crypto.fields import SealedCharField, sealed_check


class Partner(models.Model):
    """A company whose machine may send records of people who allowed it by name."""

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    code = models.CharField(_("Code"), max_length=20, unique=True)
    name = models.CharField(_("Name"), max_length=60)
    is_open = models.BooleanField(_("May send"), default=True)
    registered_at = models.DateTimeField(_("Registered"), db_default=Now())

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        permissions = [("manage_partner", "Can register partners and make their keys")]

    def __str__(self) -> str:
        return self.code


class PartnerKey(models.Model):
    """One secret of a partner. Two may be live, while one replaces the other."""

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    partner = models.ForeignKey(
        Partner, verbose_name=_("Partner"), on_delete=models.PROTECT, related_name="+"
    )
    key_id = models.BigIntegerField()
    secret = SealedCharField(max_length=80, context="partner.secret", key_field="key_id")
    made_at = models.DateTimeField(_("Made"), db_default=Now())
    revoked_at = models.DateTimeField(_("Revoked"), null=True)

    class Meta:
        verbose_name = _("key of a partner")
        verbose_name_plural = _("keys of partners")
        constraints = [sealed_check("secret", "key_id")]

    def __str__(self) -> str:
        return self.public_id
