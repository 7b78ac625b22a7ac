"""How a product is repaid: a method, and rhythms of more than a month. It stands once used."""


from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lending', '0020_money_set_aside'),
    ]

    operations = [
        migrations.AddField(
            model_name='loanproduct',
            name='method',
            field=models.CharField(choices=[('EQUAL_INSTALMENT', 'Equal instalments'), ('EQUAL_PRINCIPAL', 'Equal parts of principal'), ('INTEREST_ONLY', 'Interest first, principal at the end'), ('BULLET', 'Everything at the end')], db_default='EQUAL_INSTALMENT', default='EQUAL_INSTALMENT', max_length=16, verbose_name='Method'),
        ),
        migrations.AlterField(
            model_name='loanproduct',
            name='rhythm',
            field=models.CharField(choices=[('MONTHLY', 'Every month'), ('QUARTERLY', 'Every three months'), ('YEARLY', 'Once a year')], default='MONTHLY', max_length=12, verbose_name='Rhythm'),
        ),
    ]
