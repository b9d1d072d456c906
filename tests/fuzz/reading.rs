//! What every reader promises, whatever the bytes: it ends, and each record is made into something or rejected.

use std::ops::ControlFlow;

use guanxi::{formats::reader::{Effect, Input, Item, ItemHandler, SourceDefaults, Unreadable}, model::Date};

/// Lets `read` read these bytes.
pub fn reading(mut bytes: &[u8], read: impl FnOnce(Input<'_>, ItemHandler<'_>) -> Result<(), Unreadable>) {
    let source_defaults = SourceDefaults {
        source: None,
        publisher: Some("Publisher".to_owned()),
        title: None,
        url: None,
        licence: None,
        record_bytes_max: 1 << 20,
        today: Date::constant(2026, 11, 23),
    };
    let input = Input {
        name: "file",
        bytes: &mut bytes,
        source_defaults: &source_defaults,
    };
    // That a file cannot be read is an answer.
    let _ = read(input, &mut |item| {
        if let Item::Record(found) = item {
            let is_rejected = found.faults.iter().any(|fault| fault.effect == Effect::Rejected);
            assert!(is_rejected || !found.drafts.is_empty(), "{} is lost", found.place);
        }
        ControlFlow::Continue(())
    });
}
