from django.db import migrations, models

import medixain.api.model_fields


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='professional',
            name='name_signature',
            field=medixain.api.model_fields.FixedBytesField(null=True, size=65),
        ),
        migrations.AddField(
            model_name='professional',
            name='name_time',
            field=models.PositiveBigIntegerField(null=True),
        ),
    ]
