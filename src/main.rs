use std::process::ExitCode;

use clap::Parser;
use forenotice::cli;

#[tokio::main]
async fn main() -> ExitCode {
    // Both the relay and Postgres speak TLS through rustls, which wants its one provider before the first connection.
    // A provider already in place is this one: nothing else in the process installs any.
    let _ = rustls::crypto::ring::default_provider().install_default();

    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() && cli::is_receive(std::env::args_os()) => {
            // Nobody may be listening.
            let _ = error.print();
            return ExitCode::from(cli::NOT_NOW);
        }
        Err(error) => error.exit(),
    };
    match cli::run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprint!("{failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}
