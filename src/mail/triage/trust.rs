//! What our own mail system wrote on the mail: when it came, and what its sender's domain proved.

use chrono::{DateTime, Utc};

use super::mime::Fields;
use crate::domain::inbound::{Authentication, Trust};

/// When the earliest of our own servers had it: `hops` Received fields from the top are theirs.
pub(super) fn received(fields: &Fields<'_>, hops: usize) -> Option<DateTime<Utc>> {
    fields
        .raw("Received")
        .take(hops)
        .filter_map(|received| {
            let (_, date) = received.rsplit_once(';')?;
            let date = mail_parser::DateTime::parse_rfc822(date.trim())?;
            DateTime::from_timestamp(date.to_timestamp(), 0)
        })
        .min()
}

/// The topmost results of the trusted server: it puts its own above whatever the sender brought along. Each of its filters may write a
/// field; those that stand under one another, with nothing of another hop between them, are its word together.
pub(super) fn authentication(fields: &Fields<'_>, trust: &Trust) -> Option<Authentication> {
    let trusted = trust.authserv_id.as_deref()?;
    let mut hops = 0;
    let mut own: Option<Authentication> = None;
    for (name, value) in fields.all() {
        if name.eq_ignore_ascii_case("Received") {
            hops += 1;
            if own.is_some() {
                break;
            }
            if trust.hops > 0 && hops > trust.hops {
                return None;
            }
        }
        if name.eq_ignore_ascii_case("Authentication-Results") {
            let results = results(&value);
            if !results.authserv_id.eq_ignore_ascii_case(trusted) {
                if own.is_some() {
                    break;
                }
                continue;
            }
            match &mut own {
                Some(own) => own.add(results),
                None => own = Some(results),
            }
        }
    }
    own
}

/// RFC 8601, section 2.2.
fn results(value: &str) -> Authentication {
    let value = without_comments(value);
    let mut pieces = value.split(';').map(str::trim);
    let id = pieces.next().unwrap_or_default().split(' ').next().unwrap_or_default();
    let mut results = Authentication { authserv_id: id.to_owned(), ..Authentication::default() };
    for piece in pieces {
        let mut words = piece.split(' ').filter(|word| !word.is_empty());
        let Some((method, result)) = words.next().and_then(|word| word.split_once('=')) else { continue };
        let result = result.to_ascii_lowercase();
        let method = method.split('/').next().unwrap_or_default();
        match &*method.to_ascii_lowercase() {
            "spf" => results.spf = results.spf.or(Some(result)),
            "dmarc" => results.dmarc = results.dmarc.or(Some(result)),
            "dkim" => {
                let domain = words
                    .filter_map(|word| word.split_once('='))
                    .find(|(name, _)| matches!(&*name.to_ascii_lowercase(), "header.d" | "header.i"));
                if result == "pass" {
                    let domain = domain.map(|(_, domain)| {
                        domain.rsplit('@').next().unwrap_or_default().to_ascii_lowercase()
                    });
                    results.dkim_domains.extend(domain);
                    results.dkim = Some(result);
                } else {
                    results.dkim = results.dkim.or(Some(result));
                }
            }
            _ => {}
        }
    }
    results
}

fn without_comments(value: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "Authentication-Results: mx.processor.example; spf=pass smtp.mailfrom=customer.example;\n \
        dkim=fail (bad) header.d=other.example; dkim=pass header.d=customer.example; dmarc=pass (p=none) header.from=customer.example\n\
        Received: from mx.customer.example by mx.processor.example; Mon, 23 Nov 2026 09:00:04 +0000\n\
        Authentication-Results: mx.processor.example; dmarc=fail\n\
        Received: from laptop by mx.customer.example; Mon, 23 Nov 2026 07:00:00 +0000\n\n";

    fn trust(authserv_id: &str) -> Trust {
        Trust { authserv_id: Some(authserv_id.into()), hops: 1 }
    }

    #[test]
    fn our_own_servers_topmost_results_count_and_nobody_elses() {
        let fields = Fields::of(HEADER.as_bytes());
        let results = authentication(&fields, &trust("MX.processor.example")).unwrap();
        assert_eq!(results.dmarc.as_deref(), Some("pass"));
        assert_eq!((results.spf.as_deref(), results.dkim.as_deref()), (Some("pass"), Some("pass")));
        assert_eq!(results.dkim_domains, ["customer.example"]);
        assert_eq!(authentication(&fields, &trust("mx.customer.example")), None);
        assert_eq!(authentication(&fields, &Trust::default()), None);
    }

    #[test]
    fn what_our_servers_filters_write_one_under_the_other_is_read_together() {
        let by_milters = "Authentication-Results: mx.processor.example; dmarc=pass header.from=customer.example\n\
            Authentication-Results: mx.processor.example; spf=pass smtp.mailfrom=customer.example\n\
            Authentication-Results: mx.processor.example; dkim=fail header.d=list.example\n\
            X-Filter: OpenDKIM\n\
            Authentication-Results: mx.processor.example; dkim=pass header.d=customer.example\n\
            Received: from a by mx.processor.example; Mon, 23 Nov 2026 09:00:04 +0000\n\
            Authentication-Results: mx.processor.example; dkim=pass header.d=forged.example\n\n";
        let results =
            authentication(&Fields::of(by_milters.as_bytes()), &trust("mx.processor.example")).unwrap();
        let said = [results.spf, results.dkim, results.dmarc];
        assert_eq!(said.map(Option::unwrap_or_default), ["pass", "pass", "pass"]);
        assert_eq!(results.dkim_domains, ["customer.example"]);
        let other = by_milters.replacen("mx.processor.example; spf", "mx.other.example; spf", 1);
        let results = authentication(&Fields::of(other.as_bytes()), &trust("mx.processor.example")).unwrap();
        assert_eq!(
            (results.dmarc.as_deref(), results.dkim),
            (Some("pass"), None),
            "another's word parts them"
        );
    }

    #[test]
    fn results_that_the_sender_brought_along_do_not_count() {
        let (_, brought) = HEADER.split_once("Received").unwrap();
        let forged = format!("Received{brought}");
        let behind = format!("Received: from a by b; Mon, 23 Nov 2026 10:00:00 +0000\n{forged}");
        assert_eq!(authentication(&Fields::of(behind.as_bytes()), &trust("mx.processor.example")), None);
    }

    #[test]
    fn only_our_own_servers_say_when_a_mail_was_here() {
        let raw = b"Received: from mx.processor.example by lists.processor.example with LMTP id 2; Mon, 23 Nov 2026 10:00:07 +0100\r\n\
            Received: from out.customer.example (out.customer.example [192.0.2.7])\r\n\tby mx.processor.example with ESMTPS id 1\r\n\
            \tfor <r-x@replies.processor.example>; Mon, 23 Nov 2026 08:59:58 +0000 (UTC)\r\n\
            Received: by 2002:a05:600c:4f0f with SMTP id x; Sun, 22 Nov 2026 00:00:00 +0000\r\n\
            Subject: No\r\n\r\nNo.\r\n";
        let hops = |trusted| received(&Fields::of(raw), trusted).map(|at| at.to_rfc3339());
        assert_eq!(hops(0), None);
        assert_eq!(hops(1).as_deref(), Some("2026-11-23T09:00:07+00:00"));
        assert_eq!(hops(2).as_deref(), Some("2026-11-23T08:59:58+00:00"));
        assert_eq!(received(&Fields::of(b"Subject: no hop\r\n\r\n"), 2), None);
        assert_eq!(received(&Fields::of(b"Received: whenever\r\n\r\n"), 2), None);
    }
}
