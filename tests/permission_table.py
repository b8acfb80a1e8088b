"""Who may do what through which door: the one table of roles, scopes of tokens, endpoints and pages.

`TABLE` holds for each operation of the API the scope that a token needs, and what each role is answered. `PAGES`
holds the page that does the same. `make_scene` makes the people, and the rows that the addresses are about.
"""

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile

from accounts.models import Brokership, ClusterMembership, Membership, PersonalToken, Scope
from catalog.clients import Contact
from catalog.models import Attachment, ImportJob
from matchmaking import clients, glossary, questions, reviewing, rewordings
from matchmaking.codes import MatchState
from matchmaking.models import Case, FollowUp, Match, SavedSearch, Scouting, Webhook
from tests.factories import (
    make_case,
    make_cluster,
    make_concept,
    make_match,
    make_need,
    make_offer,
    make_organisation,
    make_user,
)

ROLES = ("visitor", "stranger", "seeker", "provider", "broker", "foreign broker", "staff")
EVERYBODY = "200 200 200 200 200 200 200"
SIGNED_IN = "401 200 200 200 200 200 200"

#                                     scope     visitor stranger seeker provider broker foreign staff
TABLE = {
    "GET offers/":                    ("read",   EVERYBODY),
    "GET offers/{offer}/":            ("read",   EVERYBODY),
    "POST offers/":                   ("write",  "401 400 201 201 400 400 400"),  # brokers say for whom
    "PATCH offers/{offer}/":          ("write",  "401 403 403 200 403 403 200"),
    "POST offers/{offer}/publish/":   ("write",  "401 403 403 200 403 403 200"),
    "POST offers/{offer}/pause/":     ("write",  "401 403 403 200 403 403 200"),
    "POST offers/{offer}/close/":     ("write",  "401 403 403 200 403 403 200"),
    "GET needs/":                     ("read",   EVERYBODY),
    "GET needs/{need}/":              ("read",   EVERYBODY),
    "POST needs/":                    ("write",  "401 400 201 201 400 400 400"),
    "PATCH needs/{need}/":            ("write",  "401 403 200 403 403 403 200"),  # the words are their author's
    "POST needs/{need}/publish/":     ("write",  "401 403 200 403 200 403 200"),
    "POST needs/{need}/pause/":       ("write",  "401 403 200 403 200 403 200"),
    "POST needs/{need}/close/":       ("write",  "401 403 200 403 200 403 200"),
    "GET needs/{client_draft}/ask-client/": ("read", "401 404 404 404 200 404 403"),
    "POST needs/{client_draft}/ask-client/": ("broker", "401 404 404 404 201 404 403"),
    "GET offers/{client_offer}/ask-client/": ("read", "401 404 404 404 200 404 403"),
    "POST offers/{client_offer}/ask-client/": ("broker", "401 404 404 404 201 404 403"),
    "POST offers/change/":            ("write",  SIGNED_IN),  # only one's own change
    "GET needs/{need}/notes/":        ("read",   "401 404 200 404 200 404 200"),
    "GET offers/{offer}/notes/":      ("read",   "401 404 404 200 404 404 200"),
    "GET needs/{need}/een-profile/": ("read",   "401 404 200 404 200 404 200"),
    "GET offers/{offer}/een-profile/": ("read", "401 404 404 200 404 404 200"),
    "GET offers/{offer}/needs/":      ("read",   "401 404 404 200 404 404 200"),
    "POST needs/{need}/reword/":      ("broker", "401 403 403 403 201 403 403"),
    "POST offers/{offer}/reword/":    ("broker", "401 403 403 403 403 403 403"),  # its provider has no broker
    "GET rewordings/":                ("read",   SIGNED_IN),
    "GET rewordings/{rewording}/":    ("read",   "401 404 200 404 200 404 200"),
    "POST rewordings/{rewording}/answer/": ("write", "401 404 200 404 403 404 403"),
    "POST rewordings/{rewording}/take-back/": ("broker", "401 404 403 404 204 404 403"),
    "GET clients/":                   ("read",   SIGNED_IN),
    "GET clients/{client}/":          ("read",   "401 404 404 404 200 404 404"),
    "POST clients/":                  ("broker", "401 403 403 403 201 400 403"),
    "GET client-texts/":              ("read",   SIGNED_IN),
    "GET client-texts/{client_text}/": ("read",  "401 404 404 404 200 404 200"),
    "POST client-texts/{client_text}/take-back/": ("broker", "401 404 404 404 204 404 204"),
    "GET needs/{need}/compare/":      ("read",   SIGNED_IN),
    "GET matches/":                   ("read",   SIGNED_IN),
    "GET matches/{match}/":           ("read",   "401 404 200 200 200 404 200"),
    "GET matches/{match}/others/":    ("read",   "401 404 403 403 200 404 200"),
    "POST matches/{match}/suggest/":  ("broker", "401 404 403 403 200 404 200"),
    "POST matches/{match}/answer/":   ("write",  "401 404 200 200 403 404 403"),
    "POST matches/{proposed}/review/": ("broker", "401 404 403 404 200 404 200"),
    "GET reviews/":                   ("read",   SIGNED_IN),
    "GET reviews/{review}/":          ("read",   "401 404 404 404 200 404 200"),
    "GET answers/":                   ("read",   SIGNED_IN),
    "GET answers/{answer}/":          ("read",   "401 404 200 404 200 404 200"),
    "POST matches/decide/":           ("broker", "401 400 400 400 200 400 200"),
    "POST reviews/{review}/undo/":    ("broker", "401 404 404 404 409 404 403"),  # somebody has asked since
    "GET needs/{need}/concepts/":     ("read",   EVERYBODY),
    "POST needs/{need}/concepts/":    ("write",  "401 403 200 403 200 403 200"),
    "GET offers/{offer}/concepts/":   ("read",   EVERYBODY),
    "POST offers/{offer}/concepts/":  ("write",  "401 403 403 200 403 403 200"),
    "GET glossary/":                  ("read",   SIGNED_IN),
    "POST glossary/":                 ("broker", "401 400 403 403 201 400 201"),
    "GET glossary/{entry}/":          ("read",   "401 404 404 404 200 404 200"),
    "DELETE glossary/{entry}/":       ("broker", "401 404 404 404 204 404 204"),
    "GET me/":                        ("read",   SIGNED_IN),
    "PATCH me/":                      ("write",  SIGNED_IN),
    "GET me/data/":                   ("read",   SIGNED_IN),
    "POST me/mail-again/":            ("write",  SIGNED_IN),
    "GET overview/":                  ("read",   "401 403 403 403 200 200 200"),
    "GET exposure/":                  ("read",   "401 403 403 403 200 200 200"),
    "GET demand/":                    ("read",   SIGNED_IN),
    "GET questions/":                 ("read",   SIGNED_IN),
    "POST questions/":                ("write",  "401 400 201 201 403 400 403"),
    "GET questions/{question}/":      ("read",   "401 404 200 200 200 404 200"),
    "POST questions/{question}/answer/": ("write", "401 404 403 200 403 404 403"),
    "GET introductions/":             ("read",   SIGNED_IN),
    "GET introductions/{introduction}/": ("read", "401 404 404 404 200 404 200"),
    "PATCH introductions/{introduction}/": ("broker", "401 404 404 404 200 404 200"),
    "GET cases/":                     ("read",   SIGNED_IN),
    "GET cases/{case}/":              ("read",   "401 404 404 404 200 404 200"),
    "GET cases/{case}/receivers/":    ("read",   "401 404 404 404 200 404 200"),
    "POST cases/{case}/move/":        ("broker", "401 404 404 404 200 404 200"),
    "POST cases/{case}/plan/":        ("broker", "401 404 404 404 200 404 200"),
    "POST cases/{case}/take/":        ("broker", "401 404 404 404 200 404 200"),
    "POST cases/{case}/note/":        ("broker", "401 404 404 404 200 404 200"),
    "POST cases/{case}/hand-over/":   ("broker", "401 404 404 404 200 404 200"),
    "POST cases/{case}/record/":      ("broker", "401 404 404 404 200 404 200"),
    "GET follow-ups/":                ("read",   SIGNED_IN),
    "GET follow-ups/{follow_up}/":    ("read",   "401 404 200 404 200 404 200"),
    "POST follow-ups/{follow_up}/answer/": ("write", "401 404 200 404 403 404 403"),
    "GET organisations/":             ("read",   SIGNED_IN),
    "GET organisations/{organisation}/": ("read", "401 404 200 404 200 404 200"),
    "PATCH organisations/{organisation}/": ("write", "401 404 200 404 200 404 200"),
    "POST organisations/{organisation}/verify/": ("broker", "401 404 403 404 200 404 200"),
    "POST organisations/{organisation}/unverify/": ("broker", "401 404 403 404 200 404 200"),
    "GET memberships/":               ("read",   SIGNED_IN),
    "GET memberships/{applicant}/":   ("read",   "401 404 200 404 200 404 200"),
    "POST memberships/":              ("write",  "401 201 201 201 201 201 201"),
    "PATCH memberships/{owner}/":     ("write",  "401 404 200 404 403 404 403"),
    "DELETE memberships/{owner}/":    ("write",  "401 404 204 404 403 404 403"),
    "POST memberships/{applicant}/approve/": ("write", "401 404 200 404 200 404 200"),
    "POST memberships/{applicant}/decline/": ("write", "401 404 200 404 200 404 200"),
    "GET cluster-memberships/":       ("read",   SIGNED_IN),
    "GET cluster-memberships/{asking}/": ("read", "401 404 404 200 200 404 200"),
    "POST cluster-memberships/":      ("write",  "401 400 201 400 201 400 201"),
    "POST cluster-memberships/{asking}/approve/": ("broker", "401 404 404 403 200 404 200"),
    "POST cluster-memberships/{asking}/decline/": ("broker", "401 404 404 403 200 404 200"),
    "GET brokerships/":               ("read",   SIGNED_IN),
    "GET brokerships/{candidate}/":   ("read",   "401 404 404 404 200 404 200"),
    "POST brokerships/":              ("write",  "401 201 201 201 201 201 201"),
    "POST brokerships/{candidate}/approve/": ("broker", "401 404 404 404 200 404 200"),
    "POST brokerships/{candidate}/decline/": ("broker", "401 404 404 404 200 404 200"),
    "GET attachments/":               ("read",   EVERYBODY),
    "GET attachments/{attachment}/":  ("read",   EVERYBODY),
    "GET attachments/{attachment}/content/": ("read", EVERYBODY),
    "POST attachments/":              ("write",  "401 415 415 415 415 415 415"),  # a file, and none is sent here
    "DELETE attachments/{attachment}/": ("write", "401 403 204 403 204 403 204"),
    "GET scoutings/":                 ("read",   SIGNED_IN),
    "GET scoutings/{scouting}/":      ("read",   "401 404 404 404 200 404 200"),
    "POST scoutings/{scouting}/take/": ("broker", "401 404 404 404 200 404 200"),
    "POST scoutings/{scouting}/finish/": ("broker", "401 404 404 404 200 404 200"),
    "GET concepts/":                  ("read",   SIGNED_IN),
    "GET concepts/{concept}/":        ("read",   SIGNED_IN),
    "POST concepts/":                 ("broker", "401 403 403 403 201 201 201"),
    "POST concepts/{concept}/names/": ("broker", "401 403 403 403 200 200 200"),
    "GET concepts/proposals/":        ("read",   "401 403 403 403 200 200 200"),
    "GET saved-searches/":            ("read",   SIGNED_IN),
    "POST saved-searches/":           ("write",  "401 201 201 201 201 201 201"),
    "GET saved-searches/{search}/":   ("read",   "401 404 200 404 404 404 404"),
    "PATCH saved-searches/{search}/": ("write",  "401 404 200 404 404 404 404"),
    "POST saved-searches/{search}/feed/": ("write", "401 404 200 404 404 404 404"),
    "DELETE saved-searches/{search}/feed/": ("write", "401 404 204 404 404 404 404"),
    "DELETE saved-searches/{search}/": ("write", "401 404 204 404 404 404 404"),
    "GET webhooks/":                  ("read",   SIGNED_IN),
    "POST webhooks/":                 ("broker", "401 400 400 400 201 400 201"),
    "GET webhooks/{webhook}/":        ("read",   "401 404 404 404 200 404 200"),
    "DELETE webhooks/{webhook}/":     ("broker", "401 404 404 404 204 404 204"),
    "GET webhooks/{webhook}/deliveries/": ("read", "401 404 404 404 200 404 200"),
    "POST webhooks/{webhook}/replay/": ("broker", "401 404 404 404 200 404 200"),
    "GET changes/":                   ("read",   EVERYBODY),
    "GET exports/needs.jsonl":        ("read",   SIGNED_IN),
    "GET imports/":                   ("read",   SIGNED_IN),
    "POST imports/":                  ("write",  "401 415 415 415 415 415 415"),  # a file, and none is sent here
    "GET imports/{import}/":          ("read",   "401 404 200 404 404 404 404"),
    "GET imports/{import}/report/":   ("read",   "401 404 404 404 404 404 404"),  # nothing was rejected
    "POST imports/{import}/stop/":    ("write",  "401 404 200 404 404 404 404"),
    "GET search/":                    ("read",   EVERYBODY),
    "POST propose/":                  ("read",   "401 403 403 200 200 200 200"),
    "GET code-lists/":                ("read",   EVERYBODY),
    "GET code-lists/reasons/":        ("read",   EVERYBODY),
    "GET problems/stale/":            ("read",   EVERYBODY),
    "GET tokens/":                    ("read",   SIGNED_IN),
    "POST tokens/":                   ("read",   "400 400 400 400 400 400 400"),
    "DELETE tokens/":                 ("read",   "401 204 204 204 204 204 204"),
    "DELETE tokens/{token}/":         ("write",  "401 404 204 404 404 404 404"),
}  # fmt: skip

