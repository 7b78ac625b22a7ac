"""Reversed money that is still with us, fees of banks, payees by two people, a mandate's bank."""

import common.crypto.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


SEED = """
INSERT INTO lending_ledgeraccount (code, name, kind) VALUES
    ('2244', 'Reversed payments that are still with us', 'LIABILITY'),
    ('6603', 'Fees of banks and gateways', 'EXPENSE');
"""
UNSEED = "DELETE FROM lending_ledgeraccount WHERE code IN ('2244', '6603');"

BANK_STAYS = """
CREATE TRIGGER mandate_keeps_its_bank BEFORE UPDATE OF bank ON lending_mandate
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE lending_mandate ENABLE ALWAYS TRIGGER mandate_keeps_its_bank;
"""
BANK_STAYS_BACK = "DROP TRIGGER mandate_keeps_its_bank ON lending_mandate;"


class Migration(migrations.Migration):
    dependencies = [
        ("lending", "0019_statements_are_sealed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PayeeChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "proposed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="Asked for",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="Decided")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PROPOSED", "Waits for another person"),
                            ("APPROVED", "Approved"),
                            ("TURNED_DOWN", "Turned down"),
                        ],
                        default="PROPOSED",
                        max_length=12,
                        verbose_name="State",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("SANDBOX", "Sandbox bank"),
                            ("WECHAT_PAY", "WeChat Pay"),
                            ("ALIPAY", "Alipay"),
                        ],
                        max_length=20,
                        verbose_name="Channel",
                    ),
                ),
                ("account", models.CharField(db_index=True, max_length=64, verbose_name="Account")),
                (
                    "identity",
                    common.crypto.fields.SealedCharField(
                        context="payee_change.identity", key_field=None
                    ),
                ),
                (
                    "name",
                    common.crypto.fields.SealedCharField(
                        context="payee_change.name", key_field=None
                    ),
                ),
                ("reason", models.CharField(max_length=30, verbose_name="Why")),
                ("counts_from", models.DateTimeField(null=True, verbose_name="Counts from")),
                ("stopped_at", models.DateTimeField(null=True, verbose_name="Stopped")),
            ],
            options={
                "verbose_name": "change of a payee",
                "verbose_name_plural": "changes of payees",
                "permissions": [
                    ("propose_payeechange", "Can ask for another payee at a gateway"),
                    ("approve_payeechange", "Can approve another payee at a gateway"),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="transfer",
            name="transfer_is_requested_once",
        ),
        migrations.AddField(
            model_name="bankline",
            name="fee_fen",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="reconciledday",
            name="fee_fen",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="mandate",
            name="bank",
            field=models.CharField(
                choices=[
                    ("SANDBOX", "Sandbox bank"),
                    ("WECHAT_PAY", "WeChat Pay"),
                    ("ALIPAY", "Alipay"),
                ],
                default="SANDBOX",
                max_length=20,
                verbose_name="Channel",
            ),
        ),
        migrations.AlterField(
            model_name="statementbreak",
            name="kind",
            field=models.CharField(
                choices=[
                    ("MISSING_HERE", "Not in our books"),
                    ("MISSING_THERE", "Not on the statement"),
                    ("AMOUNT_DIFFERS", "Another amount"),
                    ("STATE_DIFFERS", "Another outcome"),
                    ("DUPLICATE", "Moved twice"),
                    ("LATE", "Over midnight"),
                    ("SET_ASIDE", "Reversed here, still with us"),
                ],
                max_length=14,
                verbose_name="Kind",
            ),
        ),
        migrations.AlterField(
            model_name="transfer",
            name="loan_id",
            field=models.BigIntegerField(db_index=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(
                fields=("loan_id", "purpose", "request_key"),
                name="transfer_is_requested_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("loan_id__isnull", False), ("purpose", "SEND_BACK"), _connector="OR"
                ),
                name="transfer_without_a_loan_goes_back",
            ),
        ),
        migrations.AddField(
            model_name="payeechange",
            name="approver",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="payeechange",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="payeechange",
            constraint=common.crypto.fields.SealedCheck(
                column="identity", key_field=None, name="lending_payeechange_identity_sealed"
            ),
        ),
        migrations.AddConstraint(
            model_name="payeechange",
            constraint=common.crypto.fields.SealedCheck(
                column="name", key_field=None, name="lending_payeechange_name_sealed"
            ),
        ),
        migrations.AddConstraint(
            model_name="payeechange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "PROPOSED")),
                fields=("channel", "account"),
                name="payee_change_is_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="payeechange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("counts_from__isnull", False),
                    models.Q(
                        models.Q(("state", "APPROVED"), _negated=True), ("stopped_at", None)
                    ),
                    _connector="OR",
                ),
                name="payee_change_counts_from_some_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="payeechange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="payee_change_approver_is_not_the_author",
            ),
        ),
        migrations.AddConstraint(
            model_name="payeechange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approver", None), ("decided_at", None), ("state", "PROPOSED")),
                    models.Q(
                        ("approver__isnull", False),
                        ("decided_at__isnull", False),
                        ("state__in", ["APPROVED", "TURNED_DOWN"]),
                    ),
                    _connector="OR",
                ),
                name="payee_change_decided_has_an_approver",
            ),
        ),
        migrations.RunSQL(SEED, UNSEED),
        migrations.RunSQL(BANK_STAYS, BANK_STAYS_BACK),
    ]
