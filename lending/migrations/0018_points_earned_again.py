"""What was taken back with its payment may be earned anew: one lot that stands for each source."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lending", "0017_loan_requests"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="pointslot", name="points_are_earned_once"),
        migrations.AddConstraint(
            model_name="pointslot",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reversed_on", None)),
                fields=("source_kind", "source_id", "rule"),
                name="points_are_earned_once",
            ),
        ),
    ]
