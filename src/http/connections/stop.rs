//! What ends the server: a request to terminate, which leaves balancers time to notice, and an interrupt, which does not.

use std::{io, time::Duration};

use tokio::{sync::oneshot, time::sleep};

use crate::http::health::Readiness;

/// What the system asks of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signal {
    /// Somebody at the terminal waits (Ctrl-C).
    Interrupt,
    /// A service manager stops the process; balancers may still send requests.
    Terminate,
}

/// The signals that end the process, from now on.
#[derive(Debug)]
struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hang_up: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    #[cfg(not(unix))]
    fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(unix)]
    async fn next(&mut self) -> Signal {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => return Signal::Interrupt,
                _ = self.terminate.recv() => return Signal::Terminate,
                // A terminal that closes is no reason to stop serving.
                _ = self.hang_up.recv() => tracing::info!("SIGHUP: serving goes on; tokens are read anew whenever they change"),
            }
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> Signal {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "signals cannot be awaited; stop the program by killing it");
            std::future::pending::<()>().await;
        }
        Signal::Interrupt
    }
}

/// Completes on an interrupt (Ctrl-C) or a request to terminate.
///
/// # Errors
/// [`io::Error`] when signals cannot be waited for.
pub async fn stop_signal() -> io::Result<()> {
    Signals::listen()?.next().await;
    Ok(())
}

/// The two ends of stopping.
#[derive(Debug)]
pub struct Stop {
    /// Completes when no connection is to be taken any more.
    pub begins: oneshot::Receiver<()>,
    /// Completes when nothing is to be waited for any more: by one more signal.
    pub at_once: oneshot::Receiver<()>,
}

impl Stop {
    /// Waits for signals in the background. After the request to terminate `readiness` says that the server stops, and for
    /// `delay` everything is answered as before, while `is_serving`; an interrupt, or a second signal, spares the delay.
    ///
    /// # Errors
    /// [`io::Error`] when signals cannot be waited for.
    pub fn on_signals(
        readiness: Readiness,
        delay: Duration,
        is_serving: impl Fn() -> bool + Send + 'static,
    ) -> io::Result<Self> {
        let mut signals = Signals::listen()?;
        let ((begin, begins), (end, at_once)) = (oneshot::channel(), oneshot::channel());
        tokio::spawn(async move {
            let first = signals.next().await;
            readiness.leave();
            if first == Signal::Terminate && is_serving() && !delay.is_zero() {
                tracing::info!(
                    delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
                    "stopping soon: /health/ready says so, and requests are answered until then"
                );
                tokio::select! {
                    () = sleep(delay) => {}
                    _ = signals.next() => {}
                }
            }
            // Nobody waits where the server has ended by itself.
            let _ = begin.send(());
            signals.next().await;
            let _ = end.send(());
        });
        Ok(Self { begins, at_once })
    }
}
