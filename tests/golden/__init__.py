"""The golden record: what two versions of dispatch-lint print for the same inputs, compared byte for byte.

    make golden BASE=REV                      # REV beside the working tree
    make golden BASE=REV GOLDEN='--only "rule/*" --keep /tmp/golden'
    python -m tests.golden --base-command a/bin/dispatch-lint --head-command b/bin/dispatch-lint

Each case runs one or more commands in a fresh copy of its input folder, once for each version. Its
record is what they print to both streams, their exit codes, and every file that they changed; the
version, the folder and times of the run are normalised. A case that differs is shown as a diff, with
the commands that repeat it.

What is meant to differ is named, with its reason, in `changes.txt`. The exit code is 0 where nothing
else differs, and all that is named there does.

- `cases.py`: the list of cases; `cases_check.py` has those of the command `check`
- `inputs*.py`: what writes the input folders, the same each time
- `running.py`: runs a case and writes its record; `compare.py`: the diff of two records
- `installing.py`: both versions, each in a virtual environment of its own
"""
