"""Holes in statements as breaks that people read, and rounds of debits before a day is closed."""

import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


GUARD = """
CREATE TRIGGER debitround_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON lending_debitround
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE lending_debitround ENABLE ALWAYS TRIGGER debitround_only_grows;
"""
UNGUARD = "DROP TRIGGER debitround_only_grows ON lending_debitround;"


class Migration(migrations.Migration):

    dependencies = [
        ('lending', '0022_merchant_returns'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DebitRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True, verbose_name='Day')),
                ('looked_at', models.PositiveIntegerField(verbose_name='Debits')),
                ('ended_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='Ended')),
            ],
            options={
                'verbose_name': 'round of debits',
                'verbose_name_plural': 'rounds of debits',
            },
        ),
        migrations.RemoveConstraint(
            model_name='breakproposal',
            name='break_proposal_amount_is_positive',
        ),
        migrations.AddField(
            model_name='breakproposal',
            name='reading',
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name='breakproposal',
            name='action',
            field=models.CharField(choices=[('POST_REPAYMENT', 'Book it as a payment on a loan'), ('SEND_BACK', 'Send the money back'), ('TO_SUSPENSE', 'Write it to the account of differences'), ('READ_AS', 'Enter what the line says'), ('NOTHING_MOVED', 'It says of no money')], max_length=20, verbose_name='What'),
        ),
        migrations.AlterField(
            model_name='statementbreak',
            name='kind',
            field=models.CharField(choices=[('MISSING_HERE', 'Not in our books'), ('MISSING_THERE', 'Not on the statement'), ('AMOUNT_DIFFERS', 'Another amount'), ('STATE_DIFFERS', 'Another outcome'), ('DUPLICATE', 'Moved twice'), ('LATE', 'Over midnight'), ('SET_ASIDE', 'Reversed here, still with us'), ('UNREADABLE', 'Cannot be read'), ('RETOLD', 'Told differently than before')], max_length=14, verbose_name='Kind'),
        ),
        migrations.AddConstraint(
            model_name='breakproposal',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0), models.Q(('action', 'NOTHING_MOVED'), ('amount_fen', 0)), _connector='OR'), name='break_proposal_moves_something_or_says_so'),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
