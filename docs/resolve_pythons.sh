#!/usr/bin/env bash
# Whether the tested set of versions can be had for each Python that is supported: asks the index, installs nothing.
# usage: docs/resolve_pythons.sh    (takes uv: pip install uv)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
needed=$(sed -nE 's/^    "([a-z0-9-]+)>=.*/--only-binary \1/p' pyproject.toml)
for version in 3.11 3.12 3.13 3.14; do
    # shellcheck disable=SC2086  # one option for each
    uv pip compile --quiet --no-header $needed --python-version "$version" --extra test --extra slurm --extra browser --extra completion \
        --constraint workflow/envs/constraints.txt pyproject.toml >/dev/null && echo "Python $version: all that is imported has wheels"
done
