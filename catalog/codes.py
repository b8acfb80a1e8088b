"""Code lists of offers and needs: states, visibility, stages, partnership types, ecosystems, cost bands."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class DocumentKind(TextChoices):
    OFFER = "offer", _("offer")
    NEED = "need", _("need")


class State(TextChoices):
    """Life of an offer or need. The four ends are different facts and are never merged."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    QUESTIONED = "questioned", _("more information asked")
    PUBLISHED = "published", _("published")
    PAUSED = "paused", _("paused")
    MET_HERE = "met_here", _("closed: met here")
    MET_ELSEWHERE = "met_elsewhere", _("closed: met elsewhere")
    WITHDRAWN = "withdrawn", _("closed: withdrawn")
    UNMET = "unmet", _("closed: unmet")
    EXPIRED = "expired", _("expired")
    ARCHIVED = "archived", _("archived")


ENDS = (State.MET_HERE, State.MET_ELSEWHERE, State.WITHDRAWN, State.UNMET)


class Visibility(TextChoices):
    PUBLIC = "public", _("public: everybody sees the text and the organisation")
    ANONYMOUS = (
        "anonymous",
        _("anonymous: others see the text without names, and only country, kind and size"),
    )
    NETWORK = "network", _("network only: only the brokers of linked clusters see it, without names")


class Disclosure(IntegerChoices):
    """How much of a document somebody sees. A larger level includes the smaller ones."""

    NONE = 0, _("nothing")
    TEASER = 1, _("text without names; country, kind and size of the organisation")
    FULL = 2, _("everything")


class Stage(TextChoices):
    CONCEPT = "concept", _("concept stage")
    DEVELOPMENT = "development", _("under development")
    LAB_TESTED = "lab_tested", _("lab tested")
    DEMONSTRATION = "demonstration", _("available for demonstration")
    MARKET = "market", _("already on the market")


class IprStatus(TextChoices):
    NONE = "none", _("none applied for")
    SECRET = "secret", _("secret know-how")
    APPLIED = "applied", _("applied for, not yet granted")
    GRANTED = "granted", _("granted")


class PartnershipType(TextChoices):
    COMMERCIAL = "commercial", _("commercial agreement")
    INVESTMENT = "investment", _("investment agreement")
    OUTSOURCING = "outsourcing", _("outsourcing agreement")
    SUPPLIER = "supplier", _("supplier agreement")
    TECHNICAL_ASSISTANCE = "technical_assistance", _("commercial agreement with technical assistance")
    RD_COOPERATION = "rd_cooperation", _("R&D cooperation agreement")


class PartnerKind(TextChoices):
    SME_10 = "sme_10", _("SME with up to 10 people")
    SME_49 = "sme_49", _("SME with 11 to 49 people")
    SME_249 = "sme_249", _("SME with 50 to 249 people")
    BIG_COMPANY = "big_company", _("big company")
    RD_INSTITUTION = "rd_institution", _("R&D institution")
    UNIVERSITY = "university", _("university")
    OTHER = "other", _("other")


class Ecosystem(TextChoices):
    """The 14 industrial ecosystems of the EU industrial strategy."""

    AEROSPACE_DEFENCE = "aerospace_defence", _("aerospace and defence")
    AGRI_FOOD = "agri_food", _("agri-food")
    CONSTRUCTION = "construction", _("construction")
    CULTURAL_CREATIVE = "cultural_creative", _("cultural and creative industries")
    DIGITAL = "digital", _("digital")
    ELECTRONICS = "electronics", _("electronics")
    ENERGY_INTENSIVE = "energy_intensive", _("energy-intensive industries")
    RENEWABLES = "renewables", _("energy – renewables")
    HEALTH = "health", _("health")
    MOBILITY = "mobility", _("mobility – transport – automotive")
    SOCIAL_ECONOMY = "social_economy", _("proximity, social economy and civil society")
    RETAIL = "retail", _("retail")
    TEXTILES = "textiles", _("textiles")
    TOURISM = "tourism", _("tourism")


class CostBand(TextChoices):
    """What an offer costs to start with, and what a need has to spend (euro)."""

    UNDER_5K = "under_5k", _("under €5,000")
    FROM_5K = "5k_25k", _("€5,000 to €25,000")
    FROM_25K = "25k_100k", _("€25,000 to €100,000")
    OVER_100K = "over_100k", _("over €100,000")
    ON_REQUEST = "on_request", _("on request")
    UNKNOWN = "unknown", _("not known yet")


