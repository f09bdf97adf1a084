from contextlib import nullcontext

from albertslund_it.web.clock import today
from albertslund_it.web.commands import DanishCommand
from leasing.management.recording import recorded
from leasing.retention.services.anonymise import anonymise


class Command(DanishCommand):
    help = "Slet navne, når opbevaringsfristen er gået; beløb og serienumre bliver stående"

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="vis, hvad der ville ske, og ændr intet"
        )

    def handle(self, *, dry_run, **options):
        with nullcontext() if dry_run else recorded("anonymise"):
            done = anonymise(today=today(), is_rehearsal=dry_run)
        self.stdout.write(f"Det, der ophørte senest den {done.ended_before:%d-%m-%Y}:")
        if not done:
            self.stdout.write("Der er ikke noget at anonymisere.")
            return
        if dry_run:  # only here: the names are to be forgotten, in logs too
            for person in done.people:
                self.stdout.write(f"  {person}")
        for count, what in (
            (len(done.people), "medarbejdere"),
            (done.placements, "tildelinger"),
            (done.orders, "bestillinger"),
            (done.texts, "begrundelser og bemærkninger"),
            (done.mails, "mails (slettet)"),
            (done.copies, "navne i filer, øjebliksbilleder og det, der kunne fortrydes"),
            (done.logins, "login ældre end en måned (slettet)"),
            (done.entries, "poster i hændelsesloggen"),
        ):
            self.stdout.write(f"  {count} {what}")
        self.stdout.write("Intet er ændret." if dry_run else "Anonymiseret.")
