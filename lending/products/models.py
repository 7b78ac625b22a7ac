"""Products and merchants. A product that was lent under is followed, never changed."""

from django.db import models
from django.db.models.functions import Now


class Scene(models.TextChoices):
    """What the money is for."""

    CONSUMPTION = "CONSUMPTION"
    EDUCATION = "EDUCATION"


class Merchant(models.Model):
    """A school or shop that is paid directly."""

    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    scene = models.CharField(max_length=12, choices=Scene.choices)
    account = models.CharField(max_length=64)
    is_open = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code

    def name_in(self, language: str) -> str:
        """The name for readers of a language."""
        return self.name_en if language.startswith("en") else self.name_zh


class LoanProduct(models.Model):
    """One product: amounts, terms, price floor, who is paid, what must be shown."""

    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    scene = models.CharField(max_length=12, choices=Scene.choices)
    licence = models.CharField(max_length=20, default="CONSUMER_FINANCE")
    minimum_fen = models.BigIntegerField()
    maximum_fen = models.BigIntegerField()
    terms_months = models.JSONField()
    floor_rate_ppm = models.PositiveIntegerField()
    penalty_multiple_ppm = models.PositiveIntegerField(default=1_500_000)
    grace_days = models.PositiveSmallIntegerField(default=3)
    pays_merchant = models.BooleanField(default=False)
    needs_evidence = models.BooleanField(default=False)
    is_open = models.BooleanField(default=True)
    opened_at = models.DateTimeField(db_default=Now())

    class Meta:
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
