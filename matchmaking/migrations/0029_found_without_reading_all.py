"""What is asked every few minutes of tables that grow by thousands of rows a week."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matchmaking", "0028_changes_by_their_index"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="run",
            name="run_at_fingerprint",
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(
                condition=models.Q(("object_id__isnull", False)), fields=["kind", "object_id"], name="mail_about"
            ),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(
                condition=models.Q(("error", ""), _negated=True), fields=["state"], name="mail_with_error"
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["need", "fingerprint", "-created_at"], name="run_latest"),
        ),
    ]