TEXT = {"description": "We throw away a third of the dough every evening."}
CONTACT = {"name": "Marie Dupont", "email": "marie@firm.example", "language": "fr"}
PAUSE = {"action": "pause", "offers": ["{offer}"]}
CONCEPT = {"name": "dough rest", "language": "en"}
NAME = {"text": "bread waste", "language": "en", "kind": "expert"}
CLIENT = {"name": "Boulangerie Dupont", "country": "FR", "kind": "sme", "cluster": "{cluster}"}
BODIES: dict[str, dict[str, Any]] = {
    "POST offers/": TEXT, "POST needs/": TEXT, "POST propose/": {"text": TEXT["description"]},
    "PATCH offers/{offer}/": {"title": "Ovens"}, "PATCH needs/{need}/": {"title": "Ovens"},
    "POST offers/{offer}/close/": {"end": "withdrawn"}, "POST needs/{need}/close/": {"end": "withdrawn"},
    "POST needs/{client_draft}/ask-client/": CONTACT, "POST offers/{client_offer}/ask-client/": CONTACT,
    "POST needs/{need}/reword/": {"title": "Less"}, "POST offers/{offer}/reword/": {"title": "Less"},
    "POST rewordings/{rewording}/answer/": {"accept": True},
    "POST clients/": CLIENT, "POST matches/{match}/suggest/": {"offer": "{offer}"},
    "POST matches/{match}/answer/": {"answer": "yes"}, "POST matches/{proposed}/review/": {"verdict": "accept"},
    "POST questions/": {"match": "{match}", "topic": "other", "text": "How old is it?"},
    "POST questions/{question}/answer/": {"text": "Ten years."},
    "PATCH introductions/{introduction}/": {"message": "You should meet."},
    "POST cases/{case}/move/": {"state": "agreement"}, "POST cases/{case}/plan/": {"next_step": "Call both"},
    "POST cases/{case}/note/": {"text": "Both are keen."}, "POST cases/{case}/hand-over/": {"cluster": "{linked}"},
    "POST cases/{case}/record/": {"side": "need", "jobs": 2},
    "POST follow-ups/{follow_up}/answer/": {"progress": "talking"},
    "PATCH organisations/{organisation}/": {"website": "https://ovens.example/"},
    "PATCH memberships/{owner}/": {"role": "owner"}, "POST brokerships/": {"cluster": "{linked}"},
    "POST memberships/": {"organisation": "Padaria Sol", "country": "PT"},
    "POST cluster-memberships/": {"organisation": "{organisation}", "cluster": "{linked}"},
    "POST scoutings/{scouting}/finish/": {"note": "Two providers in Porto."},
    "POST matches/decide/": {"verdict": "accept", "matches": ["{proposed}"]},
    "POST needs/{need}/concepts/": {"decision": "add", "concept": "{concept}"},
    "POST offers/{offer}/concepts/": {"decision": "add", "concept": "{concept}"},
    "POST glossary/": {"match": "{match}", "need_words": "dough", "offer_words": "dosing"},
    "PATCH me/": {"name": "Ann"},
    "POST saved-searches/": {"name": "Ovens", "text": "ovens"},
    "PATCH saved-searches/{search}/": {"frequency": "daily"}, "POST offers/change/": PAUSE,
    "POST concepts/": CONCEPT, "POST concepts/{concept}/names/": NAME,
    "POST webhooks/": {"cluster": "{cluster}", "url": "https://crm.example/", "events": ["match"]},
}  # fmt: skip

