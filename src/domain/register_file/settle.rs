//! What a register file may do to the register: state what is new, and nothing else.
//!
//! While no change was ever scheduled, files state the register ("stated, not witnessed"). A row that equals what the
//! register says changes nothing. A row that would alter facts, or add to a register that changes have begun to write,
//! refuses the file: customers would not have been told.

use super::super::subprocessor::{Difference, Facts, same_name};

/// A subprocessor as the register has it, with its newest facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub listed: bool,
    pub facts: Facts,
}

/// What a file comes to: the rows that are new, and how many say what is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    pub new: Vec<usize>,
    pub unchanged: Vec<usize>,
    /// Rows that repeat an earlier row of the file: (row, the earlier one).
    pub repeated: Vec<(usize, usize)>,
    /// How many in the register are not in the file; nothing is removed by an import.
    pub not_in_file: usize,
}

/// Why the file is refused as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "{name:?} is on the register with another {}: facts change only by a change: \
         forenotice change schedule alter --name {name:?} …",
        fields(differences)
    )]
    WouldAlter { row: usize, name: String, differences: Vec<Difference> },
    #[error(
        "{name:?} has been removed from the register; it comes back by a change: forenotice change schedule add --name {name:?} …"
    )]
    WasRemoved { row: usize, name: String },
    #[error(
        "{name:?} is not on the register, which changes have begun to write: it is added by a change: forenotice change schedule add --name {name:?} …"
    )]
    WouldAdd { row: usize, name: String },
}

impl Refusal {
    /// The row of the file, counted from 0.
    pub fn row(&self) -> usize {
        match self {
            Self::WouldAlter { row, .. } | Self::WasRemoved { row, .. } | Self::WouldAdd { row, .. } => *row,
        }
    }
}

fn fields(differences: &[Difference]) -> String {
    differences.iter().map(|difference| difference.field.as_str()).collect::<Vec<_>>().join(", ")
}

/// Whether a row says nothing that an earlier row of one name does not: real registers name a company twice, for
/// two purposes or categories.
fn repeats(row: &Facts, earlier: &Facts) -> bool {
    same_name(&row.name, &earlier.name)
        && (row == earlier
            || row.purpose.is_empty() && row.category.is_empty()
            || row.purpose.is_empty() && !earlier.purpose.is_empty() && row.category == earlier.category)
}

/// Weighs the rows of a file against the register. `begun`: a change was scheduled before.
pub fn settle(rows: &[Facts], register: &[Known], begun: Begun) -> Result<Settled, Refusal> {
    let mut settled = Settled::default();
    let mut matched = vec![false; register.len()];
    let mut open = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let twin =
            (0..register.len()).find(|&i| !matched[i] && register[i].listed && register[i].facts == *row);
        if let Some(twin) = twin {
            matched[twin] = true;
            settled.unchanged.push(at);
        } else if let Some(earlier) = rows[..at].iter().position(|earlier| repeats(row, earlier)) {
            settled.repeated.push((at, earlier));
        } else {
            open.push(at);
        }
    }
    for at in open {
        refuse_what_changes(at, &rows[at], register, &matched, begun)?;
        settled.new.push(at);
    }
    settled.not_in_file =
        register.iter().zip(&matched).filter(|(known, matched)| known.listed && !**matched).count();
    Ok(settled)
}

/// Whether changes have begun to write the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    Yes,
    No,
}

fn refuse_what_changes(
    row: usize,
    facts: &Facts,
    register: &[Known],
    matched: &[bool],
    begun: Begun,
) -> Result<(), Refusal> {
    let named =
        || register.iter().zip(matched).filter(|(known, _)| same_name(&known.facts.name, &facts.name));
    let name = facts.name.clone();
    let listed = named().filter(|(known, _)| known.listed);
    // The one the file does not state unchanged, if there is one; and of those the closest.
    let closest = listed.min_by_key(|(known, matched)| (**matched, known.facts.differences(facts).len()));
    match (closest, named().next(), begun) {
        (Some((known, _)), _, _) => {
            Err(Refusal::WouldAlter { row, name, differences: known.facts.differences(facts) })
        }
        (None, Some(_), _) => Err(Refusal::WasRemoved { row, name }),
        (None, None, Begun::Yes) => Err(Refusal::WouldAdd { row, name }),
        (None, None, Begun::No) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(name: &str, purpose: &str) -> Facts {
        Facts { name: name.into(), purpose: purpose.into(), ..Facts::default() }
    }

    fn known(rows: &[Facts]) -> Vec<Known> {
        let settled = settle(rows, &[], Begun::No).unwrap();
        settled.new.into_iter().map(|at| Known { listed: true, facts: rows[at].clone() }).collect()
    }

    #[test]
    fn the_same_file_again_changes_nothing() {
        let rows = [facts("AWS", "hosting"), facts("AWS", "queries"), facts("Stripe", "payment")];
        let register = known(&rows);
        let again = settle(&rows, &register, Begun::Yes).unwrap();
        assert_eq!((again.new, again.unchanged), (vec![], vec![0, 1, 2]));
    }

    #[test]
    fn facts_change_only_by_a_change() {
        let register = known(&[facts("AWS", "hosting"), facts("AWS", "queries")]);
        let refusal =
            settle(&[facts("AWS", "hosting"), facts("aws ", "mail")], &register, Begun::No).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "\"aws \" is on the register with another name, purpose: facts change only by a change: \
             forenotice change schedule alter --name \"aws \" …"
        );
        assert_eq!(refusal.row(), 1);
    }

    #[test]
    fn once_changes_have_begun_a_file_adds_nothing_and_brings_nothing_back() {
        let mut register = known(&[facts("AWS", "hosting")]);
        let refused = |rows: &[Facts], register: &[Known]| settle(rows, register, Begun::Yes).unwrap_err();
        assert!(matches!(refused(&[facts("Nimbus", "mail")], &register), Refusal::WouldAdd { row: 0, .. }));
        register[0].listed = false;
        assert!(matches!(refused(&[facts("AWS", "hosting")], &register), Refusal::WasRemoved { row: 0, .. }));
        assert!(settle(&[facts("Nimbus", "mail")], &register, Begun::No).is_ok());
    }

    #[test]
    fn a_row_without_anything_new_repeats_the_earlier_one() {
        let rows =
            [facts("PlanetScale", "database"), facts("planetscale ", ""), facts("PlanetScale", "backup")];
        let settled = settle(&rows, &[], Begun::No).unwrap();
        assert_eq!(settled.repeated, [(1, 0)]);
        assert_eq!(settled.new.len(), 2);
    }
}
