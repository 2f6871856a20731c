//! The processor's own look, by configuration alone, under the same policy.

use super::visitor::{ACME, STRIPE, Visitor};
use crate::support::World;

const LOGO: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 60 20\"><rect width=\"60\" height=\"20\"/></svg>";

#[tokio::test]
async fn colours_logo_and_legal_links_come_from_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let logo = folder.path().join("logo.bin");
    std::fs::write(&logo, LOGO).unwrap();
    let settings = [
        ("site.brand.key", "#5b2a86"),
        ("site.brand.logo", logo.to_str().unwrap()),
        ("site.imprint_url", "https://processor.example/imprint?a=1&b=2"),
    ];
    let world = World::configured("2026-11-23T06:00Z", &settings).await;
    world.as_superuser(&[STRIPE, ACME].concat()).await;
    let visitor = Visitor::of(&world);
    let page = visitor.get("/").await;
    let asset = |begins: &str| {
        let mut parts = page.body.split('"');
        parts
            .find(|part| part.starts_with(begins))
            .unwrap_or_else(|| panic!("no {begins}: {}", page.body))
            .to_owned()
    };
    assert!(!page.body.contains("style=\"") && !page.body.contains("<b>Processor GmbH</b>"), "{}", page.body);
    assert!(
        page.body.contains("alt=\"Processor GmbH\"") && page.body.contains(">Imprint</a>"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("Privacy notice"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("style-src 'self'") && policy.contains("img-src 'self'"), "{policy}");

    let style = visitor.get(&asset("/assets/brand-")).await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert!(style.header("cache-control").contains("immutable"));
    assert!(
        style.body.contains("--key:#5b2a86;") && style.body.contains("prefers-color-scheme:dark"),
        "{}",
        style.body
    );
    let logo = visitor.get(&asset("/assets/logo-")).await;
    assert_eq!((logo.header("content-type"), logo.body.as_str()), ("image/svg+xml", LOGO));
    // Opened by itself it may still run nothing.
    assert!(logo.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(logo.header("x-content-type-options"), "nosniff");
    assert_eq!(visitor.get("/assets/logo-000000000000.svg").await.status, 404);
}
