#!/usr/bin/env bash
# Measures what the chain adds to training: seconds per round, finality, memory. --help prints the options.

set -euo pipefail

# shellcheck source=scripts/lib/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/setup.sh"
run_with_setup benchmark-chain "$@"
