"""The merchant table in versions: what was said of a merchant stays said, and is only overruled."""

import common.public_ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

TABLES = ("borrowers_merchantversion", "borrowers_merchantrule")
GUARD = """
CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_only_grows;
"""
GUARD_BACK = "DROP TRIGGER {table}_only_grows ON {table};"


class Migration(migrations.Migration):

    dependencies = [
        ('borrowers', '0009_words_ask_less'),
    ]

    operations = [
        migrations.CreateModel(
            name='MerchantVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=common.public_ids.new, max_length=22, unique=True, verbose_name='Number')),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='Changed')),
                ('rules', models.PositiveIntegerField(verbose_name='Lines in the table')),
                ('added', models.PositiveIntegerField(verbose_name='Lines added')),
                ('changed', models.PositiveIntegerField(verbose_name='Lines changed')),
                ('removed', models.PositiveIntegerField(verbose_name='Lines taken out')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Changed by')),
            ],
            options={
                'verbose_name': 'version of the merchant table',
                'verbose_name_plural': 'versions of the merchant table',
                'permissions': [('manage_merchants', 'Can change the merchant table')],
            },
        ),
        migrations.AddField(
            model_name='importbatch',
            name='merchants',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='borrowers.merchantversion', verbose_name='Version of the merchant table'),
        ),
        migrations.CreateModel(
            name='MerchantRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name="Merchant's name")),
                ('is_prefix', models.BooleanField(verbose_name='Only how it begins')),
                ('category', models.PositiveSmallIntegerField(null=True, verbose_name='Category')),
                ('place', models.PositiveSmallIntegerField(verbose_name='Place')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='borrowers.merchantversion', verbose_name='Version')),
            ],
            options={
                'verbose_name': 'line of the merchant table',
                'verbose_name_plural': 'lines of the merchant table',
                'constraints': [models.UniqueConstraint(fields=('name', 'is_prefix', 'version'), name='merchant_is_named_once_in_a_version'), models.CheckConstraint(condition=models.Q(('category', None), ('category__in', [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 15, 16, 39]), _connector='OR'), name='merchant_category_can_be'), models.CheckConstraint(condition=models.Q(('place__in', [0, 1, 2, 3])), name='merchant_place_is_known')],
            },
        ),
        *(
            migrations.RunSQL(GUARD.format(table=table), GUARD_BACK.format(table=table))
            for table in TABLES
        ),
    ]
