"""Rows not understood and corrected labels: decided once, by somebody, and kept as they were."""

import common.crypto.fields
import common.public_ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


DECIDED_ONCE = """
CREATE TRIGGER {table}_is_decided_once BEFORE UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION borrowers_refuse_second_decision();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_is_decided_once;
CREATE TRIGGER {table}_stays BEFORE DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_stays;
"""
DECIDED_ONCE_BACK = """
DROP TRIGGER {table}_stays ON {table};
DROP TRIGGER {table}_is_decided_once ON {table};
"""
TABLES = ("borrowers_quarantinedrow", "borrowers_labelproposal")


class Migration(migrations.Migration):

    dependencies = [
        ('borrowers', '0006_partners'),
    ]

    operations = [
        migrations.AddField(
            model_name='eventmark',
            name='is_at_once',
            field=models.BooleanField(default=False, verbose_name='Works at once'),
        ),
        migrations.CreateModel(
            name='LabelProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=common.public_ids.new, max_length=22, unique=True, verbose_name='Number')),
                ('occurred_at', models.DateTimeField(verbose_name='Time')),
                ('ext', models.BigIntegerField()),
                ('was', models.PositiveSmallIntegerField(verbose_name='Category')),
                ('category', models.PositiveSmallIntegerField(verbose_name='Right category')),
                ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='Proposed')),
                ('state', models.PositiveSmallIntegerField(choices=[(1, 'Proposed'), (2, 'Accepted'), (3, 'Rejected')], default=1, verbose_name='State')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='Reviewed')),
                ('borrower', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='borrowers.borrower', verbose_name='Borrower')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Reviewed by')),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Proposed by')),
            ],
            options={
                'verbose_name': 'corrected category',
                'verbose_name_plural': 'corrected categories',
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 1)), fields=('borrower', 'occurred_at', 'ext'), name='label_waits_once_for_an_event'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('state', 1)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('state__in', [2, 3])), _connector='OR'), name='label_is_reviewed_or_not')],
            },
        ),
        migrations.CreateModel(
            name='QuarantinedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=common.public_ids.new, max_length=22, unique=True, verbose_name='Number')),
                ('row_number', models.PositiveIntegerField(verbose_name='Row')),
                ('reason', models.CharField(max_length=40, verbose_name='Reason')),
                ('key_id', models.BigIntegerField()),
                ('words', common.crypto.fields.SealedJSONField(context='quarantine.words', key_field='key_id')),
                ('state', models.PositiveSmallIntegerField(default=1, verbose_name='State')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='Decided')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='borrowers.importbatch', verbose_name='Bill')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Decided by')),
            ],
            options={
                'verbose_name': 'row not understood',
                'verbose_name_plural': 'rows not understood',
                'indexes': [models.Index(condition=models.Q(('state', 1)), fields=['id'], name='quarantine_that_waits')],
                'constraints': [common.crypto.fields.SealedCheck(column='words', key_field='key_id', name='borrowers_quarantinedrow_words_sealed'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('state', 1)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('state__in', [2, 3])), _connector='OR'), name='quarantined_row_is_decided_or_not')],
            },
        ),
        *(
            migrations.RunSQL(
                DECIDED_ONCE.format(table=table), DECIDED_ONCE_BACK.format(table=table)
            )
            for table in TABLES
        ),
    ]
