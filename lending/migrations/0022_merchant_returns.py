"""Money that sellers return by themselves: why it may wait, and on which loan two people put it."""


import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lending', '0021_product_methods'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='loanrequest',
            name='state',
            field=models.CharField(choices=[('ASKED', 'Asked for'), ('TAKEN_UP', 'Taken up'), ('DECLINED', 'Declined'), ('TAKEN_BACK', 'Taken back'), ('ARRIVED', 'The money came')], default='ASKED', max_length=10, verbose_name='State'),
        ),
        migrations.AlterField(
            model_name='parkednotice',
            name='outcome',
            field=models.CharField(blank=True, choices=[('NOT_OURS', 'Not our money'), ('MATCHED', 'The books are right'), ('GIVEN_BACK', 'Given back at the gateway'), ('ASSIGNED', 'Booked on a loan'), ('CORRECTED', 'Corrected by an approved change')], default='', max_length=12, verbose_name='Found'),
        ),
        migrations.AlterField(
            model_name='parkednotice',
            name='reason',
            field=models.CharField(choices=[('UNKNOWN_ORDER', 'We have no such order'), ('OTHER_CHANNEL', 'The order went to another channel'), ('AMOUNT_DIFFERS', 'Another amount'), ('CURRENCY_DIFFERS', 'Another currency'), ('PAID_AFTER_FAILURE', 'Paid after it had failed here'), ('FAILED_AFTER_PAYMENT', 'Failed after it had arrived here'), ('REFUND_NOT_ASKED', 'A refund that nobody asked for'), ('PAYEE_DIFFERS', 'Not from the school or shop that was paid'), ('ABOVE_FINANCED', 'More than was lent and has not come back'), ('RETURNED_ALREADY', 'All of it has come back before'), ('LOAN_NOT_OPEN', 'The loan is not running'), ('NOT_AT_THE_BANK', 'The bank knows of no such money'), ('WORKED_OFF', "Worked off with the bank's statement")], max_length=24, verbose_name='Why it waits'),
        ),
        migrations.CreateModel(
            name='ReturnProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='Asked for')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='Decided')),
                ('state', models.CharField(choices=[('PROPOSED', 'Waits for another person'), ('APPROVED', 'Approved'), ('TURNED_DOWN', 'Turned down')], default='PROPOSED', max_length=12, verbose_name='State')),
                ('approver', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('loan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lending.loan', verbose_name='Loan')),
                ('parked', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='lending.parkednotice')),
            ],
            options={
                'verbose_name': 'assignment of returned money',
                'verbose_name_plural': 'assignments of returned money',
                'permissions': [('propose_returnproposal', 'Can propose on which loan returned money is booked'), ('approve_returnproposal', 'Can approve on which loan returned money is booked')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'PROPOSED')), fields=('parked',), name='return_proposal_is_open_once'), models.CheckConstraint(condition=models.Q(('approver__isnull', True), models.Q(('approver', models.F('author')), _negated=True), _connector='OR'), name='return_approver_is_not_the_author'), models.CheckConstraint(condition=models.Q(models.Q(('approver', None), ('decided_at', None), ('state', 'PROPOSED')), models.Q(('approver__isnull', False), ('decided_at__isnull', False), ('state__in', ['APPROVED', 'TURNED_DOWN'])), _connector='OR'), name='return_proposal_decided_has_an_approver')],
            },
        ),
    ]
