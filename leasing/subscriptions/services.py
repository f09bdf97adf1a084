"""Subscribe to a page, stop it, and write the mails that are due."""

from collections.abc import Iterator
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.lists.pages import FirstRows, first_rows
from inventory.presets.services import MOST
from leasing.cost_share.presenters.bridge import change_words
from leasing.cost_share.selectors.minute import minute_of
from leasing.cost_share.selectors.payers import Payer
from leasing.mail.services import write_mail
from leasing.models import Mail, Subscription
from leasing.subscriptions.selectors import Page, due_subscriptions, page_at, subscriptions_of

FIRST = 10  # rows of a list that stand in the mail


@transaction.atomic
def subscribe(*, address: str, name: str, every: str, owner: User, today: date) -> Subscription:
    """Send somebody a page each month or quarter; the same page again changes how often.

    Raises:
        Refused: where there is no such page for them, or no mail address to send it to.
    """
    page = page_at(address, owner, today)
    if page is None:
        raise Refused("Den side kan ikke sendes som mail.")
    if not owner.email:
        raise Refused("Du har ingen mailadresse i systemet. Bed en administrator om at skrive den.")
    if every not in Subscription.Every.values:
        raise Refused("Vælg, om den skal komme hver måned eller hvert kvartal.")
    name = " ".join(name.split())[:100] or page.name[:100]
    User.objects.select_for_update().get(pk=owner.pk)  # two at once are counted both
    own = subscriptions_of(owner)
    subscription = own.filter(address=page.address).first()
    if subscription is None:
        if own.count() >= MOST:
            raise Refused(f"Du får allerede {MOST} sider på mail. Stop en, du ikke bruger.")
        subscription = Subscription(owner=owner, address=page.address, created_on=today)
    elif subscription.every != every:  # what has come already does not come again
        subscription.created_on = today
    subscription.every, subscription.name = every, name
    subscription.save()
    return subscription


@transaction.atomic
def unsubscribe(*, subscription: Subscription) -> None:
    """Stop a subscription."""
    subscription.delete()


def write_subscriptions(*, today: date, now: datetime) -> Iterator[Mail]:
    """Write what is due, once for each month or quarter."""
    due = list(due_subscriptions(today))
    known = set(Mail.objects.filter(key__in=[one.key for one in due]).values_list("key", flat=True))
    for one in due:
        if one.key in known:
            continue
        payer = one.page.payer
        mail = write_mail(
            recipients=one.subscription.owner.email,
            subject=one.subscription.name,
            template="subscription",
            context={
                "subscription": one.subscription,
                "address": one.page.address,
                "day": today,
                **(_figures(payer, today) if payer else {}),
                "first": _first_rows(one.page, one.subscription.owner),
            },
            now=now,
            key=one.key,
        )
        if mail:
            yield mail


def _first_rows(page: Page, owner: User) -> FirstRows | None:
    """Return the first rows of a list as who is sent it sees them."""
    if page.rows is None:
        return None
    return first_rows(page.rows, owner, page.address.partition("?")[2], FIRST)


def _figures(payer: Payer, today: date) -> dict[str, object]:
    minute = minute_of(payer, Quarter.of(today), today)
    words = change_words(minute.why, payer) if minute.why else None
    return {"minute": minute, "share": minute.share, "words": words}
