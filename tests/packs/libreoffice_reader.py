"""Run by LibreOffice's own Python: opens a workbook with a password through its API and prints every cell as JSON.

Arguments: name of a pipe, address of the file, password. It prints ``null`` when the password does not open the file.
"""

from __future__ import annotations

import json
import sys
import time

import uno  # type: ignore[import-not-found]
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]


def desktop(pipe: str) -> object:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(240):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.25)
        else:
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    raise SystemExit("LibreOffice does not answer")


def told(name: str, value: object) -> object:
    found = PropertyValue()
    found.Name, found.Value = name, value
    return found


def cells(sheet: object) -> dict[str, object]:
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    used = cursor.RangeAddress
    # One question for the whole sheet: each crosses from one process into another.
    rows = sheet.getCellRangeByPosition(0, 0, used.EndColumn, used.EndRow).DataArray
    return {
        f"{column},{row}": value
        for row, values in enumerate(rows, start=1)
        for column, value in enumerate(values, start=1)
        if value != ""
    }


def main() -> None:
    _, pipe, address, password = sys.argv
    office = desktop(pipe)
    try:
        book = office.loadComponentFromURL(
            address, "_blank", 0, (told("Hidden", True), told("ReadOnly", True), told("Password", password))
        )
    except Exception as error:  # noqa: BLE001 - a refusal is told by whichever exception the API likes
        print(f"refused: {type(error).__name__}", file=sys.stderr)  # noqa: T201
        book = None
    sheets = book.Sheets if book else None
    print(json.dumps({sheet.Name: cells(sheet) for sheet in sheets} if sheets else None))  # noqa: T201
    if book:
        book.close(True)
    office.terminate()


if __name__ == "__main__":
    main()
