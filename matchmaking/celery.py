"""The Celery application. Tasks live beside their subject and only wake the database queries up."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaking.settings")

app = Celery("matchmaking")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
