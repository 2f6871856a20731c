//! Personal links: whose a token is, and whether it still is.

use crate::domain::access::{Link, LinkPurpose};
use crate::domain::recipient::RecipientId;
use crate::store::Snapshot;
use crate::store::page::{self, Addressee};
use crate::web::Site;
use crate::web::error::PageError;

/// A link that is ours.
#[derive(Clone, Debug)]
pub struct Opened {
    /// A delivery's or a recipient's, as the purpose says.
    pub id: i64,
    pub who: Addressee,
    /// Made for an address that its customer no longer uses: good for writing to us, not for reading.
    pub former: bool,
}

/// What the token opens, if it was made for this purpose. Anything else is a link we do not know: why is not said.
pub async fn open(
    site: &Site,
    snapshot: &mut Snapshot,
    token: &str,
    purpose: LinkPurpose,
) -> Result<Opened, PageError> {
    let link = claimed(site, token, purpose)?;
    let who = match purpose {
        LinkPurpose::Object | LinkPurpose::Letter | LinkPurpose::Reply => {
            page::addressee_of_delivery(snapshot.conn(), link.id).await?
        }
        LinkPurpose::Unsubscribe | LinkPurpose::Manage | LinkPurpose::Mine => {
            page::addressee(snapshot.conn(), RecipientId(link.id)).await?
        }
        LinkPurpose::Confirm => None,
    };
    opened(site, &link, who.ok_or(PageError::UnknownLink)?)
}

/// Whether a link that claims to be `who`'s is, or was.
pub fn opened(site: &Site, link: &Link, who: Addressee) -> Result<Opened, PageError> {
    site.read_by(&who.language);
    let is_of = |epoch: i16| site.keys().verify_link(link, epoch);
    if is_of(who.link_epoch) {
        return Ok(Opened { id: link.id, who, former: false });
    }
    if link.purpose == LinkPurpose::Object && (0..who.link_epoch).any(is_of) {
        return Ok(Opened { id: link.id, who, former: true });
    }
    Err(PageError::UnknownLink)
}

/// The delivery that a confirmation link belongs to. Nobody is on file yet, so there is no epoch to revoke.
pub fn confirmation(site: &Site, token: &str) -> Result<i64, PageError> {
    let link = claimed(site, token, LinkPurpose::Confirm)?;
    if site.keys().verify_link(&link, 0) { Ok(link.id) } else { Err(PageError::UnknownLink) }
}

/// A claim to open what it names, until [`opened`] has found whose it is.
pub fn claimed(site: &Site, token: &str, purpose: LinkPurpose) -> Result<Link, PageError> {
    site.keys().open_link(token).filter(|link| link.purpose == purpose).ok_or(PageError::UnknownLink)
}
