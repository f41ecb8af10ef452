#!/usr/bin/env bash
# Whether versions of all that is needed can be had for each Python that is supported: asks the index, installs nothing.
# usage: docs/resolve_pythons.sh [tested|newest|lowest]    (takes uv: pip install uv)
#   tested  the set of workflow/envs/constraints.txt (default)    newest, lowest  the ends of the ranges in pyproject.toml
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
case ${1:-tested} in
    tested) options="--constraint workflow/envs/constraints.txt" ;;
    newest) options="--resolution highest" ;;
    lowest) options="--resolution lowest-direct" ;;
    *) echo "got '$1'; allowed: tested, newest, lowest" >&2 && exit 2 ;;
esac
needed=$(sed -nE 's/^    "([a-z0-9-]+)>=.*/--only-binary \1/p' pyproject.toml)
for version in 3.11 3.12 3.13 3.14; do
    # shellcheck disable=SC2086  # one option for each
    uv pip compile --quiet --no-header $needed --python-version "$version" --extra test --extra slurm --extra completion \
        $options pyproject.toml >/dev/null && echo "Python $version: all that is imported has wheels"
done
