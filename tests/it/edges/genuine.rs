//! `/genuine`: anybody who holds a letter can ask whether it is ours, and learns nothing of its reader.

use super::visitor::{Answer, announced};

/// The code as it stands in the letter's words, quoted-printable or not.
pub fn code_in(letter: &str) -> String {
    let at = letter.find("g-").unwrap();
    letter[at..].chars().take(20).collect()
}

fn says(answer: &Answer, parts: &[&str]) {
    for part in parts {
        assert!(answer.body.contains(part), "{part} is not in {}", answer.body);
    }
}

#[tokio::test]
async fn the_code_in_a_letter_says_which_it_is_and_nothing_of_its_reader() {
    let (world, visitor, _) = announced().await;
    let letter = world.mailbox.mails_to("dpo@acme.example").pop().unwrap();
    let code = code_in(&letter.text());
    let ours = visitor.get(&format!("/genuine?code={code}")).await;
    assert_eq!(ours.status, 200);
    says(
        &ours,
        &["wrote this letter", "Notice of a planned change", "NTC-2026-", "/changes/CHG-2026-", "Nimbus"],
    );
    for secret in ["dpo@acme.example", "Acme", "/object/", "/letter/"] {
        assert!(!ours.body.contains(secret), "{secret}");
    }
    assert_eq!(ours.headers["cache-control"], "no-store");

    // As people copy it: folded, with `o` for `0`, and the point of the sentence.
    let typed = format!("%20{}.", code.to_uppercase().replace('0', "O"));
    says(&visitor.get(&format!("/genuine?code={typed}")).await, &["wrote this letter"]);
    world.finish().await;
}

#[tokio::test]
async fn what_is_no_code_of_ours_is_said_to_be_none() {
    let (world, visitor, _) = announced().await;
    let code = code_in(&world.mailbox.mails_to("dpo@acme.example").pop().unwrap().text());
    let last = if code.ends_with('7') { '8' } else { '7' };
    let forged = format!("{}{last}", &code[..19]);
    // The letter's other tokens are in many hands and prove nothing here.
    let other = code.replacen("g-", "d-", 1);
    for none in [forged.as_str(), &other, "g-", "%00", "%3Cscript%3Ealert(1)%3C/script%3E"] {
        let answer = visitor.get(&format!("/genuine?code={none}")).await;
        assert_eq!(answer.status, 404, "{none}");
        says(&answer, &["None of our letters has this code", "aria-invalid=\"true\""]);
        assert!(!answer.body.contains("<script"), "{none}");
    }
    let number = visitor.get("/genuine?code=ntc-2026-0001").await;
    assert_eq!(number.status, 404);
    says(&number, &["This is a number that several letters may have"]);
    let blank = visitor.get("/genuine").await;
    assert_eq!(blank.status, 200);
    assert!(!blank.body.contains("aria-invalid"));
    world.finish().await;
}
