use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

const HELLO: &str = "EHLO client.example\r\n";
const ENVELOPE: &str = "MAIL FROM:<b-1@acme.example>\r\nRCPT TO:<dpo@bolt.example>\r\nDATA\r\n";

async fn mailbox() -> Mailbox {
    Mailbox::start(Options::default()).await.unwrap()
}

/// Says everything at once, then hears all replies until the mailbox closes.
async fn talk(mailbox: &Mailbox, words: &str) -> String {
    let mut stream = TcpStream::connect(mailbox.smtp_address()).await.unwrap();
    let mut replies = String::new();
    let (mut read, mut write) = stream.split();
    let said = write.write_all(words.as_bytes()).await;
    // A mailbox that closes first may reset the connection; what it said before is what counts.
    let _ = (said, read.read_to_string(&mut replies).await);
    replies
}

fn codes(replies: &str) -> Vec<&str> {
    replies.lines().filter(|line| line.as_bytes().get(3) == Some(&b' ')).map(|line| &line[..3]).collect()
}

#[tokio::test]
async fn commands_that_come_together_are_answered_in_order() {
    let mailbox = mailbox().await;
    let replies =
        talk(&mailbox, &format!("{HELLO}{ENVELOPE}Subject: hi\r\n\r\nbody\r\n.\r\nNOOP\r\nQUIT\r\n")).await;
    assert_eq!(codes(&replies), ["220", "250", "250", "250", "354", "250", "250", "221"]);
    for offered in ["PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 10485760", "DSN", "ENHANCEDSTATUSCODES"] {
        assert!(replies.contains(offered), "{offered} in {replies}");
    }
    assert_eq!(mailbox.wait_for(1).await[0].subject(), "hi");
}

#[tokio::test]
async fn the_envelope_is_kept_with_its_dsn_wishes() {
    let mailbox = mailbox().await;
    let words = format!(
        "{HELLO}MAIL FROM:<b-1@acme.example> SMTPUTF8 RET=HDRS ENVID=QQ314159\r\n\
         RCPT TO:<dpø@bolt.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;dpo+40bolt.example\r\nDATA\r\n\r\n.\r\nQUIT\r\n"
    );
    let replies = talk(&mailbox, &words).await;
    assert_eq!(codes(&replies), ["220", "250", "250", "250", "354", "250", "221"], "{replies}");
    let mail = &mailbox.wait_for(1).await[0];
    assert_eq!(mail.envelope_from, "b-1@acme.example");
    assert_eq!(mail.envelope_id.as_deref(), Some("QQ314159"));
    assert!(mail.smtputf8);
    assert_eq!(mail.envelope_to[0].address, "dpø@bolt.example");
    assert!(mail.envelope_to[0].notify_failure);
    assert_eq!(mail.envelope_to[0].original.as_deref(), Some("dpo@bolt.example"));
}

#[tokio::test]
async fn only_a_dot_between_two_line_ends_closes_a_message_and_doubled_dots_are_undone() {
    let mailbox = mailbox().await;
    let body = "first\r\n..second\r\nbare\n.\nthird\r\n...\r\n";
    talk(&mailbox, &format!("{HELLO}{ENVELOPE}{body}.\r\n{ENVELOPE}.\r\nQUIT\r\n")).await;
    let mails = mailbox.wait_for(2).await;
    assert_eq!(String::from_utf8_lossy(&mails[0].bytes), "first\r\n.second\r\nbare\n.\nthird\r\n..\r\n");
    assert_eq!(&mails[1].bytes[..], b"", "a lone dot right after DATA is an empty message");
}

