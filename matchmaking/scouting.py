"""When nothing fits a need, the brokers of its cluster get the task of looking around; when something fits, the task
closes by itself. How a task moves is said in `models/scouting.py`.
"""

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Cluster, User
from catalog.models import Need, Offer

from .codes import INTRODUCED_STATES, UNDECIDED_STATES, MatchState
from .models import Match, Scouting, ScoutingState
from .models.scouting import LIVE_STATES

# In one of these, something fits or is being asked about, as long as it is offered; in one of those, whatever comes.
HOPEFUL_STATES = (*UNDECIDED_STATES, MatchState.ACCEPTED)
FITTING_STATES = set(INTRODUCED_STATES) - {MatchState.NO_AGREEMENT}


def follow(need: Need, cluster: Cluster | None) -> None:
    """Open or close the need's task after a run, in the transaction that saved what was found."""
    live = Scouting.objects.filter(need=need.pk, state__in=LIVE_STATES)
    offered = Q(Exists(Offer.objects.open().filter(pk=OuterRef("offer"))), state__in=HOPEFUL_STATES)
    hopeful = Match.objects.filter(offered | Q(state__in=FITTING_STATES), need=need.pk)
    fits, is_live = Need.objects.filter(pk=need.pk).values_list(Exists(hopeful), Exists(live)).get()
    if is_live and fits:
        _close(live)
    elif is_live:
        live.exclude(cluster=cluster).update(cluster=cluster)
    elif not fits and not _looked_for(need):
        Scouting.objects.create(need=need, cluster=cluster, text_hash=need.text_hash)


def _close(tasks: QuerySet[Scouting]) -> None:
    tasks.update(state=ScoutingState.DONE, done_at=timezone.now(), closed_by_itself=True)


def _looked_for(need: Need) -> bool:
    """A broker has looked around for this very text: nobody is sent out twice."""
    looked = Scouting.objects.filter(need=need, text_hash=need.text_hash, state=ScoutingState.DONE)
    return looked.filter(closed_by_itself=False).exists()


def take(task: Scouting, *, by: User) -> bool:
    """Raises PermissionDenied for whoever is not a broker of the task's cluster; False as `Scouting.take`."""
    _check_broker(task, by)
    return task.take(by)


def finish(task: Scouting, *, by: User, note: str = "") -> bool:
    """Raises as `take`; False as `Scouting.finish`."""
    _check_broker(task, by)
    return task.finish(by, note)


def _check_broker(task: Scouting, user: User) -> None:
    if not Scouting.objects.visible_to(user).filter(pk=task.pk).exists():
        raise PermissionDenied(_("Only a broker of the cluster of this need looks around for it."))
