//! Who means harm: guesses links, sends too much, names another host, hides lines in names, and reads the log.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use forenotice::actions::schedule_change;
use forenotice::demo::mailbox::Mail;
use forenotice::telemetry;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::public::count;
use super::visitor::{ACME, STRIPE, Visitor, announced, path_of, schedule};
use crate::promises::gets_change_nothing::everything;
use crate::support::World;
use crate::support::builders::addition;

/// The personal pages of Acme, whose objection is OBJ-2026-0001, by the links of its letter.
async fn personal_pages(world: &World, visitor: &Visitor, object: &str) -> Vec<String> {
    assert_eq!(visitor.post(object, &[("text", "Not with our data.")]).await.status, 303);
    world.settle().await;
    let letters = world.mailbox.mails_to("dpo@acme.example");
    let linked = |path| path_of(&letters.iter().find_map(|letter| letter.link(path)).unwrap());
    let manage = linked("/manage/");
    let within = visitor.get(&manage).await.body + &visitor.get(object).await.body;
    let leads_to = |path: &str| within.split('"').find(|part| part.starts_with(path)).unwrap().to_owned();
    let case = format!("{object}/objection");
    vec![
        object.to_owned(),
        case.clone(),
        format!("{object}/deadline.ics"),
        format!("{case}/OBJ-2026-0001/receipt.txt"),
        format!("{case}/OBJ-2026-0001/take-back"),
        linked("/letter/"),
        leads_to("/unsubscribe/"),
        leads_to("/mine/"),
        manage,
    ]
}

#[tokio::test]
async fn nothing_personal_and_no_error_is_kept_by_a_cache_or_shown_in_a_frame() {
    let (world, visitor, object) = announced().await;
    let before = visitor.get(&format!("{object}/objection")).await;
    assert_eq!((before.status.as_u16(), before.header("cache-control")), (303, "no-store"));
    let mut answers = Vec::new();
    for path in personal_pages(&world, &visitor, &object).await {
        let answer = visitor.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        answers.push((path, answer));
    }
    for path in ["/object/x", "/letter/x", "/mine/x", "/nowhere", "/changes.json?before=x", "/?on=x"] {
        let answer = visitor.get(path).await;
        assert!(answer.status.is_client_error(), "{path}");
        answers.push((path.to_owned(), answer));
    }
    answers.push(("POST /".to_owned(), visitor.post("/", &[]).await));
    answers.push(("again".to_owned(), visitor.post(&object, &[("text", "Not with our data.")]).await));
    answers.push(("empty".to_owned(), visitor.post(&object, &[]).await));
    world.as_superuser("alter table recipient rename to gone").await;
    let broken = visitor.get(&object).await;
    assert_eq!(broken.status, 500);
    answers.push(("broken".to_owned(), broken));
    for (path, answer) in answers {
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
    }
}

#[tokio::test]
async fn no_host_but_our_own_gets_into_a_page_or_a_redirect() {
    let (world, visitor, object) = announced().await;
    let mut paths = personal_pages(&world, &visitor, &object).await;
    paths.extend(["/", "/subscribe", "/changes.atom", "/changes.json", "/changes.ics"].map(str::to_owned));
    for path in paths {
        let honest = visitor.get(&path).await;
        let lying = Request::get(&path)
            .header("host", "evil.example")
            .header("x-forwarded-host", "evil.example")
            .header("x-forwarded-proto", "gopher")
            .header("forwarded", "host=evil.example")
            .header("x-original-url", "//evil.example");
        let answer = visitor.send(lying.body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status, &answer.body), (honest.status, &honest.body), "{path}");
    }
    let next =
        "next=//evil.example&url=//evil.example&redirect=https://evil.example&return_to=//evil.example";
    let own = [("host", "evil.example"), ("x-forwarded-host", "evil.example")];
    let form = [("text", "More."), ("next", "//evil.example"), ("redirect", "https://evil.example")];
    let sent = visitor.post_with(&format!("{object}?{next}"), &form, &own).await;
    assert_eq!((sent.status.as_u16(), sent.header("location")), (303, &*format!("{object}/objection")));
    for path in ["//evil.example", "//evil.example/%2f..", "/%2fevil.example", "/\\evil.example", "/object//"]
    {
        let answer = visitor.get(&format!("{path}?{next}")).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (404, ""), "{path}");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_guessed_link_is_none_however_near_it_comes() {
    let (world, visitor, object) = announced().await;
    let mut pages = personal_pages(&world, &visitor, &object).await;
    assert_eq!(visitor.post("/subscribe", &[("mail", "jane@northwind.example")]).await.status, 200);
    world.settle().await;
    let asked = world.mailbox.mails_to("jane@northwind.example").pop().unwrap();
    let confirm = path_of(&asked.link("/confirm/").unwrap());
    assert_eq!(visitor.get(&confirm).await.status, 200);
    pages.push(confirm);
    let tokens: Vec<&str> = pages.iter().filter_map(|page| page.split('/').nth(2)).collect();
    let before = everything(&world).await;
    for page in &pages {
        no_guess_opens(&visitor, page, &tokens).await;
    }
    assert_eq!(everything(&world).await, before);
    world.finish().await;
}