#[tokio::test]
async fn a_message_is_the_same_however_its_bytes_are_divided() {
    let mailbox = mailbox().await;
    let words = format!("{HELLO}{ENVELOPE}a\r\n..b\r\n.\r\nQUIT\r\n");
    let mut stream = TcpStream::connect(mailbox.smtp_address()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for byte in words.as_bytes() {
        stream.write_all(&[*byte]).await.unwrap();
        stream.flush().await.unwrap();
    }
    assert_eq!(&mailbox.wait_for(1).await[0].bytes[..], b"a\r\n.b\r\n");
}

#[tokio::test]
async fn what_is_malformed_is_refused_and_the_session_goes_on() {
    let mailbox = mailbox().await;
    let words =
        format!("{HELLO}GIBBERISH\r\nMAIL FROM:nobody\r\nRCPT TO:<a@b.example>\r\nDATA\r\nNOOP\r\nQUIT\r\n");
    assert_eq!(
        codes(&talk(&mailbox, &words).await),
        ["220", "250", "500", "501", "503", "503", "250", "221"]
    );
}

/// What breaks; what the client hears after its greeting; what is in the mailbox afterwards.
#[tokio::test]
async fn every_fault_does_what_it_says() {
    let reply = |code| Reply::new(code, "4.0.0 so");
    let table: Vec<(Fault, &[&str], usize)> = vec![
        (Fault::ClosesAtConnect, &[], 0),
        (Fault::GreetsWith(reply(421)), &["421"], 0),
        (Fault::OffersOnly(vec!["8BITMIME".into()]), &["220", "250", "250", "250", "354", "250", "221"], 1),
        (Fault::RefusesSender(reply(451)), &["220", "250", "451", "503", "503", "500", "500", "221"], 0),
        (
            Fault::RefusesRecipient("DPO@bolt.example".into(), Reply::no_such_user()),
            &["220", "250", "250", "550", "503", "500", "500", "221"],
            0,
        ),
        (
            Fault::RefusesDomain("bolt.example".into(), Reply::greylisted()),
            &["220", "250", "250", "451", "503", "500", "500", "221"],
            0,
        ),
        (
            Fault::RefusesRecipient("other@bolt.example".into(), reply(550)),
            &["220", "250", "250", "250", "354", "250", "221"],
            1,
        ),
        (Fault::ClosesAtRecipient("dpo@bolt.example".into()), &["220", "250", "250"], 0),
        (Fault::RefusesData(reply(451)), &["220", "250", "250", "250", "451", "500", "500", "221"], 0),
        (Fault::ClosesAfterData, &["220", "250", "250", "250", "354"], 0),
        (Fault::AnswersMessage(reply(451)), &["220", "250", "250", "250", "354", "451", "221"], 0),
        (Fault::ClosesAfterFinalDot, &["220", "250", "250", "250", "354"], 0),
        (Fault::KeepsThenCloses, &["220", "250", "250", "250", "354"], 1),
        (Fault::AcceptsThenCloses, &["220", "250", "250", "250", "354", "250"], 1),
        (Fault::ShutsDown, &["220", "421"], 0),
        (Fault::Drips(Duration::from_micros(1)), &["220", "250", "250", "250", "354", "250", "221"], 1),
    ];
    for (fault, heard, kept) in table {
        let mailbox = mailbox().await;
        mailbox.arrange(fault.clone(), Times::Only(1));
        let replies = talk(&mailbox, &format!("{HELLO}{ENVELOPE}body\r\n.\r\nQUIT\r\n")).await;
        assert_eq!(codes(&replies), heard, "{fault:?}");
        assert_eq!(mailbox.mails().len(), kept, "{fault:?}");
    }
}

#[tokio::test]
async fn a_fault_acts_as_often_as_arranged() {
    let mailbox = mailbox().await;
    mailbox.arrange(Fault::AnswersMessage(Reply::greylisted()), Times::Only(1));
    let words = format!("{HELLO}{ENVELOPE}body\r\n.\r\n{ENVELOPE}body\r\n.\r\nQUIT\r\n");
    let replies = talk(&mailbox, &words).await;
    assert_eq!(
        codes(&replies),
        ["220", "250", "250", "250", "354", "451", "250", "250", "354", "250", "221"]
    );
}

#[tokio::test]
async fn a_mailbox_that_went_away_refuses_connections_until_it_comes_back() {
    let mailbox = mailbox().await;
    mailbox.go_away().await;
    assert!(TcpStream::connect(mailbox.smtp_address()).await.is_err());
    mailbox.come_back().await.unwrap();
    talk(&mailbox, &format!("{HELLO}{ENVELOPE}body\r\n.\r\nQUIT\r\n")).await;
    assert_eq!(mailbox.wait_for(1).await.len(), 1);
}

#[tokio::test]
async fn the_oldest_mails_are_forgotten_but_counted() {
    let mailbox = Mailbox::start(Options { mails_max: 2, ..Options::default() }).await.unwrap();
    let one = format!("{ENVELOPE}body\r\n.\r\n");
    talk(&mailbox, &format!("{HELLO}{one}{one}{one}QUIT\r\n")).await;
    let serials: Vec<u64> = mailbox.wait_for(3).await.iter().map(|mail| mail.serial).collect();
    assert_eq!(serials, [2, 3]);
}

#[tokio::test]
async fn a_hostile_mail_is_shown_escaped_and_framed_without_scripts() {
    let mailbox = mailbox().await;
    let hostile = "Subject: <script>alert(1)</script>\r\nContent-Type: text/html\r\n\r\n\"><script>alert(2)</script>\r\n";
    talk(&mailbox, &format!("{HELLO}{ENVELOPE}{hostile}.\r\nQUIT\r\n")).await;

    let page = get(&mailbox, "/mails/1").await;

    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("sandbox=\"allow-popups allow-popups-to-escape-sandbox\""));
    assert!(page.contains("default-src 'none'"));
    assert!(get(&mailbox, "/").await.contains("1 kept of 1 received"));
    assert!(get(&mailbox, "/mails/1/raw").await.ends_with(hostile));
    assert!(get(&mailbox, "/mails/2").await.contains("404"));
}

/// The whole HTTP answer as text, over a real socket.
async fn get(mailbox: &Mailbox, path: &str) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(axum::serve(listener, mailbox.pages()).into_future());
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    server.abort();
    answer
}
