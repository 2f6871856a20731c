//! Tracing and metrics: what the system did, for those who run it.
//!
//! Logs go to standard error, as text or JSON. Every line is a sentence that stands alone, with the same dotted fields
//! everywhere (`request.id`, `delivery.id`, `change.id`, `task`), no addresses, no tokens, and each event once.
//! Metrics are kept in the process and rendered by the admin listener's `/metrics`.

use std::io::IsTerminal;
use std::time::Duration;

use metrics::SetRecorderError;
use metrics_exporter_prometheus::{
    BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};
use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{FilterFn, ParseError, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::TryInitError;

use crate::config::{LogFormat, Telemetry};

/// Histograms without an upkeep grow without bound.
pub const UPKEEP_EVERY: Duration = Duration::from_secs(5);
/// Seconds; for every histogram, whose names end in `_seconds`.
const BUCKETS: &[f64] = &[0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0];

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("telemetry.log_filter: {0}")]
    Filter(#[from] ParseError),
    #[error("logging cannot begin: {0}")]
    Logs(#[from] TryInitError),
    #[error("metrics cannot be kept: {0}")]
    Buckets(#[from] BuildError),
    #[error("metrics cannot be kept: {0}")]
    Recorder(#[from] SetRecorderError<PrometheusRecorder>),
}

/// Begins to log, for the rest of the process.
pub fn log(settings: &Telemetry) -> Result<(), Error> {
    use tracing_subscriber::util::SubscriberInitExt;

    let filter = EnvFilter::try_new(&settings.log_filter)?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.log_format {
        LogFormat::Json => logs.json().flatten_event(true).finish().with(discreet()).try_init()?,
        // Colours by default, unless NO_COLOR says otherwise.
        LogFormat::Text if std::io::stderr().is_terminal() => logs.finish().with(discreet()).try_init()?,
        LogFormat::Text => logs.with_ansi(false).finish().with(discreet()).try_init()?,
    }
    Ok(())
}

/// Whatever `log_filter` says: at trace the IMAP client writes each line that it says and hears, its login and whole mails too,
/// and the check of forms the path of each request, which may hold a link's secret.
pub fn discreet() -> FilterFn<fn(&Metadata<'_>) -> bool> {
    fn tells(line: &Metadata<'_>) -> bool {
        let talks = ["async_imap", "tower_http::csrf"].iter().any(|talker| line.target().starts_with(talker));
        !talks || *line.level() <= Level::INFO
    }
    filter_fn(tells)
}

/// The metrics of this process.
#[derive(Clone, Debug)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Keeps what the `metrics` macros record, for the rest of the process.
    pub fn install() -> Result<Self, Error> {
        let recorder = recorder()?;
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder)?;
        Ok(Self(handle))
    }

    /// In the text format of Prometheus.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Due every [`UPKEEP_EVERY`].
    pub fn upkeep(&self) {
        self.0.run_upkeep();
    }
}

fn recorder() -> Result<PrometheusRecorder, BuildError> {
    let seconds = Matcher::Suffix("_seconds".to_owned());
    Ok(PrometheusBuilder::new().set_buckets_for_metric(seconds, BUCKETS)?.build_recorder())
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_filter_uncovers_what_is_said_to_a_mailbox() {
        let written = Written::default();
        let writer = written.clone();
        let filter = EnvFilter::new("trace,async_imap::imap_stream=trace");
        let logs =
            tracing_subscriber::fmt().with_env_filter(filter).with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(logs.with(discreet()), || {
            tracing::trace!(target: "async_imap::imap_stream", "A1 LOGIN user hunter2");
            tracing::warn!(target: "async_imap", "the server hung up");
            tracing::trace!("of ours");
        });
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert!(!text.contains("hunter2"), "{text}");
        assert!(text.contains("hung up") && text.contains("of ours"), "{text}");
    }

    #[test]
    fn what_is_recorded_is_rendered_with_its_labels_and_buckets() {
        let recorder = recorder().unwrap();
        let metrics = Metrics(recorder.handle());
        metrics::with_local_recorder(&recorder, || {
            metrics::counter!("forenotice_rows_moved_total", "task" => "announce").increment(3);
            metrics::histogram!("forenotice_pass_seconds", "task" => "announce").record(0.05);
        });
        metrics.upkeep();
        let text = metrics.render();
        assert!(text.contains("forenotice_rows_moved_total{task=\"announce\"} 3"), "{text}");
        assert!(text.contains("forenotice_pass_seconds_bucket{task=\"announce\",le=\"0.1\"} 1"), "{text}");
    }
}
