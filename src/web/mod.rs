//! Pages, cut by audience. Everything is rendered here and works without script.
//!
//! [`public`] is what anybody sees and what the bearer of a letter's link may do, [`inbound`] what other programs bring. A GET reads one
//! [`Snapshot`](crate::store::Snapshot) and can change nothing, because Postgres refuses it, or one statement of
//! [`store::page`](crate::store::page), which only reads; every act is a POST to an action. [`error`] is where failures become sentences,
//! [`watermark`] tells the gate what has come in, [`words`] are the sentences, in the [`language`] that the reader gets, and [`letters`] what
//! the pages of letters say.

pub mod assets;
pub mod dates;
pub mod error;
pub mod inbound;
mod kept;
pub mod language;
mod letters;
pub mod limits;
pub mod page;
pub mod public;
pub mod serve;
pub mod watermark;
pub mod words;

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use tracing::info_span;

use crate::actions::Context;
use crate::domain::access::Keys;
use crate::domain::notice::Processor;
use crate::store::door::DoorId;
use page::Shell;
use watermark::{Counted, Line};
use words::{Html, Words};

/// Of every form but the one to object.
pub(crate) const BODY_BYTES_MAX: usize = 256 * 1024;
/// Of a form with a file: what is too large to be kept is heard to its end all the same, so that its sender hears why.
const FORM_BYTES_MAX: usize = 32 * 1024 * 1024;
/// From a complete head to an answer, the body included: longer than any statement to the database may take, pool and lock included.
const ANSWER_WITHIN: Duration = Duration::from_secs(45);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// No script, no foreign source, no frame around us; forms go to us alone.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'; frame-src 'self'";
const HSTS: &str = "max-age=63072000; includeSubDomains";

/// Everything a handler stands on, and whom it answers: as an extractor it speaks the reader's language, as the router's
/// state the first configured. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Site(Arc<Inner>, Arc<language::Visit>);

#[derive(Debug)]
struct Inner {
    cx: Context,
    door: DoorId,
    processor: Processor,
    /// One for each language configured, the first for who asks for none of them.
    languages: Vec<Arc<Words>>,
    limits: limits::Limits,
    kept: kept::Kept,
    letters: letters::Letters,
    own_files: Arc<assets::Own>,
}

impl Site {
    pub fn new(cx: Context, door: DoorId) -> Self {
        let site = &cx.settings.site;
        let mut languages: Vec<_> =
            site.languages.iter().map(|tag| Arc::new(Words::with_own(tag, &site.sentences))).collect();
        if languages.is_empty() {
            languages.push(Arc::new(Words::english()));
        }
        let processor = cx.settings.site.processor();
        let inner = Inner {
            own_files: Arc::new(assets::Own::of(&cx.settings.site.brand)),
            cx,
            door,
            processor,
            languages,
            limits: limits::Limits::default(),
            kept: kept::Kept::default(),
            letters: letters::Letters::default(),
        };
        Self(Arc::new(inner), Arc::default())
    }

    pub fn cx(&self) -> &Context {
        &self.0.cx
    }

    /// The door by which statements come in here: this replica's.
    pub fn door(&self) -> DoorId {
        self.0.door
    }

    pub fn keys(&self) -> &Keys {
        &self.0.cx.keys
    }

    pub fn words(&self) -> &Words {
        self.spoken()
    }

    fn spoken(&self) -> &Arc<Words> {
        // There is one at least, and a visit names none that is not there.
        &self.0.languages[self.1.speaks()]
    }

    pub fn languages(&self) -> &[Arc<Words>] {
        &self.0.languages
    }

    fn visited(&self, visit: Option<&Arc<language::Visit>>) -> Self {
        Self(self.0.clone(), visit.unwrap_or(&self.1).clone())
    }

    /// Who reads this is known, and so is the language: from here on the answer is in it.
    pub fn read_by(&self, language: &str) {
        self.1.read_by(self.languages(), language);
    }

    /// Whether the address asked for names the language.
    pub fn language_is_named(&self) -> bool {
        self.1.is_named()
    }

    pub fn limits(&self) -> &limits::Limits {
        &self.0.limits
    }

    fn kept(&self) -> &kept::Kept {
        &self.0.kept
    }

    fn letters(&self) -> &letters::Letters {
        &self.0.letters
    }

    pub fn own_files(&self) -> &assets::Own {
        &self.0.own_files
    }

    /// Whose register it is.
    pub fn processor(&self) -> &Processor {
        &self.0.processor
    }

