"""A credit line for each borrower with its steps, alternatives of an offer, drafts by their age."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('borrowers', '0015_certificates'),
        ('lending', '0014_proposals_share_their_columns'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='loanapplication',
            name='saved_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='Kept'),
        ),
        migrations.CreateModel(
            name='CreditLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('ACTIVE', 'In use'), ('FROZEN', 'Frozen'), ('CLOSED', 'Closed')], db_default='ACTIVE', max_length=6, verbose_name='State')),
                ('limit_fen', models.BigIntegerField(db_default=0)),
                ('held_fen', models.BigIntegerField(db_default=0)),
                ('reserved_fen', models.BigIntegerField(db_default=0)),
                ('tier', models.CharField(db_default='', max_length=4, verbose_name='Tier')),
                ('annual_rate_ppm', models.PositiveIntegerField(db_default=0)),
                ('floor_rate_ppm', models.PositiveIntegerField(db_default=0)),
                ('review_on', models.DateField(null=True, verbose_name='To be reviewed')),
                ('opened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='Opened')),
                ('borrower', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='borrowers.borrower', verbose_name='Borrower')),
            ],
            options={
                'verbose_name': 'credit line',
                'verbose_name_plural': 'credit lines',
                'permissions': [('freeze_creditline', 'Can freeze a credit line and lift it again'), ('propose_creditline', 'Can propose another limit by hand'), ('approve_creditline', 'Can approve another limit of a colleague')],
            },
        ),
        migrations.CreateModel(
            name='LineMovement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('DECIDED', 'Limit by a decision'), ('CHANGED', 'Limit by hand'), ('HELD', 'Held for an offer'), ('RESERVED', 'Reserved by accepting'), ('DRAWN', 'Paid out'), ('RELEASED', 'Given back'), ('FROZEN', 'Frozen'), ('UNFROZEN', 'In use again'), ('CLOSED', 'Closed')], max_length=8, verbose_name='What')),
                ('subject', models.CharField(max_length=40, verbose_name='Of what')),
                ('limit_change_fen', models.BigIntegerField(db_default=0)),
                ('held_change_fen', models.BigIntegerField(db_default=0)),
                ('reserved_change_fen', models.BigIntegerField(db_default=0)),
                ('limit_fen', models.BigIntegerField(db_default=0)),
                ('exposure_fen', models.BigIntegerField(db_default=0)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='Recorded')),
                ('application', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lending.loanapplication', verbose_name='Application')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='lending.creditline')),
            ],
            options={
                'verbose_name': 'movement of a line',
                'verbose_name_plural': 'movements of lines',
            },
        ),
        migrations.CreateModel(
            name='LineProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='Asked for')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='Decided')),
                ('state', models.CharField(choices=[('PROPOSED', 'Waits for another person'), ('APPROVED', 'Approved'), ('TURNED_DOWN', 'Turned down')], default='PROPOSED', max_length=12, verbose_name='State')),
                ('request_key', models.CharField(max_length=64)),
                ('limit_fen', models.BigIntegerField()),
                ('reason', models.CharField(max_length=30, verbose_name='Why')),
                ('approver', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='lending.creditline')),
            ],
            options={
                'verbose_name': 'proposal of a limit',
                'verbose_name_plural': 'proposals of limits',
            },
        ),
        migrations.CreateModel(
            name='OfferAlternative',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('ASKED', 'As you asked'), ('LONGER', 'Longer, with smaller instalments'), ('SMALLER', 'Less, at a lower cost')], max_length=8)),
                ('amount_fen', models.BigIntegerField()),
                ('term_months', models.PositiveSmallIntegerField(verbose_name='Months')),
                ('accepted_at', models.DateTimeField(null=True, verbose_name='Accepted')),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alternatives', to='lending.offer')),
            ],
            options={
                'verbose_name': 'alternative of an offer',
                'verbose_name_plural': 'alternatives of offers',
            },
        ),
        migrations.AddConstraint(
            model_name='creditline',
            constraint=models.CheckConstraint(condition=models.Q(('held_fen__gte', 0), ('limit_fen__gte', 0), ('reserved_fen__gte', 0)), name='credit_line_is_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='creditline',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['ACTIVE', 'FROZEN', 'CLOSED'])), name='credit_line_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='creditline',
            constraint=models.CheckConstraint(condition=models.Q(('floor_rate_ppm__lte', models.F('annual_rate_ppm'))), name='credit_line_rates_are_a_band'),
        ),
        migrations.AddConstraint(
            model_name='linemovement',
            constraint=models.UniqueConstraint(fields=('line', 'kind', 'subject'), name='line_movement_is_once'),
        ),
        migrations.AddConstraint(
            model_name='linemovement',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['DECIDED', 'CHANGED', 'HELD', 'RESERVED', 'DRAWN', 'RELEASED', 'FROZEN', 'UNFROZEN', 'CLOSED'])), name='line_movement_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='linemovement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('held_change_fen', 0), ('reserved_change_fen', 0)), ('application__isnull', False), _connector='OR'), name='line_movement_takes_for_an_application'),
        ),
        migrations.AddConstraint(
            model_name='lineproposal',
            constraint=models.UniqueConstraint(fields=('line', 'request_key'), name='line_proposal_is_once'),
        ),
        migrations.AddConstraint(
            model_name='lineproposal',
            constraint=models.CheckConstraint(condition=models.Q(('limit_fen__gte', 0)), name='line_proposal_is_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='lineproposal',
            constraint=models.CheckConstraint(condition=models.Q(('approver__isnull', True), models.Q(('approver', models.F('author')), _negated=True), _connector='OR'), name='line_approver_is_not_the_author'),
        ),
        migrations.AddConstraint(
            model_name='lineproposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approver', None), ('decided_at', None), ('state', 'PROPOSED')), models.Q(('approver__isnull', False), ('decided_at__isnull', False), ('state__in', ['APPROVED', 'TURNED_DOWN'])), _connector='OR'), name='line_proposal_decided_has_an_approver'),
        ),
        migrations.AddConstraint(
            model_name='offeralternative',
            constraint=models.UniqueConstraint(fields=('offer', 'number'), name='offer_alternative_number_is_once'),
        ),
        migrations.AddConstraint(
            model_name='offeralternative',
            constraint=models.UniqueConstraint(fields=('offer', 'amount_fen', 'term_months'), name='offer_alternatives_differ'),
        ),
        migrations.AddConstraint(
            model_name='offeralternative',
            constraint=models.UniqueConstraint(condition=models.Q(('accepted_at__isnull', False)), fields=('offer',), name='offer_alternative_is_accepted_once'),
        ),
        migrations.AddConstraint(
            model_name='offeralternative',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0), ('number__range', (1, 3)), ('term_months__gt', 0)), name='offer_alternative_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='offeralternative',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['ASKED', 'LONGER', 'SMALLER'])), name='offer_alternative_kind_is_known'),
        ),
    ]
