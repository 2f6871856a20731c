//! The post: composing letters and handing them to a relay. It knows SMTP and MIME, not the database.
