"""Thousands of rows written at once are noted one after the other, each beside its own former change. A plan for that
question made while the log was tiny would read the whole log for each of them."""

from django.db import migrations

NOTE = "matchmaking_note_change(text, bigint, boolean, bigint[], bigint[], int)"


class Migration(migrations.Migration):
    dependencies = [("matchmaking", "0017_peer")]

    operations = [
        migrations.RunSQL(f"ALTER FUNCTION {NOTE} SET enable_seqscan = off", f"ALTER FUNCTION {NOTE} RESET ALL")
    ]
