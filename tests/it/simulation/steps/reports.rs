//! What comes back of letters that the relay had taken: they failed after all, are stuck, or have arrived.

use forenotice::domain::access::MailPurpose;

use super::Simulation;
use crate::simulation::model::Report;

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
        if sent.is_empty() {
            return;
        }
        let letter = self.random.pick(&sent);
        let (report, action, status) = self.random.pick(&[
            (Report::Failed { for_good: true }, "failed", "5.1.1"),
            (Report::Failed { for_good: false }, "failed", "4.4.7"),
            (Report::Delayed, "delayed", "4.4.1"),
            (Report::Arrived(Some(self.model.now)), "delivered", "2.0.0"),
        ]);
        let raw = delivery_report(action, status, &letter.address, self.log.len());
        let mail = self.comes(&raw, &self.address_of(MailPurpose::Bounce, letter.id)).await;
        let Sent { id, customer, address, .. } = &letter;
        self.did("report", format!("{mail}, letter {id} to {address} of {customer}: {action} {status}"));
        self.model.reported(letter.notice, customer, address, report);
        // An answer at the very instant of a report would hide it.
        self.a_second_later().await;
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
