#!/usr/bin/env bash
# build.sh PRESET [PROGRAM...]: builds everything of the preset, or only these programs.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck source=deploy/lib/output.sh
. "$root/deploy/lib/output.sh"
# shellcheck source=deploy/lib/build.sh
. "$root/deploy/lib/build.sh"
build_preset "$@"
