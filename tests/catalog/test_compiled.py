"""A rule of disclosure that is compiled: it says what the rule says, for each person anew, in any query."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Organisation, own_organisations
from catalog.models import Need, Offer
from matchmaking import disclosure
from matchmaking.disclosure import needs_visible_to, offers_visible_to
from tests.disclosure_table import KINDS, TABLE, VISIBILITIES, make_scene
from tests.factories import make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db
COMPILED = {
    "need": (Need, disclosure._needs, needs_visible_to),
    "offer": (Offer, disclosure._offers, offers_visible_to),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_compiled_discloses_as_much_as_the_rule(kind):
    people = [make_scene(kind, visibility, viewer)[1] for viewer in TABLE for visibility in VISIBILITIES]
    model, rule, visible = COMPILED[kind]
    for user in people:
        written = rule.__wrapped__(model.objects.all(), user).filter(disclosure__gt=0)
        told = set(visible(user).values_list("pk", "disclosure"))
        assert told == set(written.values_list("pk", "disclosure"))
    assert len({visible(user).count() for user in people}) > 1


def test_what_is_compiled_says_the_same_within_another_query_even_of_the_same_table():
    _offer, user = make_scene("offer", "network", "asked side")
    offers = offers_visible_to(user)
    assert offers.exists()
    within = Offer.objects.filter(pk__in=offers.values("pk"))
    twice = Offer.objects.filter(pk__in=within.filter(pk__in=offers.values("pk")).values("pk"))
    assert set(within) == set(twice) == set(offers)
    providers = {offer.organisation_id for offer in offers}
    assert set(Organisation.objects.filter(offers__in=offers).values_list("pk", flat=True)) == providers


@pytest.mark.parametrize("lookup", ["organisation__in", "organisation__among"])
def test_the_keys_are_those_of_whoever_asks(lookup):
    one, other = make_user(), make_user()
    mine, theirs = make_organisation(people=(one,)), make_organisation(people=(other,))
    make_offer(organisation=mine), make_offer(organisation=theirs)
    for person, own in ((one, mine), (other, theirs), (one, mine)):
        offers = Offer.objects.filter(**{lookup: own_organisations(person)})
        assert [offer.organisation for offer in offers] == [own]
    assert not Offer.objects.filter(**{lookup: own_organisations(AnonymousUser())}).exists()