/// Nothing near the page's token, and none of these other tokens, is told from nonsense, be it looked at or pressed.
pub async fn no_guess_opens(visitor: &Visitor, page: &str, others: &[&str]) {
    let mut parts = page.splitn(4, '/');
    let (kind, token) = (parts.nth(1).unwrap(), parts.next().unwrap());
    let rest = parts.next().map_or(String::new(), |rest| format!("/{rest}"));
    let nonsense = format!("/{kind}/nonsense{rest}");
    let (shown, pressed) = (visitor.get(&nonsense).await, visitor.post(&nonsense, &[]).await);
    assert_eq!(shown.status, 404, "{page}");
    assert!(pressed.status.is_client_error(), "{page}");
    let near = (0..token.len()).map(|at| {
        let mut bytes = token.as_bytes().to_vec();
        // The next in base64url's alphabet: one bit or two, the last character's unused ones too.
        bytes[at] = match bytes[at] {
            b'Z' => b'a',
            b'z' => b'0',
            b'9' => b'-',
            b'-' => b'_',
            b'_' => b'A',
            other => other + 1,
        };
        String::from_utf8(bytes).unwrap()
    });
    let of_others = others.iter().filter(|other| **other != token).map(|other| (*other).to_owned());
    let guesses = near.chain(of_others).chain([
        format!("{token}A"),
        format!("{token}="),
        token.to_uppercase(),
        token[..token.len() - 1].to_owned(),
    ]);
    for guess in guesses {
        let path = format!("/{kind}/{guess}{rest}");
        for (answer, nonsense) in
            [(visitor.get(&path).await, &shown), (visitor.post(&path, &[]).await, &pressed)]
        {
            // The switch of languages leads to the address asked for.
            let body = answer.body.replace(&guess, "nonsense");
            assert_eq!((answer.status, &body), (nonsense.status, &nonsense.body), "{page}: {guess}");
        }
    }
}

#[tokio::test]
async fn another_customers_case_is_out_of_reach_and_an_old_press_takes_back_nothing_new() {
    let world = World::on("2026-11-23T06:00Z").await;
    let bolt = ACME.replace("acme", "bolt").replace("Acme", "Bolt");
    world.as_superuser(&[STRIPE, ACME, &bolt].concat()).await;
    schedule(&world, "Nimbus").await;
    world.advance_to("2026-11-24T12:00Z").await;
    let visitor = Visitor::of(&world);
    let page_of = |address| {
        path_of(&world.mailbox.mails_to(address).iter().find_map(|mail| mail.link("/object/")).unwrap())
    };
    let (acme, bolt) = (page_of("dpo@acme.example"), page_of("dpo@bolt.example"));
    visitor.post(&acme, &[("text", "Acme's own words.")]).await;

    let case = format!("{bolt}/objection/OBJ-2026-0001");
    let none = format!("{bolt}/objection/OBJ-2026-0009");
    assert_eq!(visitor.get(&format!("{case}/receipt.txt")).await.status, 404);
    for ask in ["take-back", "receipt.txt"] {
        let there = visitor.get(&format!("{case}/{ask}")).await;
        let nowhere = visitor.get(&format!("{none}/{ask}")).await;
        let body = there.body.replace("OBJ-2026-0001", "OBJ-2026-0009");
        assert_eq!((there.status, body), (nowhere.status, nowhere.body), "{ask}");
    }
    let open = "select count(*) from objection where state <> 'resolved'";
    visitor.post(&format!("{case}/take-back"), &[]).await;
    assert_eq!(count(&world, open).await, 1);
    assert!(!visitor.get(&bolt).await.body.contains("Acme"));

    let take_back = format!("{acme}/objection/OBJ-2026-0001/take-back");
    visitor.post(&take_back, &[]).await;
    assert_eq!(count(&world, open).await, 0);
    visitor.post(&acme, &[("text", "On second thoughts, no.")]).await;
    assert_eq!(count(&world, open).await, 1);
    visitor.post(&take_back, &[]).await;
    assert_eq!(count(&world, open).await, 1, "the old button is about the old objection");
    world.finish().await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_told_so_and_saves_nothing() {
    let (world, visitor, object) = announced().await;
    let form = format!("text={}", "x".repeat(3 * 1024 * 1024));
    for path in [&*object, "/subscribe"] {
        let sent = |body| {
            Request::post(path)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body)
                .unwrap()
        };
        let pieces: Vec<Result<Vec<u8>, std::io::Error>> =
            form.as_bytes().chunks(1000).map(|piece| Ok(piece.to_vec())).collect();
        // With its length told and without: neither is read to its end.
        for body in [Body::from(form.clone()), Body::from_stream(futures_util::stream::iter(pieces))] {
            let answer = visitor.send(sent(body)).await;
            assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
            assert!(answer.body.contains("</html>") && answer.body.contains("<h1>"), "{}", answer.body);
        }
    }
    assert_eq!(count(&world, "select count(*) from objection").await, 0);
    assert_eq!(count(&world, "select count(*) from delivery where letter_key like 'confirm:%'").await, 0);
    world.finish().await;
}

