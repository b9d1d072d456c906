//! The base as bytes, column by column, and back: for fast starts. Written and read only by the same build of the program, which
//! can always recreate it.

use jiff::Timestamp;

use crate::{
    graph::{
        base::{Base, Title, index::KeyIndex},
        columns::{
            Columns,
            cold::{Block, ColdPool},
            numbers::at,
            text::TextPool,
        },
        read::snapshot::Snapshot,
    },
    model::{
        Capability, Catalog, EntityKind, EntityStatus, Interest, NameKind, RelationshipKind, RelationshipStatus,
        ShareOf, Stance, UnknownReason,
    },
};

mod fixed_size;

use fixed_size::FixedSize;

/// The version of the order of columns and the header of their cells. Increment it whenever either changes.
const FORMAT: u32 = 4;
/// The approximate size of a section, which bounds the additional memory.
const SECTION_BYTES: usize = 4 << 20;

/// Why bytes cannot be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnpackError {
    /// Another build of the program wrote them.
    #[error("another version of guanxi wrote it")]
    Foreign,
    /// They are damaged.
    #[error("it is damaged")]
    Damaged,
}

impl Snapshot {
    /// Writes the base, without later changes, as a number of sections. O(n).
    ///
    /// # Errors
    /// The errors of `put`.
    pub fn pack<E>(&self, mut put: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let Base {
            columns,
            times,
            by_name,
            by_identifier,
            title,
            ..
        } = &*self.base;
        put(header().as_bytes())?;
        let nanos: Vec<i128> = times.iter().map(|time| time.as_nanosecond()).collect();
        put_rows(&nanos, &mut put)?;
        put_rows(&[*title], &mut put)?;
        put_rows(by_name.entries(), &mut put)?;
        put_rows(by_identifier.entries(), &mut put)?;
        put_bytes(columns.texts.bytes(), &mut put)?;
        put_cold(columns.cold.blocks(), &mut put)?;
        put_rows(&columns.recorded, &mut put)?;
        put_rows(&columns.entities, &mut put)?;
        put_rows(&columns.older_entities, &mut put)?;
        put_rows(&columns.entity_extras, &mut put)?;
        put_rows(&columns.names, &mut put)?;
        put_rows(&columns.identifiers, &mut put)?;
        put_rows(&columns.relationships, &mut put)?;
        put_rows(&columns.relationship_extras, &mut put)?;
        put_rows(&columns.evidence, &mut put)?;
        put_rows(&columns.sources, &mut put)?;
        put_rows(&columns.older_sources, &mut put)?;
        put_rows(&columns.shares, &mut put)?;
        put_rows(&columns.amounts, &mut put)?;
        put_rows(&columns.confidences, &mut put)
    }

    /// The graph of these sections. O(n).
    ///
    /// # Errors
    /// [`UnpackError`] if they were not written by [`Snapshot::pack`] of this build.
    pub fn unpack(mut take: impl FnMut() -> Option<Vec<u8>>) -> Result<Self, UnpackError> {
        check_header(&mut take)?;
        unpacked(&mut take).ok_or(UnpackError::Damaged)
    }

    /// A graph of only the entities, without properties, relationships and sources, and with no index but their ids: less than half
    /// of the memory of the complete graph. O(entities).
    ///
    /// # Errors
    /// [`UnpackError`] if they were not written by [`Snapshot::pack`] of this build.
    pub fn unpack_entities(mut take: impl FnMut() -> Option<Vec<u8>>) -> Result<Self, UnpackError> {
        check_header(&mut take)?;
        unpacked_entities(&mut take).ok_or(UnpackError::Damaged)
    }
}

/// Identifies the build of the program: the cells of enums are their positions in the declaration.
fn header() -> String {
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
        names::<Interest>(),
        names::<UnknownReason>(),
        names::<Stance>(),
        names::<ShareOf>(),
    ];
    // The keys of names are hashes of their folded forms.
    let folded = crate::graph::base::index::key_of(crate::model::fold("Straße ＡＢＣ"));
    format!("{FORMAT} {folded} {}", catalogs.join(";"))
}

/// Checks that this build of the program wrote the sections.
fn check_header(take: &mut impl FnMut() -> Option<Vec<u8>>) -> Result<(), UnpackError> {
    match take() {
        Some(section) if section == header().as_bytes() => Ok(()),
        Some(_) => Err(UnpackError::Foreign),
        None => Err(UnpackError::Damaged),
    }
}

fn unpacked(take: &mut impl FnMut() -> Option<Vec<u8>>) -> Option<Snapshot> {
    let times = take_times(take)?;
    let title: Title = take_rows(take)?.pop()?;
    let keys = (
        KeyIndex::of_sorted(take_rows(take)?),
        KeyIndex::of_sorted(take_rows(take)?),
    );
    let columns = Columns {
        texts: TextPool::of(String::from_utf8(take_bytes(take)?).ok()?),
        cold: ColdPool::of(take_cold(take)?),
        recorded: take_rows(take)?,
        entities: take_rows(take)?,
        older_entities: take_rows(take)?,
        entity_extras: take_rows(take)?,
        names: take_rows(take)?,
        identifiers: take_rows(take)?,
        relationships: take_rows(take)?,
        relationship_extras: take_rows(take)?,
        evidence: take_rows(take)?,
        sources: take_rows(take)?,
        older_sources: take_rows(take)?,
        shares: take_rows(take)?,
        amounts: take_rows(take)?,
        confidences: take_rows(take)?,
        // A base has no references outside itself.
        outside_entities: Vec::new(),
        outside_sources: Vec::new(),
    };
    Some(Snapshot::of(Base::new(columns, times, keys, title)))
}

