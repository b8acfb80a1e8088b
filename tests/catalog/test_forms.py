"""The forms of needs and offers: one text is enough."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ClusterMembership
from catalog.codes import Visibility
from catalog.forms import NeedForm, OfferForm, proposed_title
from catalog.models import Need, Offer
from tests.factories import make_cluster, make_need, make_organisation, make_user

pytestmark = pytest.mark.django_db
TEXT = "Unser Spülwasser riecht und die Behörde beschwert sich. Wir haben schon mehr Luft eingeblasen."


def form_of(user, text=TEXT, **more):
    data = {"description": text, "visibility": "anonymous"} | more
    return NeedForm(data, instance=Need(author=user), user=user)


@pytest.fixture
def author():
    user = make_user()
    make_organisation(people=(user,))
    return user


def test_one_text_is_enough(author):
    need = form_of(author).save()
    assert need.title == "Unser Spülwasser riecht und die Behörde beschwert sich"
    assert (need.language, need.language_is_detected) == ("de", True)
    assert need.organisation in author.organisation_set.all()


def test_a_language_chosen_by_the_author_is_kept(author):
    need = form_of(author, language="nl").save()
    assert (need.language, need.language_is_detected) == ("nl", False)


def test_without_a_text_the_form_says_so_and_loses_nothing(author):
    form = form_of(author, text="", title="Water", sdgs=["6"])
    assert form.errors.keys() == {"description"}
    assert form["title"].value() == "Water"


def test_a_step_with_an_error_in_it_is_open(author):
    form = form_of(author, technology_keywords="a,b,c,d,e,f")
    assert not form.is_valid()
    assert [step.is_open for step in form.steps] == [False, False, False, True]


def test_lists_are_stored_as_lists(author):
    need = form_of(
        author, ecosystems=["agri_food", "textiles"], sdgs=["6", "12"], market_keywords="bread, rolls"
    ).save()
    assert (need.ecosystems, need.sdgs) == (["agri_food", "textiles"], [6, 12])
    assert need.market_keywords == ["bread", "rolls"]


def test_a_day_in_the_past_is_no_end(author):
    yesterday = timezone.localdate() - timedelta(days=1)
    assert form_of(author, valid_until=yesterday.isoformat()).errors.keys() == {"valid_until"}


def test_nobody_writes_for_an_organisation_of_others(author):
    other = make_organisation()
    form = form_of(author, organisation=str(other.pk))
    assert form.errors.keys() == {"organisation"}


def test_a_broker_writes_for_a_client():
    broker = make_user()
    client = make_organisation(clusters=(make_cluster(brokers=(broker,)),))
    assert list(NeedForm(instance=Need(), user=broker).fields["organisation"].queryset) == [client]


def test_a_need_goes_only_to_a_cluster_that_has_admitted_its_organisation(author):
    own, organisation = make_cluster(), author.organisation_set.get()
    ClusterMembership.objects.create(organisation=organisation, cluster=own, state="approved")
    for state in ("requested", "declined"):
        ClusterMembership.objects.create(organisation=organisation, cluster=make_cluster(), state=state)
    assert list(form_of(author).fields["cluster"].queryset) == [own]
    other = make_organisation(people=(author,), clusters=(of_other := make_cluster(),))
    assert set(form_of(author).fields["cluster"].queryset) == {own, of_other}
    assert form_of(author, organisation=organisation.pk, cluster=of_other.pk).errors.keys() == {"cluster"}
    assert form_of(author, organisation=other.pk, cluster=of_other.pk).is_valid()


def test_a_need_keeps_the_cluster_it_has_when_its_organisation_has_left_it(author):
    need = make_need(organisation=author.organisation_set.get(), cluster=make_cluster(), author=author)
    data = {"description": TEXT, "visibility": "public", "cluster": need.cluster_id}
    form = NeedForm(data, instance=need, user=author)
    assert form.is_valid(), form.errors
    assert form.save().cluster is not None


def test_a_document_keeps_its_organisation_when_it_is_edited(author):
    need = make_need()
    form = NeedForm({"description": TEXT, "visibility": "public"}, instance=need, user=make_user(is_staff=True))
    assert form.is_valid(), form.errors
    assert form.save().organisation == need.organisation


@pytest.mark.parametrize(
    ("form_class", "model", "expected"),
    [(NeedForm, Need, Visibility.ANONYMOUS), (OfferForm, Offer, Visibility.PUBLIC)],
)
def test_a_new_need_is_anonymous_and_a_new_offer_public_unless_the_author_chooses(
    author, form_class, model, expected
):
    assert form_class(instance=model(), user=author)["visibility"].value() == expected


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("First. Second.", "First"),
        ("  One line\nanother", "One line"),
        ("Is it hot? Yes.", "Is it hot?"),
        ("wort " * 40, "wort " * 17 + "wort…"),
        ("w" * 200, "w" * 89 + "…"),
        ("", ""),
    ],
)
def test_the_title_proposed_is_the_first_sentence(text, title):
    assert proposed_title(text) == title
