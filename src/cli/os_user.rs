//! Who sits at this machine: the default for `--as` and for the first admin.

/// The name of the operating system's user who runs this, as `/etc/passwd` has it.
pub fn os_user() -> Option<String> {
    let passwd = std::fs::read_to_string("/etc/passwd").ok()?;
    name_of(rustix::process::getuid().as_raw(), &passwd)
}

fn name_of(uid: u32, passwd: &str) -> Option<String> {
    let uid = uid.to_string();
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid && !name.is_empty()).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_its_number() {
        let passwd =
            "root:x:0:0:root:/root:/bin/bash\nvera:x:1000:1000::/home/vera:/bin/sh\n:x:7:7::/:/bin/sh\n";
        assert_eq!(name_of(1000, passwd).as_deref(), Some("vera"));
        assert_eq!((name_of(1, passwd), name_of(7, passwd)), (None, None));
    }
}
