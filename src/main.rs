use std::process::ExitCode;
use std::sync::mpsc;
use std::{panic, thread};

use clap::Parser;
use forenotice::cli;
use tokio::runtime::{Builder, Runtime};

fn main() -> ExitCode {
    match start() {
        Ok(runtime) => runtime.block_on(run()),
        Err(why) => {
            eprintln!("forenotice cannot start: {why}");
            ExitCode::from(cli::NOT_NOW)
        }
    }
}

/// Where a thread cannot be had, tokio panics, and on the way out waits for ever for those it has: not on the main thread, which
/// hears of it and ends the process.
fn start() -> Result<Runtime, String> {
    let (tell, told) = mpsc::channel();
    let usual = panic::take_hook();
    let panicked = tell.clone();
    panic::set_hook(Box::new(move |panic| drop(panicked.send(Err(panic.to_string())))));
    let build =
        move || tell.send(Builder::new_multi_thread().enable_all().build().map_err(|e| e.to_string()));
    thread::Builder::new().spawn(build).map_err(|error| error.to_string())?;
    let started = told.recv().map_err(|error| error.to_string())?;
    panic::set_hook(usual);
    started
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
