import sys

from django.conf import settings

from albertslund_it.common.errors import Refused
from albertslund_it.common.names import how_many
from albertslund_it.common.urls import ImapAddress, parse_imap_url, parse_token_source
from albertslund_it.web.clock import now, today
from albertslund_it.web.commands import DanishCommand
from leasing.mail_in.importers.fetching import fetch
from leasing.mail_in.presenters import what_was_fetched
from leasing.mail_in.selectors import own_addresses
from leasing.management.recording import recorded

MOST = 200  # in one run; a mailbox of thousands takes several


class Command(DanishCommand):
    help = "Hent helpdeskens mails fra postkassen (IMAP_URL), og gør dem til kladder"

    def add_arguments(self, parser):
        parser.add_argument("--most", type=int, default=MOST, help=f"højst så mange ({MOST})")

    @recorded("fetch_mail")
    def handle(self, *, most, **options):
        if not settings.IMAP_SECRET_URL:
            raise Refused("IMAP_URL er ikke sat, så der er ingen postkasse at hente fra.")
        if most < 1:
            raise Refused("--most skal være 1 eller mere.")
        address = _address()
        done = fetch(
            address,
            own={*own_addresses(), address.user, settings.DEFAULT_FROM_EMAIL},
            most=most,
            today=today(),
            now=now(),
            progress=self.show_progress,
        )
        for line in what_was_fetched(done, address):
            self.stdout.write(line)
        if done.unmoved:
            self.stderr.write(
                f"{how_many(done.unmoved, 'mail', 'mails')} er gemt, men kunne ikke flyttes i "
                "postkassen. De flyttes næste gang og bliver ikke til flere bestillinger."
            )
        if done.held_back:
            self.stderr.write(
                f"{how_many(done.held_back, 'mail', 'mails')} vil mailserveren ikke udlevere. "
                "De ligger i postkassen og prøves igen næste gang. Bliver de ved, så "
                "åbn postkassen og flyt dem."
            )
        if done.unmoved or done.held_back:
            sys.exit(1)


def _address() -> ImapAddress:
    try:
        tokens = parse_token_source(settings.IMAP_OAUTH_SECRET)
        return parse_imap_url(settings.IMAP_SECRET_URL, tokens)
    except ValueError as error:
        raise Refused(str(error)) from None