    pub fn shell(&self, here: &'static str, personal: bool) -> Shell {
        Shell {
            words: self.spoken().clone(),
            languages: self.1.others(self.languages()),
            base_url: self.processor().base_url.clone(),
            canonical: String::new(),
            assets: &assets::ASSETS,
            own: self.0.own_files.clone(),
            legal: self.legal(),
            processor: self.processor().name.clone(),
            dpo_address: self.processor().dpo_address.clone(),
            here,
            personal,
        }
    }

    /// Where the processor says what the law asks of its site.
    fn legal(&self) -> Vec<page::Back> {
        let (words, legal) = (self.words(), &self.cx().settings.site.legal);
        let link = |key: &str, url: &Option<url::Url>| {
            url.as_ref().map(|url| page::Back { href: url.to_string(), text: words.get(key) })
        };
        let links = [
            link("legal-imprint", &legal.imprint),
            link("legal-privacy", &legal.privacy),
            link("legal-terms", &legal.terms),
        ];
        links.into_iter().flatten().collect()
    }

    /// A sentence that names the DPO's address, or its form without one where none is configured.
    pub fn with_dpo(&self, key: &str) -> Html {
        match self.processor().dpo_address.as_str() {
            "" => self.words().rich(&format!("{key}-none"), []),
            dpo => self.words().rich(key, [("dpo", dpo)]),
        }
    }

    fn is_https(&self) -> bool {
        self.processor().base_url.starts_with("https://")
    }
}

/// Every page and feed, in its layers; [`serve`] gives each request its peer's address and its connection's line.
pub fn router(cx: Context, door: DoorId) -> Router {
    let site = Site::new(cx, door);
    let layers = ServiceBuilder::new()
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(from_fn_with_state(site.clone(), secure))
        .layer(from_fn_with_state(site.clone(), language::choose))
        .layer(CompressionLayer::new().gzip(true))
        .layer(from_fn_with_state(site.clone(), error::render))
        .layer(CatchPanicLayer::custom(|cause: Box<dyn Any + Send>| broke(cause.as_ref())))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, ANSWER_WITHIN));
    let pages = public::routes().fallback(|| async { StatusCode::NOT_FOUND });
    let pages = pages.layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX));
    let with_files = public::with_files().layer(RequestBodyLimitLayer::new(FORM_BYTES_MAX));
    let pages = pages.merge(with_files).layer(own_forms_only(&site));
    let pages = pages.merge(inbound::routes()).layer(layers).with_state(site.clone());
    Router::new().fallback(front).with_state((site, pages))
}

/// Whatever comes, before it is known which page it is for: counted, answered from what is kept, else by the page in its layers.
async fn front(
    State((site, pages)): State<(Site, Router)>,
    Extension(line): Extension<Line>,
    mut request: Request,
) -> Response {
    let counted = Counted::of(&line, &mut request);
    counted.answered(kept::serve(&site, pages, request).await)
}

/// A span for the log: the route as declared, never the path, for a path may hold a link's secret.
fn span(request: &Request) -> tracing::Span {
    let route = request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str);
    let id = request.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    info_span!("request", request.id = id, http.method = %request.method(), http.route = route)
}

/// A form counts only if one of our pages sent it. One-click unsubscribe comes from mail providers, without cookie or
/// origin, and is proved by its link alone (RFC 8058, 3.1).
fn own_forms_only(site: &Site) -> CsrfLayer {
    let layer = CsrfLayer::new().with_insecure_bypass(|method: &Method, uri: &Uri| {
        method == Method::POST && uri.path().starts_with("/unsubscribe/")
    });
    let origin = url::Url::parse(&site.processor().base_url).map(|url| url.origin().ascii_serialization());
    match origin.map(|origin| layer.clone().add_trusted_origin(origin)) {
        Ok(Ok(trusting)) => trusting,
        Ok(Err(_)) | Err(_) => layer,
    }
}

fn broke(cause: &(dyn Any + Send)) -> Response {
    #[derive(Debug, thiserror::Error)]
    #[error("a handler panicked: {0}")]
    struct Panicked(String);
    let text = cause.downcast_ref::<String>().cloned();
    let text = text.or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    error::PageError::broke(&Panicked(text.unwrap_or_default())).into_response()
}

/// Headers that keep a page from being framed, sniffed, run or told to others.
async fn secure(State(site): State<Site>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // Not `no-referrer`: it makes browsers send `Origin: null` with our own forms, and old ones know no
        // Sec-Fetch-Site, so an objection would be refused. No other site gets a referrer this way either.
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=()",
        ),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if site.is_https() {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(HeaderValue::from_static(HSTS));
    }
    response
}
