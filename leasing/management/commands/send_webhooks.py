from albertslund_it.common.names import how_many
from albertslund_it.web.clock import now
from albertslund_it.web.commands import DanishCommand
from leasing.management.recording import recorded
from leasing.webhooks.services.sending import send_due


class Command(DanishCommand):
    help = "Send det, som andre systemer skal have at vide (webhooks)"

    @recorded("send_webhooks")
    def handle(self, **options):
        taken, failed = send_due(clock=now)
        told = how_many(taken, "besked", "beskeder")
        self.stdout.write(f"{told} er modtaget, {failed} prøves igen.")
