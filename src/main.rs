use std::process::ExitCode;

use clap::Parser;
use forenotice::cli;

#[tokio::main]
async fn main() -> ExitCode {
    // Both the relay and Postgres speak TLS through rustls, which wants its one provider before the first connection.
    // A provider already in place is this one: nothing else in the process installs any.
    let _ = rustls::crypto::ring::default_provider().install_default();

    match cli::run(cli::Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprint!("{failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}