class Payback(TextChoices):
    """How soon an offer has paid for itself, as its provider claims."""

    UNDER_1 = "under_1", _("within one year")
    FROM_1 = "1_2", _("in one to two years")
    FROM_2 = "2_5", _("in two to five years")
    OVER_5 = "over_5", _("in more than five years")
    NO_MONEY = "no_money", _("it saves no money; it has other benefits")


class Evidence(TextChoices):
    """What the claims of an offer rest on, the weakest first."""

    ESTIMATED = "estimated", _("estimated, not measured yet")
    LAB = "lab", _("measured in a laboratory")
    PILOT = "pilot", _("measured in a pilot at one company")
    CUSTOMERS = "customers", _("measured at several customers")
    INDEPENDENT = "independent", _("checked by somebody independent")


class Reversibility(TextChoices):
    """What it takes to give up a solution again."""

    EASY = "easy", _("can be tried and ended at any time")
    EFFORT = "effort", _("can be undone with some effort")
    PERMANENT = "permanent", _("cannot be undone")


# As technology readiness levels 1 to 9.
TRL_OF_STAGE = {
    Stage.CONCEPT: "1–2",
    Stage.DEVELOPMENT: "3–4",
    Stage.LAB_TESTED: "4–5",
    Stage.DEMONSTRATION: "6–8",
    Stage.MARKET: "9",
}


class Goal(IntegerChoices):
    """The United Nations' sustainable development goals, as they are called officially."""

    POVERTY = 1, _("1 No poverty")
    HUNGER = 2, _("2 Zero hunger")
    HEALTH = 3, _("3 Good health and well-being")
    EDUCATION = 4, _("4 Quality education")
    EQUALITY = 5, _("5 Gender equality")
    WATER = 6, _("6 Clean water and sanitation")
    ENERGY = 7, _("7 Affordable and clean energy")
    WORK = 8, _("8 Decent work and economic growth")
    INDUSTRY = 9, _("9 Industry, innovation and infrastructure")
    INEQUALITIES = 10, _("10 Reduced inequalities")
    CITIES = 11, _("11 Sustainable cities and communities")
    CONSUMPTION = 12, _("12 Responsible consumption and production")
    CLIMATE = 13, _("13 Climate action")
    OCEANS = 14, _("14 Life below water")
    LAND = 15, _("15 Life on land")
    PEACE = 16, _("16 Peace, justice and strong institutions")
    PARTNERSHIPS = 17, _("17 Partnerships for the goals")


class Facet(TextChoices):
    """What kind of thing a concept of the vocabulary is; empty where an imported scheme does not say."""

    TECHNOLOGY = "technology", _("technology")
    PROBLEM = "problem", _("problem or goal")
    SECTOR = "sector", _("sector")
    GREEN_AIM = "green_aim", _("green aim")
    DIGITAL_MEANS = "digital_means", _("digital means")


class GreenAim(TextChoices):
    """What a concept does for the environment."""

    ENERGY = "energy", _("energy")
    MATERIALS = "materials", _("materials")
    WATER = "water", _("water")
    EMISSIONS = "emissions", _("emissions")
    WASTE = "waste", _("waste")
    BIODIVERSITY = "biodiversity", _("biodiversity")
    TRANSPORT = "transport", _("transport")


class ConceptState(TextChoices):
    ACTIVE = "active", _("in use")
    RETIRED = "retired", _("no longer in use")


class LabelKind(TextChoices):
    """Who calls a concept so: everybody, those who have the problem, those who solve it."""

    PREFERRED = "preferred", _("preferred name")
    LAY = "lay", _("in everyday words")
    EXPERT = "expert", _("in experts' words")
    HIDDEN = "hidden", _("only found, never shown")  # misspellings and the like: `skos:hiddenLabel`


class LabelSource(TextChoices):
    SHIPPED = "shipped", _("shipped with the platform")
    SKOS = "skos", _("from an imported vocabulary")
    BROKER = "broker", _("written by a broker")
    LEARNT = "learnt", _("learnt from what people confirmed")


class FoundBy(TextChoices):
    """Where it comes from that a document is about a concept."""

    WORDS = "words", _("from the words")
    MEANING = "meaning", _("from the meaning")
    AUTHOR = "author", _("from the author")
    BROKER = "broker", _("from a broker")


class UseState(TextChoices):
    """Whether somebody agreed that a document is about a concept."""

    SUGGESTED = "suggested", _("suggested")
    CONFIRMED = "confirmed", _("confirmed")
    REMOVED = "removed", _("removed")
