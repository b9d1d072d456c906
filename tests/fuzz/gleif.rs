//! The reader of gleif on whatever bytes.

#![no_main]

mod reading;

use guanxi::formats::gleif::{self, Content, FileType, Syntax};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let contents = [Content::Lei, Content::Rr, Content::Repex];
    let forms = contents
        .into_iter()
        .flat_map(|content| [Syntax::Csv, Syntax::Xml, Syntax::Json].map(|syntax| FileType { content, syntax }));
    // What it is found to be, or whatever it is said to be.
    let forms: Vec<FileType> = gleif::detect(bytes).map_or_else(|| forms.collect(), |form| vec![form]);
    for form in forms {
        reading::reading(bytes, |input, each| gleif::read(input, form, each));
    }
});
