//! Where the Postgres server's programs are on this machine.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::Error;

/// The oldest major version whose SQL the schema uses.
const MAJOR_VERSION_MIN: u32 = 15;

/// Debian and its kin keep one directory a major version here.
const VERSIONED: &str = "/usr/lib/postgresql";

/// The two programs that we run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    pub initdb: PathBuf,
    pub postgres: PathBuf,
}

impl Binaries {
    /// The programs in `given`, and nowhere else, if it is set; else the first pair in `search_path`, else the newest
    /// of the versioned directories.
    pub fn find(given: Option<&Path>, search_path: Option<&OsStr>) -> Result<Self, Error> {
        let candidates: Vec<PathBuf> = if let Some(directory) = given {
            vec![directory.to_owned()]
        } else {
            let on_path = search_path.map(std::env::split_paths).into_iter().flatten();
            on_path.chain(newest_first(Path::new(VERSIONED))).collect()
        };
        candidates.iter().find_map(|directory| Self::in_directory(directory)).ok_or_else(|| Error::NotFound {
            tried: match given {
                Some(directory) => directory.display().to_string(),
                None => format!("the search path and {VERSIONED}/*/bin"),
            },
        })
    }

    fn in_directory(directory: &Path) -> Option<Self> {
        let pair = Self { initdb: directory.join("initdb"), postgres: directory.join("postgres") };
        (pair.initdb.is_file() && pair.postgres.is_file()).then_some(pair)
    }

    /// Refuses a server that is too old for the schema. `said` is what `postgres --version` prints, for example
    /// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
    pub fn check_version(&self, said: &str) -> Result<(), Error> {
        let version =
            said.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()));
        let digits =
            |version: &str| version.split(|c: char| !c.is_ascii_digit()).next().map(str::parse::<u32>);
        match version.and_then(digits) {
            Some(Ok(major)) if major >= MAJOR_VERSION_MIN => Ok(()),
            _ => Err(Error::TooOld {
                program: self.postgres.clone(),
                said: said.trim().to_owned(),
                wanted: MAJOR_VERSION_MIN,
            }),
        }
    }
}

fn newest_first(versioned: &Path) -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir(versioned)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    versions.into_iter().map(|(_, bin)| bin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_programs(directory: &Path) -> PathBuf {
        std::fs::create_dir_all(directory).unwrap();
        std::fs::write(directory.join("initdb"), "").unwrap();
        std::fs::write(directory.join("postgres"), "").unwrap();
        directory.to_owned()
    }

    #[test]
    fn a_given_directory_is_the_only_one_looked_at() {
        let empty = tempfile::tempdir().unwrap();
        let full = tempfile::tempdir().unwrap();
        let full = with_programs(full.path());
        let refusal = Binaries::find(Some(empty.path()), Some(full.as_os_str())).unwrap_err();
        assert!(refusal.to_string().contains(&empty.path().display().to_string()), "{refusal}");
        assert_eq!(Binaries::find(Some(&full), None).unwrap().initdb, full.join("initdb"));
    }

    #[test]
    fn the_newest_versioned_directory_comes_first() {
        let root = tempfile::tempdir().unwrap();
        for version in ["9", "15", "16", "not-a-version"] {
            with_programs(&root.path().join(version).join("bin"));
        }
        let found = newest_first(root.path());
        let names: Vec<_> = found.iter().map(|bin| bin.strip_prefix(root.path()).unwrap()).collect();
        assert_eq!(names, [Path::new("16/bin"), Path::new("15/bin"), Path::new("9/bin")]);
    }

    #[test]
    fn a_server_older_than_the_schema_is_refused_by_name() {
        let programs = Binaries { initdb: "/opt/pg/initdb".into(), postgres: "/opt/pg/postgres".into() };
        programs.check_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n").unwrap();
        programs.check_version("postgres (PostgreSQL) 18beta1").unwrap();
        let refusal = programs.check_version("postgres (PostgreSQL) 13.4").unwrap_err();
        assert!(refusal.to_string().contains("/opt/pg/postgres"), "{refusal}");
        assert!(programs.check_version("").is_err());
    }
}
