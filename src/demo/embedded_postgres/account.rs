//! Whom the server runs as: `postgres` refuses to run as root, so root lends it another account.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::Error;

/// Accounts that root may lend to the server, the more fitting first.
const LENT: [&str; 2] = ["postgres", "nobody"];

/// An account of the operating system, by its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    uid: u32,
    gid: u32,
}

impl Account {
    /// The account to run the server as: `None` means our own, which is not root.
    pub fn for_server() -> Result<Option<Self>, Error> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let passwd = std::fs::read_to_string("/etc/passwd")
            .map_err(|source| Error::Io { doing: "read /etc/passwd", source })?;
        LENT.iter().find_map(|name| Self::of(name, &passwd)).map(Some).ok_or(Error::OnlyRoot)
    }

    fn of(name: &str, passwd: &str) -> Option<Self> {
        passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            if fields.next() != Some(name) {
                return None;
            }
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            (uid != 0).then_some(Self { uid, gid })
        })
    }

    /// Makes `path` the account's own.
    pub fn owns(self, path: &Path) -> Result<(), Error> {
        std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid))
            .map_err(|source| Error::Io { doing: "hand the directory to the server's account", source })
    }

    /// Has `command` run as the account, without our supplementary groups.
    pub fn runs(self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\ntoor:x:0:0::/root:/bin/sh\n\
        nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin\npostgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n";

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        assert_eq!(Account::of("postgres", PASSWD), Some(Account { uid: 101, gid: 104 }));
        assert_eq!(Account::of("nobody", PASSWD), Some(Account { uid: 65534, gid: 65533 }));
        assert_eq!(Account::of("post", PASSWD), None);
    }

    #[test]
    fn an_account_with_roots_number_is_not_lent() {
        assert_eq!(Account::of("toor", PASSWD), None);
    }
}
