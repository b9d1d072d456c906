//! The reader of json lines on whatever bytes.

#![no_main]

mod reading;

use guanxi::formats::json_lines;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| reading::reading(bytes, |input, each| json_lines::read(input, each)));
