//! Binary form of single values: fixed size, little-endian. References are not validated.

use crate::{
    graph::{
        base::Title,
        columns::{
            cold::ColdText,
            rows::{
                AmountRow, EntityExtra, EntityRow, EvidenceRow, IdentifierRow, Marks, NameRow, PackedDate, Rare,
                RelationshipExtra, RelationshipRow, SourceRow, Span, ToEntity, ToSource, VersionSpan,
            },
            text::Text,
        },
    },
    model::{
        Capability, Catalog, Currency, EntityKind, EntityStatus, Interest, NameKind, RelationshipKind,
        RelationshipStatus, Set, Share, ShareOf, ShareRange, Stance, UnknownReason,
    },
};

/// A value of fixed size.
pub(super) trait FixedSize: Sized {
    /// Its size in bytes.
    const SIZE: usize;
    fn put(&self, out: &mut Vec<u8>);
    /// The value of [`Self::SIZE`] bytes.
    fn take(from: &[u8]) -> Option<Self>;
}

/// Declares number cells.
macro_rules! numbers {
    ($($number:ty)+) => {
        $(impl FixedSize for $number {
            const SIZE: usize = size_of::<$number>();

            fn put(&self, out: &mut Vec<u8>) {
                out.extend(self.to_le_bytes());
            }

            fn take(from: &[u8]) -> Option<Self> {
                from.try_into().ok().map(Self::from_le_bytes)
            }
        })+
    };
}
numbers! { u8 u16 u32 u64 i128 f64 }

/// Declares cells that are stored as another cell.
macro_rules! stored_as {
    ($($cell:ty as $other:ty: |$it:ident| $put:expr, |$other_value:ident| $take:expr;)+) => {
        $(impl FixedSize for $cell {
            const SIZE: usize = <$other as FixedSize>::SIZE;

            fn put(&self, out: &mut Vec<u8>) {
                let $it = self;
                let other: $other = $put;
                other.put(out);
            }

            fn take(from: &[u8]) -> Option<Self> {
                let $other_value = <$other as FixedSize>::take(from)?;
                $take
            }
        })+
    };
}
stored_as! {
    Text as u32: |text| text.number(), |number| Some(Self::of_number(number));
    ColdText as u32: |text| text.number(), |number| Some(Self::of_number(number));
    Rare as u32: |rare| rare.0, |number| Some(Self(number));
    PackedDate as u32: |date| date.0, |number| Some(Self(number));
    ToEntity as u32: |to| to.0, |number| Some(Self(number));
    ToSource as u32: |to| to.0, |number| Some(Self(number));
    Marks as u8: |marks| marks.0, |bits| Some(Self(bits));
    bool as u8: |is| u8::from(*is), |is| Some(is == 1);
    EntityKind as u8: |member| member.index(), |index| member(index);
    EntityStatus as u8: |member| member.index(), |index| member(index);
    NameKind as u8: |member| member.index(), |index| member(index);
    RelationshipKind as u8: |member| member.index(), |index| member(index);
    RelationshipStatus as u8: |member| member.index(), |index| member(index);
    Stance as u8: |member| member.index(), |index| member(index);
    ShareOf as u8: |member| member.index(), |index| member(index);
    Option<Interest> as u8: |interest| interest.map_or(u8::MAX, |interest| interest.index()), |index| match index {
        u8::MAX => Some(None),
        index => member(index).map(Some),
    };
    Option<UnknownReason> as u8: |reason| reason.map_or(u8::MAX, |reason| reason.index()), |index| match index {
        u8::MAX => Some(None),
        index => member(index).map(Some),
    };
    Set<Capability> as u64: |set| set.bits(), |bits| {
        Some(Capability::ALL.iter().copied().filter(|member| bits & (1 << member.index()) != 0).collect())
    };
    Currency as u32: |currency| {
        currency.as_str().bytes().fold(0, |number, letter| number << 8 | u32::from(letter))
    }, |number| {
        let [_, letters @ ..] = number.to_be_bytes();
        std::str::from_utf8(&letters).ok()?.parse().ok()
    };
}

