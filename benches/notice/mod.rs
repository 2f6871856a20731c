//! A notice to the customers of a file, by the real binary.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::ensure;

use crate::support::{ADMIN, Ground};

/// Facts that make a fact sheet complete.
const FACTS: [&str; 24] = [
    "--legal-entity",
    "Nimbus GmbH",
    "--address",
    "Ring 2, 10115 Berlin",
    "--contact",
    "privacy@nimbus.example",
    "--category",
    "hosting",
    "--purpose",
    "hosting of the service",
    "--nature",
    "storage, while the agreement lasts",
    "--country",
    "DE",
    "--data-types",
    "names;addresses",
    "--data-subjects",
    "employees",
    "--transfer-mechanism",
    "none",
    "--safeguards",
    "encryption at rest",
    "--products",
    "chat;api",
];

pub fn import(ground: &Ground, database: &str, file: &Path) -> anyhow::Result<()> {
    run(ground.forenotice(database).args(["customers", "import", "--as", ADMIN]).arg(file))
}

/// An addition that is announced at the next send window.
pub fn schedule(ground: &Ground, database: &str) -> anyhow::Result<()> {
    let today = forenotice::clock::Clock::System.now().date_naive();
    let far = (today + chrono::Days::new(150)).to_string();
    let mut schedule = ground.forenotice(database);
    schedule.args(["change", "schedule", "add", "--name", "Nimbus", "--reason", "more capacity"]);
    run(schedule.args(FACTS).args(["--effective", &far, "--as", ADMIN]))
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let ran = command.stderr(Stdio::piped()).output()?;
    ensure!(ran.status.success(), "{command:?}: {}", String::from_utf8_lossy(&ran.stderr));
    Ok(())
}

/// SIGTERM, and the end.
pub fn stop(daemon: &mut Child) -> anyhow::Result<()> {
    rustix::process::kill_process(rustix::process::Pid::from_child(daemon), rustix::process::Signal::TERM)?;
    daemon.wait()?;
    Ok(())
}
