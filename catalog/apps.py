"""Django's registration of this package."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Checks, and what happens when an address is confirmed, register themselves when they are imported."""
        from . import checks, kept_text  # noqa: F401 - importing registers them
