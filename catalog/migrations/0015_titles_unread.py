from django.db import migrations

COLUMNS = ("asked", "asked_place", "title", "title_place")


def measure_hubs_anew(apps, schema_editor):
    """They were measured with the offers' names, where there are few needs."""
    apps.get_model("catalog", "MeasuredSpace").objects.update(hubs_at=None)


class Migration(migrations.Migration):
    """Titles are read as a part of the text, not by themselves."""

    dependencies = [
        ("catalog", "0014_held_terms"),
    ]

    operations = [
        *(migrations.RemoveField(one, column) for one in ("needreading", "offerreading") for column in COLUMNS),
        migrations.RemoveField("offerreading", "title_hub"),
        migrations.RunPython(measure_hubs_anew, migrations.RunPython.noop),
    ]
