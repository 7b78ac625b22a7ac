"""Changes of terms keep their own words in the log; fees, losses and recoveries get columns.

Three accounts join the chart for them.
"""

from django.db import migrations, models

CHART = """
INSERT INTO lending_ledgeraccount (code, name, kind) VALUES
    ('1134', 'Fees receivable', 'ASSET'),
    ('6021', 'Fee income', 'INCOME'),
    ('6701', 'Loan losses, less recoveries', 'EXPENSE');
"""
UNCHART = "DELETE FROM lending_ledgeraccount WHERE code IN ('1134', '6021', '6701');"


class Migration(migrations.Migration):

    dependencies = [
        ('borrowers', '0013_protected_traits'),
        ('lending', '0003_proof_checked'),
    ]

    operations = [
        migrations.RunSQL(CHART, UNCHART),
        migrations.AlterModelOptions(
            name='loan',
            options={'permissions': [('retry_payout_loan', 'Can try a failed payout again'), ('propose_servicing_loan', 'Can propose a change of a loan'), ('approve_servicing_loan', 'Can approve a change of a loan')], 'verbose_name': 'loan', 'verbose_name_plural': 'loans'},
        ),
        migrations.RemoveConstraint(
            model_name='instalment',
            name='instalment_paid_is_within_due',
        ),
        migrations.RemoveConstraint(
            model_name='loan',
            name='loan_outstanding_is_within_principal',
        ),
        migrations.RemoveConstraint(
            model_name='loantransaction',
            name='loan_transaction_kind_is_known',
        ),
        migrations.AddField(
            model_name='instalment',
            name='fee_fen',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='instalment',
            name='fee_paid_fen',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='instalment',
            name='interest_carried_fen',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='instalment',
            name='written_off_fen',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='loan',
            name='fee_accrued_fen',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='loan',
            name='fee_paid_fen',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='loan',
            name='recovered_fen',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='loan',
            name='written_off_fen',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='loantransaction',
            name='terms',
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name='loantransaction',
            name='kind',
            field=models.CharField(max_length=24),
        ),
        migrations.AddConstraint(
            model_name='instalment',
            constraint=models.CheckConstraint(condition=models.Q(('fee_paid_fen__gte', 0), ('fee_paid_fen__lte', models.F('fee_fen')), ('interest_due_fen__lte', models.F('interest_fen')), ('interest_paid_fen__gte', 0), ('interest_paid_fen__lte', models.F('interest_due_fen')), ('penalty_paid_fen__gte', 0), ('principal_paid_fen__gte', 0), ('principal_paid_fen__lte', models.F('principal_fen')), ('written_off_fen__gte', 0)), name='instalment_paid_is_within_due'),
        ),
        migrations.AddConstraint(
            model_name='loan',
            constraint=models.CheckConstraint(condition=models.Q(('principal_outstanding_fen__gte', 0)), name='loan_outstanding_is_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='loantransaction',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['DISBURSEMENT', 'RATE_CHANGE', 'DUE_DATE_CHANGE', 'HOLIDAY', 'EXTENSION', 'RESTRUCTURE', 'CHARGE', 'WAIVER', 'MERCHANT_REFUND', 'REPAYMENT', 'PREPAYMENT', 'PAYOFF', 'WITHDRAWAL', 'WRITE_OFF', 'RECOVERY', 'CREDIT_BALANCE_REFUND', 'REVERSAL', 'CHARGEBACK'])), name='loan_transaction_kind_is_known'),
        ),
    ]
