//! `completions` and `man`: what packagers install beside the binary.

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, Failure, print};

/// Print the completions of a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  forenotice completions bash > /etc/bash_completion.d/forenotice")]
pub struct CompletionsArgs {
    shell: Shell,
}

/// Print the manual page
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  forenotice man > /usr/local/share/man/man1/forenotice.1")]
pub struct ManArgs {}

pub fn completions(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "forenotice", &mut text);
    print(String::from_utf8_lossy(&text).trim_end())
}

pub fn man(_: &ManArgs) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut text)?;
    print(String::from_utf8_lossy(&text).trim_end())
}