#[tokio::test]
async fn a_name_cannot_add_a_line_to_a_letters_head_or_to_an_answers() {
    let (world, visitor, object) = announced().await;
    let hostile = "Nim\r\nBcc: eve@evil.example\nX-Evil: yes\r\r\n\r\nEvil";
    let planned = addition(hostile, "2027-03-01");
    let refused = schedule_change::schedule(&world.cx, world.dpo.clone(), &planned).await.unwrap_err();
    assert!(refused.to_string().contains("is not one line"), "{refused}");
    let leave =
        personal_pages(&world, &visitor, &object).await.into_iter().find(|page| page.starts_with("/unsub"));
    let form = [("text", hostile), ("name", hostile), ("behalf", hostile), ("condition", hostile)];
    assert_eq!(visitor.post(&object, &form).await.status, 303);
    let successor = [("successor", "jonas@acme.example"), ("name", hostile)];
    assert_eq!(visitor.post(&leave.unwrap(), &successor).await.status, 200);
    let address = "jane@northwind.example\r\nBcc: eve@evil.example";
    assert_eq!(visitor.post("/subscribe", &[("mail", address)]).await.status, 422);
    world.settle().await;

    let to_dpo: String = world.mailbox.mails_to("dpo@processor.example").iter().map(Mail::text).collect();
    assert!(to_dpo.contains("jonas@acme.example") && to_dpo.contains("OBJ-2026-0001"), "{to_dpo}");
    let letters = world.mailbox.mails();
    for letter in letters {
        assert!(letter.header("Bcc").is_none() && letter.header("X-Evil").is_none(), "{}", letter.subject());
        assert!(!letter.is_to("eve@evil.example"));
        assert!(letter.header("MIME-Version").is_some(), "the head was not cut short: {}", letter.subject());
    }
    for path in [
        "/?lang=de%0d%0aSet-Cookie:%20evil=1",
        "/changes/x%0d%0aLocation:%20//evil.example",
        &format!("{object}/deadline.ics?lang=de%0d%0aX-Evil:%20yes"),
        &format!("{object}/objection"),
        &format!("{object}/objection/OBJ-2026-0001/receipt.txt"),
        "/changes.ics",
        "/register.csv?on=2026-11-23%0d%0aX-Evil:%20yes",
    ] {
        let answer = visitor.get(path).await;
        assert!(answer.status.as_u16() < 500, "{path}");
        let heads = answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}").to_lowercase());
        assert!(!heads.into_iter().any(|head| head.contains("evil")), "{path}: {:?}", answer.headers);
    }
}

/// What the process has logged since, down to the last detail.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_link_stands_in_the_log() {
    let log = Log::default();
    let writer = log.clone();
    let all = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish()
        .with(telemetry::discreet());
    let _guard = all.set_default();
    let (world, visitor, object) = announced().await;
    let pages = personal_pages(&world, &visitor, &object).await;
    for page in &pages {
        visitor.get(page).await;
        visitor.post(page, &[("text", "x")]).await;
        visitor.post_with(page, &[], &[("sec-fetch-site", "cross-site")]).await;
    }
    world.as_superuser("alter table recipient rename to gone").await;
    for page in &pages {
        visitor.get(page).await;
    }

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("a page broke") && text.contains("/object/{token}"), "the pages were logged");
    for token in pages.iter().map(|page| page.split('/').nth(2).unwrap()) {
        let line = text.lines().find(|line| line.contains(token));
        assert_eq!(line, None, "{token}");
    }
}
