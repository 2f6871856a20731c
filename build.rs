//! Rebuilds when a migration changes: `sqlx::migrate!` embeds the folder, and cargo does not look into it by itself.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
