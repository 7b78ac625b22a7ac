"""Leave to debit, and the bank's statement worked off: tables, and what may never change in them."""

import common.crypto.fields
import common.public_ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SEED = """
INSERT INTO lending_ledgeraccount (code, name, kind) VALUES
    ('1901', 'Differences with the bank, to be cleared', 'ASSET');
"""
UNSEED = "DELETE FROM lending_ledgeraccount WHERE code = '1901';"

ONLY_GROW = "".join(
    f"""
CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON lending_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE lending_{table} ENABLE ALWAYS TRIGGER {table}_only_grows;
"""
    for table in ("debittry", "bankline", "bankmatch", "breakstep")
)
ONLY_GROW_BACK = "".join(
    f"DROP TRIGGER {table}_only_grows ON lending_{table};"
    for table in ("debittry", "bankline", "bankmatch", "breakstep")
)

# A mandate may end; what was allowed stays as it was allowed, and is never deleted.
MANDATE_STAYS = """
CREATE TRIGGER mandate_stays BEFORE DELETE OR TRUNCATE ON lending_mandate
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE lending_mandate ENABLE ALWAYS TRIGGER mandate_stays;
CREATE TRIGGER mandate_is_not_rewritten BEFORE UPDATE OF public_id, borrower_id, loan_id, account,
    most_fen, starts_on, ends_on, pay_day, text, text_sha256, language, channel, request_key,
    given_at ON lending_mandate
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE lending_mandate ENABLE ALWAYS TRIGGER mandate_is_not_rewritten;
"""
MANDATE_STAYS_BACK = """
DROP TRIGGER mandate_is_not_rewritten ON lending_mandate;
DROP TRIGGER mandate_stays ON lending_mandate;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('borrowers', '0014_contact_gate'),
        ("lending", "0011_payment_gateways"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='transfer',
            name='purpose',
            field=models.CharField(choices=[('DISBURSEMENT', 'Payout'), ('REPAYMENT', 'Repayment'), ('PAYOFF', 'Early settlement'), ('PREPAYMENT', 'Early payment'), ('WITHDRAWAL', 'Paid back on withdrawal'), ('REFUND', 'Paid back to the borrower'), ('RETURN', 'Returned by the merchant'), ('DEBIT', 'Automatic debit'), ('SEND_BACK', 'Sent back: it was not ours')], max_length=12, verbose_name='Purpose'),
        ),
        migrations.CreateModel(
            name='BankLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bank', models.CharField(max_length=20, verbose_name='Bank')),
                ('line_no', models.BigIntegerField(verbose_name='Line')),
                ('out_trade_no', models.CharField(db_index=True, max_length=64, verbose_name='Our number')),
                ('bank_reference', models.CharField(blank=True, default='', max_length=64, verbose_name="The bank's number")),
                ('effect_fen', models.BigIntegerField()),
                ('account', models.CharField(max_length=80, verbose_name='Account')),
                ('moved_at', models.DateTimeField(null=True, verbose_name='Moved')),
                ('day', models.DateField(verbose_name='Statement of')),
            ],
            options={
                'verbose_name': 'statement line',
                'verbose_name_plural': 'statement lines',
                'indexes': [models.Index(fields=['bank', 'day'], name='bank_line_of_day')],
                'constraints': [models.UniqueConstraint(fields=('bank', 'line_no'), name='bank_line_is_kept_once'), models.CheckConstraint(condition=models.Q(('effect_fen', 0), _negated=True), name='bank_line_moves_money')],
            },
        ),
        migrations.CreateModel(
            name='BankMatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='Matched for')),
                ('days_late', models.PositiveIntegerField(default=0, verbose_name='Days between')),
                ('line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='match', to='lending.bankline')),
                ('transfer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='match', to='lending.transfer')),
            ],
            options={
                'verbose_name': 'match',
                'verbose_name_plural': 'matches',
            },
        ),
        migrations.CreateModel(
            name='Mandate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=common.public_ids.new, max_length=22, unique=True, verbose_name='Number')),
                ('account', models.CharField(max_length=64)),
                ('most_fen', models.BigIntegerField()),
                ('starts_on', models.DateField(verbose_name='From')),
                ('ends_on', models.DateField(verbose_name='Until')),
                ('pay_day', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='Day of pay')),
                ('text', models.JSONField()),
                ('text_sha256', models.CharField(max_length=64)),
                ('language', models.CharField(max_length=10)),
                ('channel', models.CharField(max_length=10)),
                ('request_key', models.CharField(max_length=64)),
                ('given_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='Given')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='Ended')),
                ('end_code', models.CharField(blank=True, choices=[('WITHDRAWN', 'Withdrawn'), ('ACCOUNT_CLOSED', 'The account is closed'), ('REVOKED_AT_BANK', 'Withdrawn at the bank'), ('RAN_OUT', 'Its last day is over'), ('LOAN_OVER', 'The loan is over')], default='', max_length=20, verbose_name='Why it ended')),
                ('borrower', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='borrowers.borrower', verbose_name='Borrower')),
                ('loan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mandates', to='lending.loan', verbose_name='Loan')),
            ],
            options={
                'verbose_name': 'mandate',
                'verbose_name_plural': 'mandates',
            },
        ),
        migrations.CreateModel(
            name='DirectDebit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_on', models.DateField(verbose_name='Due on')),
                ('announced_on', models.DateField(verbose_name='Announced on')),
                ('announced_fen', models.BigIntegerField()),
                ('state', models.CharField(choices=[('WAITING', 'Announced'), ('ASKED', 'On its way'), ('COLLECTED', 'Collected'), ('NOT_NEEDED', 'Paid otherwise'), ('STOPPED', 'Given up')], default='WAITING', max_length=10, verbose_name='State')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='Tries')),
                ('next_on', models.DateField(null=True, verbose_name='Next try')),
                ('stop_code', models.CharField(blank=True, default='', max_length=40, verbose_name='Why it was given up')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='Ended')),
                ('loan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='debits', to='lending.loan', verbose_name='Loan')),
                ('mandate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='debits', to='lending.mandate')),
            ],
            options={
                'verbose_name': 'automatic debit',
                'verbose_name_plural': 'automatic debits',
            },
        ),
        migrations.CreateModel(
            name='ReconciledDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bank', models.CharField(max_length=20, verbose_name='Bank')),
                ('day', models.DateField(verbose_name='Day')),
                ('lines', models.PositiveIntegerField(default=0, verbose_name='Lines')),
                ('in_fen', models.BigIntegerField(default=0)),
                ('out_fen', models.BigIntegerField(default=0)),
                ('matched', models.PositiveIntegerField(default=0, verbose_name='Matched')),
                ('late', models.PositiveIntegerField(default=0, verbose_name='Matched late')),
                ('opened', models.PositiveIntegerField(default=0, verbose_name='New breaks')),
                ('still_open', models.PositiveIntegerField(default=0, verbose_name='Open breaks')),
                ('compared_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='Compared')),
            ],
            options={
                'verbose_name': 'reconciled day',
                'verbose_name_plural': 'reconciled days',
                'constraints': [models.UniqueConstraint(fields=('bank', 'day'), name='reconciled_day_is_once')],
            },
        ),
        migrations.CreateModel(
            name='StatementBreak',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bank', models.CharField(max_length=20, verbose_name='Bank')),
                ('kind', models.CharField(choices=[('MISSING_HERE', 'Not in our books'), ('MISSING_THERE', 'Not on the statement'), ('AMOUNT_DIFFERS', 'Another amount'), ('STATE_DIFFERS', 'Another outcome'), ('DUPLICATE', 'Moved twice'), ('LATE', 'Over midnight')], max_length=14, verbose_name='Kind')),
                ('subject', models.CharField(max_length=90, verbose_name='Number')),
                ('loan_id', models.BigIntegerField(db_index=True, null=True, verbose_name='Loan')),
                ('here_fen', models.BigIntegerField(default=0)),
                ('there_fen', models.BigIntegerField(default=0)),
                ('here_state', models.CharField(blank=True, default='', max_length=12)),
                ('state', models.CharField(choices=[('WATCHED', 'Watched until the next statement'), ('OPEN', 'Open'), ('RESOLVED', 'Resolved')], max_length=10, verbose_name='State')),
                ('first_day', models.DateField(verbose_name='First seen')),
                ('last_day', models.DateField(verbose_name='Last seen')),
                ('times_seen', models.PositiveIntegerField(default=1, verbose_name='Times seen')),
                ('resolution', models.CharField(blank=True, default='', max_length=20, verbose_name='Resolved by')),
                ('resolved_at', models.DateTimeField(null=True, verbose_name='Resolved')),
                ('assignee', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Works on it')),
                ('line', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='breaks', to='lending.bankline')),
                ('transfer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='breaks', to='lending.transfer')),
            ],
            options={
                'verbose_name': 'break',
                'verbose_name_plural': 'breaks',
                'permissions': [('work_statementbreak', 'Can work on breaks'), ('approve_statementbreak', 'Can approve the resolution of a break')],
            },
        ),
        migrations.CreateModel(
            name='BreakStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(max_length=20, verbose_name='Step')),
                ('note', common.crypto.fields.SealedTextField(blank=True, context='break.note', key_field=None, null=True, verbose_name='Note')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='When')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='By')),
                ('broken', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='lending.statementbreak')),
            ],
            options={
                'verbose_name': 'step',
                'verbose_name_plural': 'steps',
            },
        ),
        migrations.CreateModel(
            name='BreakProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(choices=[('POST_REPAYMENT', 'Book it as a payment on a loan'), ('SEND_BACK', 'Send the money back'), ('TO_SUSPENSE', 'Write it to the account of differences')], max_length=20, verbose_name='What')),
                ('loan_id', models.BigIntegerField(null=True)),
                ('amount_fen', models.BigIntegerField()),
                ('state', models.CharField(choices=[('PROPOSED', 'Waits for another person'), ('APPROVED', 'Approved'), ('TURNED_DOWN', 'Turned down')], default='PROPOSED', max_length=12, verbose_name='State')),
                ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='Asked for')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='Decided')),
                ('approver', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('broken', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='lending.statementbreak')),
            ],
            options={
                'verbose_name': 'resolution of a break',
                'verbose_name_plural': 'resolutions of breaks',
            },
        ),
        migrations.CreateModel(
            name='DebitTry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('loan_id', models.BigIntegerField()),
                ('number', models.PositiveSmallIntegerField(verbose_name='Try')),
                ('on', models.DateField(verbose_name='Day')),
                ('of_day', models.PositiveSmallIntegerField()),
                ('amount_fen', models.BigIntegerField()),
                ('transfer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='debit_try', to='lending.transfer')),
                ('debit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='history', to='lending.directdebit')),
            ],
            options={
                'verbose_name': 'try of a debit',
                'verbose_name_plural': 'tries of debits',
                'constraints': [models.UniqueConstraint(fields=('debit', 'number'), name='debit_try_number_is_once'), models.UniqueConstraint(fields=('loan_id', 'on', 'of_day'), name='debit_try_of_day_is_once'), models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='debit_try_amount_is_positive')],
            },
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('loan',), name='mandate_is_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.UniqueConstraint(fields=('loan', 'request_key'), name='mandate_is_given_once'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('most_fen__gt', 0)), name='mandate_maximum_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__lte', models.F('ends_on'))), name='mandate_has_days'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('pay_day', None), models.Q(('pay_day__gte', 1), ('pay_day__lte', 31)), _connector='OR'), name='mandate_pay_day_is_a_day'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_code', ''), ('ended_at', None)), models.Q(('end_code__in', ['WITHDRAWN', 'ACCOUNT_CLOSED', 'REVOKED_AT_BANK', 'RAN_OUT', 'LOAN_OVER']), ('ended_at__isnull', False)), _connector='OR'), name='mandate_end_has_a_reason'),
        ),
        migrations.AddIndex(
            model_name='directdebit',
            index=models.Index(condition=models.Q(('state', 'WAITING')), fields=['next_on', 'id'], name='direct_debit_waiting'),
        ),
        migrations.AddConstraint(
            model_name='directdebit',
            constraint=models.UniqueConstraint(fields=('loan', 'due_on'), name='direct_debit_is_once_for_a_due_date'),
        ),
        migrations.AddConstraint(
            model_name='directdebit',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'ASKED')), fields=('loan',), name='direct_debit_is_asked_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='directdebit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state__in', ['WAITING', 'ASKED'])), models.Q(('ended_at__isnull', False), ('state__in', ['COLLECTED', 'NOT_NEEDED', 'STOPPED'])), _connector='OR'), name='direct_debit_ends_once'),
        ),
        migrations.AddConstraint(
            model_name='directdebit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'WAITING'), _negated=True), ('next_on__isnull', False), _connector='OR'), name='direct_debit_waits_for_a_day'),
        ),
        migrations.AddIndex(
            model_name='statementbreak',
            index=models.Index(condition=models.Q(('state', 'RESOLVED'), _negated=True), fields=['first_day', 'id'], name='statement_break_unresolved'),
        ),
        migrations.AddConstraint(
            model_name='statementbreak',
            constraint=models.UniqueConstraint(fields=('bank', 'kind', 'subject'), name='statement_break_is_kept_once'),
        ),
        migrations.AddConstraint(
            model_name='statementbreak',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('resolved_at__isnull', False), ('state', 'RESOLVED'), models.Q(('resolution', ''), _negated=True)), models.Q(('resolution', ''), ('resolved_at', None), ('state__in', ['WATCHED', 'OPEN'])), _connector='OR'), name='statement_break_is_resolved_by_something'),
        ),
        migrations.AddConstraint(
            model_name='statementbreak',
            constraint=models.CheckConstraint(condition=models.Q(('first_day__lte', models.F('last_day'))), name='statement_break_days_go_on'),
        ),
        migrations.AddConstraint(
            model_name='breakstep',
            constraint=common.crypto.fields.SealedCheck(column='note', key_field=None, name='lending_breakstep_note_sealed'),
        ),
        migrations.AddConstraint(
            model_name='breakproposal',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'PROPOSED')), fields=('broken',), name='break_proposal_is_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='breakproposal',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='break_proposal_amount_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='breakproposal',
            constraint=models.CheckConstraint(condition=models.Q(('approver__isnull', True), models.Q(('approver', models.F('author')), _negated=True), _connector='OR'), name='break_proposal_approver_is_not_the_author'),
        ),
        migrations.AddConstraint(
            model_name='breakproposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approver', None), ('decided_at', None), ('state', 'PROPOSED')), models.Q(('approver__isnull', False), ('decided_at__isnull', False), ('state__in', ['APPROVED', 'TURNED_DOWN'])), _connector='OR'), name='break_proposal_decided_has_an_approver'),
        ),
        migrations.RunSQL(SEED, UNSEED),
        migrations.RunSQL(ONLY_GROW, ONLY_GROW_BACK),
        migrations.RunSQL(MANDATE_STAYS, MANDATE_STAYS_BACK),
    ]
