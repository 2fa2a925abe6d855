#!/usr/bin/env bash
# Gradescope runs this once, when it builds the autograder: judge and what it needs in a venv.
set -euo pipefail
root="${JUDGE_AUTOGRADER:-/autograder}"

suits() {
    "$1" -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
        > /dev/null 2>&1
}

find_python() {
    local name
    for name in "${JUDGE_PYTHON:-}" python3.13 python3.12 python3.11 python3; do
        if [ -n "$name" ] && suits "$name"; then
            echo "$name"
            return
        fi
    done
    return 1
}

if ! python="$(find_python)"; then
    apt-get update -q
    for version in 3.13 3.12 3.11; do
        if apt-get install -q -y "python$version" "python$version-venv"; then
            break
        fi
    done
    python="$(find_python)" || { echo "There is no Python 3.11 to 3.13 here." >&2; exit 1; }
fi

venv="$root/judge"
if [ ! -x "$venv/bin/python" ]; then
    "$python" -m venv "$venv"
fi
wheels=("$root"/source/wheels/*.whl)
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    "${wheels[0]}$(cat "$root/source/extras.txt")"
chmod -R go-rwx "$root/source"
"$venv/bin/python" -c 'from judge.authoring import autograding'
