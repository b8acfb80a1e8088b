"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path, re_path

from accounts.admission_api import BrokershipViewSet, ClusterMembershipViewSet, MembershipViewSet
from accounts.api import OrganisationViewSet
from accounts.cluster_api import ClusterViewSet
from accounts.token_api import TokensView, TokenView
from catalog.import_api import ImportJobViewSet
from catalog.writing_api import NotesView, WordsView

from .accord_api import AccordView
from .api import router
from .attachment_api import AttachmentViewSet
from .case_api import AnswerViewSet, IntroductionViewSet, ReviewViewSet
from .cases_api import CaseViewSet
from .changes_api import ChangesView
from .clients_api import ClientTextViewSet, ClientViewSet
from .code_lists import CodeListsView, CodeListView
from .export_api import ExportView
from .federation_api import FederationView
from .figures_api import DemandView, ExposureView, OverviewView
from .follow_ups_api import FollowUpViewSet
from .glossary_api import GlossaryViewSet
from .person_api import ErasureView, MailAgainView, PersonDataView, PersonView
from .question_api import QuestionViewSet
from .queue_api import QueueViewSet
from .ranker_api import RankerVersionViewSet
from .rewordings_api import RewordingViewSet
from .scouting_api import ScoutingViewSet
from .search_api import ProposeView, SavedSearchViewSet, SearchView
from .trial_api import TrialView
from .views import (
    cases,
    catalogues,
    clients,
    concepts,
    documents,
    exposures,
    feeds,
    follow_ups,
    matches,
    overviews,
    pairs,
    questions,
    queue,
    rankers,
    rewordings,
    scoutings,
    searching,
    serving,
    suggesting,
)
from .views.answering import ask_answer
from .views.attachments import attachment, attachment_remove, need_attach, offer_attach
from .views.comparing import need_compare
from .views.error_pages import error_page
from .views.health import healthz
from .views.home import accent, home, try_it
from .views.linked_data import document_data, vocabulary
from .views.mail_choices import document_answer, mail_settings, mail_settings_link, unsubscribe
from .views.outbox import mail_detail, mail_html, mail_list
from .views.personal_data import account_erase, personal_data, personal_data_download
from .views.profiles import profile
from .vocabularies_api import VocabularyViewSet
from .vocabulary_api import ConceptViewSet
from .webhooks_api import WebhookViewSet
from .widget_api import WidgetCodeView

router.register("organisations", OrganisationViewSet, basename="api-organisation")
router.register("clusters", ClusterViewSet, basename="api-cluster")
router.register("clients", ClientViewSet, basename="api-client")
router.register("client-texts", ClientTextViewSet, basename="api-client-text")
router.register("rewordings", RewordingViewSet, basename="api-rewording")
router.register("memberships", MembershipViewSet, basename="api-membership")
router.register("cluster-memberships", ClusterMembershipViewSet, basename="api-cluster-membership")
router.register("brokerships", BrokershipViewSet, basename="api-brokership")
router.register("attachments", AttachmentViewSet, basename="api-attachment")
router.register("scoutings", ScoutingViewSet, basename="api-scouting")
router.register("glossary", GlossaryViewSet, basename="api-glossary")
router.register("concepts", ConceptViewSet, basename="api-concept")
router.register("vocabularies", VocabularyViewSet, basename="api-vocabulary")
router.register("imports", ImportJobViewSet, basename="api-import")
router.register("queue", QueueViewSet, basename="api-queue")
router.register("reviews", ReviewViewSet, basename="api-review")
router.register("answers", AnswerViewSet, basename="api-answer")
router.register("introductions", IntroductionViewSet, basename="api-introduction")
router.register("cases", CaseViewSet, basename="api-case")
router.register("follow-ups", FollowUpViewSet, basename="api-follow-up")
router.register("questions", QuestionViewSet, basename="api-question")
router.register("ranking-versions", RankerVersionViewSet, basename="api-ranking-version")
router.register("saved-searches", SavedSearchViewSet, basename="api-saved-search")
router.register("webhooks", WebhookViewSet, basename="api-webhook")

handler400 = "matchmaking.views.refusing.bad_request"
handler500 = "accounts.rest.problems.server_error"

