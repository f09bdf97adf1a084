"""What is told of, in words, and what the log says."""

from leasing.models import WebhookEndpoint

EVENTS = {
    "order.approved": "En bestilling er godkendt",
    "device.delivered": "Udstyr er leveret",
    "quarter.locked": "Et kvartal er låst",
    "lease.ends_soon": "En leasing udløber snart",
}
TEST = "webhook.test"
MARKS = {
    "waiting": ("warn", "Venter"),
    "delivered": ("good", "Modtaget"),
    "given_up": ("bad", "Ikke modtaget"),
}
NO_HTTPS = "Adressen skal begynde med https:// og have et værtsnavn."
NO_ADDRESS = "Adressen kan ikke læses. Skriv den som https://system.kommunen.dk/webhook."
INSIDE = (
    "Adressen er inde i netværket. Det skal tillades på serveren (WEBHOOK_NETWORKS), før vi sender."
)
NOT_FOUND = "Værtsnavnet findes ikke."
NO_ANSWER = "Intet svar inden 10 sekunder."
NO_CONNECTION = "Der kan ikke oprettes forbindelse."
NO_TRUST = "Certifikatet er ikke til at stole på."
REDIRECTS = "Svaret leder videre. Det følges ikke: skriv den rigtige adresse."
GONE = "Modtageren svarede 410: den vil ikke have flere."
THREE_DAYS = "Der er ikke svaret i tre dage."


def standing_of(endpoint: WebhookEndpoint, in_vain: int) -> tuple[str, str]:
    """Return the mark of an endpoint, of whose messages some were sent in vain so far."""
    if not endpoint.is_on:
        return "bad" if endpoint.off_because else "", "Slået fra"
    return ("warn", "Svarer ikke") if in_vain else ("good", "Slået til")


def event_label(event: str) -> str:
    """Return what an event is called."""
    return EVENTS.get(event, "Prøve")
