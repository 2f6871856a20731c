//! What is written in the form to object and can't be kept: told to be so, and given back.

use super::public::count;
use super::visitor::announced;

#[tokio::test]
async fn a_text_is_measured_in_characters_and_one_too_long_stays_in_its_form() {
    let (world, visitor, object) = announced().await;
    let longest = "\u{fc}".repeat(60 * 1024);
    let too_long = format!("{longest}\u{1f600}");
    let refused = visitor.post(&object, &[("change", "CHG-2026-0001"), ("text", &too_long)]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains(&too_long) && refused.body.contains("(61440 characters)"));
    let huge = "\u{20ac}".repeat(200_000);
    let refused = visitor.post(&object, &[("text", &huge)]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains(&huge));
    assert_eq!(count(&world, "select count(*) from objection").await, 0);
    assert_eq!(visitor.post(&object, &[("change", "CHG-2026-0001"), ("text", &longest)]).await.status, 303);
    assert_eq!(count(&world, "select count(*) from objection").await, 1);
    world.finish().await;
}
