//! The terms' cells: what the contract says; an empty one is the policy's.

use super::super::calendar::{Convention, ObjectionDays};
use super::super::change::ChangeKind;
use super::super::customer::{EmergencyTerms, NoticeTerms, ObjectionTerms, Terms, Window};
use super::super::holidays::Holidays;
use super::{CustomerReader, Reason, Remark, values};

/// Objection days in a file that mean the window is open until the change takes effect.
pub(super) const UNTIL_EFFECT: &str = "until_effect";

enum Objection {
    UntilEffect,
    Days(ObjectionDays),
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
            emergency: self
                .value("emergency_days", values::notice_days)
                .map(|n| EmergencyTerms { n, window_after_start: false }),
            grounds: self.word("grounds"),
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
