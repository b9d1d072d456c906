//! The fields of the index, and the document of an entity.

use tantivy::{
    TantivyDocument,
    schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions},
};

use crate::{
    graph::EntityRef,
    store::search::text::words::{key, readings_of_unspaced},
};

/// The fields.
#[derive(Debug, Clone, Copy)]
pub(in crate::store::search) struct Fields {
    pub(in crate::store::search) row: Field,
    pub(in crate::store::search) name: Field,
    /// The first word of the main name.
    pub(in crate::store::search) first: Field,
    pub(in crate::store::search) other_name: Field,
    pub(in crate::store::search) description: Field,
    /// Ids and identifiers.
    pub(in crate::store::search) code: Field,
}

pub(in crate::store::search) const ROW: &str = "row";
pub(in crate::store::search) const WORDS: &str = "words";
pub(in crate::store::search) const FIRST: &str = "first";

impl Fields {
    pub(in crate::store::search) fn schema() -> (Schema, Self) {
        let mut builder = Schema::builder();
        let text = |tokenizer: &str| {
            let indexing = TextFieldIndexing::default()
                .set_tokenizer(tokenizer)
                .set_fieldnorms(false)
                .set_index_option(IndexRecordOption::Basic);
            TextOptions::default().set_indexing_options(indexing)
        };
        let fields = Self {
            row: builder.add_u64_field(ROW, FAST),
            name: builder.add_text_field("name", text(WORDS)),
            first: builder.add_text_field("first", text(FIRST)),
            other_name: builder.add_text_field("other_name", text(WORDS)),
            description: builder.add_text_field("description", text(WORDS)),
            code: builder.add_text_field("code", text(WORDS)),
        };
        (builder.build(), fields)
    }

    /// The fields whose words may have typos. A code with a typo is another code.
    pub(in crate::store::search) fn prose(&self) -> [Field; 3] {
        [self.name, self.other_name, self.description]
    }

    pub(in crate::store::search) fn document(&self, entity: &EntityRef<'_>, row: u32) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_u64(self.row, u64::from(row));
        document.add_text(self.first, entity.name());
        let mut add = |field, name: &str| {
            document.add_text(field, name);
            for (_, reading) in readings_of_unspaced(name) {
                document.add_text(field, reading);
            }
        };
        add(self.name, entity.name());
        for name in entity.names() {
            add(self.other_name, name.text());
        }
        if let Some(description) = entity.description() {
            document.add_text(self.description, description);
        }
        document.add_text(self.code, entity.id());
        for (_, value) in entity.identifiers() {
            document.add_text(self.code, value);
            // Also without separators, so that prefixes match however it is written.
            let compact = key(value);
            if compact.len() < value.len() {
                document.add_text(self.code, compact);
            }
        }
        document
    }
}
