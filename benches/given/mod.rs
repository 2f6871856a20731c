//! What whoever runs a bench may say otherwise.

/// What the environment says, or else.
pub fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}
