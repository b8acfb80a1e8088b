"""Read now what linked installations have to tell, without waiting for the schedule."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from matchmaking import federation
from matchmaking.models import Peer


class Command(BaseCommand):
    help = "Reads what is new from every linked installation whose key was entered, also from those that failed."

    def handle(self, **options: Any) -> None:
        Peer.objects.live().update(not_before=timezone.now())
        federation.sync_due()
        for peer in Peer.objects.live().order_by("name"):
            self.stdout.write(f"{peer}: {peer.error or 'in step'} ({peer.refused} records refused)")
