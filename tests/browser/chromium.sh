#!/usr/bin/env bash
# Debian's chromium for tests, on Debian as root where it is not there yet.
#   chromium.sh install     3 and one line if this machine cannot
set -euo pipefail

cannot() { echo "no chromium here: $1" >&2; exit 3; }

install() {
    if ! command -v chromium >/dev/null; then
        command -v apt-get >/dev/null || cannot "no apt-get to install it by"
        local as_root=""
        [ "$(id -u)" -eq 0 ] || { command -v sudo >/dev/null || cannot "it takes root to install it"; as_root="sudo -n"; }
        export DEBIAN_FRONTEND=noninteractive
        $as_root apt-get update -qq >/dev/null 2>&1 &&
            $as_root apt-get install -qq --yes --no-install-recommends chromium >/dev/null 2>&1 ||
            cannot "its package cannot be installed"
    fi
    chromium --version >/dev/null 2>&1 || cannot "it is there and does not start"
}

"$@"
