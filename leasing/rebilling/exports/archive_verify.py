"""Regn efter, om en låst kørsel er, som den blev låst. Kræver kun Python 3.9 eller nyere.

    python3 verify.py                      arkivet i den mappe, programmet ligger i
    python3 verify.py 2026Q1 2026Q2.zip    flere arkiver i rækkefølge, pakket ud eller ej

Flere arkiver skal følge hinanden: hvert har kontrolsummen af kørslen før. Reglerne står i
LAES-MIG.txt.
"""

import csv
import hashlib
import io
import sys
import zipfile
from pathlib import Path

FIELD, RECORD = "\x1f", "\x1e"
RUN, INVOICES, LINES, SUMS = "koersel.csv", "opgoerelser.csv", "linjer.csv", "SHA256SUMS"
FACTS = (
    "Udgave",
    "Kørsel",
    "Forrige kontrolsum",
    "Låst (UTC)",
    "Låst af",
    "Linjer",
    "I alt (øre)",
    "Kontrolsum",
)
HAS_APOSTROPHES = ["Apostrof foran", "ja"]
INVOICE_HEADINGS = ["Opgørelse", "Afdeling", "Leder", "Linjer", "I alt (øre)"]
LINE_HEADINGS = [
    "Linje",
    "Opgørelse",
    "Slags",
    "Periode",
    "Afdeling",
    "Enhedsnr",
    "Enhed",
    "Serienummer",
    "Model",
    "Underaftale",
    "Pris (øre)",
    "Fra",
    "Til",
    "Dage",
    "Beløb (øre)",
    "Tekst",
]


def read(path):
    """Return the files of an archive, by name."""
    if path.is_dir():
        return {file.name: file.read_bytes() for file in path.iterdir() if file.is_file()}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def table(data, headings):
    """Return the rows of a CSV file; the first must be the headings."""
    text = io.StringIO(data.decode("utf-8"), newline="")
    rows = list(csv.reader(text, delimiter=";", strict=True))
    if not rows or rows[0] != headings or any(len(row) != len(headings) for row in rows):
        raise ValueError("kolonnerne er andre end " + ", ".join(headings))
    return rows[1:]


def without_apostrophes(rows):
    """Return rows without what keeps a spreadsheet from working a text out."""
    return [[cell[1:] if cell.startswith("'") else cell for cell in row] for row in rows]


def of_files(files):
    """Yield what is wrong with the files as such."""
    for row in files[SUMS].decode("utf-8").splitlines():
        checksum, _, name = row.partition("  ")
        if name not in files:
            yield f"{name} mangler."
        elif hashlib.sha256(files[name]).hexdigest() != checksum:
            yield f"{name} er ændret: dens SHA-256 er en anden end i {SUMS}."


def of_sums(facts, invoices, lines):
    """Yield where lines, invoices and run do not add up."""
    if [row[0] for row in lines] != [str(n + 1) for n in range(len(lines))]:
        yield "Linjernes numre har huller."
    if len(lines) != int(facts["Linjer"]):
        yield f"Der er {len(lines)} linjer, men kørslen har {facts['Linjer']}."
    total = sum(int(row[14]) for row in lines)
    if total != int(facts["I alt (øre)"]):
        yield f"Linjerne giver {total} øre, men kørslen {facts['I alt (øre)']}."
    found = {}
    for row in lines:
        count, amount = found.get((row[1], row[4]), (0, 0))
        found[row[1], row[4]] = (count + 1, amount + int(row[14]))
    stated = {(row[0], row[1]): (int(row[3]), int(row[4])) for row in invoices}
    for number, department in sorted(found.keys() | stated.keys()):
        if found.get((number, department)) != stated.get((number, department)):
            yield f"Opgørelse {number} ({department}) passer ikke med sine linjer."


def digest(facts, invoices, lines):
    """Return the digest worked out from the records."""
    header = [facts[name] for name in FACTS[1:-1]]
    records = [header, *lines]
    if facts["Udgave"] == "2":
        records = [["2", *header], *invoices, *lines]
    elif facts["Udgave"] != "1":
        raise ValueError(f"udgave {facts['Udgave']} kendes ikke")
    return hashlib.sha256(RECORD.join(map(FIELD.join, records)).encode("utf-8")).hexdigest()


def check(path):
    """Return an archive's facts and what does not hold in it."""
    files = read(path)
    run = table(files[RUN], ["Felt", "Værdi"])
    invoices, lines = table(files[INVOICES], INVOICE_HEADINGS), table(files[LINES], LINE_HEADINGS)
    if HAS_APOSTROPHES in run:
        run, invoices, lines = map(without_apostrophes, (run, invoices, lines))
    facts = dict(run)
    faults = [*of_files(files), *of_sums(facts, invoices, lines)]
    if digest(facts, invoices, lines) != facts["Kontrolsum"]:
        faults.append("Kontrolsummen passer ikke: kørslen er ikke, som den blev låst.")
    return facts, faults


def main(paths):
    """Check each archive, and that each follows the one before; return the exit status."""
    status, before = 0, None
    for path in paths:
        try:
            facts, faults = check(path)
        except (OSError, KeyError, ValueError, csv.Error, zipfile.BadZipFile) as error:
            sys.stderr.write(f"{path}: kan ikke læses som et arkiv ({error}).\n")
            return 1
        if before is not None and facts["Forrige kontrolsum"] != before:
            faults.append("Kæden er brudt: kørslen er ikke låst oven på den, der står før.")
        for fault in faults:
            sys.stderr.write(f"{facts['Kørsel']}: {fault}\n")
        if faults:
            status = 1
        else:
            sys.stdout.write(
                f"{facts['Kørsel']}: alt stemmer, {facts['Linjer']} linjer, "
                f"{facts['I alt (øre)']} øre\n"
                f"  kontrolsum      {facts['Kontrolsum']}\n"
                f"  kørslen før     {facts['Forrige kontrolsum'] or '(den første)'}\n"
            )
        before = facts["Kontrolsum"]
    return status


if __name__ == "__main__":
    sys.exit(main([Path(one) for one in sys.argv[1:]] or [Path(__file__).resolve().parent]))
