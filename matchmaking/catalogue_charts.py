"""The figures of `catalogue.py` in words, as charts of the page."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from catalog.models import Concept

from .catalogue import Fared
from .charts import Bar, Chart
from .codes import Reason
from .demand import names_of


def course_of_offers(found: Sequence[Fared]) -> Chart:
    head = [
        _("Offer"),
        _("Opened by others"),
        _("Proposed"),
        _("Accepted by a broker"),
        _("The company said yes"),
        _("Introduced"),
    ]
    return Chart(
        name="offers-fared",
        title=_("How your offers fare"),
        text=_("How often each open offer was proposed for a need; the dark part was accepted by a broker."),
        bars=[Bar(one.title, one.proposed, _introduced(one), one.accepted) for one in found],
        head=head,
        rows=found,
        empty=_("None of your open offers was proposed yet."),
    )


def _introduced(one: Fared) -> str:
    if not one.proposed:
        return _("never proposed: say in plain words what changes for the customer")
    said = {"accepted": one.accepted, "introduced": one.introduced}
    return _("accepted: %(accepted)s, introduced: %(introduced)s") % said


def reasons_over_time(found: Mapping[datetime, Counter[str]]) -> Chart:
    names = [_quarter(day) for day in found]
    counts = list(found.values())
    said = [reason for reason in Reason.values if any(each[reason] for each in counts)]
    return Chart(
        name="declines",
        title=_("Why companies said no"),
        text=_(
            "Companies that were asked whether they want to meet you, by quarter. Your own answers are not counted."
        ),
        bars=[Bar(name, each.total(), _commonest(each)) for name, each in zip(names, counts, strict=True)],
        head=[_("Reason"), *names, _("in all")],
        rows=[
            [str(Reason(reason).label), *(each[reason] for each in counts), sum(each[reason] for each in counts)]
            for reason in said
        ],
        empty=_("No company has said no to one of your offers."),
    )


def _commonest(counts: Counter[str]) -> str:
    reasons = [str(Reason(reason).label) for reason, _count in counts.most_common(2)]
    return ", ".join(reasons)


def _quarter(day: datetime) -> str:
    return _("quarter %(number)s of %(year)s") % {"number": (day.month + 2) // 3, "year": day.year}


def concepts_asked_for(found: Sequence[Concept]) -> Chart:
    names = names_of(list(found))
    return Chart(
        name="gaps",
        title=_("Asked for, and not in your offers"),
        text=_(
            "What at least two open needs speak of. If you can do it, write it into an offer: then you are found."
        ),
        bars=[Bar(names[one.pk], one.needs, _near(one)) for one in found],
        head=[_("Concept"), _("Open needs"), _("Open offers of others")],
        rows=[[names[one.pk], one.needs, one.others or 0] for one in found],
        empty=_("Nothing that several open needs ask for is missing from your offers."),
    )


def _near(concept: Concept) -> str:
    near = [_("near to what you offer")] if concept.near else []
    return ", ".join([*near, *([] if concept.others else [_("nobody else offers it")])])
