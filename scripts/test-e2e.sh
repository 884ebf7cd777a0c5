#!/usr/bin/env bash
# The end-to-end tests: real nodes, real RPC, real scripts. --help prints the options.

set -euo pipefail

# shellcheck source=scripts/lib/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/setup.sh"
run_with_setup test-e2e "$@"
