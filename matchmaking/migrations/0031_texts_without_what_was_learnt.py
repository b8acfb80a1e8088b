"""The score of the texts is that of the weights set by hand; what reviews add stands beside it, no longer in it."""

from django.db import migrations

TAKE_OFF = """
UPDATE matchmaking_match SET components = components || jsonb_build_object(
    'text_score', (components ->> 'text_score')::float8 - (components ->> 'learnt')::float8
) WHERE components ? 'learnt' AND components ? 'text_score'
"""
ADD = TAKE_OFF.replace("- (", "+ (")


class Migration(migrations.Migration):
    dependencies = [
        ("matchmaking", "0030_webhooks_read_changes"),
    ]

    operations = [migrations.RunSQL(TAKE_OFF, ADD)]
