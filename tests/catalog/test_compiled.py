"""A rule of disclosure that is compiled: it says what the rule says, for each person anew."""

import pytest

from catalog import compiled
from catalog.models import Need, Offer
from matchmaking.disclosure import needs_visible_to, offers_visible_to
from tests.disclosure_table import KINDS, TABLE, VISIBILITIES, make_scene

pytestmark = pytest.mark.django_db
RULES = {"need": needs_visible_to, "offer": offers_visible_to}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_compiled_discloses_as_much_as_the_rule(kind):
    people = [make_scene(kind, visibility, viewer)[1] for viewer in TABLE for visibility in VISIBILITIES]
    rule = RULES[kind]
    for user in people:
        told = set(compiled.visible(rule, user).values_list("pk", "disclosure"))
        assert told == set(rule(user).values_list("pk", "disclosure"))


def test_what_is_compiled_is_in_no_other_query():
    _offer, user = make_scene("offer", "network", "asked side")
    offers = compiled.visible(offers_visible_to, user)
    assert offers.exists()
    with pytest.raises(ValueError, match="part of another query"):
        list(Offer.objects.filter(pk__in=offers.values("pk")))
    with pytest.raises(ValueError, match="part of another query"):
        list(Need.objects.filter(organisation__in=offers.values("organisation")))
