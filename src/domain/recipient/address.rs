//! Mail addresses: what may stand after `To:`, in one spelling.
//!
//! The local part is kept as its owner writes it; the domain is brought to lower-case Unicode (UTS 46), so that
//! `dpo@XN--FIQQ24B10VI0D.tw` and `dpo@臺網中心.tw` are one. Comparing addresses ignores case ([`same_address_key`]).

use email_address::{EmailAddress, Options};

/// RFC 5321 4.5.3.1.3: a path holds 256 bytes, angle brackets included.
const ADDRESS_BYTES_MAX: usize = 254;

/// Why a text is no address to write to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressFault {
    #[error("empty")]
    Empty,
    #[error("a line break or control character in {given:?}")]
    Control { given: String },
    #[error("{given:?} holds two addresses; give each a row of its own")]
    Several { given: String },
    #[error("{given:?} ends with a comma or semicolon; remove it")]
    TrailingSeparator { given: String },
    #[error("{given:?} is longer than {ADDRESS_BYTES_MAX} bytes")]
    TooLong { given: String },
    #[error("the domain {domain:?} has no dot; is it complete?")]
    NoDot { domain: String },
    #[error("{domain:?} is no domain name")]
    Domain { domain: String },
    #[error("{given:?} is no mail address: {why}")]
    Syntax { given: String, why: String },
}

/// Reads one address; blanks around it don't count.
///
/// ```
/// # use forenotice::domain::recipient::parse_address;
/// assert_eq!(parse_address(" Jane.Roe@Northwind.Example ")?, "Jane.Roe@northwind.example");
/// assert!(parse_address("bob@two.example;robert@two.example").is_err());
/// assert!(parse_address("\"bob one\"@one.example").is_err());
/// # Ok::<(), forenotice::domain::recipient::AddressFault>(())
/// ```
pub fn parse_address(text: &str) -> Result<String, AddressFault> {
    let given = text.trim();
    let shown = || given.chars().take(ADDRESS_BYTES_MAX).collect::<String>();
    if given.is_empty() {
        return Err(AddressFault::Empty);
    }
    if given.chars().any(|c| c.is_control() || is_invisible(c)) {
        return Err(AddressFault::Control { given: shown() });
    }
    if given.ends_with([',', ';']) {
        return Err(AddressFault::TrailingSeparator { given: shown() });
    }
    if is_several(given) {
        return Err(AddressFault::Several { given: shown() });
    }
    if given.len() > ADDRESS_BYTES_MAX {
        return Err(AddressFault::TooLong { given: shown() });
    }
    let Some((local, domain)) = given.rsplit_once('@') else {
        return Err(AddressFault::Syntax { given: shown(), why: "there is no @ in it".to_owned() });
    };
    if local.starts_with('"') {
        let why = "letters are not written to an address in quotes".to_owned();
        return Err(AddressFault::Syntax { given: shown(), why });
    }
    let domain = domain_of(domain)?;
    let address = format!("{local}@{domain}");
    let options = Options::default().without_display_text().without_domain_literal();
    EmailAddress::parse_with_options(&address, options)
        .map_err(|why| AddressFault::Syntax { given: shown(), why: why.to_string() })?;
    Ok(address)
}

fn is_several(given: &str) -> bool {
    let holds_one = |part: &str| part.trim().contains('@');
    given.split([';', ',', ' ']).filter(|part| holds_one(part)).count() > 1
}

/// Characters that can be seen by no reader: zero-width ones and those that turn the direction of writing.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn domain_of(domain: &str) -> Result<String, AddressFault> {
    let wrong = || AddressFault::Domain { domain: domain.to_owned() };
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| wrong())?;
    if ascii.is_empty() || ascii.parse::<std::net::IpAddr>().is_ok() {
        return Err(wrong());
    }
    if !ascii.contains('.') {
        return Err(AddressFault::NoDot { domain: domain.to_owned() });
    }
    let (unicode, read) = idna::domain_to_unicode(&ascii);
    read.map(|()| unicode).map_err(|_| wrong())
}

/// What two spellings of one address have in common; the database's unique index compares the same way.
pub fn same_address_key(address: &str) -> String {
    address.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_address_keeps_its_local_part_and_gets_one_domain() {
        for (given, kept) in [
            (" jane.roe@northwind.example ", "jane.roe@northwind.example"),
            ("JANE.ROE@Northwind.example", "JANE.ROE@northwind.example"),
            ("pat.o'neil@irish.example", "pat.o'neil@irish.example"),
            ("zoë@kunde.example", "zoë@kunde.example"),
            ("sato@例え.example", "sato@例え.example"),
            ("dpo@xn--fiqq24b10vi0d.tw", "dpo@臺網中心.tw"),
            ("a+tag@x.example", "a+tag@x.example"),
        ] {
            assert_eq!(parse_address(given).as_deref(), Ok(kept));
        }
    }

    #[test]
    fn a_bad_address_is_refused_with_what_to_do() {
        let says = |given: &str| parse_address(given).unwrap_err().to_string();
        assert_eq!(says(" "), "empty");
        assert!(says("bob@two.example;robert@two.example").ends_with("give each a row of its own"));
        assert!(says("bob@two.example, robert@two.example").ends_with("give each a row of its own"));
        assert!(says("max@muster.example, ").ends_with("comma or semicolon; remove it"));
        assert!(says("ghost@nowhere").starts_with("the domain \"nowhere\" has no dot"));
        assert!(says("a@x.example\r\nBcc: victim@evil.example").starts_with("a line break"));
        for wrong in [
            "eve@@evil.example",
            "no-at.example",
            "@x.example",
            "a@",
            "a b@x.example",
            "a@-x.example",
            "a..b@x.example",
            ".a@x.example",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "Jane <a@x.example>",
            "a@x..example",
        ] {
            assert!(parse_address(wrong).is_err(), "{wrong}");
        }
        assert!(parse_address(&format!("{}@x.example", "a".repeat(65))).is_err());
        assert!(parse_address(&format!("a@{}.example", "b".repeat(300))).is_err());
    }
}
