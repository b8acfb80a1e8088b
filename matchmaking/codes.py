"""Code lists of matches: states, verdicts, answers, and the reasons for a no."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MatchState(TextChoices):
    PROPOSED = "proposed", _("proposed")
    PARKED = "parked", _("parked")
    REJECTED = "rejected", _("rejected by the broker")
    DISMISSED = "dismissed", _("turned down by the side of the need before a broker decided")
    ACCEPTED = "accepted", _("accepted, both sides are being asked")
    DECLINED = "declined", _("declined by one side")
    LAPSED = "lapsed", _("one side did not answer")
    INTRODUCED = "introduced", _("introduced")
    IN_CONTACT = "in_contact", _("in contact")
    NEGOTIATING = "negotiating", _("negotiating")
    AGREEMENT = "agreement", _("agreement")
    NO_AGREEMENT = "no_agreement", _("no agreement")
    WITHDRAWN = "withdrawn", _("no longer proposed")


# Where both sides know each other.
INTRODUCED_STATES = (
    MatchState.INTRODUCED,
    MatchState.IN_CONTACT,
    MatchState.NEGOTIATING,
    MatchState.AGREEMENT,
    MatchState.NO_AGREEMENT,
)

# Where a case still runs, and where it may go from each state; an end can be taken back.
RUNNING_STATES = (MatchState.INTRODUCED, MatchState.IN_CONTACT, MatchState.NEGOTIATING)
ENDED_STATES = (MatchState.AGREEMENT, MatchState.NO_AGREEMENT)
COURSES: dict[str, tuple[MatchState, ...]] = {
    MatchState.INTRODUCED: (MatchState.IN_CONTACT, MatchState.NEGOTIATING, *ENDED_STATES),
    MatchState.IN_CONTACT: (MatchState.NEGOTIATING, *ENDED_STATES),
    MatchState.NEGOTIATING: (MatchState.IN_CONTACT, *ENDED_STATES),
    MatchState.AGREEMENT: (MatchState.NEGOTIATING, MatchState.NO_AGREEMENT),
    MatchState.NO_AGREEMENT: (MatchState.IN_CONTACT, MatchState.NEGOTIATING, MatchState.AGREEMENT),
}

# Where somebody said no, or nothing.
REFUSED_STATES = (MatchState.REJECTED, MatchState.DISMISSED, MatchState.DECLINED, MatchState.LAPSED)

# Where a broker may still decide, and where both sides know of the match.
UNDECIDED_STATES = (MatchState.PROPOSED, MatchState.PARKED)
ASKED_STATES = (MatchState.ACCEPTED, MatchState.DECLINED, MatchState.LAPSED)


class Verdict(TextChoices):
    ACCEPT = "accept", _("accept")
    REJECT = "reject", _("reject")
    PARK = "park", _("park")


# Where a decision puts a match.
DECIDED_STATES = {
    Verdict.ACCEPT: MatchState.ACCEPTED,
    Verdict.REJECT: MatchState.REJECTED,
    Verdict.PARK: MatchState.PARKED,
}


class Side(TextChoices):
    NEED = "need", _("the side of the need")
    OFFER = "offer", _("the side of the offer")


class Word(TextChoices):
    """What one installation has told another about a match of both. They follow each other in this order, and each
    says what those before it say; an end comes after any of them."""

    ACCEPTED = "accepted", _("a broker has accepted")
    LATER = "later", _("the side answered: later")
    YES = "yes", _("the side answered: yes")
    INTRODUCED = "introduced", _("names were given")
    ENDED = "ended", _("ended")


class Answer(TextChoices):
    YES = "yes", _("yes")
    LATER = "later", _("later")
    NO = "no", _("no")


class Progress(TextChoices):
    """How it went after an introduction, as one side says."""

    TOGETHER = "together", _("we work together")
    TALKING = "talking", _("we are still talking")
    NOTHING = "nothing", _("nothing came of it")


class Reason(TextChoices):
    """Why not. Each teaches something else: only the first is a verdict on relevance."""

    NOT_RELEVANT = "not_relevant", _("not relevant")
    TOO_EARLY = "too_early", _("too early")
    BENEFIT_UNCLEAR = "benefit_unclear", _("benefit unclear")
    TOO_EXPENSIVE = "too_expensive", _("too expensive")
    TOO_FAR = "too_far", _("too far away or wrong region")
    HAVE_IT = "have_it", _("already have it")
    NO_CAPACITY = "no_capacity", _("no capacity now")
    TEXT_UNCLEAR = "text_unclear", _("text unclear")
    EXPIRED = "expired", _("closed or expired")
    OTHER = "other", _("other")


class Topic(TextChoices):
    """What one side asks the other before it decides; every topic is a question of its own."""

    COST = "cost", _("What does a first project cost?")
    PAYBACK = "payback", _("How soon does it pay back?")
    EVIDENCE = "evidence", _("What was measured, and where?")
    MATURITY = "maturity", _("How mature is it?")
    REVERSIBILITY = "reversibility", _("Can it be undone if it does not work?")
    REFERENCES = "references", _("Who uses it already, and may they be asked?")
    CONTRIBUTION = "contribution", _("What must the customer contribute?")
    BUDGET = "budget", _("What may it cost?")
    DEADLINE = "deadline", _("By when is it needed?")
    LIMITS = "limits", _("What must a solution be able to do?")
    TRIED = "tried", _("What was tried already?")
    OTHER = "other", _("Another question")


# What the side of the need asks, and what the side of the offer asks.
TOPICS = {
    Side.NEED: (
        Topic.COST,
        Topic.PAYBACK,
        Topic.EVIDENCE,
        Topic.MATURITY,
        Topic.REVERSIBILITY,
        Topic.REFERENCES,
        Topic.CONTRIBUTION,
        Topic.OTHER,
    ),
    Side.OFFER: (Topic.BUDGET, Topic.DEADLINE, Topic.LIMITS, Topic.TRIED, Topic.OTHER),
}
