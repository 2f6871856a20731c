//! What the relays' own examples say, and what is not kept of them.

use super::*;
use crate::domain::relay_event::Outcome;

fn outcome(relay: EventRelay, event: &str) -> Option<(Outcome, bool)> {
    read(relay, event.as_bytes()).map(|event| (event.outcome, event.address_dead))
}

#[test]
fn postmark_says_what_became_of_a_letter() {
    let bounce = r#"{"RecordType": "Bounce", "ID": 42, "Type": "HardBounce", "MessageID": "883953f4-6105", "Metadata": {"d": "d-4k7m2q9wr6v0jz2pqe"},
        "Details": "smtp;550 5.1.1 no such user", "Email": "jane@acme.example", "BouncedAt": "2026-11-24T16:33:54.9070259Z"}"#;
    let event = read(EventRelay::Postmark, bounce.as_bytes()).unwrap();
    assert_eq!(event.delivery_token.as_deref(), Some("d-4k7m2q9wr6v0jz2pqe"));
    assert_eq!(
        (event.wire_id.as_deref(), event.address.as_deref()),
        (Some("883953f4-6105"), Some("jane@acme.example"))
    );
    assert_eq!(
        (event.outcome, event.address_dead, event.status.as_deref()),
        (Outcome::Bounced, true, Some("5.1.1"))
    );
    assert_eq!(event.at.unwrap().to_rfc3339(), "2026-11-24T16:33:54.907025900+00:00");
    let of_type = |kind: &str, words: &str| {
        outcome(
            EventRelay::Postmark,
            &format!(r#"{{"RecordType": "Bounce", "ID": 1, "Type": "{kind}", "Details": "{words}"}}"#),
        )
    };
    assert_eq!(of_type("HardBounce", "550 5.7.1 policy"), Some((Outcome::Bounced, false)));
    assert_eq!(of_type("SoftBounce", "552 5.2.2 full"), Some((Outcome::Bounced, false)));
    assert_eq!(of_type("Transient", "451 4.7.1 later"), Some((Outcome::Delayed, false)));
    assert_eq!(of_type("SMTPApiError", "inactive recipient"), Some((Outcome::Dropped, false)));
    assert_eq!(of_type("AutoResponder", "away"), None);
    let delivery = r#"{"RecordType": "Delivery", "MessageID": "m", "Recipient": "jane@acme.example", "DeliveredAt": "2026-11-24T16:33:54Z", "Details": "250 2.0.0 OK"}"#;
    assert_eq!(outcome(EventRelay::Postmark, delivery), Some((Outcome::Delivered, false)));
    assert_eq!(
        outcome(EventRelay::Postmark, r#"{"RecordType": "SpamComplaint", "ID": 2}"#),
        Some((Outcome::Complained, false))
    );
}

#[test]
fn sendgrid_says_what_became_of_each_letter_in_its_list() {
    let body = br#"[{"email": "jane@acme.example", "timestamp": 1795530834, "smtp-id": "<14c5d75ce93@processor.example>", "event": "bounce", "type": "bounce",
          "sg_event_id": "e1", "sg_message_id": "14c5d75ce93.dfd.64b469", "reason": "550 5.1.1 no such user", "status": "5.1.1", "d": "d-4k7m2q9wr6v0jz2pqe"},
         {"event": "open", "sg_event_id": "e2"}, {"event": "unsubscribe", "sg_event_id": "e3"}, {"event": "processed", "sg_event_id": "e4"},
         {"event": "bounce", "type": "blocked", "sg_event_id": "e5", "reason": "554 5.7.1 listed", "status": "5.7.1"},
         {"event": "dropped", "sg_event_id": "e6", "reason": "Bounced Address"},
         {"event": "deferred", "sg_event_id": "e7", "response": "450 4.2.1 busy"},
         {"event": "delivered", "sg_event_id": "e8", "response": "250 OK"}, {"event": "spamreport", "sg_event_id": "e9"}, {"odd": 1}]"#;
    let parts = split(EventRelay::Sendgrid, body);
    let ids: Vec<&str> = parts.iter().map(|part| part.id.get(..2).unwrap()).collect();
    assert_eq!(ids, ["e1", "e5", "e6", "e7", "e8", "e9", "sh"]);
    assert!(parts[0].raw.starts_with(br#"{"email": "jane@acme.example", "timestamp": 1795530834"#));
    let said: Vec<_> = parts
        .iter()
        .map(|part| outcome(EventRelay::Sendgrid, std::str::from_utf8(&part.raw).unwrap()))
        .collect();
    let [bounced, dropped, delayed] = [Outcome::Bounced, Outcome::Dropped, Outcome::Delayed];
    assert_eq!(
        said[..4],
        [Some((bounced, true)), Some((bounced, false)), Some((dropped, false)), Some((delayed, false))]
    );
    assert_eq!(said[4..], [Some((Outcome::Delivered, false)), Some((Outcome::Complained, false)), None]);
    let first = read(EventRelay::Sendgrid, &parts[0].raw).unwrap();
    assert_eq!(
        (first.delivery_token.as_deref(), first.wire_id.as_deref()),
        (Some("d-4k7m2q9wr6v0jz2pqe"), Some("14c5d75ce93@processor.example"))
    );
    assert_eq!(first.at.unwrap().to_rfc3339(), "2026-11-24T14:33:54+00:00");
}

#[test]
fn mailgun_says_what_became_of_a_letter() {
    let event = |inner: &str| {
        format!(
            r#"{{"signature": {{}}, "event-data": {{"id": "g1", "timestamp": 1795530834.375624, "recipient": "jane@acme.example", {inner}}}}}"#
        )
    };
    let failed = event(
        r#""event": "failed", "severity": "permanent", "reason": "bounce", "delivery-status": {"code": 550, "message": "5.1.1 no such user", "description": ""},
           "message": {"headers": {"message-id": "m-4k7@replies.processor.example"}}, "user-variables": {"d": "d-4k7m2q9wr6v0jz2pqe"}"#,
    );
    let read = read(EventRelay::Mailgun, failed.as_bytes()).unwrap();
    assert_eq!(
        (read.outcome, read.address_dead, read.words.as_str()),
        (Outcome::Bounced, true, "5.1.1 no such user")
    );
    assert_eq!(read.delivery_token.as_deref(), Some("d-4k7m2q9wr6v0jz2pqe"));
    assert_eq!(read.wire_id.as_deref(), Some("m-4k7@replies.processor.example"));
    let said = |inner: &str| outcome(EventRelay::Mailgun, &event(inner)).map(|(outcome, _)| outcome);
    assert_eq!(said(r#""event": "failed", "severity": "temporary""#), Some(Outcome::Delayed));
    assert_eq!(
        said(r#""event": "failed", "severity": "permanent", "reason": "suppress-bounce""#),
        Some(Outcome::Dropped)
    );
    assert_eq!(said(r#""event": "rejected""#), Some(Outcome::Dropped));
    assert_eq!(said(r#""event": "delivered""#), Some(Outcome::Delivered));
    assert_eq!(said(r#""event": "complained""#), Some(Outcome::Complained));
    for tracked in ["opened", "clicked", "unsubscribed"] {
        assert!(split(EventRelay::Mailgun, event(&format!(r#""event": "{tracked}""#)).as_bytes()).is_empty());
    }
}

#[test]
fn what_is_no_event_is_kept_and_nothing_is_made_of_it() {
    let deep = "[".repeat(100_000);
    for relay in EventRelay::ALL {
        for odd in [
            "",
            "null",
            "{}",
            "[]",
            "[null]",
            "\"\"",
            "{\"event\":",
            "[{}]",
            &deep,
            "{\"RecordType\": 7}",
            "\u{0}",
        ] {
            for part in split(*relay, odd.as_bytes()) {
                assert_eq!(read(*relay, &part.raw), None, "{relay} {}", part.id);
            }
        }
    }
    assert_eq!(split(EventRelay::Postmark, b"not json")[0].raw, b"not json");
    let huge = br#"[{"event": "bounce", "timestamp": 1e300, "sg_event_id": 7}]"#;
    let event = split(EventRelay::Sendgrid, huge).pop().unwrap();
    assert_eq!((event.id.as_str(), read(EventRelay::Sendgrid, &event.raw).unwrap().at), ("7", None));
    assert_eq!(status_in("smtp; 550-5.1.10 gone, see 1.2.3.4 or 5.1").as_deref(), Some("5.1.10"));
    assert_eq!(status_in("version 5.1.1234 at 2026.11.24"), None);
}

#[test]
fn what_postgres_cannot_hold_is_left_out_of_ids_addresses_and_words() {
    let event = r#"{"event": "bounce", "sg_event_id": "e\u00001", "email": "jane\u0000@acme.example", "reason": "no\u0000 such user", "d": "\u0000"}"#;
    let part = split(EventRelay::Sendgrid, format!("[{event}]").as_bytes()).pop().unwrap();
    let said = read(EventRelay::Sendgrid, &part.raw).unwrap();
    assert_eq!((part.id.as_str(), said.address.as_deref()), ("e1", Some("jane@acme.example")));
    assert_eq!((said.words.as_str(), said.delivery_token), ("no such user", None));
}

fn by_sns(event: &str) -> String {
    serde_json::json!({"Type": "Notification", "MessageId": "s1", "Message": event}).to_string()
}

#[test]
fn ses_says_what_became_of_a_letter_in_a_message_of_sns() {
    let bounce = by_sns(
        r#"{"eventType": "Bounce", "bounce": {"bounceType": "Permanent", "bounceSubType": "General", "timestamp": "2026-11-24T14:33:54.500Z",
          "bouncedRecipients": [{"emailAddress": "jane@acme.example", "action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 no such user"}]},
          "mail": {"messageId": "0100018c-1", "destination": ["jane@acme.example"], "tags": {"d": ["d-4k7m2q9wr6v0jz2pqe"], "ses:from-domain": ["x"]}}}"#,
    );
    let event = read(EventRelay::Ses, bounce.as_bytes()).unwrap();
    assert_eq!((event.outcome, event.address_dead), (Outcome::Bounced, true));
    assert_eq!(
        (event.delivery_token.as_deref(), event.wire_id.as_deref(), event.address.as_deref()),
        (Some("d-4k7m2q9wr6v0jz2pqe"), Some("0100018c-1"), Some("jane@acme.example"))
    );
    assert_eq!(
        (event.status.as_deref(), event.words.as_str()),
        (Some("5.1.1"), "smtp; 550 5.1.1 no such user")
    );
    assert_eq!(event.at.unwrap().to_rfc3339(), "2026-11-24T14:33:54.500+00:00");
    let ids = |body: &str| {
        split(EventRelay::Ses, body.as_bytes()).into_iter().map(|part| part.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&bounce), ["s1"]);

    let said = |event: &str| outcome(EventRelay::Ses, &by_sns(event));
    for (event, expected) in [
        (
            r#"{"eventType": "Delivery", "delivery": {"recipients": ["j@acme.example"], "smtpResponse": "250 ok"}}"#,
            (Outcome::Delivered, false),
        ),
        (r#"{"notificationType": "Delivery", "delivery": {}}"#, (Outcome::Delivered, false)),
        (
            r#"{"eventType": "DeliveryDelay", "deliveryDelay": {"delayType": "MailboxFull", "delayedRecipients": [{"status": "4.2.2"}]}}"#,
            (Outcome::Delayed, false),
        ),
        (
            r#"{"eventType": "Bounce", "bounce": {"bounceType": "Transient", "bounceSubType": "MailboxFull", "bouncedRecipients": [{"status": "5.2.2"}]}}"#,
            (Outcome::Bounced, false),
        ),
        (
            r#"{"eventType": "Bounce", "bounce": {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [{"status": "5.7.1"}]}}"#,
            (Outcome::Bounced, false),
        ),
        (
            r#"{"eventType": "Bounce", "bounce": {"bounceType": "Permanent", "bounceSubType": "OnAccountSuppressionList"}}"#,
            (Outcome::Dropped, false),
        ),
        (
            r#"{"eventType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": "j@acme.example"}]}}"#,
            (Outcome::Complained, false),
        ),
        (
            r#"{"eventType": "Complaint", "complaint": {"complaintSubType": "OnAccountSuppressionList"}}"#,
            (Outcome::Dropped, false),
        ),
        (r#"{"eventType": "Reject", "reject": {"reason": "Bad content"}}"#, (Outcome::Dropped, false)),
    ] {
        assert_eq!(said(event), Some(expected), "{event}");
        assert_eq!(ids(&by_sns(event)).len(), 1, "{event}");
    }
}

#[test]
fn what_ses_says_of_no_letters_fate_is_not_kept() {
    let ids = |body: &str| {
        split(EventRelay::Ses, body.as_bytes()).into_iter().map(|part| part.id).collect::<Vec<_>>()
    };
    let headers = r#"{"notificationType": "Delivery", "mail": {"headers": [{"name": "X-Forenotice-Delivery", "value": "d-1"}]}}"#;
    assert_eq!(
        read(EventRelay::Ses, by_sns(headers).as_bytes()).unwrap().delivery_token.as_deref(),
        Some("d-1")
    );

    for of_no_concern in [
        r#"{"eventType": "Open"}"#,
        r#"{"eventType": "Send"}"#,
        r#"{"eventType": "Complaint", "complaint": {"complaintFeedbackType": "not-spam"}}"#,
        // Somebody is out of the office.
        r#"{"eventType": "Bounce", "bounce": {"bounceType": "Transient", "bounceSubType": "General", "bouncedRecipients": [{"emailAddress": "j@acme.example"}]}}"#,
        "Successfully validated SNS topic for Amazon SES event publishing.",
    ] {
        assert_eq!(ids(&by_sns(of_no_concern)), Vec::<String>::new(), "{of_no_concern}");
    }
    // What is not known is kept, and a person sees it.
    assert_eq!((ids(&by_sns("odd")).len(), outcome(EventRelay::Ses, &by_sns("odd"))), (1, None));
}