# The page that does the same, with what its form sends.
PAGES: dict[str, tuple[str, dict[str, str]]] = {
    "GET offers/{offer}/": ("GET offers/{offer}/", {}),
    "POST offers/{offer}/publish/": ("POST offers/{offer}/publish/", {}),
    "POST offers/{offer}/pause/": ("POST offers/{offer}/pause/", {}),
    "POST offers/{offer}/close/": ("POST offers/{offer}/close/", {"end": "withdrawn"}),
    "GET needs/{need}/": ("GET needs/{need}/", {}),
    "POST needs/{need}/publish/": ("POST needs/{need}/publish/", {}),
    "POST needs/{need}/pause/": ("POST needs/{need}/pause/", {}),
    "POST needs/{need}/close/": ("POST needs/{need}/close/", {"end": "withdrawn"}),
    "GET needs/{need}/compare/": ("GET needs/{need}/compare/", {}),
    "GET needs/{client_draft}/ask-client/": ("GET needs/{client_draft}/ask-client/", {}),
    "POST needs/{client_draft}/ask-client/": ("POST needs/{client_draft}/ask-client/", CONTACT),
    "POST offers/{client_offer}/ask-client/": ("POST offers/{client_offer}/ask-client/", CONTACT),
    "GET rewordings/{rewording}/": ("GET rewordings/{rewording}/", {}),
    "POST rewordings/{rewording}/answer/": ("POST rewordings/{rewording}/", {"answer": "yes"}),
    "POST rewordings/{rewording}/take-back/": ("POST rewordings/{rewording}/take-back/", {}),
    "POST clients/": ("POST clients/", CLIENT),
    "POST client-texts/{client_text}/take-back/": ("POST clients/{client_text}/take-back/", {}),
    "GET matches/{match}/others/": ("GET matches/{match}/others/", {}),
    "POST matches/{match}/suggest/": ("POST matches/{match}/suggest/", {"offer": "{offer}"}),
    "GET matches/{match}/": ("GET matches/{match}/", {}),
    "POST matches/{match}/answer/": ("POST matches/{match}/answer/", {"answer": "yes", "ask": "{own_ask}"}),
    "POST matches/{proposed}/review/": ("POST matches/{proposed}/accept/", {}),
    "PATCH introductions/{introduction}/": ("POST matches/{match}/introduction/", {"message": "You should meet."}),
    "POST cases/{case}/take/": ("POST cases/{case}/take/", {"seen": "0"}),
    "POST cases/{case}/note/": ("POST cases/{case}/note/", {"note-text": "Both are keen."}),
    "POST cases/{case}/record/": ("POST cases/{case}/record/", {"heard-side": "need", "heard-jobs": "2"}),
    "POST follow-ups/{follow_up}/answer/": ("POST follow-ups/{follow_up}/", {"progress": "talking"}),
    "GET organisations/{organisation}/": ("GET organisations/{organisation}/", {}),
    "POST memberships/{applicant}/approve/": ("POST admissions/memberships/{applicant}/approve/", {}),
    "POST cluster-memberships/{asking}/decline/": ("POST admissions/cluster-memberships/{asking}/decline/", {}),
    "POST brokerships/{candidate}/approve/": ("POST admissions/brokerships/{candidate}/approve/", {}),
    "GET attachments/{attachment}/content/": ("GET attachments/{attachment}/", {}),
    "DELETE attachments/{attachment}/": ("POST attachments/{attachment}/remove/", {}),
    "POST scoutings/{scouting}/take/": ("POST scoutings/{scouting}/take/", {}),
    "POST scoutings/{scouting}/finish/": ("POST scoutings/{scouting}/finish/", {"note": "Two in Porto."}),
    "POST needs/{need}/concepts/": ("POST needs/{need}/concepts/", {"add": "food waste"}),
    "POST organisations/{organisation}/verify/": ("POST organisations/{organisation}/verify/", {}),
    "GET overview/": ("GET overview/", {}),
    "GET demand/": ("GET demand/", {}),
    "POST concepts/": ("POST concepts/new/", CONCEPT),
    "POST concepts/{concept}/names/": ("POST concepts/{concept}/", NAME),
    "GET concepts/proposals/": ("GET concepts/proposals/", {}),
    "GET exposure/": ("GET exposure/", {}),
    "GET me/data/": ("GET profile/data/download/", {}),
    "GET needs/{need}/een-profile/": ("GET needs/{need}/profile.json", {}),
    "GET offers/{offer}/needs/": ("GET offers/{offer}/needs/", {}),
    "GET saved-searches/": ("GET searches/", {}),
    "PATCH saved-searches/{search}/": ("POST searches/{search}/frequency/", {"frequency": "daily"}),
    "POST saved-searches/{search}/feed/": ("POST searches/{search}/feed/", {}),
    "DELETE saved-searches/{search}/": ("POST searches/{search}/end/", {}),
    "GET imports/{import}/": ("GET imports/{import}/", {}),
    "POST imports/{import}/stop/": ("POST imports/{import}/stop/", {}),
    "GET search/": ("GET search/", {}),
    "GET tokens/": ("GET profile/tokens/", {}),
    "DELETE tokens/{token}/": ("POST tokens/{token}/end/", {}),
}


