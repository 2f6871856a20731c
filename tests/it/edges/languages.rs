//! Pages in the reader's language: by the address, by the switch, by the language on file, by what the browser asks for.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;

use forenotice::domain::objection::Channel;
use forenotice::web::words::{Words, escaped};

use super::visitor::{ACME, Answer, STRIPE, Visitor, announced, path_of, schedule};
use crate::support::World;

async fn asked(visitor: &Visitor, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    visitor.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_page_speaks_what_its_reader_asks_for_and_says_so() {
    let world = World::on("2026-11-23T06:00Z").await;
    world.as_superuser(STRIPE).await;
    let visitor = Visitor::of(&world);

    let english = asked(&visitor, "/", &[]).await;
    assert!(english.body.contains("<html lang=\"en\">") && english.body.contains("In use today"));
    let german = asked(&visitor, "/", &[("accept-language", "de-AT,de;q=0.9,en;q=0.5")]).await;
    assert!(german.body.contains("<html lang=\"de\">") && german.body.contains("Heute im Einsatz"));
    assert_eq!(german.header("content-language"), "de");
    assert_ne!(german.header("etag"), english.header("etag"));
    let vary: Vec<_> = german.headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
    assert!(vary.join(", ").contains("accept-language"), "{vary:?}");
    assert!(german.body.contains("hreflang=\"fr\" href=\"") && german.body.contains("/?lang=fr"));

    let unknown = asked(&visitor, "/no-such-page", &[("accept-language", "fr")]).await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.body.contains("Cette page n’existe pas"), "{}", unknown.body);
    world.finish().await;
}

#[tokio::test]
async fn the_switch_is_kept_by_a_cookie_and_by_nothing_else() {
    let world = World::on("2026-11-23T06:00Z").await;
    let visitor = Visitor::of(&world);

    let plain = asked(&visitor, "/subscribe", &[("accept-language", "de")]).await;
    assert_eq!(plain.header("set-cookie"), "");
    let pressed = asked(&visitor, "/subscribe?lang=fr", &[("accept-language", "de")]).await;
    assert!(pressed.body.contains("<html lang=\"fr\">"));
    assert_eq!(pressed.header("set-cookie"), "lang=fr; Path=/; HttpOnly; SameSite=Lax");
    let after = asked(&visitor, "/", &[("accept-language", "de"), ("cookie", "a=b; lang=fr")]).await;
    assert!(after.body.contains("<html lang=\"fr\">"));
    for nonsense in ["/?lang=xx", "/?lang=", "/?lang=%22%3E%0d%0aa:b"] {
        let answer = asked(&visitor, nonsense, &[("cookie", "lang=../x")]).await;
        assert!(answer.body.contains("<html lang=\"en\">"), "{nonsense}");
        assert_eq!(answer.header("set-cookie"), "", "{nonsense}");
    }
    world.finish().await;
}

#[tokio::test]
async fn by_which_way_an_objection_came_is_said_in_the_readers_language() {
    let (world, visitor, object) = announced().await;
    visitor.post(&object, &[("text", "We object.")]).await;
    for channel in Channel::ALL {
        world.as_superuser(&format!("update objection set channel = '{channel}'")).await;
        let mut said = BTreeSet::new();
        for language in ["en", "de", "fr", "es"] {
            let words = Words::of(language).get(&format!("about-channel-{channel}"));
            let page = asked(&visitor, &format!("{object}/objection?lang={language}"), &[]).await.body;
            assert!(page.contains(&escaped(&words)), "{channel} in {language}: {page}");
            said.insert(words);
        }
        assert_eq!(said.len(), 4, "{channel}: {said:?}");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_personal_page_speaks_the_language_on_file_unless_another_was_chosen() {
    let world = World::on("2026-11-23T06:00Z").await;
    world.as_superuser(&[STRIPE, ACME].concat()).await;
    world.as_superuser("update recipient set language = 'de'").await;
    schedule(&world, "Nimbus").await;
    world.advance_to("2026-11-24T12:00Z").await;
    let visitor = Visitor::of(&world);
    let letter = world.mailbox.mails_to("dpo@acme.example").pop().unwrap();
    let link = letter.link("/object/").unwrap();
    let page = path_of(&link);

    let german = asked(&visitor, &page, &[("accept-language", "fr")]).await;
    assert!(german.body.contains("<html lang=\"de\">"), "{}", german.body);
    assert!(german.body.contains("Einspruch") && german.body.contains("Ortszeit Berlin"));
    assert_eq!(german.header("content-language"), "de");
    let chosen = asked(&visitor, &format!("{page}?lang=en"), &[]).await;
    assert!(chosen.body.contains("<html lang=\"en\">"));
    world.finish().await;
}

#[tokio::test]
async fn the_page_that_confirms_speaks_the_language_that_was_asked_for() {
    let world = World::on("2026-11-23T06:00Z").await;
    let visitor = Visitor::of(&world);
    visitor.post("/subscribe", &[("mail", "jane@northwind.example"), ("lang", "de")]).await;
    world.settle().await;
    let letter = world.mailbox.mails_to("jane@northwind.example").pop().unwrap();
    let confirm = path_of(&letter.link("/confirm/").unwrap());
    let page = visitor.get(&confirm).await.body;
    assert!(page.contains("<html lang=\"de\""), "{page}");
    let done = visitor.post(&confirm, &[]).await.body;
    assert!(done.contains("<html lang=\"de\""), "{done}");
    let again = visitor.get(&confirm).await.body;
    assert!(again.contains("<html lang=\"de\""), "{again}");
    world.finish().await;
}
