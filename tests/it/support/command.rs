//! The command line on a test's world: the real binary, the world's configuration, database and clock.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

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

/// A command under way.
#[derive(Debug)]
pub struct Running {
    pub child: Child,
    folder: TempDir,
}

impl World {
    /// Runs `forenotice WORDS` as the data protection officer.
    pub async fn command(&self, words: &[&str]) -> Ran {
        self.command_as(DPO, words).await
    }

    /// Runs `forenotice WORDS` as somebody else.
    pub async fn command_as(&self, email: &str, words: &[&str]) -> Ran {
        self.fed(&[words, &["--as", email]].concat(), b"", &[]).await
    }

    /// Runs `forenotice WORDS` with this on its standard input; `changed`: settings that differ from the world's.
    pub async fn fed(&self, words: &[&str], input: &[u8], changed: &[(&str, &str)]) -> Ran {
        let mut running = self.running(words, changed);
        // It may have said no before it has read everything.
        let _ = running.child.stdin.take().unwrap().write_all(input).await;
        running.ended().await
    }

    /// Runs `forenotice WORDS` by the key in that file, which may not be there.
    pub async fn by_key_file(&self, words: &[&str], key: &Path) -> Ran {
        let by_file = |line: &str| match line.strip_prefix("key = ") {
            Some(_) => format!("key_file = {key:?}\n"),
            None => format!("{line}\n"),
        };
        let settings: String = SETTINGS.lines().map(by_file).collect();
        self.started(words, &settings, &[]).ended().await
    }

    /// Starts `forenotice WORDS`, whose standard input is the caller's.
    pub fn running(&self, words: &[&str], changed: &[(&str, &str)]) -> Running {
        self.started(words, SETTINGS, changed)
    }

    fn started(&self, words: &[&str], settings: &str, changed: &[(&str, &str)]) -> Running {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("forenotice.toml");
        std::fs::write(&config, settings).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_forenotice"))
            .args(words)
            .arg("--config")
            .arg(&config)
            .envs(self.variables.clone())
            .envs(changed.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Running { child, folder }
    }
}

impl World {
    /// Writes a program that runs `forenotice WORDS` with further words for anybody on this machine, beside its configuration.
    pub fn write_program(&self, program: &Path, words: &str) {
        let config = program.with_extension("toml");
        std::fs::write(&config, SETTINGS).unwrap();
        let set: Vec<_> = self.variables.iter().map(|(name, value)| format!("{name}='{value}' ")).collect();
        let (set, binary, config) = (set.concat(), env!("CARGO_BIN_EXE_forenotice"), config.display());
        std::fs::write(program, format!("#!/bin/sh\n{set}exec {binary} {words} --config {config} \"$@\"\n"))
            .unwrap();
        std::fs::set_permissions(program, Permissions::from_mode(0o755)).unwrap();
    }
}

impl Running {
    /// Waits for its end.
    pub async fn ended(self) -> Ran {
        let output = self.child.wait_with_output().await.unwrap();
        drop(self.folder);
        Ran {
            code: output.status.code(),
            printed: String::from_utf8(output.stdout).unwrap(),
            said: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