fn member<T: Catalog>(index: u8) -> Option<T> {
    T::ALL.get(usize::from(index)).copied()
}

/// Declares cells that consist of others in sequence.
macro_rules! composed_of {
    ($($cell:ty { $($field:tt: $part:ty),+ $(,)? })+) => {
        $(impl FixedSize for $cell {
            const SIZE: usize = 0 $(+ <$part as FixedSize>::SIZE)+;

            fn put(&self, out: &mut Vec<u8>) {
                $(self.$field.put(out);)+
            }

            fn take(from: &[u8]) -> Option<Self> {
                composed_of!(@take from $cell { $($field: $part),+ })
            }
        })+
    };
    (@take $from:ident $cell:ty { $($field:ident: $part:ty),+ }) => {{
        let from = $from;
        $(
            let (part, from) = from.split_at_checked(<$part as FixedSize>::SIZE)?;
            let $field = <$part as FixedSize>::take(part)?;
        )+
        from.is_empty().then_some(Self { $($field),+ })
    }};
}
composed_of! {
    Title { title: Text, description: Text, licence: Text, began: u32 }
    Span { start: u32, len: u32 }
    VersionSpan { from: u32, until: u32, version: u32 }
    EntityRow {
        id: Text, name: Text, country: Text, properties: ColdText, names: u32, identifiers: u32, founded: PackedDate,
        extra: Rare, recorded: Rare, names_count: u16, identifiers_count: u16, kind: EntityKind, status: EntityStatus,
        undisclosed: bool,
    }
    EntityExtra {
        description: Text, website: Text, dissolved: PackedDate, starts_on: PackedDate, ends_on: PackedDate, older: Span,
        merged_into: ToEntity,
    }
    NameRow { text: Text, language: Text, script: Text, kind: NameKind }
    IdentifierRow { scheme: Text, value: Text }
    RelationshipRow {
        id: Text, from: ToEntity, to: ToEntity, evidence: Rare, since: PackedDate, until: PackedDate, extra: Rare,
        recorded: Rare, unknown: Option<UnknownReason>, kind: RelationshipKind, status: RelationshipStatus,
        marks: Marks,
    }
    RelationshipExtra {
        role: Text, properties: ColdText, share: Rare, amount: Rare, components: Text, record: Text, interest: Option<Interest>,
        capabilities: Set<Capability>,
    }
    EvidenceRow {
        id: Text, source: ToSource, speaker: ToEntity, locator: Text, summary: Text, share: Rare, amount: Rare,
        confidence: Rare, stated_on: PackedDate, stance: Stance, is_last: bool,
    }
    SourceRow {
        id: Text, publisher: Text, title: Text, url: Text, licence: Text, published_on: PackedDate, recorded: Rare,
        older: Span,
    }
    AmountRow { value: f64, currency: Currency, of: Text }
    ShareRange { min: f64, max: f64, min_inclusive: bool, max_inclusive: bool }
    Share { range: ShareRange, of: ShareOf }
}

/// Declares tuples of numbers.
macro_rules! tuples {
    ($(($($part:ident)+))+) => {
        $(impl FixedSize for ($(tuples!(@number $part),)+) {
            const SIZE: usize = 0 $(+ tuples!(@size $part))+;

            fn put(&self, out: &mut Vec<u8>) {
                let ($($part,)+) = self;
                $($part.put(out);)+
            }

            fn take(from: &[u8]) -> Option<Self> {
                $(let (part, from) = from.split_at_checked(u32::SIZE)?;
                let $part = u32::take(part)?;)+
                from.is_empty().then_some(($($part,)+))
            }
        })+
    };
    (@number $part:ident) => { u32 };
    (@size $part:ident) => { u32::SIZE };
}
tuples! { (one other) (one other third) }
