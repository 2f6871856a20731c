//! The configuration of a daemon under measurement.

/// A daemon whose letters go to a sink, its send window each minute.
pub const CONFIG: &str = r#"
environment = "test"
[site]
name = "Processor GmbH"
base_url = "http://localhost:8080"
dpo_address = "dpo@processor.example"
products = ["chat", "api"]
[policy]
notice_days = 30
[notice]
send_window = "* * * * *"
[smtp]
url = "smtp://127.0.0.1:1"
from = "Processor GmbH Privacy <privacy@processor.example>"
bounce_address = "{token}@bounces.processor.example"
tls = "none"
[inbound]
reply_address = "{token}@replies.processor.example"
[web]
listen = "127.0.0.1:0"
[admin]
listen = "127.0.0.1:0"
[ledger]
key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
"#;
