"""Without reading tables whole (0018) there was another plan to fall for: newest first along the primary key, the
whole log for each new record. A bitmap needs an index that the condition names, and that is the right one."""

from django.db import migrations

NOTE = "matchmaking_note_change(text, bigint, boolean, bigint[], bigint[], int)"


class Migration(migrations.Migration):
    dependencies = [("matchmaking", "0027_wanted")]

    operations = [
        migrations.RunSQL(
            f"ALTER FUNCTION {NOTE} SET enable_indexscan = off", f"ALTER FUNCTION {NOTE} RESET enable_indexscan"
        )
    ]
