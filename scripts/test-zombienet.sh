#!/usr/bin/env bash
# The zombienet tests. --help prints the options.

set -euo pipefail

SCRIPTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/common.sh
source "$SCRIPTS/lib/common.sh"
# shellcheck source=scripts/lib/setup.sh
source "$SCRIPTS/lib/setup.sh"

run_with_setup test-zombienet "$@"
