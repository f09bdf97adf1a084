"""Which pages can be sent by mail, and which subscriptions are due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import Resolver404, ResolverMatch, resolve, reverse

from albertslund_it.common.permissions import VIEW_DEVICE
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.lists.presets import ALL, CHOSEN
from inventory.presets.selectors import kept_of
from leasing.cost_share.selectors.payers import Payer, payers_seen_by
from leasing.models import Subscription

# What an address may say that is no part of what a page shows; a search is mostly a person.
LEFT_OUT = {"side", "hent", "valgt", "q", "kvartal"}
LONGEST = 500


@dataclass(frozen=True)
class Page:
    """A page that may be sent: its address and name, and whose share or which list it is."""

    address: str
    name: str
    payer: Payer | None = None
    rows: type[ListPage] | None = None


def page_at(address: str, user: User, today: date) -> Page | None:
    """Return the page at an address as a user may see it on a day; None where they may not."""
    try:
        parts = urlsplit(address)
        match = resolve(parts.path)
    except (ValueError, Resolver404):  # it comes from outside, and may be no address at all
        return None
    if parts.scheme or parts.netloc or len(address) > LONGEST:
        return None
    query = QueryDict(parts.query)
    if match.url_name == "share":
        return _share(query, user, today)
    page = _list_at(match)
    if page is None or match.kwargs or not page.is_open_to(user):
        return None
    asked = _asked_of(query, page)
    address = f"{parts.path}?{asked}" if asked else parts.path
    return Page(address, page.title, rows=page)


def _share(query: QueryDict, user: User, today: date) -> Page | None:
    if not user.has_perm(VIEW_DEVICE):
        return None
    payers = payers_seen_by(user, today)
    wanted = query.get("afdeling") or (payers[0].key if payers else "")
    payer = next((one for one in payers if one.key == wanted), None)
    if payer is None:
        return None
    return Page(f"{reverse('share')}?afdeling={payer.key}", f"Egenbetaling: {payer.name}", payer)


def _list_at(match: ResolverMatch) -> type[ListPage] | None:
    found = getattr(match.func, "view_class", None)
    return found if isinstance(found, type) and issubclass(found, ListPage) else None


def _asked_of(query: QueryDict, page: type[ListPage]) -> str:
    """Return what is asked of a list that it knows, as far as it says what that is."""
    if page.filter_names():
        return kept_of(query, page) or (f"{CHOSEN}={ALL}" if query.get(CHOSEN) == ALL else "")
    kept = query.copy()
    for name in LEFT_OUT & kept.keys():
        del kept[name]
    return kept.urlencode()


def subscriptions_of(user: User) -> QuerySet[Subscription]:
    """Return a user's subscriptions, by name."""
    return Subscription.objects.filter(owner=user)


@dataclass(frozen=True)
class Due:
    """A subscription whose month or quarter has come, with the page that is sent."""

    subscription: Subscription
    page: Page
    period: str

    @property
    def key(self) -> str:
        """Return what the mail of it is called: one for each month or quarter."""
        return f"subscription-{self.subscription.pk}-{self.period}"


def due_subscriptions(today: date) -> Iterator[Due]:
    """Yield what is due: from the first day of the month or quarter after the one it was made in.

    Whoever has left, or may not see the page any more, is sent nothing.
    """
    month = today.replace(day=1)
    begins = {
        Subscription.Every.MONTH: (f"{today:%Y-%m}", month),
        Subscription.Every.QUARTER: (str(Quarter.of(today)), Quarter.of(today).starts_on),
    }
    live = Subscription.objects.filter(owner__is_active=True).exclude(owner__email="")
    for one in live.select_related("owner").order_by("pk"):
        period, first = begins[Subscription.Every(one.every)]
        if one.created_on < first and (page := page_at(one.address, one.owner, today)):
            yield Due(one, page, period)
