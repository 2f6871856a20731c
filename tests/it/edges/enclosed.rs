//! A file that comes with an objection: kept as evidence, never shown.

use axum::body::Body;
use axum::http::Request;
use forenotice::actions::lodge_objection::{Statement, lodge};
use forenotice::actions::resolve_objection;
use forenotice::domain::objection::Channel;
use forenotice::domain::recipient::RecipientId;
use forenotice::store::objection;

use super::public::count;
use super::visitor::{Answer, Visitor, announced};

const BOUNDARY: &str = "----forenotice";

/// The form as a browser sends it, its file last.
async fn send(visitor: &Visitor, path: &str, text: &str, name: &str, bytes: &[u8]) -> Answer {
    let mut body = Vec::new();
    for (field, value) in [("change", "CHG-2026-0001"), ("text", text)] {
        let part =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: text/html\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(bytes);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    let request = Request::post(path)
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
        .body(Body::from(body));
    visitor.send(request.unwrap()).await
}

#[tokio::test]
async fn a_file_is_kept_with_the_statement_and_with_what_is_added_to_it() {
    let (world, visitor, object) = announced().await;
    let letter = b"%PDF-1.7 <script>alert(1)</script>";
    assert_eq!(send(&visitor, &object, "No.", "../our/letter<b>.pdf", letter).await.status, 303);
    assert_eq!(
        send(&visitor, &object, "And this.", "more.txt", "Gr\u{fc}\u{df}e".as_bytes()).await.status,
        303
    );
    assert_eq!(count(&world, "select count(*) from objection").await, 1);

    let mut snapshot = world.cx.snapshot().await.unwrap();
    let known = objection::by_reference(snapshot.conn(), "OBJ-2026-0001").await.unwrap();
    let files = objection::enclosed(snapshot.conn(), known.id()).await.unwrap();
    let told: Vec<_> = files.iter().map(|file| (file.name.as_str(), file.bytes)).collect();
    assert_eq!(told, [("letter<b>.pdf", Some(34)), ("more.txt", Some(7))]);
    drop(snapshot);
    let status = visitor.get(&format!("{object}/objection")).await.body;
    assert!(status.contains("File: letter&#60;b&#62;.pdf") && !status.contains("alert(1)"), "{status}");
    let entries = "select count(*) from ledger_entry where kind in ('objection_lodged', 'statement_added')
        and convert_from(payload, 'UTF8')::jsonb ->> 'attached' ~ '^[0-9a-f]{64}$'";
    assert_eq!(count(&world, entries).await, 2);
    world.finish().await;
}

#[tokio::test]
async fn what_is_added_to_the_same_words_is_kept_and_a_second_click_is_not() {
    let (world, visitor, object) = announced().await;
    let same = [("change", "CHG-2026-0001"), ("text", "We object."), ("ground", "data")];
    for _ in 0..2 {
        assert_eq!(visitor.post(&object, &same).await.status, 303);
        assert_eq!(send(&visitor, &object, "We object.", "why.txt", b"because").await.status, 303);
        for more in [("ground", "transfer"), ("behalf", "Acme Holding")] {
            assert_eq!(visitor.post(&object, &[same.as_slice(), &[more]].concat()).await.status, 303);
        }
    }
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let known = objection::by_reference(snapshot.conn(), "OBJ-2026-0001").await.unwrap();
    let files = objection::enclosed(snapshot.conn(), known.id()).await.unwrap();
    assert_eq!(files.len(), 1);
    let added = objection::correspondence(snapshot.conn(), known.id()).await.unwrap();
    let added: Vec<_> = added
        .iter()
        .map(|piece| (piece.grounds.join(", "), piece.on_behalf_of.as_deref(), piece.file.as_deref()))
        .collect();
    let expected = [
        (String::new(), None, Some("why.txt")),
        ("data, transfer".to_owned(), None, None),
        ("data".to_owned(), Some("Acme Holding"), None),
    ];
    assert_eq!(added, expected);
    drop(snapshot);
    world.finish().await;
}

#[tokio::test]
async fn a_file_that_is_not_kept_loses_nothing_that_was_written() {
    let (world, visitor, object) = announced().await;
    let large = vec![b'a'; 5 * 1024 * 1024 + 1];
    for (name, bytes, said) in [
        ("large.txt", large.as_slice(), "has more than 5 MB"),
        ("run.exe", b"MZ\x90\x00", "none of these kinds"),
        ("page.html", b"<script>alert(1)</script>", "none of these kinds"),
    ] {
        let answer = send(&visitor, &object, "Our works agreement forbids it.", name, bytes).await;
        assert_eq!(answer.status, 422, "{name}");
        assert!(answer.body.contains(said) && answer.body.contains("href=\"#file\""), "{}", answer.body);
        assert!(answer.body.contains("Our works agreement forbids it."), "{name}");
    }
    assert_eq!(count(&world, "select count(*) from objection").await, 0);
    assert_eq!(
        count(&world, "select count(*) from file where name in ('large.txt', 'run.exe', 'page.html')").await,
        0
    );
    world.finish().await;
}

#[tokio::test]
async fn a_page_that_only_sends_again_asks_for_the_file_again() {
    let (world, visitor, object) = announced().await;
    world.as_superuser("update door set state = 'closed'").await;
    let answer = send(&visitor, &object, "No.", "why.txt", b"because").await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    let asks = "Your file why.txt is not kept yet. Please choose it again.";
    assert!(answer.body.contains(asks) && answer.body.contains("multipart/form-data"), "{}", answer.body);
    world.as_superuser("update door set state = 'open'").await;
    world.finish().await;
}

#[tokio::test]
async fn who_has_no_link_sends_no_file() {
    let (world, visitor, object) = announced().await;
    let others = object.replace("/object/", "/object/A");
    assert_eq!(send(&visitor, &others, "No.", "a.txt", b"a").await.status, 404);
    let huge = vec![b'a'; 33 * 1024 * 1024];
    assert_eq!(send(&visitor, &object, "Not with us.", "a.txt", &huge).await.status, 413);
    // It broke off on its way.
    let half = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nNo");
    let broken =
        Request::post(&object).header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
    assert_eq!(visitor.send(broken.body(Body::from(half)).unwrap()).await.status, 400);
    assert_eq!(count(&world, "select count(*) from objection").await, 0);
    world.finish().await;
}

fn by_hand(recipient: i64, text: &str) -> Statement {
    Statement {
        recipient: RecipientId(recipient),
        page: None,
        changes: vec![forenotice::domain::change::ChangeId(1)],
        channel: Channel::Console,
        door: None,
        received_at: "2026-11-24T11:00:00Z".parse().unwrap(),
        text: text.to_owned(),
        grounds: Vec::new(),
        condition: None,
        on_behalf_of: None,
        file: None,
    }
}

#[tokio::test]
async fn what_was_said_is_told_in_the_readers_language_and_nobodys_address_in_full_but_its_own() {
    let (world, visitor, object) = announced().await;
    world
        .as_superuser("insert into recipient (customer_id, address, language) select id, 'legal@acme.example', 'de' from customer")
        .await;
    visitor.post(&object, &[("text", "We object.")]).await;
    let mut more = by_hand(2, "Wir auch.");
    more.condition = Some("only in the EU".to_owned());
    more.grounds = vec!["transfer".to_owned()];
    lodge(&world.cx, &more).await.unwrap();
    resolve_objection::answer(&world.cx, world.dpo.clone(), "OBJ-2026-0001", "We look into it.")
        .await
        .unwrap();
    let page = visitor.get(&format!("{object}/objection?lang=de")).await.body;
    for said in [
        "<b>l…@acme.example</b>",
        "<blockquote>Wir auch.</blockquote>",
        "only in the EU",
        "<b>Datenschutzbeauftragter, ",
        "<blockquote>We look into it.</blockquote>",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    for hidden in ["legal@acme.example", "Condition:", "Grounds:"] {
        assert!(!page.contains(hidden), "{hidden}\n{page}");
    }
    world.finish().await;
}
