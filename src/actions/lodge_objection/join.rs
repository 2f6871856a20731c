//! A further statement of a party that has an open objection already.

use super::{Became, Error, Lodged, Lodging};
use crate::actions::Attachment;
use crate::domain::ledger::Event;
use crate::domain::objection::Timeliness;
use crate::store::objection::{Measured, Objection};
use crate::store::{self, Tx, inbox, objection};

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
        let (at, words) = (self.said.received_at, self.words());
        let said = objection::correspondence(tx.conn(), open.id()).await?;
        if !said.iter().any(|piece| piece.at == at && piece.body.as_deref() == Some(words.as_str())) {
            match self.said.mail {
                Some(mail) => inbox::add_to_case(tx, mail.id, open.id(), at, &words).await?,
                None => {
                    let file = self.keep_file(tx).await?;
                    objection::insert_correspondence(tx, open.id(), at, &words, file).await?;
                }
            }
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
        let words = self.words();
        let said = objection::correspondence(tx.conn(), known.id()).await?;
        Ok(said.iter().any(|piece| piece.body.as_deref() == Some(words.as_str())))
    }

    /// The statement as it stands in the correspondence: who, and what.
    fn words(&self) -> String {
        let name = self.speaker.name.as_deref().filter(|name| !name.is_empty());
        let from = self.said.mail.and_then(|mail| mail.from);
        let name = from.or(name).or(self.speaker.address.as_deref()).unwrap_or("somebody");
        let grounds = Some(self.said.grounds.join(", ")).filter(|grounds| !grounds.is_empty());
        let more = [
            ("Grounds", grounds.as_deref()),
            ("Condition", self.said.condition),
            ("On behalf of", self.said.on_behalf_of),
            ("On file", self.said.file.map(|file| file.name.as_str())),
        ];
        let mut words = format!("{name}: {}", self.said.text);
        for (what, said) in more {
            words.extend(said.into_iter().flat_map(|said| ["\n", what, ": ", said]));
        }
        words
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
