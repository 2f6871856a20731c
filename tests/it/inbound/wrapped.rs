//! Replies that are signed, encrypted or in a box of another system.

use forenotice::store::inbox::Filter;

use super::sorted::{JANE, OBJECTIONS, announced, comes, inbox, letter_to, reasons, reply_to, strings};

fn fixture(name: &str) -> String {
    let path = format!("{}/tests/fixtures/mail/wrapped/{name}.eml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test]
async fn what_a_signature_encloses_is_an_objection_as_any_other() {
    let (world, reference) = announced().await;
    comes(&world, &fixture("signed-in-pieces"), &reply_to(&letter_to(&world, JANE)), JANE).await;
    assert_eq!(
        strings(&world, OBJECTIONS).await,
        ["reply true OBJECT\n\nWe object to transfers without safeguards – Jane Roe, Acme."]
    );
    assert_eq!(reasons(&world, &reference).await, ["objection_open"]);
    world.finish().await;
}

#[tokio::test]
async fn what_is_encrypted_or_in_a_box_holds_its_change_gets_its_receipt_and_waits_for_a_person() {
    for name in ["encrypted", "pgp", "winmail-alone"] {
        let (world, reference) = announced().await;
        comes(&world, &fixture(name), &reply_to(&letter_to(&world, JANE)), JANE).await;
        assert_eq!(reasons(&world, &reference).await, ["reply_untriaged"], "{name}");
        let [waiting] = inbox(&world, Filter::Waiting).await.try_into().unwrap();
        let why = waiting.findings.unwrap().0.why;
        assert_eq!(
            (waiting.class.as_deref(), &*why),
            (Some("reply"), "it is encrypted or wrapped, a person must read it")
        );
        let asked = world.mailbox.mails_to(JANE).pop().unwrap().subject();
        assert!(asked.ends_with("is your reply an objection?"), "{asked}");
        let alert = world.mailbox.mails_to("dpo@processor.example").pop().unwrap().text();
        assert!(alert.contains("> (it is encrypted or wrapped: read the mail itself)"), "{alert}");
        world.finish().await;
    }
}
