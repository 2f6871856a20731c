//! The path in a MAIL or RCPT command that is not as RFC 5321 has it: a blank behind the colon, no angle brackets, an address whose local
//! part no grammar allows. Servers take such, so they come.

/// Whose.
#[derive(Debug, PartialEq, Eq)]
pub enum Path {
    Sender(String),
    Recipient(String),
}

pub fn path(command: &[u8]) -> Option<Path> {
    let command = String::from_utf8_lossy(command);
    let behind = |verb: &str| {
        let (said, rest) = (command.get(..verb.len())?, command.get(verb.len()..)?);
        said.eq_ignore_ascii_case(verb).then(|| address(rest)).flatten()
    };
    if let Some(sender) = behind("MAIL FROM:") {
        return Some(Path::Sender(sender));
    }
    behind("RCPT TO:").filter(|address| !address.is_empty()).map(Path::Recipient)
}

/// What stands in angle brackets, else the first word.
fn address(rest: &str) -> Option<String> {
    let rest = rest.trim();
    let inner = match rest.strip_prefix('<') {
        // A quoted local part may hold a bracket.
        Some(bracketed) => &bracketed[..closing(bracketed)?],
        None => rest.split_ascii_whitespace().next()?,
    };
    // A source route means its last address (RFC 5321, C).
    let inner = match inner.strip_prefix('@').and_then(|route| route.split_once(':')) {
        Some((_, last)) => last,
        None => inner,
    };
    Some(inner.trim().to_owned())
}

fn closing(bracketed: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in bracketed.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => return Some(at),
            _ => {}
        }
    }
    bracketed.rfind('>')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_envelopes_are_read_as_they_are_meant() {
        let sender = |line: &str| match path(line.as_bytes()) {
            Some(Path::Sender(address)) => Some(address),
            _ => None,
        };
        for (line, meant) in [
            ("MAIL FROM: <a@b.example> NEW=parameter", "a@b.example"),
            ("mail from:a@b.example\r\n", "a@b.example"),
            ("MAIL FROM:< a@b.example >", "a@b.example"),
            ("MAIL FROM:<@r.example,@s.example:a@b.example>", "a@b.example"),
            ("MAIL FROM:<\"a>b\"@b.example> SIZE=1", "\"a>b\"@b.example"),
            ("MAIL FROM:<a..b.@b.example>", "a..b.@b.example"),
            ("MAIL FROM:<>", ""),
            ("MAIL FROM:<\"a@b.example> X=\"", "\"a@b.example"),
        ] {
            assert_eq!(sender(line).as_deref(), Some(meant), "{line}");
        }
        assert_eq!(
            path(b"RCPT TO:<r-X@Replies.example>"),
            Some(Path::Recipient("r-X@Replies.example".to_owned()))
        );
        for none in [
            "RCPT TO:<>",
            "RCPT TO:",
            "MAIL FROM:<a",
            "MAIL",
            "",
            "\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}",
            "DATA <x>",
        ] {
            assert_eq!(path(none.as_bytes()), None, "{none}");
        }
    }
}
