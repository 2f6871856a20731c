//! Letters that we sign ourselves.

use chrono::TimeDelta;
use forenotice::demo::mailbox::{Fault, Times};
use sha2::{Digest, Sha256};

use super::mailing::{DPO, Mailing};

#[tokio::test]
async fn a_signed_letter_in_doubt_goes_again_with_the_same_bytes_and_its_hash_is_of_what_is_below() {
    let key = |name: &str| format!("{}/tests/fixtures/dkim/{name}", env!("CARGO_MANIFEST_DIR"));
    let settings = [
        ("smtp.dkim.domain", "processor.example"),
        ("smtp.dkim.selector", "fn2026b"),
        ("smtp.dkim.key_file", &key("rsa.pem")),
        ("smtp.dkim.ed25519_selector", "fn2026b-ed"),
        ("smtp.dkim.ed25519_key_file", &key("ed25519.pem")),
    ];
    let mailing = Mailing::configured(&settings, &[("acme", &[DPO])]).await;
    mailing.world.mailbox.arrange(Fault::KeepsThenCloses, Times::Only(1));
    mailing.send().await;
    mailing.later(TimeDelta::days(1)).await;
    assert_eq!(mailing.send().await, 1);
    let mails = mailing.world.mailbox.mails();
    assert_eq!(mails.len(), 2);
    assert!(mails[0].bytes == mails[1].bytes, "the second copy differs from the first");
    let text = std::str::from_utf8(&mails[0].bytes).unwrap();
    assert_eq!(text.matches("DKIM-Signature:").count(), 2);
    let letter = text.find("\r\nDate:").unwrap() + 2;
    let hash = Sha256::digest(&text.as_bytes()[letter..]).to_vec();
    assert_eq!(Some(hash), mailing.row("dpo@acme.example").await.message_hash);
    mailing.world.finish().await;
}
