//! The command line on a test's world: the real binary, the world's configuration, database and clock.

use std::process::Stdio;

use tokio::process::Command;

use super::World;
use super::world::{DPO, SETTINGS};

/// What a command came to.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub printed: String,
    /// Standard error: the refusal and its hint.
    pub said: String,
}

impl Ran {
    /// What it printed, as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.printed).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl World {
    /// Runs `forenotice WORDS` as the data protection officer.
    pub async fn command(&self, words: &[&str]) -> Ran {
        self.command_as(DPO, words).await
    }

    /// Runs `forenotice WORDS` as somebody else.
    pub async fn command_as(&self, email: &str, words: &[&str]) -> Ran {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("forenotice.toml");
        std::fs::write(&config, SETTINGS).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_forenotice"))
            .args(words)
            .args(["--as", email, "--config"])
            .arg(&config)
            .envs(self.variables.clone())
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        Ran {
            code: output.status.code(),
            printed: String::from_utf8(output.stdout).unwrap(),
            said: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
