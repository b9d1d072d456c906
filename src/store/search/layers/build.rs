//! Building layers of the index in memory, from the names, descriptions, identifiers and ids of entities; for many entities on all
//! processors.

use std::sync::Arc;

use tantivy::{
    IndexSettings, IndexWriter, ReloadPolicy, TantivyError,
    directory::RamDirectory,
    indexer::NoMergePolicy,
    tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer, TokenizerManager},
};

use super::{
    fields::{FIRST, Fields, WORDS},
    layer::{Layer, LayerContent},
    lexicon::Lexicon,
    segment::Segment,
};
use crate::{
    graph::{EntityIx, Snapshot},
    model::{Timestamp, View},
    store::search::{
        Error, Index,
        text::{keys::KeysBuilder, words::WordSplitter},
    },
};

/// Below this number of entities one thread is faster than many.
const SMALL: usize = 5_000;
/// The maximum number of threads: more would wait for the one that reads the snapshot.
const THREADS_MAX: usize = 8;
/// The memory of a thread before it writes a segment, in bytes. Fewer segments are faster to search.
const THREAD_BYTES: usize = 200_000_000;
/// The memory of a single thread for a small layer, in bytes.
const SMALL_BYTES: usize = 1_000_000;

impl Index {
    /// Builds the index of all entities of `snapshot`, whenever they were recorded.
    ///
    /// # Errors
    /// [`Error`] when memory cannot be allocated.
    pub fn build(snapshot: &Snapshot) -> Result<Self, Error> {
        let everything = snapshot.mask(&View::now(Timestamp::MAX));
        let layer = layer(snapshot, snapshot.entities(&everything).collect())?;
        Ok(Self::new(Fields::schema().1, vec![layer]))
    }
}

/// Builds the layer of these entities, which must be in ascending order.
pub(in crate::store::search) fn layer(snapshot: &Snapshot, entities: Vec<EntityIx>) -> Result<Layer, Error> {
    let (schema, fields) = Fields::schema();
    let directory = RamDirectory::create();
    // Numeric fields need a tokenizer, too, and get the default one.
    let tokenizers = TokenizerManager::default();
    tokenizers.register(WORDS, TextAnalyzer::from(Tokens::new(TokenSource::Words)));
    tokenizers.register(FIRST, TextAnalyzer::from(Tokens::new(TokenSource::First)));
    let index = tantivy::Index::builder()
        .schema(schema)
        .tokenizers(tokenizers)
        .settings(IndexSettings::default());
    let mut lengths = Vec::with_capacity(entities.len());
    let mut keys = KeysBuilder::new(entities.len());
    let mut documents = (0..).zip(&entities).map(|(row, entity)| {
        let entity = snapshot.entity(*entity);
        lengths.push(length(entity.name()));
        keys.add(&entity, row);
        fields.document(&entity, row)
    });
    let is_small = entities.len() < SMALL;
    let index = if is_small {
        let mut writer = index.single_segment_index_writer(directory.clone(), SMALL_BYTES)?;
        documents.try_for_each(|document| writer.add_document(document))?;
        writer.finalize()?
    } else {
        let index = index.open_or_create(directory.clone())?;
        let mut writer = writer(&index)?;
        documents.try_for_each(|document| writer.add_document(document).map(|_| ()))?;
        writer.commit()?;
        index
    };
    let segments = segments(&index)?;
    // The dictionaries of a small layer are small enough to search directly.
    let lexicon = (!is_small)
        .then(|| Lexicon::new(&segments, fields.prose()))
        .transpose()?;
    Ok(Layer::new(
        Arc::new(LayerContent {
            segments,
            lexicon,
            keys: keys.finish(),
            lengths,
            directory,
            moment: snapshot.last_recorded_at(),
        }),
        entities.into(),
    ))
}

/// The segments of an index.
pub(in crate::store::search) fn segments(index: &tantivy::Index) -> Result<Vec<Segment>, TantivyError> {
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    let searcher = reader.searcher();
    searcher.segment_readers().iter().map(Segment::new).collect()
}

fn writer(index: &tantivy::Index) -> Result<IndexWriter, Error> {
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    let threads = processors.min(THREADS_MAX);
    let writer: IndexWriter = index.writer_with_num_threads(threads, threads * THREAD_BYTES)?;
    // A layer never changes, so background merging would gain nothing.
    writer.set_merge_policy(Box::new(NoMergePolicy));
    Ok(writer)
}

/// The number of letters of a name, at most 255.
fn length(name: &str) -> u8 {
    u8::try_from(name.chars().count()).unwrap_or(u8::MAX)
}

/// Which words of a text become tokens.
#[derive(Debug, Clone, Copy)]
enum TokenSource {
    Words,
    First,
}

/// The tokenizer of the index.
#[derive(Debug, Clone)]
struct Tokens {
    source: TokenSource,
    splitter: WordSplitter,
    /// Reused from text to text, with their memory.
    tokens: Vec<Token>,
    count: usize,
}

impl Tokens {
    fn new(source: TokenSource) -> Self {
        Self {
            source,
            splitter: WordSplitter::default(),
            tokens: Vec::new(),
            count: 0,
        }
    }

    fn fill(&mut self, text: &str) {
        let (tokens, count) = (&mut self.tokens, &mut self.count);
        *count = 0;
        let mut push = |text: &str| {
            if *count == tokens.len() {
                tokens.push(Token::default());
            }
            let token = &mut tokens[*count];
            token.text.clear();
            token.text.push_str(text);
            token.position = *count;
            *count += 1;
        };
        match self.source {
            TokenSource::Words => self.splitter.split(text, |word| push(word.text)),
            TokenSource::First => {
                let mut start = None;
                // A text with letters before a space usually has its first word there.
                for text in [through_first_word(text), text] {
                    if start.is_none() {
                        self.splitter.split(text, |word| {
                            if *start.get_or_insert(word.range.0) == word.range.0 {
                                push(word.text);
                            }
                        });
                    }
                }
            }
        }
    }
}

/// `text` up to the first white space after a letter or a digit.
fn through_first_word(text: &str) -> &str {
    let first = text.find(char::is_alphanumeric).unwrap_or(text.len());
    let space = text[first..].find(char::is_whitespace);
    space.map_or(text, |space| &text[..first + space])
}

impl Tokenizer for Tokens {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        self.fill(text);
        Stream { tokens: self, next: 0 }
    }
}

/// The tokens of one text.
#[derive(Debug)]
struct Stream<'a> {
    tokens: &'a mut Tokens,
    /// One past the current token.
    next: usize,
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        let more = self.next < self.tokens.count;
        self.next += usize::from(more);
        more
    }

    fn token(&self) -> &Token {
        &self.tokens.tokens[self.next.saturating_sub(1)]
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.tokens.tokens[self.next.saturating_sub(1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_is_found_after_punctuation_and_before_any_space() {
        let mut tokens = Tokens::new(TokenSource::First);
        for (text, first) in [
            ("Lord & Taylor", "lord"),
            ("& Other Stories", "and"),
            ("J.Crew Group", "j jcrew"),
            ("'s Hertogenbosch", "hertogenbosch"),
            ("- - (Yahoo! Inc)", "yahoo"),
            ("支付宝 Alipay", "支 支付"),
            ("Müller\u{a0}& Söhne", "muller mueller"),
            ("", ""),
        ] {
            let mut stream = tokens.token_stream(text);
            let mut words = Vec::new();
            stream.process(&mut |token| words.push(token.text.clone()));
            assert_eq!(words.join(" "), first, "{text}");
        }
    }
}
