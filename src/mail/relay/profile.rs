//! What a kind of relay wants beside the letter, and what it bears (the table "Relay profiles" of the mail chapter).

use std::sync::Arc;

use crate::config::{Profile, Smtp};
use crate::domain::delivery::wire_id;

const MESSAGE_ID_MAX: usize = 250;

/// Stands in a header's value for the delivery's token.
pub const DELIVERY: &str = "{d}";

/// What a letter carries for the relay alone: the delivery's token, which comes back with each of its events, and no
/// tracking: links that were rewritten would break what the letter promises, and its hash.
pub fn headers(smtp: &Smtp) -> Arc<[(&'static str, String)]> {
    let set = smtp.configuration_set.as_ref().map(|set| ("X-SES-CONFIGURATION-SET", set.clone()));
    let always = always(smtp.profile).iter().map(|(name, value)| (*name, (*value).to_owned()));
    set.into_iter().chain(always).collect()
}

const fn always(profile: Profile) -> &'static [(&'static str, &'static str)] {
    match profile {
        Profile::Ses => &[("X-SES-MESSAGE-TAGS", "d={d}")],
        // Blanks in it, so that it can be folded.
        Profile::Sendgrid => &[(
            "X-SMTPAPI",
            "{\"unique_args\": {\"d\": \"{d}\"}, \"filters\": {\"clicktrack\": {\"settings\": {\"enable\": 0}}, \
             \"opentrack\": {\"settings\": {\"enable\": 0}}, \"subscriptiontrack\": {\"settings\": {\"enable\": 0}}}}",
        )],
        Profile::Postmark => &[
            ("X-PM-Metadata-d", "{d}"),
            ("X-PM-TrackOpens", "false"),
            ("X-PM-TrackLinks", "None"),
            ("X-PM-Message-Stream", "outbound"),
            ("X-PM-KeepID", "true"),
        ],
        Profile::Mailgun => &[("X-Mailgun-Variables", "{\"d\": \"{d}\"}"), ("X-Mailgun-Track", "no")],
        Profile::Postfix | Profile::M365 | Profile::Google | Profile::Generic => &[],
    }
}

/// What the relay replaces in a letter, so that a signature of ours must leave it out.
pub const fn replaced_headers(profile: Profile) -> &'static [&'static str] {
    match profile {
        Profile::Ses => &["Message-ID", "Date"],
        Profile::M365 => &["Message-ID"],
        Profile::Postfix
        | Profile::Sendgrid
        | Profile::Postmark
        | Profile::Mailgun
        | Profile::Google
        | Profile::Generic => &[],
    }
}

/// Whether a letter may come out of the relay under a Message-ID that is not ours. Of an unknown relay its probes tell.
pub const fn may_rename(profile: Profile) -> bool {
    matches!(profile, Profile::Ses | Profile::M365 | Profile::Generic)
}

/// The Message-ID under which its recipient sees a letter that `relay` took with these `words`; none: ours, as far as we know.
pub fn message_id(profile: Profile, relay: &str, words: &str) -> Option<String> {
    if !may_rename(profile) {
        return None;
    }
    let id = wire_id(words)?;
    let id = match profile {
        Profile::Ses if !id.contains('@') => format!("{id}@{}", ses_domain(relay)?),
        _ => id,
    };
    let fits =
        id.len() <= MESSAGE_ID_MAX && id.chars().all(|c| c.is_ascii_graphic() && !"<>,;\"".contains(c));
    let (local, domain) = id.split_once('@')?;
    (fits && !local.is_empty() && !domain.is_empty()).then_some(id)
}

/// In whose name SES of a region gives its Message-IDs, by its server's (`email-smtp.eu-west-1.amazonaws.com`).
fn ses_domain(relay: &str) -> Option<String> {
    let host = relay.split(':').next()?;
    let region = host.strip_suffix(".amazonaws.com")?.rsplit('.').next()?;
    let name = if region == "us-east-1" { "email" } else { region };
    Some(format!("{name}.amazonses.com"))
}

/// Where a letter surely bounces; none: at an address of ours.
pub const fn bounces_at(profile: Profile) -> Option<&'static str> {
    match profile {
        Profile::Ses => Some("bounce@simulator.amazonses.com"),
        Profile::Postfix
        | Profile::Sendgrid
        | Profile::Postmark
        | Profile::Mailgun
        | Profile::M365
        | Profile::Google
        | Profile::Generic => None,
    }
}

/// Whether the relay takes our letters only with the sender of its mailbox on the envelope, so that bounces go there.
pub const fn sends_as_its_mailbox(profile: Profile) -> bool {
    matches!(profile, Profile::M365)
}

/// Letters after which we end a connection ourselves; a relay that ends it sooner is believed.
pub(super) const fn letters_per_connection(profile: Profile) -> u32 {
    match profile {
        Profile::Sendgrid => 5_000,
        Profile::Ses => 350,
        Profile::Postfix
        | Profile::Postmark
        | Profile::Mailgun
        | Profile::M365
        | Profile::Google
        | Profile::Generic => 100,
    }
}

/// Letters a second where the operator says nothing; `None`: as fast as the relay takes them.
pub(super) const fn per_second(profile: Profile) -> Option<f64> {
    match profile {
        Profile::M365 => Some(0.5),
        Profile::Postfix
        | Profile::Ses
        | Profile::Sendgrid
        | Profile::Postmark
        | Profile::Mailgun
        | Profile::Google
        | Profile::Generic => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_that_renames_letters_says_how_the_recipient_sees_them() {
        let seen = |profile, relay: &str, words: &str| message_id(profile, relay, words);
        let ses = "Ok 0102018f3c5e7a91-2b1f6c1e-000000";
        let is = |domain: &str| Some(format!("0102018f3c5e7a91-2b1f6c1e-000000@{domain}"));
        let at = |region: &str| format!("email-smtp.{region}.amazonaws.com");
        assert_eq!(seen(Profile::Ses, &at("eu-west-1"), ses), is("eu-west-1.amazonses.com"));
        assert_eq!(seen(Profile::Ses, &format!("{}:587", at("us-east-1")), ses), is("email.amazonses.com"));
        assert_eq!(seen(Profile::Ses, "relay.processor.example", ses), None, "nobody knows of which region");
        let exchange = "2.6.0 <AM0PR01MB1@eurprd01.prod.outlook.com> [InternalId=1] Queued mail for delivery";
        let id = Some("AM0PR01MB1@eurprd01.prod.outlook.com".to_owned());
        assert_eq!(seen(Profile::M365, "smtp.office365.com", exchange), id);
        assert_eq!(seen(Profile::Generic, "relay.example", exchange), id);
        assert_eq!(
            seen(Profile::Generic, "relay.example", "2.0.0 Ok: queued as 4F1A"),
            None,
            "a queue's number"
        );
        assert_eq!(seen(Profile::Google, "smtp-relay.gmail.com", exchange), None, "it keeps ours");
        assert_eq!(seen(Profile::M365, "smtp.office365.com", "2.6.0 <é@x> ok"), None);
    }
}
