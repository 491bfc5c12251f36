import django.db.models.deletion
import medixain.api.model_fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('chainindex', '0001_initial'),
        ('registry', '0002_professional_name_signed'),
    ]

    operations = [
        migrations.CreateModel(
            name='CareTeam',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('team', medixain.api.model_fields.AddressField()),
                ('institution', medixain.api.model_fields.AddressField(db_index=True)),
                ('version', models.PositiveBigIntegerField()),
                ('name', models.CharField(max_length=200)),
                ('document', models.JSONField()),
                ('signature', medixain.api.model_fields.FixedBytesField(size=65)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('transaction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='chainindex.transaction')),
            ],
            options={
                'ordering': ('name', 'team', '-version'),
                'constraints': [models.UniqueConstraint(fields=('team', 'version'), name='one_document_per_team_version')],
            },
        ),
    ]
