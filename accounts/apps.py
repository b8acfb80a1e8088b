"""Django's registration of this package."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What ends with an old password registers itself when it is imported."""
        from . import passwords  # noqa: F401 - importing registers it
