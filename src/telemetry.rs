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
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
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
        LogFormat::Json => logs.json().flatten_event(true).finish().try_init()?,
        // Colours by default, unless NO_COLOR says otherwise.
        LogFormat::Text if std::io::stderr().is_terminal() => logs.finish().try_init()?,
        LogFormat::Text => logs.with_ansi(false).finish().try_init()?,
    }
    Ok(())
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
    use super::*;

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
