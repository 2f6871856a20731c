//! The page of a letter shows the letter as it was sent, whatever has become of its change since.

use forenotice::actions::schedule_change;
use forenotice::demo::mailbox::Mail;

use super::visitor::{announced, path_of};

/// The letter's text in its page, without markup.
fn told(page: &str) -> String {
    let (_, letter) = page.split_once("<p class=\"letter\"").unwrap();
    let (_, letter) = letter.split_once('>').unwrap();
    let letter = letter.split("</p>").next().unwrap();
    let text: String =
        letter.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    let escapes = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    escapes.iter().fold(text, |text, (escaped, plain)| text.replace(escaped, plain)).trim().to_owned()
}

/// The letter's text; the link that leads to the contacts has lost its secret.
fn sent(letter: &Mail) -> String {
    let secret = letter.link("/manage/").unwrap();
    let (page, _) = secret.rsplit_once('/').unwrap();
    letter.text().replace(&secret, &format!("{page}/…")).replace("\r\n", "\n").trim().to_owned()
}

#[tokio::test]
async fn a_letters_page_tells_what_the_letter_told_and_not_what_holds_today() {
    let (world, visitor, object) = announced().await;
    let letter = world.mailbox.mails_to("dpo@acme.example").pop().unwrap();
    let page = path_of(&letter.link("/letter/").unwrap());
    assert_eq!(told(&visitor.get(&page).await.body), sent(&letter));

    world.advance_to("2026-11-26T09:00Z").await;
    visitor.post(&object, &[("text", "We object.")]).await;
    world
        .as_superuser(
            "update change set reason = 'another reason', facts = jsonb_set(facts, '{facts,name}', '\"Cumulus\"');
             update customer set name = 'Acme <Ltd>'",
        )
        .await;
    let later = "2027-03-15".parse().unwrap();
    schedule_change::reschedule(&world.cx, world.dpo.clone(), "CHG-2026-0001", later).await.unwrap();
    world.advance_to("2026-11-28T09:00Z").await;

    let shown = visitor.get(&page).await.body;
    assert_eq!(told(&shown), sent(&letter));
    let (today, _) = shown.split_once("<p class=\"letter\"").unwrap();
    assert!(today.contains("15 March 2027"), "what holds today stands above it: {today}");
    world.as_superuser("update recipient set address = null").await;
    let forgotten = visitor.get(&page).await.body;
    assert!(forgotten.contains("no longer kept") && !forgotten.contains("class=\"letter\""), "{forgotten}");
    world.finish().await;
}