/// The same with only the columns of entities.
fn unpacked_entities(take: &mut impl FnMut() -> Option<Vec<u8>>) -> Option<Snapshot> {
    let times = take_times(take)?;
    let title: Title = take_rows(take)?.pop()?;
    skip_rows::<(u32, u32)>(take)?;
    skip_rows::<(u32, u32)>(take)?;
    let texts = TextPool::of(String::from_utf8(take_bytes(take)?).ok()?);
    each_cold(take, |_| ())?;
    let columns = Columns {
        texts,
        recorded: take_rows(take)?,
        entities: take_rows(take)?,
        older_entities: take_rows(take)?,
        entity_extras: take_rows(take)?,
        names: take_rows(take)?,
        identifiers: take_rows(take)?,
        ..Columns::default()
    };
    let keys = (KeyIndex::default(), KeyIndex::default());
    Some(Snapshot::of(Base::new(columns, times, keys, title)))
}

fn take_times(take: &mut impl FnMut() -> Option<Vec<u8>>) -> Option<Vec<Timestamp>> {
    let nanos: Vec<i128> = take_rows(take)?;
    let times = nanos.into_iter().map(|nanos| Timestamp::from_nanosecond(nanos).ok());
    times.collect()
}

/// Writes a count.
fn put_count<E>(count: usize, put: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
    let count = u64::try_from(count).expect("a length fits 64 bits");
    put(&count.to_le_bytes())
}

fn take_count(take: &mut impl FnMut() -> Option<Vec<u8>>) -> Option<usize> {
    usize::try_from(u64::take(&take()?)?).ok()
}

fn put_rows<R: FixedSize, E>(rows: &[R], put: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
    put_count(rows.len(), put)?;
    let mut section = Vec::new();
    for part in rows.chunks(SECTION_BYTES / R::SIZE) {
        section.clear();
        part.iter().for_each(|row| row.put(&mut section));
        put(&section)?;
    }
    Ok(())
}

fn take_rows<R: FixedSize>(take: &mut impl FnMut() -> Option<Vec<u8>>) -> Option<Vec<R>> {
    let count = take_count(take)?;
    let mut rows = Vec::new();
    // A damaged count may exceed the memory.
    rows.try_reserve_exact(count).ok()?;
    while rows.len() < count {
        let section = take()?;
        let cells = section.chunks_exact(R::SIZE);
        if section.is_empty() || !cells.remainder().is_empty() || section.len() / R::SIZE > count - rows.len() {
            return None;
        }
        for cell in cells {
            rows.push(R::take(cell)?);
        }
    }
    Some(rows)
}

/// Skips the sections that [`take_rows`] would take.
fn skip_rows<R: FixedSize>(take: &mut impl FnMut() -> Option<Vec<u8>>) -> Option<()> {
    let sections = take_count(take)?.div_ceil(SECTION_BYTES / R::SIZE);
    (0..sections).try_for_each(|_| take().map(|_| ()))
}

fn put_bytes<E>(bytes: &[u8], put: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
    put_count(bytes.len(), put)?;
    bytes.chunks(SECTION_BYTES).try_for_each(put)
}

fn take_bytes(take: &mut impl FnMut() -> Option<Vec<u8>>) -> Option<Vec<u8>> {
    let count = take_count(take)?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(count).ok()?;
    while bytes.len() < count {
        let section = take().filter(|section| !section.is_empty() && section.len() <= count - bytes.len())?;
        bytes.extend(section);
    }
    Some(bytes)
}

/// Writes blocks unchanged: all lengths, then their bytes.
fn put_cold<E>(blocks: &[Block], put: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
    let lengths = |block: &Block| {
        let bytes = u32::try_from(block.bytes.len()).expect("a packed block is no longer than the plain one");
        (block.first, block.plain, bytes)
    };
    put_rows(&blocks.iter().map(lengths).collect::<Vec<_>>(), put)?;
    let mut section = Vec::new();
    for block in blocks {
        section.extend_from_slice(&block.bytes);
        if section.len() >= SECTION_BYTES {
            put(&section)?;
            section.clear();
        }
    }
    if section.is_empty() { Ok(()) } else { put(&section) }
}

fn take_cold(take: &mut impl FnMut() -> Option<Vec<u8>>) -> Option<Vec<Block>> {
    let mut blocks = Vec::new();
    each_cold(take, |block| blocks.push(block))?;
    Some(blocks)
}

/// Calls `each` with the blocks that [`put_cold`] wrote.
fn each_cold(take: &mut impl FnMut() -> Option<Vec<u8>>, mut each: impl FnMut(Block)) -> Option<()> {
    let lengths: Vec<(u32, u32, u32)> = take_rows(take)?;
    let (mut section, mut position) = (Vec::new(), 0);
    for (first, plain, bytes) in lengths {
        if position == section.len() {
            (section, position) = (take()?, 0);
        }
        let end = position + at(bytes);
        let bytes = section.get(position..end)?.into();
        position = end;
        each(Block { first, plain, bytes });
    }
    Some(())
}
