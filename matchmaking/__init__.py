"""WHICH: which pairs, reviewed by whom, introduced when, told to whom; also the Django project package."""

from .celery import app as celery_app

__all__ = ["celery_app"]
