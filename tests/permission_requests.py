"""What the operations of the permission table send, and the pages that do the same.

Names in braces stand for the rows of `permission_scene`.
"""

from typing import Any

TEXT = {"description": "We throw away a third of the dough every evening."}
TRIAL = {"text": TEXT["description"]}
PASSWORD = {"password": "correct horse"}  # everybody's, see `make_user`
CONTACT = {"name": "Marie Dupont", "email": "marie@firm.example", "language": "fr"}
PAUSE = {"action": "pause", "offers": ["{offer}"]}
CONCEPT = {"name": "dough rest", "language": "en"}
NAME = {"text": "bread waste", "language": "en", "kind": "expert"}
MEANT = {"column-0": "title", "column-1": "description"}
CLIENT = {"name": "Boulangerie Dupont", "country": "FR", "kind": "sme", "cluster": "{cluster}"}
BODIES: dict[str, dict[str, Any]] = {
    "POST offers/": TEXT, "POST needs/": TEXT, "POST propose/": TRIAL, "POST try/": TRIAL,
    "PATCH offers/{offer}/": {"title": "Ovens"}, "PATCH needs/{need}/": {"title": "Ovens"},
    "POST offers/{offer}/close/": {"end": "withdrawn"}, "POST needs/{need}/close/": {"end": "withdrawn"},
    "POST notes/": TEXT | {"kind": "need"}, "POST words/": {"kind": "need", "text": "Dough."},
    "POST needs/{client_draft}/ask-client/": CONTACT, "POST offers/{client_offer}/ask-client/": CONTACT,
    "POST needs/{need}/reword/": {"title": "Less"}, "POST offers/{offer}/reword/": {"title": "Less"},
    "POST rewordings/{rewording}/answer/": {"accept": True},
    "POST clients/": CLIENT, "POST matches/{match}/suggest/": {"offer": "{offer}"},
    "POST matches/{match}/answer/": {"answer": "yes"}, "POST matches/{proposed}/review/": {"verdict": "accept"},
    "POST matches/{proposed}/dismiss/": {"reason": "have_it"},
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
    "POST reviews/undo/": {"reviews": ["{review}"]},
    "POST matches/decide/": {"verdict": "accept", "matches": ["{proposed}"]},
    "POST needs/{need}/concepts/": {"decision": "add", "concept": "{concept}"},
    "POST offers/{offer}/concepts/": {"decision": "add", "concept": "{concept}"},
    "POST glossary/": {"match": "{match}", "need_words": "dough", "offer_words": "dosing"},
    "PATCH me/": {"name": "Ann"}, "POST saved-searches/": {"name": "Ovens", "text": "ovens"},
    "PATCH saved-searches/{search}/": {"frequency": "daily"}, "POST offers/change/": PAUSE,
    "POST offers/change/undo/": {"undo": "nothing"},
    "POST concepts/": CONCEPT, "POST concepts/{concept}/names/": NAME, "POST me/erase/": PASSWORD,
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
    "GET matches/{match}/history/": ("GET matches/{match}/", {}),
    "GET queue/": ("GET queue/", {}),
    "POST reviews/undo/": ("POST queue/undo/", {"reviews": "{review}"}),
    "POST matches/{match}/answer/": ("POST matches/{match}/answer/", {"answer": "yes", "ask": "{own_ask}"}),
    "POST matches/{proposed}/review/": ("POST matches/{proposed}/accept/", {}),
    "POST matches/{proposed}/dismiss/": ("POST matches/{proposed}/dismiss/", {"dismiss-reason": "have_it"}),
    "POST matches/{proposed}/want/": ("POST matches/{proposed}/want/", {}),
    "POST matches/{wanted}/unwant/": ("POST matches/{wanted}/unwant/", {}),
    "POST matches/{dismissed}/bring-back/": ("POST matches/{dismissed}/bring-back/", {}),
    "PATCH introductions/{introduction}/": ("POST matches/{match}/introduction/", {"message": "You should meet."}),
    "POST cases/{case}/take/": ("POST cases/{case}/take/", {"seen": "0"}),
    "POST cases/{case}/note/": ("POST cases/{case}/note/", {"note-text": "Both are keen."}),
    "POST cases/{case}/record/": ("POST cases/{case}/record/", {"heard-side": "need", "heard-jobs": "2"}),
    "POST follow-ups/{follow_up}/answer/": ("POST follow-ups/{follow_up}/", {"progress": "talking"}),
    "GET organisations/{organisation}/evidence/": ("GET organisations/{organisation}/", {}),
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
    "GET concepts/{concept}/uses/": ("GET concepts/{concept}/", {}),
    "GET concepts/proposals/": ("GET concepts/proposals/", {}),
    "GET exposure/": ("GET exposure/", {}),
    "GET widget-code/": ("GET widget/code/", {}),
    "GET vocabularies/": ("GET concepts/", {}),
    "GET ranking-versions/": ("GET ranking/", {}),
    "POST ranking-versions/{version}/activate/": ("POST ranking/{version}/activate/", {}),
    "POST ranking-versions/retire/": ("POST ranking/retire/", {}),
    "GET me/data/": ("GET profile/data/download/", {}),
    "GET me/erase/": ("GET profile/erase/", {}),
    "POST me/erase/": ("POST profile/erase/", PASSWORD),
    "GET needs/{need}/een-profile/": ("GET needs/{need}/profile.json", {}),
    "GET needs/{need}/een-profile/docx/": ("GET needs/{need}/profile.docx", {}),
    "GET offers/{offer}/een-profile/docx/": ("GET offers/{offer}/profile.docx", {}),
    "POST notes/": ("POST notes/need/", TEXT),
    "POST words/": ("POST words/need/", {"text": "Dough."}),
    "GET offers/{offer}/needs/": ("GET offers/{offer}/needs/", {}),
    "GET saved-searches/": ("GET searches/", {}),
    "PATCH saved-searches/{search}/": ("POST searches/{search}/frequency/", {"frequency": "daily"}),
    "POST saved-searches/{search}/feed/": ("POST searches/{search}/feed/", {}),
    "DELETE saved-searches/{search}/": ("POST searches/{search}/end/", {}),
    "GET imports/{import}/": ("GET imports/{import}/", {}),
    "GET imports/{unsettled}/columns/": ("GET imports/{unsettled}/", {}),
    "POST imports/{unsettled}/start/": ("POST imports/{unsettled}/columns/", MEANT | {"start": ""}),
    "POST imports/{import}/stop/": ("POST imports/{import}/stop/", {}),
    "GET search/": ("GET search/", {}),
    "POST try/": ("POST try/", TRIAL),
    "GET tokens/": ("GET profile/tokens/", {}),
    "DELETE tokens/{token}/": ("POST tokens/{token}/end/", {}),
}


def filled(value: Any, rows: dict[str, int]) -> Any:
    """The value with the numbers of rows in place of their names."""
    if isinstance(value, dict):
        return {name: filled(inner, rows) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, rows) for inner in value]
    return value.format(**rows) if isinstance(value, str) else value
