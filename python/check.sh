#!/usr/bin/env bash
# Checks and tests the Python workers in an environment of their own, python/.venv, which tests of the service use as well.
# --with-models also installs torch and transformers (some gigabytes), for the tests that run a tiny Dia.
set -euo pipefail
cd "$(dirname "$0")"

if [ ! -x .venv/bin/python ]; then
  python3 -m venv .venv || { python3 -m pip install --quiet --break-system-packages virtualenv && python3 -m virtualenv --quiet .venv; }
fi
pip() { .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@"; }
pip -r requirements/dev.txt
if [ "${1:-}" = "--with-models" ]; then pip -r requirements/nari-dia.txt; fi

.venv/bin/ruff check .
.venv/bin/ruff format --check .
.venv/bin/mypy voicebot_workers
.venv/bin/pytest -q -rs
