"""What `verify`, a closing and the pages of a quarter say of what no longer holds."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from albertslund_it.common.money import format_kroner
from albertslund_it.web.moments import moment_told
from leasing.billing.selectors.breaches import Breach

RUN = "Kørsel {run}"
INVOICE = "Kørsel {run}, opgørelse {invoice}"
LINE = "Opgørelse {invoice}, linje {line}"
FILE = "Kørsel {run}: filen {file} hentet {exported_at}"
VOUCHER = "Kørsel {run}: bilag {voucher}"
LEASE = "Leasing af {serial_number}"

SENTENCES = {
    # the database
    "guard_missing": "Spærringen {guard} mangler i databasen eller er ændret.",
    "foreign_object": "Databasen har {what}. Det har systemet ikke lavet.",
    "rows_lost": "{count} i tabellen »{table}« peger på noget i »{target}«, der er væk.",
    "settings_gone": "Indstillingerne er væk.",
    # runs that are gone, or not those that were sealed
    "run_gone": RUN + ": er væk. Historikken siger, at den er låst ({digest}).",
    "run_sealed_by_another": RUN + ": blev låst med kontrolsummen {digest}, siger historikken.",
    "run_without_history": RUN + ": historikken kender ikke låsningen.",
    "mailed_run_gone": RUN + ": er væk, men mails om den findes.",
    "all_runs_gone": "{count} leasinger er opkrævet, men der er ingen låste kørsler.",
    "last_run_gone": "Den sidste kørsel er væk: databasen har givet et højere nummer end dens.",
    "run_expected": RUN + ": mangler. Den skulle være låst med kontrolsummen {digest}.",
    "digest_expected": RUN + ": er låst med kontrolsummen {found}, men skulle have {digest}.",
    "seal_expected": RUN + ": har ingen kontrolsum, men skulle have {digest}.",
    # a run against its lines
    "stored_sums": RUN + ": summerne er ikke dem, den blev låst med.",
    "run_misnamed": RUN + ": er gemt som en kørsel til og med {quarter}.",
    "unsealed": RUN + ": kontrolsummen mangler, så kørslen er ikke låst.",
    "digest": RUN + ": kontrolsummen passer ikke med linjerne. Noget er ændret efter låsningen.",
    "chain": RUN + ": kæden er brudt. Den forrige kørsels kontrolsum er en anden.",
    "line_count": RUN + ": har {found} linjer, men blev låst med {sealed}.",
    "line_numbers": RUN + ": linjenumrene har huller (ved {line}).",
    "run_total": RUN + ": linjerne giver {found_ore}, men kørslen blev låst med {sealed_ore}",
    "invoices_total": RUN + ": opgørelserne giver ikke kørslens sum.",
    "summaries": RUN + ": sammentællingerne passer ikke med linjerne.",
    # an invoice and its lines
    "invoice_numbers": INVOICE + ": numrene har huller, her skulle stå {expected}.",
    "lines_of_another": INVOICE + ": linjerne er en anden afdelings end {department}.",
    "invoice_total": INVOICE
    + ": linjerne giver {found_ore} ({found} linjer), men der står {stored_ore} ({stored} linjer).",
    "department": INVOICE + ": er {name}, men hører til {known}.",
    "department_gone": INVOICE + ": er {name}, men hører til en afdeling, der er væk.",
    "head": INVOICE + ": {name} har ikke været leder af afdelingen.",
    "cost_holder": "Opgørelse {invoice}: omkostningsbæreren er en anden nu end ved låsningen.",
    "unit": "Opgørelse {invoice}: linjer for enhed {unit} hører til en anden enhed.",
    "lease_of_line": LINE + ": peger på en anden leasing end {serial_number}.",
    "charge": LINE + ": engangsbeløbet er et andet end det opkrævede ({charge_fields}).",
    "before_start": "Opgørelse {invoice}: har linjer fra før opkrævningens første dag {start}.",
    "billing_start": "Opkrævningens første dag er {start_iso}, men historikken siger {told}.",
    # files and vouchers
    "file_without_history": FILE + " kendes ikke af historikken.",
    "file_changed": FILE + " er ændret siden ({fields}).",
    "file_gone": FILE + " er væk.",
    "voucher_without_history": VOUCHER + " kendes ikke af historikken.",
    "voucher_changed": VOUCHER + " er ændret siden ({fields}).",
    "voucher_gone": VOUCHER + " er væk.",
    # leases
    "lease_without_term": LEASE + ": har ingen løbetid og dermed ingen pris.",
    "term_numbers": LEASE + ": løbetidernes numre har huller (ved {position}).",
    "lease_too_early": LEASE + ": begynder før rammeaftalen.",
    "billed_text": LEASE
    + ": de fakta, den siges opkrævet efter, giver andre linjer end dem, der er låst.",
    "pending": LEASE
    + ": en fuld genberegning giver andre udestående forskelle ({periods}, {pending_ore}) end den "
    "hurtige.",
    "kept_cost": "De gemte udgifter i »{table}« er ikke dem, en genberegning giver ({of}).",
}
CHARGE_FIELDS = {
    "date": "dato",
    "unit": "enhed",
    "amount": "beløb",
    "text": "tekst",
    "device": "udstyr",
}


def sentences_of_breaches(breaches: Iterable[Breach]) -> Iterator[str]:
    """Say each breach in a sentence, as it comes."""
    for breach in breaches:
        words = {name: _word(name, value) for name, value in breach.values.items()}
        yield SENTENCES[breach.kind].format(**words)


def _word(name: str, value: object) -> str:
    if value is None:
        return "(væk)"
    if isinstance(value, int) and name.endswith("_ore"):
        return format_kroner(value)
    if isinstance(value, datetime):
        return moment_told(value)
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    if isinstance(value, tuple):
        parts = [CHARGE_FIELDS[part] for part in value] if name == "charge_fields" else value
        return (" eller " if name == "known" else ", ").join(parts)
    return str(value)
