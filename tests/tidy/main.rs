//! The house rules that no compiler holds: who may use whom, where SQL and time live, how long and how named.
//!
//! Each rule is a function from sources to [`Fault`]s; its own tests show that it can fail. A fault says where, what
//! and what to do. To change the house, change the rule here and ARCHITECTURE.md in the same commit.

#[cfg(test)]
mod floors;
#[cfg(test)]
mod form;
#[cfg(test)]
mod outside;
#[cfg(test)]
mod source;
#[cfg(test)]
mod sql;
#[cfg(test)]
mod states;

#[cfg(test)]
mod rules {
    use crate::source::{Fault, House};

    fn holds(rule: impl Fn(&House) -> Vec<Fault>) {
        let house = House::here();
        assert!(house.sources.len() > 30, "the sources were not found");
        let faults = rule(&house);
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert!(told.is_empty(), "{} faults:\n{}", told.len(), told.join("\n"));
    }

    #[test]
    fn floors_stand_on_those_below_them() {
        holds(crate::floors::order);
    }

    #[test]
    fn no_action_uses_another() {
        holds(crate::floors::actions_apart);
    }

    #[test]
    fn floors_keep_to_their_crates() {
        holds(crate::floors::crates);
    }

    #[test]
    fn pages_neither_write_nor_post() {
        holds(crate::floors::pages_read_only);
    }

    #[test]
    fn time_comes_from_the_clock() {
        holds(crate::form::clock);
    }

    #[test]
    fn the_environment_is_read_by_the_settings() {
        holds(crate::form::environment);
    }

    #[test]
    fn what_can_fail_says_so() {
        holds(crate::form::no_panic);
    }

    #[test]
    fn lints_are_not_silenced_without_a_reason() {
        holds(crate::form::reasons);
    }

    #[test]
    fn modules_are_named_for_what_they_are() {
        holds(crate::form::names);
    }

    #[test]
    fn modules_open_with_their_cast() {
        holds(crate::form::casts);
    }

    #[test]
    fn files_are_short() {
        holds(crate::form::length);
    }

    #[test]
    fn instants_in_sql_are_parameters() {
        holds(crate::sql::no_now);
    }

    #[test]
    fn the_databases_clock_serves_leases_and_beats_only() {
        holds(crate::sql::database_clock);
    }

    #[test]
    fn columns_are_named() {
        holds(crate::sql::no_star);
    }

    #[test]
    fn sql_lives_in_the_store() {
        holds(crate::sql::in_store);
    }

    #[test]
    fn pages_only_read() {
        holds(crate::sql::pages_only_read);
    }

    #[test]
    fn every_template_is_used() {
        holds(crate::outside::templates);
    }

    #[test]
    fn every_script_says_what_it_does_and_how_long_it_takes() {
        holds(crate::outside::scripts);
    }

    #[test]
    fn what_the_compose_file_names_exists() {
        holds(crate::outside::compose);
    }
}
