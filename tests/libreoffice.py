"""What LibreOffice makes of a workbook: it opens the file and works every formula out."""

import os
import shutil
import subprocess

import openpyxl
import pytest


def recalculated(path, tmp_path):
    """Open a workbook in LibreOffice, save it again, and give it with the results of its formulas.

    The test is skipped where LibreOffice is not installed.
    """
    soffice = shutil.which("soffice")
    if not soffice:
        if os.environ.get("LIBREOFFICE_TESTS") == "required":
            pytest.fail("LibreOffice is not installed, and LIBREOFFICE_TESTS=required")
        pytest.skip("LibreOffice is not installed, so no workbook is opened in it")
    out = tmp_path / "recalculated"
    subprocess.run(
        [
            soffice,
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--norestore",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            out,
            path,
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return openpyxl.load_workbook(out / path.name, data_only=True)
