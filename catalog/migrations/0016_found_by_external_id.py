"""A record of another installation is looked for by the id it has there, several times for each that is told of."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0015_titles_unread"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="need",
            index=models.Index(
                condition=models.Q(("external_id", ""), _negated=True), fields=["external_id"], name="need_external"
            ),
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(
                condition=models.Q(("external_id", ""), _negated=True), fields=["external_id"], name="offer_external"
            ),
        ),
    ]
