"""What webhooks were not told, and telling them again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from matchmaking.models import Delivery


class Command(BaseCommand):
    help = "Lists deliveries to webhooks that were given up; --replay sends them again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--replay", action="store_true", help="send them again, from the beginning")
        parser.add_argument("--webhook", type=int, help="only those of the webhook with this number")

    def handle(self, *, replay: bool, webhook: int | None, **options: Any) -> None:
        dead = Delivery.objects.dead().select_related("webhook").order_by("pk")
        dead = dead.filter(webhook=webhook) if webhook else dead
        if replay:
            self.stdout.write(f"{dead.replay()} deliveries are sent again.")
            return
        for one in dead:
            self.stdout.write(f"{one.pk}  {one.key}  {one.webhook.url}  {one.error}")
