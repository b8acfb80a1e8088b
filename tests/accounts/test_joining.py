"""Signing up, founding or joining an organisation, and who may let whom in."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.joining import ask_cluster, ask_to_broker, forget_unconfirmed, join_organisation
from accounts.models import Brokership, ClusterMembership, Membership, Organisation, User
from tests.factories import make_cluster, make_organisation, make_user

pytestmark = pytest.mark.django_db
APPROVED, REQUESTED = Membership.State.APPROVED, Membership.State.REQUESTED


def sign_up(client, **overrides):
    form = {
        "email": "ana@bakery.example",
        "password1": "seven grey herons",
        "name": "Ana Demo",
        "language": "es",
        "organisation": "Padaria Azul (demo)",
        "country": "PT",
        "kind": "sme",
    }
    return client.post(reverse("account_signup"), form | overrides)


def test_signing_up_founds_the_organisation_and_waits_for_the_address_to_be_confirmed(client):
    answer = sign_up(client)
    assert answer.status_code == 302, answer.context["form"].errors
    user = User.objects.get(email="ana@bakery.example")
    membership = user.memberships.get()
    assert (user.name, user.language) == ("Ana Demo", "es")
    assert (membership.role, membership.state) == (Membership.Role.OWNER, APPROVED)
    assert "_auth_user_id" not in client.session
    client.get(next(line for line in mail.outbox[0].body.split() if "confirm-email" in line))
    assert mail.outbox[0].to == ["ana@bakery.example"]


def test_only_languages_in_which_mails_are_written_can_be_chosen_for_them(client, settings):
    choices = client.get(reverse("account_signup")).context["form"].fields["language"].choices
    assert {code for code, _name in choices} == {code for code, _name in settings.LANGUAGES}
    assert sign_up(client, language="cs").context["form"].errors.keys() == {"language"}


def test_mails_about_an_account_are_written_like_the_others_and_name_the_site(client, settings):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    sign_up(client)
    make_user(email="known@bakery.example")
    sign_up(client, email="known@bakery.example")
    for address in ("known@bakery.example", "nobody@bakery.example"):
        client.post(reverse("account_reset_password"), {"email": address})
    assert [letter.subject for letter in mail.outbox] == [
        "Bestätigen Sie Ihre E-Mail-Adresse",
        "Sie haben schon ein Konto",
        "Neues Passwort wählen",
        "Mit dieser Adresse gibt es kein Konto",
    ]
    for letter in mail.outbox:
        assert letter.body.startswith("Guten Tag,")
        assert letter.body.endswith(settings.SITE_NAME)
        assert "!" not in letter.body
        assert "http://testserver/" in letter.body


def test_signing_up_for_a_known_organisation_asks_it_whatever_the_case_of_its_name(client):
    owner = make_user()
    known = make_organisation(name="PADARIA AZUL (demo)", country="PT", people=(owner,))
    sign_up(client)
    membership = User.objects.get(email="ana@bakery.example").memberships.get()
    assert (membership.organisation, membership.state) == (known, REQUESTED)
    assert not Organisation.objects.of(membership.user).exists()
    assert list(Membership.objects.decidable_by(owner)) == [membership]


def test_the_same_name_in_another_country_is_another_organisation(client):
    make_organisation(name="Padaria Azul (demo)", country="ES")
    sign_up(client)
    assert User.objects.get(email="ana@bakery.example").memberships.get().state == APPROVED


def test_a_known_address_founds_nothing_and_is_not_given_away(client):
    user = make_user(email="ana@bakery.example")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    new = sign_up(client, email="new@bakery.example", organisation="Other (demo)")
    known = sign_up(client)
    assert (known.status_code, known.url) == (new.status_code, new.url)
    assert not user.memberships.exists()


def test_only_a_new_organisation_asks_the_chosen_cluster(client):
    cluster = make_cluster()
    make_organisation(name="Old (demo)", country="PT")
    sign_up(client, cluster=cluster.pk)
    sign_up(client, email="b@bakery.example", organisation="Old (demo)", cluster=cluster.pk)
    assert [str(row.organisation) for row in ClusterMembership.objects.requested()] == ["Padaria Azul (demo)"]


def test_nobody_founds_a_cluster_by_signing_up(client):
    answer = sign_up(client, kind="cluster")
    assert "kind" in answer.context["form"].errors
    assert not User.objects.exists()


def test_requests_are_decided_by_owners_brokers_and_staff_and_by_nobody_else():
    broker, owner, editor, applicant = make_user(), make_user(), make_user(), make_user()
    cluster = make_cluster(brokers=(broker,))
    organisation = make_organisation(people=(owner,), clusters=(cluster,))
    Membership.objects.create(user=editor, organisation=organisation, state=APPROVED)
    foreign_broker, other_owner = make_user(), make_user()
    make_cluster(brokers=(foreign_broker,))
    make_organisation(people=(other_owner,))
    join_organisation(applicant, name=organisation.name, country="DE", kind="sme")
    people = {
        owner: True, broker: True, make_user(is_staff=True): True,
        editor: False, applicant: False, foreign_broker: False, other_owner: False,
    }  # fmt: skip
    assert {person: Membership.objects.decidable_by(person).exists() for person in people} == people


def test_a_broker_cannot_let_itself_into_a_client():
    broker = make_user()
    client = make_organisation(clusters=(make_cluster(brokers=(broker,)),))
    join_organisation(broker, name=client.name, country="DE", kind="sme")
    assert not Membership.objects.decidable_by(broker).exists()


def test_requests_to_a_cluster_wait_for_its_brokers():
    broker, other, newcomer = make_user(), make_user(), make_user()
    cluster = make_cluster(brokers=(broker,))
    make_cluster(brokers=(other,))
    asked, offered = ask_cluster(make_organisation(), cluster), ask_to_broker(newcomer, cluster)
    assert list(ClusterMembership.objects.decidable_by(broker)) == [asked]
    assert list(Brokership.objects.decidable_by(broker)) == [offered]
    for person in (other, newcomer):
        assert not ClusterMembership.objects.decidable_by(person).exists()
        assert not Brokership.objects.decidable_by(person).exists()


def test_the_first_who_is_let_in_becomes_owner_the_next_an_editor():
    organisation, staff = make_organisation(), make_user(is_staff=True)
    first, second = (Membership.objects.create(user=make_user(), organisation=organisation) for _ in range(2))
    assert first.approve(by=staff)
    assert second.approve(by=staff)
    roles = Membership.objects.order_by("pk").values_list("role", flat=True)
    assert list(roles) == [Membership.Role.OWNER, Membership.Role.EDITOR]


def test_a_declined_request_stays_declined_when_it_is_made_again():
    organisation, person = make_organisation(), make_user()
    request = join_organisation(person, name=organisation.name, country="DE", kind="sme")
    assert request.decline(by=None)
    assert join_organisation(person, name=organisation.name, country="DE", kind="sme").state == "declined"
    assert not request.approve(by=None)


def test_the_only_owner_neither_leaves_others_behind_nor_becomes_editor():
    owner, editor = make_user(), make_user()
    organisation = make_organisation(people=(owner,))
    other = Membership.objects.create(user=editor, organisation=organisation, state=APPROVED)
    membership = owner.memberships.get()
    for change in (membership.end, lambda: membership.become(Membership.Role.EDITOR)):
        with pytest.raises(ValidationError, match="owner"):
            change()
    other.become(Membership.Role.OWNER)
    membership.end()
    assert list(organisation.memberships.all()) == [other]


def test_sign_ups_that_were_never_confirmed_are_forgotten_with_what_they_founded(client):
    sign_up(client)
    confirmed = make_user()
    EmailAddress.objects.create(user=confirmed, email=confirmed.email, verified=True)
    kept = make_organisation(people=(confirmed,))
    assert forget_unconfirmed(7, empty=Organisation.objects.all()) == 0
    User.objects.update(date_joined=timezone.now() - timedelta(days=8))
    assert forget_unconfirmed(7, empty=Organisation.objects.all()) == 1
    assert (User.objects.get(), Organisation.objects.get()) == (confirmed, kept)


def test_what_others_hang_on_outlives_a_sign_up_that_was_never_confirmed(client):
    sign_up(client)
    User.objects.update(date_joined=timezone.now() - timedelta(days=8))
    forget_unconfirmed(7, empty=Organisation.objects.none())
    assert Organisation.objects.get().name == "Padaria Azul (demo)"


def test_who_sees_which_organisation():
    owner, editor, broker, applicant = make_user(), make_user(), make_user(), make_user()
    cluster = make_cluster(brokers=(broker,))
    organisation = make_organisation(people=(owner,), clusters=(cluster,))
    Membership.objects.create(user=editor, organisation=organisation, state=APPROVED)
    Membership.objects.create(user=applicant, organisation=organisation)
    linked_broker = make_user()
    make_cluster(brokers=(linked_broker,), linked=(cluster,))
    sees = {
        owner: True, editor: True, broker: True, make_user(is_staff=True): True,
        applicant: False, linked_broker: False, make_user(): False, AnonymousUser(): False,
    }  # fmt: skip
    for person, expected in sees.items():
        visible = Organisation.objects.visible_to(person)
        assert visible.filter(pk=organisation.pk).exists() == expected, person
        assert visible.filter(pk=cluster.organisation.pk).exists()
