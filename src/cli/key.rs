//! Whether the key that is configured is the one that this installation's letters and ledger were made with.

use super::Failure;
use crate::domain::access::Keys;
use crate::store::{self, Snapshot, migrate};

/// Whether it is; also where the installation was never marked, which `migrate` does.
pub async fn is_the_one(snapshot: &mut Snapshot, keys: &Keys) -> Result<bool, store::Error> {
    let mark = migrate::key_mark(snapshot.conn()).await?;
    Ok(mark.is_none_or(|mark| mark == keys.mark()))
}

/// Refused where it is another.
pub async fn refuse_another(snapshot: &mut Snapshot, keys: &Keys) -> Result<(), Failure> {
    if is_the_one(snapshot, keys).await? {
        return Ok(());
    }
    Err(Failure::new(
        "ledger.key is not the key that this installation began with: the links of every letter sent would be dead, and the ledger \
         would go on under another key",
    )
    .hint("put the key back from the backup; `forenotice config show` says where it is read"))
}
