//! The base as bytes, column by column, and back: for fast starts. Made and read by the same build of the program, and by no
//! other: whoever keeps it can make it anew.

use jiff::Timestamp;

use super::{
    base::{Base, Title},
    columns::Columns,
    index::KeyIndex,
    rows::{
        AmountRow, EntityIx, EntityRow, EvidenceRow, IdentifierRow, NameRow, Rare, RareColumns, Recorded,
        RelationshipRow, SourceIx, SourceRow, Span,
    },
    snapshot::Snapshot,
    text::{Text, TextPool},
};
use crate::model::{
    Capability, Catalog, Currency, EntityKind, EntityStatus, NameKind, PartialDate, RelationshipKind,
    RelationshipStatus, Set, Share, ShareOf, ShareRange, Stance, UnknownReason, Validity,
};

/// The order of columns, and how their cells are written. To be raised whenever either changes.
const FORM: u32 = 1;

/// Why bytes are no graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Another build of the program wrote them.
    #[error("another version of guanxi wrote it")]
    Foreign,
    /// They are not what was written.
    #[error("it is damaged")]
    Damaged,
}

impl Snapshot {
    /// Writes the base, without what changed since, as a number of sections. O(n).
    ///
    /// # Errors
    /// Whatever `put` fails with.
    pub fn pack<E>(&self, mut put: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let Base {
            columns,
            times,
            by_name,
            by_identifier,
            title,
            ..
        } = &*self.base;
        put(form().as_bytes())?;
        let nanos: Vec<i128> = times.iter().map(|time| time.as_nanosecond()).collect();
        put(&column(&nanos, |nanos| *nanos))?;
        put(&column(&[title], |title| title.title))?;
        put(&column(&[title], |title| title.description))?;
        put(&column(&[title], |title| title.licence))?;
        put(&column(&[title], |title| title.began))?;
        for index in [by_name, by_identifier] {
            put(&column(index.entries(), |(hash, _)| *hash))?;
            put(&column(index.entries(), |(_, row)| *row))?;
        }
        put(columns.texts.bytes())?;
        put(&column(columns.texts.ends(), |end| *end))?;
        EntityRow::pack(&columns.entities, &mut put)?;
        EntityRow::pack(&columns.older_entities, &mut put)?;
        NameRow::pack(&columns.names, &mut put)?;
        IdentifierRow::pack(&columns.identifiers, &mut put)?;
        RelationshipRow::pack(&columns.relationships, &mut put)?;
        EvidenceRow::pack(&columns.evidence, &mut put)?;
        SourceRow::pack(&columns.sources, &mut put)?;
        SourceRow::pack(&columns.older_sources, &mut put)?;
        put(&column(&columns.rare.shares, |share| *share))?;
        AmountRow::pack(&columns.rare.amounts, &mut put)
    }

    /// The graph of these sections. O(n).
    ///
    /// # Errors
    /// [`Unreadable`] when they are not what [`Snapshot::pack`] of this build wrote.
    pub fn unpack(mut take: impl FnMut() -> Option<Vec<u8>>) -> Result<Self, Unreadable> {
        let told = take().ok_or(Unreadable::Damaged)?;
        if told != form().as_bytes() {
            return Err(Unreadable::Foreign);
        }
        unpacked(&mut take).ok_or(Unreadable::Damaged)
    }
}

/// Which build of the program wrote it: the cells of enums are their places in the declaration.
fn form() -> String {
    fn names<T: Catalog + std::fmt::Display>() -> String {
        T::ALL.iter().map(|member| format!("{member},")).collect()
    }
    let catalogs = [
        names::<EntityKind>(),
        names::<EntityStatus>(),
        names::<NameKind>(),
        names::<RelationshipKind>(),
        names::<RelationshipStatus>(),
        names::<Capability>(),
        names::<UnknownReason>(),
        names::<Stance>(),
        names::<ShareOf>(),
    ];
    // The keys of names are hashes of how they are folded.
    let folded = super::index::hash_of(crate::model::fold("Straße ＡＢＣ"));
    format!("{FORM} {folded} {}", catalogs.join(";"))
}

