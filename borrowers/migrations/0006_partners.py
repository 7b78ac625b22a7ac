"""Partners, their keys, what they delivered; and each partner's records on a consent that names it."""

import borrowers.behaviour.contracts
import common.crypto.fields
import common.public_ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


# Source 14 stands on a consent whose purpose is the partner's own. The rest is as it was.
PURPOSE = """
CREATE OR REPLACE FUNCTION borrowers_bill_needs_its_purpose() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    given text;
    needed text := CASE NEW.source
        WHEN 10 THEN 'SOCIAL_INSURANCE' WHEN 11 THEN 'STUDENT_STATUS'
        WHEN 12 THEN 'SOCIAL_ACTIVITY' WHEN 13 THEN 'DEVICE'
        WHEN 14 THEN 'PARTNER:'
        ELSE 'CONSUMPTION_RECORDS' END;
BEGIN
    SELECT purpose INTO given FROM borrowers_consent
     WHERE id = NEW.consent_id AND borrower_id = NEW.borrower_id;
    IF NEW.source = 14 THEN
        given := left(given, length(needed));
    END IF;
    IF given IS DISTINCT FROM needed THEN
        RAISE EXCEPTION 'a bill of source % needs a consent for %', NEW.source, needed
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('borrowers', '0005_uploads'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeliveredEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_code', models.CharField(max_length=32)),
                ('content_code', models.CharField(max_length=32)),
            ],
            options={
                'verbose_name': 'event of a partner',
                'verbose_name_plural': 'events of partners',
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=common.public_ids.new, max_length=22, unique=True, verbose_name='Number')),
                ('outcomes', models.TextField(verbose_name='What became of each event')),
                ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='Received')),
            ],
            options={
                'verbose_name': 'delivery of a partner',
                'verbose_name_plural': 'deliveries of partners',
            },
        ),
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=common.public_ids.new, max_length=22, unique=True, verbose_name='Number')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='Code')),
                ('name', models.CharField(max_length=60, verbose_name='Name')),
                ('is_open', models.BooleanField(default=True, verbose_name='May send')),
                ('registered_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='Registered')),
            ],
            options={
                'verbose_name': 'partner',
                'verbose_name_plural': 'partners',
                'permissions': [('manage_partner', 'Can register partners and make their keys')],
            },
        ),
        migrations.CreateModel(
            name='PartnerKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=common.public_ids.new, max_length=22, unique=True, verbose_name='Number')),
                ('key_id', models.BigIntegerField()),
                ('secret', common.crypto.fields.SealedCharField(context='partner.secret', key_field='key_id')),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='Made')),
                ('revoked_at', models.DateTimeField(null=True, verbose_name='Revoked')),
            ],
            options={
                'verbose_name': 'key of a partner',
                'verbose_name_plural': 'keys of partners',
            },
        ),
        migrations.AlterField(
            model_name='importbatch',
            name='document',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='borrowers.sealedfile', verbose_name='File'),
        ),
        migrations.AddConstraint(
            model_name='importbatch',
            constraint=models.CheckConstraint(condition=models.Q(('document__isnull', False), ('source', borrowers.behaviour.contracts.Source['PARTNER']), _connector='OR'), name='bill_comes_from_a_file'),
        ),
        migrations.AddField(
            model_name='deliveredevent',
            name='consent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='borrowers.consent', verbose_name='Consent'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='borrowers.partner', verbose_name='Partner'),
        ),
        migrations.AddField(
            model_name='partnerkey',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='borrowers.partner', verbose_name='Partner'),
        ),
        migrations.AddConstraint(
            model_name='deliveredevent',
            constraint=models.UniqueConstraint(fields=('consent', 'event_code'), name='partner_event_is_taken_once'),
        ),
        migrations.AddConstraint(
            model_name='partnerkey',
            constraint=common.crypto.fields.SealedCheck(column='secret', key_field='key_id', name='borrowers_partnerkey_secret_sealed'),
        ),
        migrations.RunSQL(PURPOSE, migrations.RunSQL.noop),
    ]
