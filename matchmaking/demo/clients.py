"""Clients of the demo's first broker without an account: one was asked by mail about a need, one has a draft yet."""

from django.db import transaction

from accounts.clients import found_client
from accounts.models import Cluster, Organisation, User
from catalog.clients import Contact
from catalog.codes import State
from catalog.models import Need

from ..clients import ask
from .loading import BROKERS, CLUSTERS

BROKER, SLUG = next(iter(BROKERS.items()))
ASKED = {"name": "Tischlerei Wiebe (demo)", "size": "micro", "region": "DE60"}
NOT_ASKED = {"name": "Räucherei Nordlicht (demo)", "size": "micro", "region": "DEF0"}
CONTACT = Contact("Jutta Wiebe", "tischlerei-wiebe@demo.example", "de")
DUST = {
    "title": "Feiner Schleifstaub setzt sich überall ab",
    "description": "Wir schleifen Treppenstufen aus Eiche und Esche, ungefähr 40 am Tag. Trotz Absaugung liegt der "
    "feine Staub nach einer Stunde auf allen Maschinen und im Lack. Zwei Mitarbeiter tragen den ganzen Tag Masken. "
    "Wir haben stärkere Ventilatoren versucht; sie kosten uns 300 Euro mehr Strom im Monat und der Staub blieb.",
}
SMOKE = {
    "title": "Der Rauch zieht zu den Nachbarn",
    "description": "Viermal in der Woche räuchern wir Forellen und Aale über Buchenholz. Bei Westwind zieht der "
    "Rauch in die Siedlung, und die Gemeinde hat uns ein Jahr Zeit gegeben. Ein höherer Kamin hat nicht geholfen.",
}


@transaction.atomic
def load_clients() -> None:
    """Write them unless they are here: the demo's broker must be loaded."""
    if Organisation.objects.filter(name=ASKED["name"]).exists():
        return
    broker = User.objects.get(email=BROKER)
    ask(_draft(ASKED, DUST, broker), CONTACT, by=broker)
    _draft(NOT_ASKED, SMOKE, broker)


def _draft(facts: dict[str, str], text: dict[str, str], broker: User) -> Need:
    country, language = CLUSTERS[SLUG][1], CLUSTERS[SLUG][3]
    everything = facts | {"kind": "sme", "country": country, "languages": [language]}
    client = found_client(Cluster.objects.get(slug=SLUG), everything, by=broker)
    return Need.objects.create(organisation=client, author=broker, language=language, state=State.DRAFT, **text)
