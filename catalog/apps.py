"""Django's registration of this package."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Checks register themselves when they are imported."""
        from . import checks  # noqa: F401
