//! What comes back of letters that the relay had taken: they failed after all, are stuck, or have arrived.

use forenotice::domain::access::MailPurpose;

use super::Simulation;
use crate::simulation::model::{Letter, Report};

/// A letter of an announcement that the relay has taken.
#[derive(Clone, sqlx::FromRow)]
struct Sent {
    id: i64,
    notice: i64,
    customer: String,
    address: String,
}

impl Simulation {
    pub(super) async fn report_comes_back(&mut self) {
        let sent: Vec<Sent> = sqlx::query_as(
            "select d.id, n.id as notice, k.reference as customer, r.address
             from delivery d join notice n on n.id = d.notice_id and n.kind = 'announcement'
             join recipient r on r.id = d.recipient_id join customer k on k.id = r.customer_id
             where d.accepted_at is not null and d.bounced_at is null order by d.id",
        )
        .fetch_all(self.world.cx.db.pool())
        .await
        .unwrap();
        let sent: Vec<Sent> = sent.into_iter().filter(|sent| self.is_on_its_way(sent)).collect();
        if sent.is_empty() {
            return;
        }
        let letter = self.random.pick(&sent);
        let (report, action, status) = self.random.pick(&[
            (Report::Failed, "failed", "5.1.1"),
            (Report::Failed, "failed", "4.4.7"),
            (Report::Delayed, "delayed", "4.4.1"),
            (Report::Arrived, "delivered", "2.0.0"),
        ]);
        let raw = delivery_report(action, status, &letter.address, self.log.len());
        let mail = self.comes(&raw, &self.address_of(MailPurpose::Bounce, letter.id)).await;
        let Sent { id, customer, address, .. } = &letter;
        self.did("report", format!("{mail}, letter {id} to {address} of {customer}: {action} {status}"));
        self.model.reported(letter.notice, customer, address, report);
    }

    /// Something that is still open waits for what becomes of it.
    fn is_on_its_way(&self, sent: &Sent) -> bool {
        let of_notice = self
            .model
            .changes
            .iter()
            .filter(|change| change.announced.is_some_and(|announced| announced.notice == sent.notice));
        let taken = |letter: &&Letter| {
            matches!(letter, Letter::Accepted(_) | Letter::Arrived(_) | Letter::Delayed(_))
        };
        !self.model.customer(&sent.customer).subscribes
            && of_notice.filter(|change| change.is_open()).any(|change| {
                let case = change.cases.get(&sent.customer);
                let letter = case.and_then(|case| case.letters.get(&sent.address));
                letter.filter(taken).is_some() && !change.in_force.contains_key(&sent.customer)
            })
    }
}

fn delivery_report(action: &str, status: &str, address: &str, number: usize) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example\r\nTo: bounce\r\nSubject: report\r\nDate: Wed, 25 Nov 2026 10:00:00 +0000\r\n\
         Message-ID: <{number}@mx.example>\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-replied\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nAbout your mail.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\n\
         Diagnostic-Code: smtp; 550 {status} so it is\r\n\r\n--b--\r\n"
    )
}
