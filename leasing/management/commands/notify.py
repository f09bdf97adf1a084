import sys

from albertslund_it.web.clock import now, today
from albertslund_it.web.commands import DanishCommand
from leasing.mail.services import send_unsent
from leasing.models import Mail
from leasing.notices.services.notices import missing_addresses, write_notices


class Command(DanishCommand):
    help = "Send de mails, der er tid til i dag, og prøv igen med dem, der ikke er sendt"

    def handle(self, **options):
        moment = now()
        waited = Mail.objects.filter(sent_at=None).count()
        written = write_notices(today=today(), now=moment)
        for line in written or ["Der er ingen nye mails at skrive i dag."]:
            self.stdout.write(line)
        _, unsent = send_unsent(now=moment)
        if waited:
            self.stdout.write(f"{waited} mail(s) ventede fra før og er prøvet igen.")
        for name in missing_addresses():
            self.stdout.write(f"Indstillingen »{name}« er tom, så nogle mails har ingen modtager.")
        if unsent:
            failed = Mail.objects.filter(sent_at=None).order_by("id")
            for mail in failed[:10]:
                self.stderr.write(f"Ikke sendt: {mail.subject} til {mail.recipients}: {mail.error}")
            self.stderr.write(f"{unsent} mail(s) er ikke sendt. De prøves igen næste gang.")
            sys.exit(1)
        self.stdout.write("Alle mails er sendt.")
