"""Gateways: the channel of a transfer, payees at gateways, and notices that wait for a person."""

import common.crypto.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lending", "0010_rewards_programmes"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChannelPayee",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                ("account", models.CharField(max_length=64, verbose_name="Account")),
                (
                    "identity",
                    common.crypto.fields.SealedCharField(
                        context="channel.payee_identity", key_field=None
                    ),
                ),
                (
                    "name",
                    common.crypto.fields.SealedCharField(
                        context="channel.payee_name", key_field=None
                    ),
                ),
            ],
            options={
                "verbose_name": "payee at a gateway",
                "verbose_name_plural": "payees at gateways",
            },
        ),
        migrations.CreateModel(
            name="ParkedNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("UNKNOWN_ORDER", "We have no such order"),
                            ("OTHER_CHANNEL", "The order went to another channel"),
                            ("AMOUNT_DIFFERS", "Another amount"),
                            ("CURRENCY_DIFFERS", "Another currency"),
                            ("PAID_AFTER_FAILURE", "Paid after it had failed here"),
                            ("FAILED_AFTER_PAYMENT", "Failed after it had arrived here"),
                            ("REFUND_NOT_ASKED", "A refund that nobody asked for"),
                        ],
                        max_length=24,
                        verbose_name="Why it waits",
                    ),
                ),
                (
                    "parked_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="Waiting since",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("NOT_OURS", "Not our money"),
                            ("MATCHED", "The books are right"),
                            ("GIVEN_BACK", "Given back at the gateway"),
                            ("CORRECTED", "Corrected by an approved change"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="Found",
                    ),
                ),
                ("resolved_at", models.DateTimeField(null=True, verbose_name="Resolved")),
            ],
            options={
                "verbose_name": "parked notice",
                "verbose_name_plural": "parked notices",
                "permissions": [("resolve_parkednotice", "Can say what became of a parked notice")],
            },
        ),
        migrations.AddField(
            model_name="transfer",
            name="channel",
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
        migrations.AddField(
            model_name="transfer",
            name="order_no",
            field=models.CharField(
                blank=True, default="", max_length=64, verbose_name="Order at the gateway"
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="pay_link",
            field=models.CharField(blank=True, default="", max_length=512),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("order_no", ""), _negated=True),
                fields=("order_no",),
                name="transfer_order_is_one_transfer",
            ),
        ),
        migrations.AddConstraint(
            model_name="channelpayee",
            constraint=common.crypto.fields.SealedCheck(
                column="identity", key_field=None, name="lending_channelpayee_identity_sealed"
            ),
        ),
        migrations.AddConstraint(
            model_name="channelpayee",
            constraint=common.crypto.fields.SealedCheck(
                column="name", key_field=None, name="lending_channelpayee_name_sealed"
            ),
        ),
        migrations.AddConstraint(
            model_name="channelpayee",
            constraint=models.UniqueConstraint(
                fields=("channel", "account"), name="channel_payee_is_known_once"
            ),
        ),
        migrations.AddField(
            model_name="parkednotice",
            name="event",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parked",
                to="lending.channelevent",
            ),
        ),
        migrations.AddConstraint(
            model_name="parkednotice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", ""), ("resolved_at", None)),
                    models.Q(
                        models.Q(("outcome", ""), _negated=True), ("resolved_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="parked_notice_is_resolved_with_an_outcome",
            ),
        ),
    ]
