//! `objection files`: what came with an objection, as files.

use std::path::PathBuf;

use super::super::foreign::print;
use super::super::{Failure, Global, OrHint as _, Output, context};
use crate::store;

pub const HELP: &str = "\
The files are as their senders made them: open them as you would open an attachment of a mail.

Example:
  forenotice objection files OBJ-2026-0001 --to /tmp/OBJ-2026-0001";

#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(value_name = "OBJ")]
    reference: String,
    /// The directory to write them to; it is made if it is not there. Without it they are only listed
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    let cx = context::open(global)?;
    let mut snapshot = cx.snapshot().await?;
    let known = store::objection::by_reference(snapshot.conn(), &args.reference)
        .await
        .or_hint("forenotice objection list names them all")?;
    let files = store::objection::enclosed(snapshot.conn(), known.id()).await?;
    if args.output.json {
        let files: Vec<_> = files
            .iter()
            .map(|file| serde_json::json!({"name": file.name, "bytes": file.bytes, "sha256": hex::encode(&file.hash)}))
            .collect();
        print(serde_json::json!({"ref": known.reference, "files": files}))?;
    }
    for file in &files {
        let hash = hex::encode(&file.hash);
        if let Some(folder) = &args.to {
            let bytes = store::notice::file(snapshot.conn(), &file.hash).await?;
            // Named by its hash: what its sender calls it may be any path, or the name of another.
            let path = folder.join(format!("{}-{}", &hash[..12], safe(&file.name)));
            let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, bytes));
            written.map_err(|why| {
                Failure::new(format!("{}: {why}", path.display())).hint("name a directory with --to")
            })?;
        }
        if !args.output.json {
            let bytes = file.bytes.map_or("erased".to_owned(), |bytes| format!("{bytes} bytes"));
            print(format_args!("{}  {bytes}  sha256 {hash}", file.name))?;
        }
    }
    if files.is_empty() && !args.output.json {
        print(format_args!("no file came with {}", known.reference))?;
    }
    Ok(())
}

/// A name that is a name on every system.
fn safe(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let name: String = name.chars().map(plain).take(100).collect();
    if name.trim_matches('.').is_empty() { "file".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_directory() {
        assert_eq!(safe("../../etc/passwd"), ".._.._etc_passwd");
        assert_eq!(safe("a b.pdf"), "a_b.pdf");
        assert_eq!(safe(".."), "file");
        assert_eq!(safe(""), "file");
    }
}
