"""What LibreOffice makes of a workbook: it opens the file and works every formula out."""

import os
import shutil
import subprocess

import openpyxl
import pytest

# LibreOffice, too, believes the results that a file brings along, unless told not to.
ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def recalculated(path, tmp_path):
    """Open a workbook in LibreOffice, save it again, and give it with the results of its formulas.

    The test is skipped where LibreOffice is not installed.
    """
    out = converted(path, tmp_path, "xlsx:Calc MS Excel 2007 XML")
    return openpyxl.load_workbook(out / path.name, data_only=True)


def converted(path, tmp_path, kind):
    """Open a workbook in LibreOffice and save it as another kind; return the folder it is in."""
    soffice = shutil.which("soffice")
    if not soffice:
        if os.environ.get("LIBREOFFICE_TESTS") == "required":
            pytest.fail("LibreOffice is not installed, and LIBREOFFICE_TESTS=required")
        pytest.skip("LibreOffice is not installed, so no workbook is opened in it")
    out, profile = tmp_path / "converted", tmp_path / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE)
    subprocess.run(
        [
            soffice,
            f"-env:UserInstallation=file://{profile}",
            "--headless",
            "--norestore",
            "--convert-to",
            kind,
            "--outdir",
            out,
            path,
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return out
