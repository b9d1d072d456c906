//! The program: parse, run, exit code.

use std::process::ExitCode;

// Answers are many small allocations; mimalloc takes a fifth off the CPU time of a request.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    guanxi::cli::run()
}
