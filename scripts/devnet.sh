#!/usr/bin/env bash
# Four hospitals train a model together on this machine. --help prints the options.

set -euo pipefail

# shellcheck source=scripts/lib/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/setup.sh"
run_with_setup devnet "$@"
