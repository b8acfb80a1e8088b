"""Link another installation: first to get the key for its operator, then to enter the key that operator gave you."""

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.codes import Country
from accounts.models import Cluster
from matchmaking import federation
from matchmaking.models import Peer
from matchmaking.peer_admin import NewPeerForm


class Command(BaseCommand):
    help = "Links another installation, or changes a link; the key for its operator is printed once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="as it stands on each record that comes from there; stays as it is")
        parser.add_argument("url", nargs="?", help="its address, for a new one")
        parser.add_argument("--country", choices=Country.values, help="for a new one")
        parser.add_argument("--contact", help="e-mail address of the brokers there, for a new one")
        parser.add_argument("--cluster", action="append", default=[], help="a cluster here that is linked: its slug")
        parser.add_argument("--token", action="store_true", help="enter the key that its operator gave you")
        parser.add_argument("--new-key", action="store_true", help="end the key for its operator, and print another")
        parser.add_argument("--end", action="store_true", help="for good; what came from there is forgotten")

    def handle(self, *, name: str, **options: Any) -> None:
        peer = Peer.objects.live().filter(name=name).select_related("cluster__organisation").first()
        if options["end"]:
            self._end(peer)
            return
        clusters = self._clusters(options["cluster"])
        if peer is None:
            peer = self._link({"name": name, **{key: options[key] for key in ("url", "country", "contact")}})
        elif options["new_key"]:
            self._print(peer, peer.new_key())
            peer.save(update_fields=["key_hash"])
        peer.cluster.linked.add(*clusters)
        if options["token"]:
            peer.token = getpass("Key: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
            peer.save(update_fields=["token"])

    def _end(self, peer: Peer | None) -> None:
        if peer is None:
            raise CommandError("No installation of this name is linked.")
        federation.end(peer)
        self.stdout.write("Ended.")

    def _link(self, wanted: dict[str, Any]) -> Peer:
        form = NewPeerForm({key: value or "" for key, value in wanted.items()})
        if not form.is_valid():
            raise CommandError("\n".join(f"{field}: {' '.join(errors)}" for field, errors in form.errors.items()))
        peer, key = form.link()
        self._print(peer, key)
        return peer

    def _print(self, peer: Peer, key: str) -> None:
        self.stdout.write(f"The key for the operator of {peer}, shown once:\n{key}")

    def _clusters(self, slugs: list[str]) -> list[Cluster]:
        clusters = list(Cluster.objects.local().filter(slug__in=slugs))
        if unknown := set(slugs) - {cluster.slug for cluster in clusters}:
            raise CommandError(f"No such cluster: {', '.join(sorted(unknown))}")
        return clusters
