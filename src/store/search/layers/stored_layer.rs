//! The stored form of the large layer: its files, and the ids of the entities in its rows. Only the version of the program that
//! wrote it reads it, since another may split texts into other words.

use std::{
    io::{self, Read, Write},
    path::Path,
    sync::Arc,
};

use tantivy::{Directory, directory::RamDirectory};

use super::{
    build::segments,
    fields::Fields,
    layer::{Layer, LayerContent},
    lexicon::Lexicon,
};
use crate::{
    graph::{EntityIx, Snapshot},
    model::Timestamp,
    store::search::{Index, text::keys::Keys},
};

/// The program and the version of the format. The number changes with the format and with how texts are split.
const PROGRAM: &str = concat!("guanxi ", env!("CARGO_PKG_VERSION"), " search 3");
const META: &str = "meta.json";

/// A layer read from its stored form.
pub(in crate::store) struct StoredLayer {
    body: LayerContent,
    /// The concatenated ids of its rows, and the end of each.
    ids: String,
    ends: Vec<usize>,
}

impl Index {
    /// When the last change was recorded that the large layer includes; `None` if there is no layer.
    pub(in crate::store) fn large_moment(&self) -> Option<Timestamp> {
        self.layers.first().map(|layer| layer.body.moment)
    }

    /// Writes the large layer. `graph` is the snapshot of this index.
    pub(in crate::store) fn write_large(&self, graph: &Snapshot, out: &mut impl Write) -> io::Result<()> {
        let Some(layer) = self.layers.first() else {
            return Err(io::Error::other("there is nothing to write"));
        };
        write_bytes(out, PROGRAM.as_bytes())?;
        out.write_all(&layer.body.moment.as_nanosecond().to_le_bytes())?;
        write_bytes(out, &layer.body.lengths)?;
        let id = |entity: EntityIx| {
            let entity = Some(entity).filter(|entity| graph.has_entity(*entity));
            entity.map(|entity| graph.entity(entity).id())
        };
        for entity in layer.entities.iter() {
            write_bytes(out, id(*entity).unwrap_or_default().as_bytes())?;
        }
        layer.body.keys.write(out)?;
        let lexicon = layer.body.lexicon.as_ref().map(Lexicon::pack);
        write_bytes(out, &lexicon.unwrap_or_default())?;
        let files = layer.body.files()?;
        write_number(out, files.len())?;
        for (name, bytes) in files {
            write_bytes(out, name.as_bytes())?;
            write_bytes(out, &bytes)?;
        }
        Ok(())
    }
}

impl LayerContent {
    /// The files of the layer by name.
    fn files(&self) -> io::Result<Vec<(String, Vec<u8>)>> {
        let index = tantivy::Index::open(self.directory.clone()).map_err(io::Error::other)?;
        let mut names = index.directory().list_managed_files();
        names.insert(META.into());
        let mut files = Vec::new();
        for path in names {
            // Some listed files were never created.
            if self.directory.exists(&path).map_err(io::Error::other)? {
                let file = self.directory.open_read(&path).map_err(io::Error::other)?;
                files.push((path.to_string_lossy().into_owned(), file.read_bytes()?.to_vec()));
            }
        }
        Ok(files)
    }
}

impl StoredLayer {
    /// Reads what [`Index::write_large`] wrote.
    pub(in crate::store) fn read(from: &mut impl Read) -> io::Result<Self> {
        if read_bytes(from)? != PROGRAM.as_bytes() {
            return Err(io::Error::other("it was written by another version of guanxi"));
        }
        let mut moment = [0; 16];
        from.read_exact(&mut moment)?;
        let moment = Timestamp::from_nanosecond(i128::from_le_bytes(moment)).map_err(io::Error::other)?;
        let lengths = read_bytes(from)?;
        let (mut ids, mut ends) = (Vec::new(), Vec::with_capacity(lengths.len()));
        for _ in 0..lengths.len() {
            ids.extend(read_bytes(from)?);
            ends.push(ids.len());
        }
        let keys = Keys::read(from, lengths.len())?;
        let lexicon = read_bytes(from)?;
        let directory = RamDirectory::create();
        for _ in 0..read_number(from)? {
            let name = String::from_utf8(read_bytes(from)?).map_err(io::Error::other)?;
            let bytes = read_bytes(from)?;
            directory.atomic_write(Path::new(&name), &bytes)?;
        }
        let index = tantivy::Index::open(directory.clone()).map_err(io::Error::other)?;
        let (schema, fields) = Fields::schema();
        if index.schema() != schema {
            return Err(io::Error::other("it has other fields"));
        }
        let segments = segments(&index).map_err(io::Error::other)?;
        let documents: usize = segments.iter().map(|segment| segment.rows.len()).sum();
        let ids = String::from_utf8(ids).map_err(io::Error::other)?;
        if documents != lengths.len() || ends.iter().any(|end| !ids.is_char_boundary(*end)) {
            return Err(io::Error::other("its parts do not fit together"));
        }
        let lexicon = Some(lexicon).filter(|lexicon| !lexicon.is_empty());
        let lexicon = lexicon
            .map(|lexicon| Lexicon::unpack(lexicon, fields.prose()))
            .transpose();
        let body = LayerContent {
            segments,
            lexicon: lexicon.map_err(io::Error::other)?,
            keys,
            lengths,
            directory,
            moment,
        };
        Ok(Self { body, ids, ends })
    }

    /// When the last change was recorded that it includes.
    pub(in crate::store) fn moment(&self) -> Timestamp {
        self.body.moment
    }

    /// The index of the layer for a snapshot that includes its entities.
    pub(in crate::store) fn index(self, graph: &Snapshot) -> Index {
        let starts = std::iter::once(&0).chain(&self.ends).take(self.ends.len());
        let ids: Vec<&str> = starts
            .zip(&self.ends)
            .map(|(start, end)| &self.ids[*start..*end])
            .collect();
        let entities = graph.entities_with_ids(ids.into_iter());
        let layer = Layer::unassigned(Arc::new(self.body)).renumbered(entities);
        Index::new(Fields::schema().1, vec![layer])
    }
}

fn write_number(out: &mut impl Write, number: usize) -> io::Result<()> {
    let number = u64::try_from(number).map_err(io::Error::other)?;
    out.write_all(&number.to_le_bytes())
}

fn write_bytes(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    write_number(out, bytes.len())?;
    out.write_all(bytes)
}

fn read_number(from: &mut impl Read) -> io::Result<u64> {
    let mut number = [0; 8];
    from.read_exact(&mut number)?;
    Ok(u64::from_le_bytes(number))
}

fn read_bytes(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let length = read_number(from)?;
    // The buffer grows with the bytes read, so that a wrong length does not allocate memory.
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()) {
        Ok(read) if read == length => Ok(bytes),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}
