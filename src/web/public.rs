//! What anybody may see, and what the bearer of a letter's link may do.

pub mod calendar;
pub mod change;
mod choices;
pub mod coming;
pub mod compare;
pub mod feed;
pub mod genuine;
pub mod leave;
pub mod letter;
pub mod link;
mod linked_data;
mod mine;
pub mod object;
pub mod register;
mod reply;
mod start;
pub mod subprocessor;
pub mod subscribe;
pub mod wording;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, header};
use axum::routing::{get, post};
use tower_http::set_header::SetResponseHeaderLayer;

use super::{Site, assets};

/// The paths of this audience.
pub fn routes() -> Router<Site> {
    Router::new()
        .route("/", get(register::show))
        .route("/changes/{reference}", get(change::show))
        .route("/compare", get(compare::show))
        .route("/subprocessors/{slug}", get(subprocessor::show))
        .route("/subscribe", get(subscribe::form).post(subscribe::ask))
        .route("/confirm/{token}", get(subscribe::confirm_page).post(subscribe::confirm))
        .route("/manage/{token}", get(subscribe::manage).post(subscribe::choose))
        .route("/unsubscribe/{token}", get(leave::show).post(leave::leave))
        .route("/reply/{token}/{what}", get(reply::show).post(reply::say))
        .route("/letter/{token}", get(letter::show))
        .route("/genuine", get(genuine::show))
        .route("/mine/{token}", get(mine::show))
        .route("/object/{token}/authorise/{change}", post(object::authorise::authorise))
        .route("/object/{token}/deadline.ics", get(calendar::deadline_ics))
        .route("/object/{token}/objection", get(object::objection))
        .route("/object/{token}/objection/{reference}/receipt.txt", get(object::receipt::file))
        .route(
            "/object/{token}/objection/{reference}/take-back",
            get(object::take_back::show).post(object::take_back::take_back),
        )
        .route("/assets/{file}", get(assets::asset))
        .merge(data())
}

/// The paths to which a file may be sent; they read it themselves, once they know whose it is.
pub fn with_files() -> Router<Site> {
    Router::new()
        .route("/object/{token}", get(object::show).post(object::object))
        .layer(DefaultBodyLimit::disable())
}

/// What programs read, scripts in other sites' pages too: it is the same for everybody.
fn data() -> Router<Site> {
    let open = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "ETag, Last-Modified"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    let routes = Router::new()
        .route("/register.json", get(feed::register_json))
        .route("/register.csv", get(feed::register_csv))
        .route("/register.schema.json", get(feed::register_schema))
        .route("/changes.json", get(feed::changes_json))
        .route("/compare.json", get(compare::json))
        .route("/changes.schema.json", get(feed::changes_schema))
        .route("/compare.schema.json", get(feed::compare_schema))
        .route("/changes.atom", get(feed::changes_atom))
        .route("/changes.ics", get(calendar::changes_ics));
    open.into_iter().fold(routes, |routes, (name, value)| {
        routes.layer(SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value)))
    })
}
