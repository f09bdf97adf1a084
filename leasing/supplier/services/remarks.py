"""What a person is told of an invoice before it is taken in: what it says, what is odd in it."""

from collections.abc import Iterable

from albertslund_it.common.money import format_kroner
from albertslund_it.web.database.bulk import ValueChange
from inventory.models import Unit
from leasing.models import FrameworkAgreement, Settings, SupplierInvoice, SupplierInvoiceLine
from leasing.supplier.services.billed import Header, Party
from leasing.supplier.services.subjects import Register

SHOWN = 5
UNKNOWN_PILE = "»Faktureret, men ikke vores«"


def facts_of(
    invoice: SupplierInvoice,
    lines: list[SupplierInvoiceLine],
    header: Header,
    register: Register,
    parties: "Parties",
) -> Iterable[ValueChange]:
    """Return what a document says, and how its lines meet the register."""
    subject = f"Faktura {invoice.number}"

    def told(what: str) -> ValueChange:
        return ValueChange(subject, what)

    if lines:
        first = min(line.starts_on for line in lines)
        last = max(line.last_day for line in lines)
        yield told(f"periode: {first:%d-%m-%Y} – {last:%d-%m-%Y}")
    if header.seller != Party():
        yield told(f"sælger: {header.seller} ({parties.seller_note(header.seller)})")
    if header.buyer != Party():
        yield told(f"køber: {header.buyer} ({parties.buyer_note(header.buyer)})")
    if invoice.vat_ore is not None:
        yield told(f"moms: {format_kroner(invoice.vat_ore)}")
    contracts = sorted({line.sub_agreement for line in lines} - {""})
    yield told(f"underaftaler: {_some(contracts) if contracts else 'ingen'}")
    matched = [line for line in lines if line.serial_number in register.devices]
    yield told(f"{len(matched)} af {len(lines)} linjer er fundet på deres serienummer")
    for line in lines:
        if line.serial_number not in register.devices:
            yield told(f"linje {line.number}: {_about(line, register)}, {_kroner(line)}")


def _kroner(line: SupplierInvoiceLine) -> str:
    return f"{format_kroner(line.amount_ore)} {line.text}".strip()


def _about(line: SupplierInvoiceLine, register: Register) -> str:
    if line.serial_number:
        return f"serienummer {line.serial_number} kendes ikke"
    if not line.sub_agreement:
        return "uden serienummer og underaftale"
    known = "" if register.knows(line.sub_agreement) else ", som ikke kendes"
    return f"uden serienummer, på underaftale {line.sub_agreement}{known}"


def warnings_of(lines: list[SupplierInvoiceLine], register: Register) -> Iterable[str]:
    """Return what is odd in the lines of all that comes in at once."""
    unknown = {line.serial_number for line in lines} - register.devices.keys() - {""}
    if unknown:
        yield (
            f"Serienumre, vi ikke kender ({len(unknown)}): {_some(sorted(unknown))}. "
            f"Beløbene kommer i bunken {UNKNOWN_PILE}."
        )
    contracts = {line.sub_agreement for line in lines} - {""}
    strange = sorted(number for number in contracts if not register.knows(number))
    if strange:
        yield f"Underaftaler, vi ikke kender ({len(strange)}): {_some(strange)}."
    bare = sum(not line.serial_number and not line.sub_agreement for line in lines)
    if bare:
        yield (
            f"{_count(bare)} har hverken serienummer eller underaftale. "
            f"{'Beløbet' if bare == 1 else 'Beløbene'} kommer i bunken {UNKNOWN_PILE}."
        )
    free = sum(not line.amount_ore for line in lines)
    if free:
        yield f"{_count(free)} er på 0 kr. {'Den' if free == 1 else 'De'} ændrer intet."


def _count(number: int) -> str:
    return "1 linje" if number == 1 else f"{number} linjer"


def _some(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")


def _not_told(name: str) -> str:
    return f"ikke sammenlignet, for {name} står ikke i Indstillinger"


class Parties:
    """Who the lessor is and who we are, as far as settings, agreement and units say it."""

    def __init__(self) -> None:
        self._settings = Settings.objects.get(id=1)
        framework = FrameworkAgreement.objects.order_by("starts_on", "id").last()
        self._lessor = framework.name if framework else ""

    def seller_note(self, seller: Party) -> str:
        """Say what the seller was compared with."""
        if self._settings.lessor_cvr and seller.cvr:
            return "CVR-nr. er sammenlignet"
        return _not_told("leasinggivers CVR-nr.") + ", kun navnet"

    def buyer_note(self, buyer: Party) -> str:
        """Say what the buyer was compared with."""
        compared = [
            name
            for name, ours, theirs in (
                ("CVR-nr.", self._settings.own_cvr, buyer.cvr),
                ("EAN", self._settings.invoice_ean, buyer.ean),
            )
            if ours and theirs
        ]
        if compared:
            return f"{' og '.join(compared)} er sammenlignet"
        return _not_told("kommunens CVR-nr. og EAN")

    def warnings(self, header: Header) -> Iterable[str]:
        """Return what does not fit of who sells and who buys."""
        seller, buyer, ours = header.seller, header.buyer, self._settings
        if seller == Party():
            yield "Filen siger ikke, hvem sælgeren er. Kontrollér, at den er fra leasinggiver."
        elif ours.lessor_cvr and seller.cvr:
            if seller.cvr != ours.lessor_cvr:
                yield (
                    f"Sælgeren er {seller}, men leasinggivers CVR-nr. er {ours.lessor_cvr}. "
                    "Kontrollér, at fakturaen er fra leasinggiver."
                )
        elif self._lessor.casefold() not in seller.name.casefold():
            yield (
                f"Sælgeren er {seller}, men rammeaftalen er med {self._lessor}. "
                "Kontrollér, at fakturaen er fra leasinggiver."
            )
        if ours.own_cvr and buyer.cvr and buyer.cvr != ours.own_cvr:
            yield f"Køberen er {buyer}, men kommunens CVR-nr. er {ours.own_cvr}. Er den til os?"
        elif ours.invoice_ean and not self._is_ours(buyer.ean):
            yield (
                f"Fakturaen er sendt til EAN {buyer.ean}, som hverken er kommunens "
                f"({ours.invoice_ean}) eller en enheds. Er den til os?"
            )

    def _is_ours(self, ean: str) -> bool:
        known = ("", self._settings.invoice_ean)
        return ean in known or Unit.objects.filter(ean=ean).exists()
