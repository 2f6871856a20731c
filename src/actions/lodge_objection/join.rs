//! A further statement of a party that has an open objection already.

use super::{Became, Error, Lodged, Lodging};
use crate::actions::Attachment;
use crate::domain::ledger::Event;
use crate::domain::objection::{Timeliness, Voice};
use crate::store::objection::{Added, Correspondence, Measured, Objection};
use crate::store::{self, Tx, objection};

impl Lodging<'_> {
    /// Adds the statement to the objection that this party has open against the first of the changes.
    pub(super) async fn join(&self, mut tx: Tx) -> Result<Lodged, Error> {
        let first = self.changes.first().map(|change| change.id).ok_or(Error::Empty)?;
        // It may have been resolved since the insert met it: then the caller is told to look again.
        let known = objection::open_of(tx.conn(), first, self.party())
            .await?
            .ok_or(store::Error::Stale { what: "objection" })?;
        objection::hold(&mut tx, known.id()).await?;
        if self.repeats(&mut tx, &known).await? && self.said.received_at >= known.received_at {
            self.settle_mail(&mut tx, known.id()).await?;
            tx.commit_unrecorded().await?;
            return Ok(lodged_in(Became::Repetition, &known));
        }
        for measured in self.measured {
            self.join_open(&mut tx, measured).await?;
        }
        self.settle_mail(&mut tx, known.id()).await?;
        // What reached us before may have made it timely.
        let known = objection::open_of(tx.conn(), first, self.party())
            .await?
            .ok_or(store::Error::Stale { what: "objection" })?;
        let (objection, customer) = (known.reference.clone(), self.customer);
        self.alert_found(&mut tx, &known.reference, &[first]).await?;
        let joined = Event::StatementAdded {
            objection,
            change: first,
            customer,
            attached: self.said.file.map(Attachment::hash).map(hex::encode),
        };
        tx.commit([joined]).await?;
        self.cx.bells.ring("deliver");
        Ok(lodged_in(Became::PartOf, &known))
    }

    /// Adds the statement to what this party has open against that change, which counts from the earlier of the two.
    pub(super) async fn join_open(&self, tx: &mut Tx, measured: &Measured) -> Result<(), Error> {
        let Some(open) = objection::open_of(tx.conn(), measured.change, self.party()).await? else {
            return Ok(());
        };
        objection::hold(tx, open.id()).await?;
        let at = self.said.received_at;
        let said = objection::correspondence(tx.conn(), open.id()).await?;
        if !said.iter().any(|piece| piece.at == at && self.is(piece)) {
            let file = self.keep_file(tx).await?;
            objection::insert_correspondence(tx, open.id(), at, &self.added(file)).await?;
        }
        objection::came_earlier(tx, open.id(), at, measured).await?;
        Ok(())
    }

    /// Whether the same person said the same before, and all of it: as the objection itself, or in what was added to it.
    async fn repeats(&self, tx: &mut Tx, known: &Objection) -> Result<bool, Error> {
        if let Some(file) = self.said.file {
            let hash = file.hash();
            let enclosed = objection::enclosed(tx.conn(), known.id()).await?;
            if !enclosed.iter().any(|kept| kept.hash == hash) {
                return Ok(false);
            }
        }
        if known.recipient() == self.speaker.recipient
            && known.statement == self.said.text
            && known.grounds == self.said.grounds
            && known.condition.as_deref() == self.said.condition
            && known.on_behalf_of.as_deref() == self.said.on_behalf_of
        {
            return Ok(true);
        }
        let said = objection::correspondence(tx.conn(), known.id()).await?;
        Ok(said.iter().any(|piece| self.is(piece)))
    }

    /// The statement as it stands in the correspondence.
    fn added(&self, file: Option<[u8; 32]>) -> Added<'_> {
        Added {
            grounds: self.said.grounds,
            condition: self.said.condition,
            on_behalf_of: self.said.on_behalf_of,
            mail: self.said.mail.map(|mail| mail.id),
            file,
            ..Added::by(Voice::Theirs, Some(self.said_by()), self.said.text)
        }
    }

    /// Whether that piece says the same, and is by the same.
    fn is(&self, piece: &Correspondence) -> bool {
        piece.said_by.as_deref() == Some(self.said_by())
            && piece.body.as_deref() == Some(self.said.text)
            && piece.grounds == self.said.grounds
            && piece.condition.as_deref() == self.said.condition
            && piece.on_behalf_of.as_deref() == self.said.on_behalf_of
            && piece.file.as_deref() == self.said.file.map(|file| file.name.as_str())
    }

    fn said_by(&self) -> &str {
        let name = self.speaker.name.as_deref().filter(|name| !name.is_empty());
        let from = self.said.mail.and_then(|mail| mail.from);
        from.or(name).or(self.speaker.address.as_deref()).unwrap_or("somebody")
    }
}

fn lodged_in(became: Became, known: &Objection) -> Lodged {
    Lodged {
        became,
        reference: known.reference.clone(),
        timeliness: if known.in_time() { Timeliness::InTime } else { Timeliness::Late },
        received_at: known.received_at,
        answer_due_on: known.answer_due_on,
        receipts_to: Vec::new(),
    }
}
