"""Products and merchants. A product that was lent under is followed, never changed."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Scene(models.TextChoices):
    """What the money is for."""

    CONSUMPTION = "CONSUMPTION", _("Daily life")
    EDUCATION = "EDUCATION", _("A course or a school")


class Merchant(models.Model):
    """A school or shop that is paid directly."""

    code = models.CharField(_("Code"), max_length=20, unique=True)
    name_zh = models.CharField(_("Name in Chinese"), max_length=60)
    name_en = models.CharField(_("Name in English"), max_length=60)
    scene = models.CharField(_("Scene"), max_length=12, choices=Scene.choices)
    account = models.CharField(_("Account"), max_length=64)
    is_open = models.BooleanField(_("Open"), default=True)

    class Meta:
        verbose_name = _("school or shop")
        verbose_name_plural = _("schools and shops")

    def __str__(self) -> str:
        return self.code

    def name_in(self, language: str) -> str:
        """The name for readers of a language."""
        return self.name_en if language.startswith("en") else self.name_zh


class LoanProduct(models.Model):
    """One product: amounts, terms, price floor, who is paid, what must be shown."""

    code = models.CharField(_("Code"), max_length=20, unique=True)
    name_zh = models.CharField(_("Name in Chinese"), max_length=60)
    name_en = models.CharField(_("Name in English"), max_length=60)
    scene = models.CharField(_("Scene"), max_length=12, choices=Scene.choices)
    licence = models.CharField(_("Licence"), max_length=20, default="CONSUMER_FINANCE")
    minimum_fen = models.BigIntegerField()
    maximum_fen = models.BigIntegerField()
    terms_months = models.JSONField(_("Months to choose from"))
    floor_rate_ppm = models.PositiveIntegerField()
    penalty_multiple_ppm = models.PositiveIntegerField(default=1_500_000)
    grace_days = models.PositiveSmallIntegerField(_("Days of grace"), default=3)
    pays_merchant = models.BooleanField(_("Pays the school or shop"), default=False)
    needs_evidence = models.BooleanField(_("Asks for proof"), default=False)
    is_open = models.BooleanField(_("Open"), default=True)
    opened_at = models.DateTimeField(_("Opened"), db_default=Now())

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minimum_fen__gt=0, maximum_fen__gte=models.F("minimum_fen")),
                name="loan_product_amounts_are_a_range",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def name_in(self, language: str) -> str:
        """The name for readers of a language."""
        return self.name_en if language.startswith("en") else self.name_zh
