"""What speaks for an organisation being who it says it is, before a broker vouches for it."""

from typing import NamedTuple
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress

from .models import Membership, Organisation

# Where anybody gets an address: one of these says nothing about who somebody is. The larger ones in Europe.
MAIL_FOR_EVERYBODY = frozenset({
    "aol.com", "free.fr", "freenet.de", "gmail.com", "gmx.at", "gmx.de", "gmx.net", "googlemail.com",
    "hotmail.com", "icloud.com", "interia.pl", "laposte.net", "libero.it", "live.com", "mail.com", "mail.ru",
    "onet.pl", "orange.fr", "outlook.com", "outlook.es", "outlook.fr", "pm.me", "posteo.de", "proton.me",
    "protonmail.com", "sapo.pt", "seznam.cz", "t-online.de", "tiscali.it", "virgilio.it", "wanadoo.fr",
    "web.de", "wp.pl", "yahoo.com", "yahoo.de", "yahoo.es", "yahoo.fr", "yahoo.it", "ziggo.nl",
})  # fmt: skip


class Evidence(NamedTuple):
    """`domain` is the website's; `has_mail_there` whether a member has confirmed an address at it."""

    website: str
    domain: str
    has_mail_there: bool


def evidence_of(organisation: Organisation) -> Evidence:
    """One query, none without a website."""
    domain = domain_of(organisation.website)
    return Evidence(organisation.website, domain, bool(domain) and _has_mail_at(domain, organisation))


def domain_of(website: str) -> str:
    """The host without `www.`; "" where there is none, or where anybody gets an address."""
    host = (urlsplit(website).hostname or "").removeprefix("www.")
    return "" if host in MAIL_FOR_EVERYBODY else host


def _has_mail_at(domain: str, organisation: Organisation) -> bool:
    members = Membership.objects.approved().filter(organisation=organisation).values("user")
    confirmed = EmailAddress.objects.filter(verified=True, user__in=members, user__is_active=True)
    return confirmed.filter(email__iendswith=f"@{domain}").exists()
