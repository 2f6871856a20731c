use std::io::{self, Write as _};
use std::panic;
use std::process::{self, ExitCode};

use clap::Parser;
use forenotice::cli;
use tokio::runtime::{Builder, Runtime};

fn main() -> ExitCode {
    match start() {
        Ok(runtime) => runtime.block_on(run()),
        Err(error) => {
            eprintln!("forenotice cannot start: {error}");
            ExitCode::from(cli::NOT_NOW)
        }
    }
}

/// Where a thread cannot be had, tokio panics, and on the way out waits for ever for those it has: the process ends instead.
fn start() -> io::Result<Runtime> {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(|panic| {
        // Nobody may be listening.
        let _ = writeln!(io::stderr(), "forenotice cannot start: {panic}");
        process::exit(cli::NOT_NOW.into());
    }));
    let runtime = Builder::new_multi_thread().enable_all().build();
    panic::set_hook(usual);
    runtime
}

async fn run() -> ExitCode {
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
