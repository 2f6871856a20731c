//! Any bytes are read as a mail: without a panic, and whatever servers put before it on its way.
#![no_main]

use std::sync::LazyLock;

use forenotice::domain::access::Keys;
use forenotice::domain::inbound::{Envelope, Trust};
use forenotice::mail::triage::{self, Own};
use libfuzzer_sys::fuzz_target;

static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys::from_master(&[7; 32]));

fuzz_target!(|raw: &[u8]| {
    let own = Own { from: vec!["notices@processor.example".into()] };
    let trust = Trust { authserv_id: Some("mx.processor.example".into()), hops: 2 };
    let returned =
        Envelope { sender: Some(String::new()), recipients: vec!["b-x@bounces.processor.example".into()] };
    for envelope in [Envelope::default(), returned] {
        triage::read(raw, &envelope, &KEYS, &trust, &own);
    }
    triage::received_by_us(raw, trust.hops);
    triage::trace(raw);
    // A mailbox's line "From …" may stand before the fields; what is put before that makes it a mail without fields.
    let name = raw.split(|byte| *byte == b':').next().unwrap_or_default();
    if name.is_empty()
        || name.len() == raw.len()
        || !name.iter().all(|c| c.is_ascii_alphanumeric() || *c == b'-')
    {
        return;
    }
    let on_its_way = [b"Received: from a by b; Mon, 23 Nov 2026 09:00:00 +0000\r\n", raw].concat();
    assert_eq!(triage::fingerprint(raw), triage::fingerprint(&on_its_way), "one mail by two ways is two");
});
