//! Standard output, and lines on standard error.

use std::io::Write;

use anyhow::Context;

/// Writes to standard output; a reader that closes the pipe early, such as `head`, is not an error.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error).context("cannot write the answer"),
        _ => Ok(()),
    }
}

/// Writes a line to standard error. `eprintln` would panic if its reader is gone, such as `head`.
macro_rules! say {
    ($($line:tt)*) => {{
        use std::io::Write as _;
        // An error here cannot be reported anywhere else.
        let _ = writeln!(std::io::stderr(), $($line)*);
    }};
}
pub(super) use say;