urlpatterns = [
    path("", home, name="home"),
    path("try/", try_it, name="try"),
    path("accent.css", accent, name="accent"),
    path("", include("catalog.urls")),
    path("needs/", documents.need_list, name="need-list"),
    path("needs/<int:pk>/", documents.need_detail, name="need-detail"),
    path("needs/<int:pk>/compare/", need_compare, name="need-compare"),
    path("offers/", documents.offer_list, name="offer-list"),
    path("offers/<int:pk>/", documents.offer_detail, name="offer-detail"),
    path("demand/", catalogues.demand, name="demand"),
    path("needs/<int:pk>/attach/", need_attach, name="need-attach"),
    path("clients/", clients.client_list, name="client-list"),
    path("clients/<int:pk>/take-back/", clients.client_take_back, name="client-take-back"),
    path("needs/<int:pk>/ask-client/", clients.need_ask_client, name="need-ask-client"),
    path("offers/<int:pk>/ask-client/", clients.offer_ask_client, name="offer-ask-client"),
    path("needs/<int:pk>/reword/", rewordings.need_reword, name="need-reword"),
    path("offers/<int:pk>/reword/", rewordings.offer_reword, name="offer-reword"),
    path("rewordings/<int:pk>/", rewordings.rewording, name="rewording"),
    path("rewordings/<int:pk>/take-back/", rewordings.rewording_take_back, name="rewording-take-back"),
    path("answer/rewording/<str:token>/", rewordings.rewording_answer, name="rewording-answer"),
    path("answer/client/<str:token>/", clients.client_answer, name="client-answer"),
    path("offers/<int:pk>/needs/", serving.offer_needs, name="offer-needs"),
    path("offers/<int:pk>/attach/", offer_attach, name="offer-attach"),
    path("attachments/<int:pk>/", attachment, name="attachment"),
    path("attachments/<int:pk>/remove/", attachment_remove, name="attachment-remove"),
    path("<slug:kind>/<int:pk>/data.jsonld", document_data, name="document-data"),
    path("vocabulary.ttl", vocabulary, name="vocabulary"),
    path("<slug:kind>/<int:pk>/profile.<slug:form>", profile, name="een-profile"),
    path("queue/", queue.queue, name="queue"),
    path("queue/undo/", queue.queue_undo, name="queue-undo"),
    path("queue/nothing-fits/", scoutings.scouting_list, name="scouting-list"),
    path("scoutings/<int:pk>/take/", scoutings.scouting_take, name="scouting-take"),
    path("scoutings/<int:pk>/finish/", scoutings.scouting_finish, name="scouting-finish"),
    path("matches/<int:pk>/", matches.match_detail, name="match-detail"),
    path("matches/<int:pk>/accept/", matches.match_accept, name="match-accept"),
    path("matches/<int:pk>/reject/", matches.match_reject, name="match-reject"),
    path("matches/<int:pk>/park/", matches.match_park, name="match-park"),
    path("matches/<int:pk>/others/", suggesting.match_others, name="match-others"),
    path("matches/<int:pk>/suggest/", suggesting.match_suggest, name="match-suggest"),
    path("matches/<int:pk>/answer/", matches.match_answer, name="match-answer"),
    path("matches/<int:pk>/dismiss/", matches.match_dismiss, name="match-dismiss"),
    path("matches/<int:pk>/want/", matches.match_want, name="match-want"),
    path("matches/<int:pk>/unwant/", matches.match_unwant, name="match-unwant"),
    path("matches/<int:pk>/bring-back/", matches.match_bring_back, name="match-bring-back"),
    path("matches/<int:pk>/introduction/", matches.match_introduction, name="match-introduction"),
    path("matches/<int:pk>/join/", pairs.match_join, name="match-join"),
    path("matches/<int:pk>/part/", pairs.match_part, name="match-part"),
    path("matches/<int:pk>/ask/", questions.match_ask, name="match-ask"),
    path("questions/<int:pk>/answer/", questions.question_answer, name="question-answer"),
    path("glossary/<int:pk>/take-back/", pairs.glossary_take_back, name="glossary-take-back"),
    path("cases/", cases.case_board, name="case-board"),
    path("cases/<int:pk>/move/", cases.case_move, name="case-move"),
    path("cases/<int:pk>/plan/", cases.case_plan, name="case-plan"),
    path("cases/<int:pk>/take/", cases.case_take, name="case-take"),
    path("cases/<int:pk>/hand-over/", cases.case_hand_over, name="case-hand-over"),
    path("cases/<int:pk>/record/", follow_ups.case_record, name="case-record"),
    path("follow-ups/<int:pk>/", follow_ups.follow_up_page, name="follow-up"),
    path("cases/<int:pk>/note/", cases.case_note, name="case-note"),
    path("overview/", overviews.overview, name="overview"),
    path("overview.csv", overviews.overview_csv, name="overview-csv"),
    path("concepts/", concepts.concept_list, name="concept-list"),
    path("concepts/new/", concepts.concept_new, name="concept-new"),
    path("concepts/proposals/", concepts.concept_proposals, name="concept-proposals"),
    path("concepts/load/", concepts.concept_load, name="concept-load"),
    path("concepts/<int:pk>/", concepts.concept_detail, name="concept-detail"),
    path("exposure/", exposures.exposure, name="exposure"),
    path("exposure.csv", exposures.exposure_csv, name="exposure-csv"),
    path("ranking/", rankers.ranker_list, name="ranker-list"),
    path("ranking/<int:pk>/activate/", rankers.ranker_activate, name="ranker-activate"),
    path("ranking/retire/", rankers.ranker_retire, name="ranker-retire"),
    path("api/v1/", include(router.urls)),
    path("api/v1/changes/", ChangesView.as_view(), name="api-changes"),
    path("api/v1/federation/", FederationView.as_view(), name="api-federation"),
    path("api/v1/federation/matches/", AccordView.as_view(), name="api-federation-matches"),
    path("api/v1/exports/<slug:kind>.<slug:form>", ExportView.as_view(), name="api-export"),
    path("api/v1/search/", SearchView.as_view(), name="api-search"),
    path("api/v1/propose/", ProposeView.as_view(), name="api-propose"),
    path("api/v1/notes/", NotesView.as_view(), name="api-notes"),
    path("api/v1/try/", TrialView.as_view(), name="api-try"),
    path("api/v1/words/", WordsView.as_view(), name="api-words"),
    path("api/v1/me/", PersonView.as_view(), name="api-me"),
    path("api/v1/me/data/", PersonDataView.as_view(), name="api-me-data"),
    path("api/v1/me/erase/", ErasureView.as_view(), name="api-me-erase"),
    path("api/v1/me/mail-again/", MailAgainView.as_view(), name="api-me-mail-again"),
    path("api/v1/widget-code/", WidgetCodeView.as_view(), name="api-widget-code"),
    path("api/v1/overview/", OverviewView.as_view(), name="api-overview"),
    path("api/v1/exposure/", ExposureView.as_view(), name="api-exposure"),
    path("api/v1/demand/", DemandView.as_view(), name="api-demand"),
    path("api/v1/code-lists/", CodeListsView.as_view(), name="api-code-lists"),
    path("api/v1/code-lists/<str:name>/", CodeListView.as_view(), name="api-code-list"),
    path("api/v1/tokens/", TokensView.as_view(), name="api-tokens"),
    path("api/v1/tokens/<int:pk>/", TokenView.as_view(), name="api-token"),
    path("api/", include("accounts.rest.urls")),  # the last of the API: it answers every other address under it
    path("healthz", healthz, name="healthz"),
    path("profile/data/", personal_data, name="personal-data"),
    path("profile/data/download/", personal_data_download, name="personal-data-download"),
    path("profile/erase/", account_erase, name="account-erase"),
    path("accounts/", include("allauth.urls")),
    path("", include("accounts.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("answer/<str:token>/", ask_answer, name="ask-answer"),
    path("answer/follow-up/<str:token>/", follow_ups.follow_up_answer, name="follow-up-answer"),
    path("answer/document/<str:token>/", document_answer, name="document-answer"),
    path("search/", searching.search, name="search"),
    path("searches/", searching.saved_search_list, name="saved-search-list"),
    path("searches/new/", searching.saved_search_new, name="saved-search-new"),
    path("searches/<int:pk>/feed/", feeds.saved_search_feed, name="saved-search-feed"),
    path("feeds/<str:key>.atom", feeds.feed, name="feed"),
    path("widget/", feeds.widget, name="widget"),
    path("widget/code/", feeds.widget_code, name="widget-code"),
    re_path(r"^widget/(?P<accent>[0-9a-fA-F]{6})\.css$", feeds.widget_accent, name="widget-accent"),
    path("searches/<int:pk>/end/", searching.saved_search_end, name="saved-search-end"),
    path("searches/<int:pk>/frequency/", searching.saved_search_frequency, name="saved-search-frequency"),
    path("answer/search/<str:token>/", searching.search_answer, name="search-answer"),
    path("mail/", mail_settings, name="mail-settings"),
    path("mail/<str:token>/", mail_settings_link, name="mail-settings-link"),
    path("unsubscribe/<str:token>/", unsubscribe, name="unsubscribe"),
    path("anymail/", include("anymail.urls")),
    path("dev/errors/<str:name>/", error_page, name="dev-error"),
    path("dev/mail/", mail_list, name="dev-mail-list"),
    path("dev/mail/<str:name>/", mail_detail, name="dev-mail-detail"),
    path("dev/mail/<str:name>/html/", mail_html, name="dev-mail-html"),
    path("admin/", admin.site.urls),
]
