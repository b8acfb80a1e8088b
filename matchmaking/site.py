"""What every page and mail knows about this installation."""

from django.conf import settings
from django.http import HttpRequest


def identity(request: HttpRequest) -> dict[str, str]:
    """Context processor: name, accent colour and imprint of whoever runs the site."""
    return {
        "site_name": settings.SITE_NAME,
        "site_accent": settings.SITE_ACCENT,
        "site_imprint_url": settings.SITE_IMPRINT_URL,
    }
