//! Takes in recipients, and changes them: what the dashboard and the command line have in common. A recipient that nothing could
//! ever be sent to is not taken.

use thiserror::Error;

use super::PostOffice;
use crate::domain::recipient::Recipient;
use crate::notify::{Address, BadAddress};
use crate::store::StoreError;
use crate::store::recipients::NewRecipient;

/// A name is not longer, in letters.
const LONGEST_NAME: usize = 100;

/// Why a recipient is not taken; nothing was changed.
#[derive(Debug, Error)]
pub enum Refused {
    /// Its name cannot be used.
    #[error("a recipient needs a name of 1 to {LONGEST_NAME} letters in one line")]
    Name,
    /// Another one has it.
    #[error("there is a recipient called `{0}` already: choose another name")]
    Taken(String),
    /// It cannot be reached.
    #[error(transparent)]
    Address(#[from] BadAddress),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PostOffice {
    /// Takes in a recipient.
    pub async fn enrol(&self, new: NewRecipient) -> Result<Recipient, Refused> {
        let new =
            NewRecipient { name: new.name.trim().to_owned(), target: new.target.trim().to_owned(), ..new };
        if !is_name(&new.name) {
            return Err(Refused::Name);
        }
        Address::parse(new.channel, &new.target, new.secret.as_deref(), &self.secrets())?;
        let now = self.clock.now();
        let id =
            self.store.add_recipient(&new, now).await?.ok_or_else(|| Refused::Taken(new.name.clone()))?;
        let NewRecipient { name, channel, target, secret, sites, wishes } = new;
        Ok(Recipient { id, name, channel, target, secret, sites, wishes, created_at: now })
    }

    /// Changes a recipient to this.
    pub async fn amend(&self, recipient: &Recipient) -> Result<(), Refused> {
        if !is_name(&recipient.name) {
            return Err(Refused::Name);
        }
        Address::parse(recipient.channel, &recipient.target, recipient.secret.as_deref(), &self.secrets())?;
        if self.store.update_recipient(recipient, self.clock.now()).await? {
            return Ok(());
        }
        Err(Refused::Taken(recipient.name.clone()))
    }

    /// Where a recipient is reached, as it may be shown: no secret is in it.
    pub fn shown(&self, recipient: &Recipient) -> String {
        Address::parse(recipient.channel, &recipient.target, recipient.secret.as_deref(), &self.secrets())
            .map_or_else(|why| format!("cannot be reached: {why}"), |address| address.redacted())
    }
}

fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control)
}