def make_scene() -> tuple[dict[str, Any], dict[str, int]]:
    """(people by role, numbers of rows by the names in the table); the visitor is None."""
    case = make_case()
    match = case.match
    reviewing.accept(match, by=case.broker)
    introduced = proposed_beside(case)
    Match.objects.filter(pk=introduced.pk).update(state=MatchState.INTRODUCED)
    opened = Case.objects.create(match=introduced, owner=case.broker)
    foreign = make_user()
    make_cluster(brokers=(foreign,))
    linked = make_cluster()
    case.cluster.linked.add(linked)
    people = {"visitor": None, "stranger": make_user(), "seeker": case.seeker, "provider": case.provider}
    client = make_organisation(clusters=(case.cluster,))
    entered = {"organisation": client, "author": case.broker, "state": "draft"}
    people |= {"broker": case.broker, "foreign broker": foreign, "staff": make_user(is_staff=True)}
    proposed = proposed_beside(case)
    rows = {
        "need": match.need, "offer": match.offer, "match": match, "proposed": proposed,
        "rewording": rewordings.propose(proposed.need, {"title": "Less dough wasted"}, by=case.broker),
        "client": client, "client_draft": make_need(**entered), "client_offer": make_offer(**entered),
        "client_text": clients.ask(make_need(**entered), Contact("Ann", "ann@firm.example", "en"), by=case.broker),
        "review": match.reviews.get(), "introduction": match.introduction,
        "answer": match.asks.get(side="need"), "other_answer": match.asks.get(side="offer"),
        "organisation": match.need.organisation, "concept": make_concept("food waste"), "cluster": case.cluster,
        "entry": glossary.join(match, "rest of the dough", "bread waste", by=case.broker),
        "search": SavedSearch.objects.create(owner=case.seeker, name="Drying", text="drying"),
        "webhook": Webhook.objects.create(
            cluster=case.cluster, owner=case.broker, url="https://crm.example/", events=["match"]
        ),
        "import": begun_import(case),
        "case": opened, "linked": linked,
        "question": questions.ask(match, "need", "cost", "", by=case.seeker),
        "follow_up": FollowUp.objects.create(case=opened, side="need", months=6),
        "token": token_of(case.seeker, Scope.READ)[0],
        "owner": case.seeker.memberships.get(),
        "applicant": Membership.objects.create(user=make_user(), organisation=match.need.organisation),
        "asking": ClusterMembership.objects.create(organisation=match.offer.organisation, cluster=case.cluster),
        "candidate": Brokership.objects.create(user=make_user(), cluster=case.cluster),
        "attachment": Attachment.objects.create(
            need=match.need, file=ContentFile(b"x", name="a.png"), name="a.png", content_type="image/png", size=1
        ),
        "scouting": Scouting.objects.create(need=match.need, cluster=case.cluster, text_hash=match.need.text_hash),
    }  # fmt: skip
    return people, {name: row.pk for name, row in rows.items()}


def proposed_beside(case: Any) -> Any:
    """Another match of the same two sides, on which nobody has decided."""
    need = make_need(organisation=case.match.need.organisation)
    return make_match(need=need, offer=make_offer(organisation=case.match.offer.organisation), cluster=case.cluster)


def begun_import(case: Any) -> ImportJob:
    own = {"author": case.seeker, "organisation": case.match.need.organisation}
    return ImportJob.objects.create(kind="need", name="needs.csv", state=ImportJob.State.WAITING, **own)


def token_of(person: Any, scope: str) -> tuple[PersonalToken, str]:
    return PersonalToken.objects.make(person, name="CRM", scope=scope, lasts=timedelta(days=1), most=99)


def filled(value: Any, rows: dict[str, int]) -> Any:
    """The value with the numbers of rows in place of their names."""
    if isinstance(value, dict):
        return {name: filled(inner, rows) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, rows) for inner in value]
    return value.format(**rows) if isinstance(value, str) else value
