//! What an alert says, of outages that went through the store.