fn unpacked(take: &mut impl FnMut() -> Option<Vec<u8>>) -> Option<Snapshot> {
    let nanos: Vec<i128> = cells(&take()?)?;
    let times = nanos.into_iter().map(|nanos| Timestamp::from_nanosecond(nanos).ok());
    let times: Vec<Timestamp> = times.collect::<Option<_>>()?;
    let title = Title {
        title: one(&take()?)?,
        description: one(&take()?)?,
        licence: one(&take()?)?,
        began: one(&take()?)?,
    };
    let mut index = || -> Option<KeyIndex> {
        let hashes: Vec<u64> = cells(&take()?)?;
        let rows: Vec<u32> = cells(&take()?)?;
        Some(KeyIndex::of_sorted(hashes.into_iter().zip(rows).collect()))
    };
    let keys = (index()?, index()?);
    let texts = TextPool::of(String::from_utf8(take()?).ok()?, cells(&take()?)?);
    let columns = Columns {
        texts,
        entities: EntityRow::unpack(take)?,
        older_entities: EntityRow::unpack(take)?,
        names: NameRow::unpack(take)?,
        identifiers: IdentifierRow::unpack(take)?,
        relationships: RelationshipRow::unpack(take)?,
        evidence: EvidenceRow::unpack(take)?,
        sources: SourceRow::unpack(take)?,
        older_sources: SourceRow::unpack(take)?,
        rare: RareColumns {
            shares: cells(&take()?)?,
            amounts: AmountRow::unpack(take)?,
        },
    };
    Some(Snapshot::of(Base::new(columns, times, keys, title)))
}

/// A value of fixed size.
trait Cell: Sized {
    /// Its size in bytes.
    const SIZE: usize;
    fn put(&self, out: &mut Vec<u8>);
    /// The value of [`Self::SIZE`] bytes.
    fn take(from: &[u8]) -> Option<Self>;
}

/// The cells of a column.
fn column<R, C: Cell>(rows: &[R], cell: impl Fn(&R) -> C) -> Vec<u8> {
    let mut out = Vec::with_capacity(rows.len() * C::SIZE);
    rows.iter().for_each(|row| cell(row).put(&mut out));
    out
}

fn cells<C: Cell>(bytes: &[u8]) -> Option<Vec<C>> {
    bytes.chunks(C::SIZE).map(C::take).collect()
}

fn one<C: Cell>(bytes: &[u8]) -> Option<C> {
    C::take(bytes)
}

