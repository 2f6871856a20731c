//! Whoever opens our pages: GETs and form POSTs against the real router, one replica's door included.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::{Extension, Router};
use forenotice::actions::{Context, schedule_change};
use forenotice::domain::change::ChangeKind;
use forenotice::domain::request::Request as Wanted;
use forenotice::web::router;
use forenotice::web::watermark::Line;
use tower::ServiceExt;
use url::form_urlencoded;

use crate::support::World;

pub struct Visitor {
    router: Router,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    /// As it goes over the wire, which may be compressed.
    pub bytes: usize,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Visitor {
    pub fn of(world: &World) -> Self {
        Self::with(world, world.cx.clone())
    }

    /// A site of its own beside the world's.
    pub fn with(world: &World, cx: Context) -> Self {
        let line = Line::new(world.in_flight.clone(), cx.clock.clone());
        let router = router(cx, world.daemon.door().unwrap());
        Self { router: router.layer(Extension(line)) }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post_with(path, form, &[]).await
    }

    pub async fn post_with(&self, path: &str, form: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let mut request =
            Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
            bytes: bytes.len(),
        }
    }
}

/// One customer by contract, Acme Ltd with dpo@acme.example: 30 days' notice, 14 days to object, Berlin time.
pub const ACME: &str = r#"
    with c as (insert into customer (reference, name) values ('acme', 'Acme <Ltd>') returning id),
     k as (insert into contract (customer_id, reference, document, clause, products, signed_on)
           select id, 'main', 'data processing agreement', 'section 6', '{}', '2025-01-01' from c returning id),
     t as (insert into contract_terms (contract_id, valid_from, terms) select id, '2025-01-01',
           '{"time_zone": "Europe/Berlin", "notice": {"n": 30, "start": "handed_over"}, "objection": {"n": 14}}' from k)
    insert into recipient (customer_id, address, name) select id, 'dpo@acme.example', 'Petra' from c;"#;

/// A register of one, stated on New Year's Day: Stripe.
pub const STRIPE: &str = r#"
    insert into subprocessor (slug) values ('stripe');
    insert into subprocessor_version (subprocessor_id, valid_from, listed, facts)
    select id, '2026-01-01', true, '{"name": "Stripe", "category": "Payments", "countries": ["US"],
        "data_types": ["billing data"], "transfer_mechanism": "SCC (2021)"}' from subprocessor where slug = 'stripe';"#;

/// An addition named `name`, planned for 15 February 2027; its reference.
pub async fn schedule(world: &World, name: &str) -> String {
    let facts = [
        ("legal_entity", "Nimbus GmbH"),
        ("address", "Ring 2, 10115 Berlin"),
        ("contact", "privacy@nimbus.example"),
        ("purpose", "hosting of the service"),
        ("nature", "storage, while the agreement lasts"),
        ("countries", "DE"),
        ("data_types", "names; addresses"),
        ("data_subjects", "employees"),
        ("transfer_mechanism", "none"),
        ("safeguards", "encryption at rest"),
        ("products", "all"),
    ];
    let wanted = Wanted {
        kind: ChangeKind::Addition,
        name: name.to_owned(),
        replaces: None,
        facts: facts.map(|(fact, value)| (fact.to_owned(), value.to_owned())).to_vec(),
        reason: "more capacity".to_owned(),
        effective: Some("2027-02-15".parse().unwrap()),
        emergency: None,
        attested: None,
    };
    schedule_change::schedule(&world.cx, world.dpo.clone(), &wanted).await.unwrap().reference
}

/// A world in which Nimbus has been announced to Acme, whose letter has arrived; and the paths of its links.
pub async fn announced() -> (World, Visitor, String) {
    let world = World::on("2026-11-23T06:00Z").await;
    world.as_superuser(&[STRIPE, ACME].concat()).await;
    schedule(&world, "Nimbus").await;
    world.advance_to("2026-11-24T12:00Z").await;
    let letter = world.mailbox.mails_to("dpo@acme.example").pop().unwrap();
    let path = path_of(&letter.link("/object/").unwrap());
    let visitor = Visitor::of(&world);
    (world, visitor, path)
}

/// The path of a link in a letter.
pub fn path_of(link: &str) -> String {
    link.parse::<url::Url>().unwrap().path().to_owned()
}
