"""Names that only find a concept and are never shown."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0016_found_by_external_id"),
    ]

    operations = [
        migrations.AlterField(
            model_name="conceptlabel",
            name="kind",
            field=models.CharField(
                choices=[
                    ("preferred", "preferred name"),
                    ("lay", "in everyday words"),
                    ("expert", "in experts' words"),
                    ("hidden", "only found, never shown"),
                ],
                default="preferred",
                max_length=9,
                verbose_name="kind",
            ),
        ),
    ]
