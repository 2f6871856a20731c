# The environment of every script here; sourced from the working copy's root.
# With a clean HOME, rustup's shims do not find the toolchain that lies beside them: they are told where.
if cargo=$(command -v cargo); then
    # …/.cargo/bin/cargo
    beside=$(dirname "$(dirname "$cargo")")
    if [ -z "${CARGO_HOME:-}" ] && [ ! -d "$HOME/.cargo" ] && [ -w "$beside" ]; then
        export CARGO_HOME="$beside"
    fi
    if [ -z "${RUSTUP_HOME:-}" ] && [ ! -d "$HOME/.rustup" ] && [ -d "$(dirname "$beside")/.rustup" ]; then
        RUSTUP_HOME=$(dirname "$beside")/.rustup
        export RUSTUP_HOME
    fi
fi
export CARGO_HOME="${CARGO_HOME:-$HOME/.cargo}"
PATH="$PWD/.tools/postgres-bin:$CARGO_HOME/bin:$PATH"
export PATH
