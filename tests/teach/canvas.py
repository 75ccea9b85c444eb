"""A class as Canvas hands it over: the zip file of its submissions, and the sheet of its grades."""

import csv
import zipfile
from pathlib import Path

COLUMN = "Homework 1 (901)"
HEADER = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", COLUMN, "Essay (902)"]


def number_of(place):
    """The number that Canvas gives a student."""
    return str(1041 + place)


def write_zip(path: Path, students: dict) -> None:
    """Write the submissions of students, named by what they hand in."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, (name, kind) in enumerate(students.items()):
            late = "_LATE" if kind.late else ""
            for file, data in kind.files.items():
                archive.writestr(
                    f"{name.replace('-', '')}{late}_{number_of(place)}_{88000 + place}_{file}", data
                )


def write_sheet(path: Path, students: list[str], possible: float = 12) -> None:
    """Write Canvas's export before anything is graded; one name has a comma in it."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerow(["    Points Possible", "", "", "", "", f"{possible:.2f}", "10.00"])
        for place, name in enumerate(students):
            login = f"{name}@example.org"
            writer.writerow(
                [f"{name.title()}, Jr.", number_of(place), "", login, "Lecture, Monday", "", "7.00"]
            )
        writer.writerow(["Student, Test", "9999", "", "", "Lecture, Monday", "", ""])
