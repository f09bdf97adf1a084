import sys

from django.contrib.sessions.backends.db import SessionStore

from albertslund_it.common.names import how_many
from albertslund_it.web.clock import now, today
from albertslund_it.web.commands import DanishCommand
from albertslund_it.web.forms.uploads import sweep
from leasing.data_quality.services.counting import count_findings
from leasing.jobs.services.jobs import forget_old_jobs
from leasing.mail.services import send_unsent
from leasing.management.recording import recorded
from leasing.models import Mail
from leasing.notices.services.notices import missing_addresses, write_notices
from leasing.reorganisation.services.carrying_out import carry_out_due
from leasing.users.services.sign_on import end_what_is_led_no_more
from leasing.webhooks.services.sending import forget_old_deliveries, send_due


class Command(DanishCommand):
    help = (
        "Send de mails, der er tid til i dag, prøv igen med dem, der ikke er sendt, og tæl "
        "datafejlene"
    )

    @recorded("notify")
    def handle(self, **options):
        moment = now()
        # First: who is written to may be another one after it.
        done, not_done = carry_out_due(today=today(), now=moment)
        for line in done:
            self.stdout.write(line)
        for line in not_done:
            self.stderr.write(line)
        if ended := end_what_is_led_no_more(today=today()):
            self.stdout.write(
                f"{how_many(ended, 'adgang', 'adgange')} er ophørt: "
                "registeret nævner en anden leder."
            )
        waited = Mail.objects.filter(sent_at=None).count()
        written = write_notices(today=today(), now=moment)
        for line in written or ["Der er ingen nye mails at skrive i dag."]:
            self.stdout.write(line)
        self.stdout.write(f"{count_findings(today=today(), now=moment)} datafejl er talt i dag.")
        sweep()
        SessionStore.clear_expired()
        forget_old_jobs(now=moment)
        forget_old_deliveries(now=moment)
        send_due(clock=now)
        _, unsent = send_unsent(now=moment)
        if waited:
            self.stdout.write(
                f"{how_many(waited, 'mail', 'mails')} ventede fra før og er prøvet igen."
            )
        for name in missing_addresses():
            self.stdout.write(f"Indstillingen »{name}« er tom, så nogle mails har ingen modtager.")
        if unsent:
            failed = Mail.objects.filter(sent_at=None).order_by("id")
            for mail in failed[:10]:
                self.stderr.write(f"Ikke sendt: {mail.subject} til {mail.recipients}: {mail.error}")
            self.stderr.write(
                f"{how_many(unsent, 'mail', 'mails')} er ikke sendt. De prøves igen næste gang."
            )
            sys.exit(1)
        self.stdout.write("Alle mails er sendt.")
        if not_done:
            sys.exit(1)
