"""Django's registration of the top package."""

from django.apps import AppConfig


class MatchmakingConfig(AppConfig):
    name = "matchmaking"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, and listen to what mail providers tell."""
        from matchmaking import bounces, checks  # noqa: F401 - importing registers them
