"""Statements are sealed papers too, and opening a sealed paper is a right of its own."""

from django.db import migrations, models

KINDS = ["CONTRACT", "SETTLEMENT", "STATEMENT"]


class Migration(migrations.Migration):
    dependencies = [
        ("lending", "0018_points_earned_again"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="sealedpaper",
            options={
                "permissions": [("open_sealedpaper", "Can open a sealed paper")],
                "verbose_name": "sealed paper",
                "verbose_name_plural": "sealed papers",
            },
        ),
        migrations.RemoveConstraint(model_name="sealedpaper", name="sealed_paper_kind_is_known"),
        migrations.AlterField(
            model_name="sealedpaper",
            name="kind",
            field=models.CharField(
                choices=[
                    ("CONTRACT", "Loan contract"),
                    ("SETTLEMENT", "Certificate of settlement"),
                    ("STATEMENT", "Statement"),
                ],
                max_length=12,
                verbose_name="Kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealedpaper",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", KINDS)), name="sealed_paper_kind_is_known"
            ),
        ),
    ]
