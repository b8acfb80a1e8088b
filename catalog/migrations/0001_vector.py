"""The vector extension, and the sequences behind reference numbers."""

from django.db import migrations
from pgvector.django import VectorExtension


class Migration(migrations.Migration):
    dependencies = []

    operations = [
        VectorExtension(),
        migrations.RunSQL("CREATE SEQUENCE need_reference", "DROP SEQUENCE need_reference"),
        migrations.RunSQL("CREATE SEQUENCE offer_reference", "DROP SEQUENCE offer_reference"),
    ]
