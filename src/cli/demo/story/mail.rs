//! What comes back by mail: a letter that cannot be delivered, and a reply that does not say what it is.

use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;

use super::{Failure, Story, path, print};
use crate::demo::mailbox::Mail;

/// Whose first contact's address is no more, and who is asked next.
const GONE: &str = "privacy@thistledown-housing-digital.example";
const NEXT: &str = "office@thistledown-housing-digital.example";
/// Who answers the letter with a question.
const ASKS: &str = "privacy@bluebonnet-health.example";

impl Story {
    pub(super) async fn bounced(&mut self) -> Result<(), Failure> {
        self.step("An hour later a mail server reports that a letter could not be delivered")?;
        let Some(letter) = self.letter_to(GONE) else {
            return self.holds(false, "the letter whose bounce comes back is in the mailbox");
        };
        let report = format!(
            "From: Mail Delivery System <MAILER-DAEMON@mx.example>\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n\
             Message-ID: <report.1@mx.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"=_r\"\r\n\r\n\
             --=_r\r\nContent-Type: text/plain\r\n\r\nI could not deliver your message.\r\n\
             --=_r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
             Final-Recipient: rfc822; {GONE}\r\nAction: failed\r\nStatus: 5.1.1\r\n\
             Diagnostic-Code: smtp; 550 5.1.1 user unknown\r\n\r\n--=_r--\r\n",
            to = letter.envelope_from,
        );
        let taken = self.receive(&report, "", &letter.envelope_from).await?;
        self.holds(taken, "the report is safe in the database")?;
        self.settle().await?;
        self.run(&["inbox", "list", "--all"]).await?;
        let asked = self.mailbox.mails_to(NEXT).len() == 1;
        self.holds(asked, "the service is taken back, and that customer's next contact has the letter")
    }

    pub(super) async fn asked(&mut self) -> Result<(), Failure> {
        self.step("A customer answers the letter, and does not say whether it objects")?;
        let Some(letter) = self.letter_to(ASKS) else {
            return self.holds(false, "the letter that is answered is in the mailbox");
        };
        let reply_to = letter.header("Reply-To").unwrap_or_default();
        let reply_to = reply_to.split(['<', '>']).nth(1).unwrap_or(&reply_to).to_owned();
        let reply = format!(
            "From: {ASKS}\r\nTo: {reply_to}\r\nSubject: Re: {}\r\nMessage-ID: <reply.1@bluebonnet-health.example>\r\n\r\n\
             Where are the servers of the new company?\r\n",
            letter.subject(),
        );
        let taken = self.receive(&reply, ASKS, &reply_to).await?;
        self.holds(taken, "the reply is safe in the database")?;
        self.settle().await?;
        self.run(&["inbox", "list"]).await?;
        let gate = self.run(&["gate", "CHG-2026-0001"]).await?;
        self.holds(
            gate.out.contains("reply_untriaged"),
            "until it is clear what it is, it counts as an objection",
        )?;
        let asked = self.mailbox.mails_to(ASKS).pop().and_then(|mail| mail.link("/reply/"));
        self.holds(asked.is_some(), "its sender is asked by mail, with two links")?;
        let Some(link) = asked else { return Ok(()) };
        let link = path(&link).replace("/objection", "/question");
        self.get(&link).await?;
        let status = self.post(&link, &[]).await?;
        self.holds(status < 400, "and says by a button that it is a question")?;
        let gate = self.run(&["gate", "CHG-2026-0001"]).await?;
        self.holds(!gate.out.contains("reply_untriaged"), "it holds nothing back any more")
    }

    fn letter_to(&self, address: &str) -> Option<Mail> {
        self.mailbox.mails_to(address).first().cloned()
    }

    /// As an MTA's pipe hands a mail over; whether it was taken.
    async fn receive(&self, mail: &str, from: &str, to: &str) -> Result<bool, Failure> {
        print(format_args!("   $ forenotice receive --from \"{from}\" --to {to} < mail"))?;
        let mut command = self.program_with(&["receive", "--from", from, "--to", to]);
        let mut child = command.stdin(Stdio::piped()).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(mail.as_bytes()).await?;
        }
        Ok(child.wait().await?.success())
    }
}
