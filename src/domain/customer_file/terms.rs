//! The terms' cells: what the contract says; an empty one is the policy's.

use super::super::calendar::{Convention, ObjectionDays};
use super::super::change::ChangeKind;
use super::super::customer::{
    EmergencyTerms, EmergencyWindow, Lapse, NoticeTerms, ObjectionTerms, Regime, ResolutionTerms,
    ResolutionUnit, Terms, Window,
};
use super::super::holidays::Holidays;
use super::{CustomerReader, Reason, Remark, Row, values};

/// Objection days in a file that mean the window is open until the change takes effect.
pub(super) const UNTIL_EFFECT: &str = "until_effect";

enum Objection {
    UntilEffect,
    Days(ObjectionDays),
}

impl Row {
    /// The terms as they are meant of a contract whose terms are `known`: what the file has no column for stays as it is.
    pub fn terms_beside(&self, known: Option<&Terms>) -> Terms {
        let Some(known) = known else { return self.terms.clone() };
        let mut terms = self.terms.clone();
        terms.authorised.clone_from(&known.authorised);
        let is_silent = |columns: &[&str]| columns.iter().all(|column| !self.says(column));
        if let (Some(emergency), Some(before)) = (&mut terms.emergency, &known.emergency)
            && is_silent(&["emergency_window"])
        {
            emergency.window_after_start = before.window_after_start;
        }
        macro_rules! keep {
            ($($($field:ident).+: $($column:literal),+;)+) => {
                $(if is_silent(&[$($column),+]) { terms.$($field).+.clone_from(&known.$($field).+); })+
            };
        }
        keep! {
            authorisation: "authorisation";
            notice.n: "notice_days";
            notice.convention: "convention";
            notice.start: "start";
            objection: "objection_days", "objection_convention";
            time_zone: "time_zone";
            holidays: "holidays";
            kinds: "kinds";
            emergency: "emergency_days";
            grounds: "grounds";
            resolution: "resolution_days", "resolution_unit", "resolution_then";
            regimes: "regimes";
        }
        if let (Window::Days(window), Window::Days(before)) = (&mut terms.objection, &known.objection)
            && is_silent(&["convention", "objection_convention"])
        {
            window.convention = before.convention;
        }
        terms
    }
}

impl CustomerReader<'_, '_> {
    pub(super) fn terms(&mut self) -> Terms {
        let convention: Option<Convention> = self.word("convention");
        let notice = NoticeTerms {
            n: self.value("notice_days", values::notice_days),
            convention,
            start: self.word("start"),
        };
        let terms = Terms {
            authorisation: self.word("authorisation"),
            objection: self.window(convention),
            time_zone: self.value("time_zone", values::zone),
            holidays: self.value("holidays", |text| {
                let codes: Vec<&str> = values::list(text).collect();
                Ok((Holidays::get(&codes)?, None))
            }),
            kinds: self.value("kinds", |text| {
                let kinds = values::list(text).map(str::parse).collect::<Result<Vec<ChangeKind>, _>>();
                Ok((kinds?, None))
            }),
            emergency: self.emergency(),
            grounds: self.word("grounds"),
            resolution: self.resolution(),
            regimes: self
                .value("regimes", |text| {
                    let regimes = values::list(text).map(str::parse).collect::<Result<Vec<Regime>, _>>();
                    Ok((regimes?, None))
                })
                .unwrap_or_default(),
            notice,
            ..Terms::default()
        };
        self.lint(&terms);
        terms
    }

    /// One convention holds for both periods unless the objection has its own.
    fn window(&mut self, convention: Option<Convention>) -> Window {
        let days = self.value("objection_days", |text| match text {
            UNTIL_EFFECT => Ok((Objection::UntilEffect, None)),
            text => {
                let (days, remark) = values::days(text, ObjectionDays::new)?;
                Ok((Objection::Days(days), remark))
            }
        });
        let own: Option<Convention> = self.word("objection_convention");
        match (days, own) {
            (Some(Objection::UntilEffect), _) => Window::UntilEffect,
            (Some(Objection::Days(n)), own) => {
                Window::Days(ObjectionTerms { n: Some(n), convention: own.or(convention) })
            }
            (None, Some(own)) => Window::Days(ObjectionTerms { n: None, convention: Some(own) }),
            (None, None) => Window::Policy,
        }
    }

    fn emergency(&mut self) -> Option<EmergencyTerms> {
        let n = self.value("emergency_days", values::notice_days);
        let window: Option<EmergencyWindow> = self.word("emergency_window");
        if n.is_none() && window.is_some() {
            self.row.refuse("emergency_window", Reason::NoEmergency);
        }
        n.map(|n| EmergencyTerms { n, window_after_start: window == Some(EmergencyWindow::AfterStart) })
    }

    /// A time without what holds after it, or the other way round, says nothing.
    fn resolution(&mut self) -> Option<ResolutionTerms> {
        let n = self.value("resolution_days", |text| values::days(text, ObjectionDays::new));
        let unit: Option<ResolutionUnit> = self.word("resolution_unit");
        let then: Option<Lapse> = self.word("resolution_then");
        match (n, then) {
            (Some(n), Some(then)) => {
                Some(ResolutionTerms { n, unit: unit.unwrap_or(ResolutionUnit::Days), then })
            }
            (Some(_), None) => {
                let known = Lapse::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>().join(", ");
                self.row.refuse("resolution_then", Reason::NothingThen { known });
                None
            }
            (None, Some(_)) => {
                self.row.refuse("resolution_days", Reason::NoTime);
                None
            }
            (None, None) => None,
        }
    }

    /// What cannot be meant is refused, what is odd is remarked.
    fn lint(&mut self, terms: &Terms) {
        if terms.notice.convention == Some(Convention::Months) && terms.notice.n.is_none() {
            self.row.refuse("notice_days", Reason::MonthsWithoutNumber);
        }
        if let Window::Days(window) = &terms.objection
            && window.convention == Some(Convention::Months)
            && window.n.is_none()
        {
            self.row.refuse("objection_days", Reason::MonthsWithoutNumber);
        }
        for odd in terms.oddities(self.frame.policy, self.frame.at) {
            self.row.remark(odd.column(), Remark::Odd(odd));
        }
    }
}
