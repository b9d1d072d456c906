//! The signals that stop the server: a request to terminate, which leaves load balancers time to notice, and an interrupt.

use std::{io, time::Duration};

use tokio::{sync::oneshot, time::sleep};

use crate::http::health::Readiness;

/// A signal to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signal {
    /// Ctrl-C at a terminal, where a user waits for the end.
    Interrupt,
    /// A service manager stops the process; load balancers may still send requests.
    Terminate,
}

/// Receives the signals that end the process.
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
                // A closed terminal is no reason to stop serving.
                _ = self.hang_up.recv() => tracing::info!("SIGHUP: still serving; tokens are reloaded whenever they change"),
            }
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> Signal {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "cannot listen for signals; stop the program by killing it");
            std::future::pending::<()>().await;
        }
        Signal::Interrupt
    }
}

/// Completes on an interrupt (Ctrl-C) or a request to terminate.
///
/// # Errors
/// [`io::Error`] if the system refuses to report signals.
pub async fn stop_signal() -> io::Result<()> {
    Signals::listen()?.next().await;
    Ok(())
}

/// The beginning and the end of stopping.
#[derive(Debug)]
pub struct Stop {
    /// Completes when no connection must be accepted any more.
    pub begins: oneshot::Receiver<()>,
    /// Completes when the program must end at once: on one more signal.
    pub at_once: oneshot::Receiver<()>,
}

impl Stop {
    /// Waits for signals in the background. After a request to terminate, `readiness` reports that the server is stopping, and requests
    /// are answered as before for `delay`, if `is_serving`. An interrupt, or a second signal, skips the delay.
    ///
    /// # Errors
    /// [`io::Error`] if the system refuses to report signals.
    pub fn on_signals(
        readiness: Readiness,
        delay: Duration,
        is_serving: impl Fn() -> bool + Send + 'static,
    ) -> io::Result<Self> {
        let mut signals = Signals::listen()?;
        let ((begin, begins), (end, at_once)) = (oneshot::channel(), oneshot::channel());
        tokio::spawn(async move {
            let first = signals.next().await;
            readiness.announce_stop();
            if first == Signal::Terminate && is_serving() && !delay.is_zero() {
                tracing::info!(
                    delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
                    "stopping soon: /health/ready reports it, and requests are answered until then"
                );
                tokio::select! {
                    () = sleep(delay) => {}
                    _ = signals.next() => {}
                }
            }
            // If the server has ended by itself, there is no receiver.
            let _ = begin.send(());
            signals.next().await;
            let _ = end.send(());
        });
        Ok(Self { begins, at_once })
    }
}
