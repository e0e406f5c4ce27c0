"""Runs the recipes of a guide where the files that they read are.

    recipes.py GUIDE FOLDER

Each block of Python stands for itself, and each of SQL that reads files is run by DuckDB. Prints how many were run; ends with
1 where one fails or gives nothing.
"""

import contextlib
import io
import os
import pathlib
import re
import sys

import duckdb


def main():
    guide, folder = pathlib.Path(sys.argv[1]).read_text(), sys.argv[2]
    os.chdir(folder)
    recipes = re.findall(r"^```(python|sql)\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    names = {}
    for language, recipe in recipes:
        said = io.StringIO()
        if language == "sql":
            rows = duckdb.sql(recipe).fetchall()
            assert rows, recipe
            continue
        with contextlib.redirect_stdout(said):
            exec(recipe, names)  # noqa: S102: that is what it is for
        assert "print(" not in recipe or said.getvalue().strip(), recipe
    print(f"{len(recipes)} recipes were run")


if __name__ == "__main__":
    main()
