//! What is written in the form to object and can't be kept: told to be so, and given back.

use forenotice::actions::schedule_change;

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

#[tokio::test]
async fn what_is_sent_after_a_change_was_withdrawn_is_given_back_with_the_reason_on_its_page() {
    let (world, visitor, object) = announced().await;
    let why = "Nimbus was too dear.";
    schedule_change::withdraw(&world.cx, world.dpo.clone(), "CHG-2026-0001", why, None).await.unwrap();
    world.settle().await;
    let form =
        [("change", "CHG-2026-0001"), ("text", "Two hours of <b>work</b>."), ("condition", "In Europe")];
    let answer = visitor.post(&object, &form).await;
    assert_eq!(answer.status, 409, "{}", answer.body);
    for said in ["This change was withdrawn", "not kept", "Two hours of &lt;b&gt;work", "In Europe"] {
        assert!(answer.body.contains(said), "{said}: {}", answer.body);
    }
    assert_eq!(count(&world, "select count(*) from objection").await, 0);
    let page = visitor.get("/changes/CHG-2026-0001").await.body;
    assert!(page.contains("Why: Nimbus was too dear."), "{page}");
    world.finish().await;
}
