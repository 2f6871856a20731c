//! What a kind of relay wants beside the letter, and what it bears (the table "Relay profiles" of the mail chapter).

use std::sync::Arc;

use crate::config::{Profile, Smtp};

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