/// Declares how numbers are written.
macro_rules! numbers {
    ($($number:ty)+) => {
        $(impl Cell for $number {
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
numbers! { u8 u32 u64 i128 f64 }

/// Declares cells that are written as another one.
macro_rules! written_as {
    ($($cell:ty as $other:ty: |$it:ident| $put:expr, |$taken:ident| $take:expr;)+) => {
        $(impl Cell for $cell {
            const SIZE: usize = <$other as Cell>::SIZE;

            fn put(&self, out: &mut Vec<u8>) {
                let $it = self;
                let other: $other = $put;
                other.put(out);
            }

            fn take(from: &[u8]) -> Option<Self> {
                let $taken = <$other as Cell>::take(from)?;
                $take
            }
        })+
    };
}
written_as! {
    Text as u32: |text| text.number(), |number| Some(Self::of_number(number));
    Rare as u32: |rare| rare.0, |number| Some(Self(number));
    bool as u8: |is| u8::from(*is), |is| Some(is == 1);
    Option<PartialDate> as u32: |date| date.map_or(0, PartialDate::bits), |bits| match bits {
        0 => Some(None),
        bits => PartialDate::from_bits(bits).map(Some),
    };
    Option<f64> as f64: |number| number.unwrap_or(f64::NAN), |number| Some((!number.is_nan()).then_some(number));
    EntityIx as u32: |ix| ix.base_row().map_or(0, |row| row + 1), |row| {
        Some(row.checked_sub(1).map_or(Self::NONE, Self::of_base))
    };
    SourceIx as u32: |ix| ix.base_row().map_or(0, |row| row + 1), |row| row.checked_sub(1).map(Self::of_base);
    EntityKind as u8: |member| member.index(), |index| member(index);
    EntityStatus as u8: |member| member.index(), |index| member(index);
    NameKind as u8: |member| member.index(), |index| member(index);
    RelationshipKind as u8: |member| member.index(), |index| member(index);
    RelationshipStatus as u8: |member| member.index(), |index| member(index);
    Stance as u8: |member| member.index(), |index| member(index);
    ShareOf as u8: |member| member.index(), |index| member(index);
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

/// Declares cells that are others, one after the other.
macro_rules! made_of {
    ($($cell:ty { $($field:ident: $part:ty),+ } = |$it:ident| ($($put:expr),+), $make:expr;)+) => {
        $(impl Cell for $cell {
            const SIZE: usize = 0 $(+ <$part as Cell>::SIZE)+;

            fn put(&self, out: &mut Vec<u8>) {
                let $it = self;
                $({
                    let part: $part = $put;
                    part.put(out);
                })+
            }

            fn take(from: &[u8]) -> Option<Self> {
                $(
                    let (part, from) = from.split_at_checked(<$part as Cell>::SIZE)?;
                    let $field = <$part as Cell>::take(part)?;
                )+
                from.is_empty().then_some(())?;
                $make
            }
        })+
    };
}
made_of! {
    Span { start: u32, len: u32 } = |span| (span.start, span.len), Some(Self { start, len });
    Recorded { since: u32, until: u32, version: u32 } = |recorded| (recorded.from, recorded.until, recorded.version),
        Some(Self { from: since, until, version });
    Validity { since: Option<PartialDate>, until: Option<PartialDate> } = |validity| (validity.since(), validity.until()),
        Self::new(since, until).ok();
    Share { min: f64, max: f64, min_inclusive: bool, max_inclusive: bool, of: ShareOf } = |share| (
        share.range.min, share.range.max, share.range.min_inclusive, share.range.max_inclusive, share.of
    ), Some(Self { range: ShareRange { min, max, min_inclusive, max_inclusive }, of });
}

/// Declares the columns of a row.
macro_rules! rows {
    ($($row:ident { $($field:ident),+ $(,)? })+) => {
        $(impl $row {
            /// Writes its columns.
            fn pack<E>(rows: &[Self], put: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
                $(put(&column(rows, |row| row.$field))?;)+
                Ok(())
            }

            /// Reads its columns.
            fn unpack(take: &mut impl FnMut() -> Option<Vec<u8>>) -> Option<Vec<Self>> {
                $(let mut $field = cells(&take()?)?.into_iter();)+
                let next = || -> Option<Self> {
                    Some(Self { $($field: $field.next()?),+ })
                };
                Some(std::iter::from_fn(next).collect())
            }
        })+
    };
}
rows! {
    EntityRow {
        id, recorded, older, merged_into, name, description, website, properties, country, names, identifiers, founded,
        dissolved, starts_on, ends_on, kind, status,
    }
    NameRow { text, language, script, kind }
    IdentifierRow { scheme, value }
    RelationshipRow {
        id, role, properties, from, to, share, amount, evidence, recorded, validity, capabilities, unknown, kind, status,
        disputed,
    }
    EvidenceRow { id, source, speaker, locator, summary, share, amount, stated_on, confidence, stance }
    SourceRow { id, recorded, older, publisher, title, url, licence, published_on }
    AmountRow { value, currency, of }
}
