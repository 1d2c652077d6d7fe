//! What the ledger was at the end of each day: size and root, remembered as the entries pass.
//!
//! A cut-off and the population of a sample name them, and nobody can check that from the state alone. So the tip keeps
//! 44 bytes a day on which something was recorded. Days are those of `recorded_at`, in UTC; the time never goes back, so
//! once an entry of a later day is there, what a day ended with is settled.

use crate::domain::{Date, Digest, Event, State, Timestamp};

use super::digest::sha256;
use super::entry::Body;
use super::head::Head;
use super::tree::empty_root;

/// Size and root at the end of each day.
#[derive(Debug, Clone, Default)]
pub(super) struct DayEnds {
    /// By day, rising: only days on which something was recorded.
    ends: Vec<(Date, u64, Digest)>,
    /// The day of the newest entry.
    newest: Option<Date>,
}

impl DayEnds {
    /// An entry that was recorded then comes behind `head`.
    pub(super) fn note(&mut self, recorded_at: Timestamp, head: &Head) {
        let day = recorded_at.date();
        match self.newest {
            Some(newest) if newest >= day => {}
            before => {
                self.ends.extend(before.map(|before| (before, head.size, head.frontier.root())));
                self.newest = Some(day);
            }
        }
    }

    /// Size and root at the end of a day that is over, when the ledger goes as far as `head`.
    pub(super) fn at_end_of(&self, day: Date, head: &Head) -> (u64, Digest) {
        if self.newest.is_some_and(|newest| newest <= day) {
            return (head.size, head.frontier.root());
        }
        let until = self.ends.partition_point(|(end, _, _)| *end <= day);
        let last = until.checked_sub(1).and_then(|last| self.ends.get(last));
        last.map_or_else(|| (0, empty_root()), |(_, size, root)| (*size, *root))
    }

    /// What an entry says of the end of a day and is not so. Of a day that is not over nothing is known yet: that is for
    /// the rules.
    pub(super) fn false_claims(&self, body: &Body, head: &Head) -> Vec<String> {
        let claims = body.act.events.iter().filter_map(Claim::of);
        let over = claims.filter(|claim| claim.day < body.recorded_at.date());
        over.filter_map(|claim| {
            let (size, root) = self.at_end_of(claim.day, head);
            ((size, root) != (claim.size, claim.root)).then(|| claim.corrected(size, &root))
        })
        .collect()
    }
}

/// That an event names size and root of the ledger at the end of a day.
struct Claim {
    what: String,
    day: Date,
    size: u64,
    root: Digest,
}

impl Claim {
    fn of(event: &Event) -> Option<Self> {
        let (what, day, size, root) = match event {
            Event::PeriodCutoffFixed(fixed) => {
                (format!("the cut-off of period {}", fixed.period), fixed.last_day, fixed.size, fixed.root)
            }
            Event::SampleDrawn(drawn) => {
                (format!("the population of sample {}", drawn.sample), drawn.day, drawn.size, drawn.root)
            }
            _ => return None,
        };
        Some(Self { what, day, size, root })
    }

    fn corrected(&self, size: u64, root: &Digest) -> String {
        format!(
            "{} names {} entries and root {} for the end of {}; the ledger had {size} entries then, and root {root}",
            self.what, self.size, self.root, self.day
        )
    }
}

/// The secrets that an entry tells and to which nobody had committed himself.
pub(super) fn false_secrets(body: &Body, state: &State) -> Vec<String> {
    let samples = body.act.events.iter().filter_map(|event| match event {
        Event::SampleDrawn(drawn) => Some(drawn),
        _ => None,
    });
    let known = samples.filter_map(|drawn| Some((drawn, state.engagement(&drawn.engagement)?)));
    known
        .filter_map(|(drawn, engagement)| {
            let (told, committed) = (sha256(&[drawn.secret.as_bytes()]), engagement.terms.commitment);
            (told != committed).then(|| {
                format!(
                    "the secret of sample {} has the digest {told}; engagement {} is committed to {committed}",
                    drawn.sample, drawn.engagement
                )
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::digest::link;

    /// Records an entry at each of these moments; gives what the ledger was behind each.
    fn ledger(moments: &[&str]) -> (DayEnds, Head, Vec<(u64, Digest)>) {
        let (mut days, mut head, mut behind) = (DayEnds::default(), Head::EMPTY, Vec::new());
        for moment in moments {
            days.note(moment.parse().unwrap(), &head);
            head.advance(link(moment.as_bytes()));
            behind.push((head.size, head.frontier.root()));
        }
        (days, head, behind)
    }

    #[test]
    fn a_day_ends_with_its_last_entry_and_a_quiet_day_with_the_one_before() {
        let (days, head, behind) = ledger(&[
            "2026-11-28T00:00:00Z",
            "2026-11-28T23:59:59.999Z",
            "2026-11-30T00:00:00Z",
            "2026-12-02T08:00:00Z",
        ]);
        let end = |day: &str| days.at_end_of(day.parse().unwrap(), &head);
        assert_eq!(end("2026-11-27"), (0, empty_root()));
        assert_eq!(end("2026-11-28"), behind[1]);
        assert_eq!(end("2026-11-29"), behind[1]);
        assert_eq!(end("2026-11-30"), behind[2]);
        assert_eq!(end("2026-12-01"), behind[2]);
        assert_eq!(end("2026-12-02"), behind[3]);
        assert_eq!(end("2027-01-01"), behind[3]);
    }

    /// An auditor goes on behind a flawed entry; what the days ended with before it stays.
    #[test]
    fn a_time_that_goes_back_moves_no_day() {
        let (days, head, behind) =
            ledger(&["2026-11-28T08:00:00Z", "2026-11-30T08:00:00Z", "2026-11-28T09:00:00Z"]);
        assert_eq!(days.at_end_of("2026-11-29".parse().unwrap(), &head), behind[0]);
        assert_eq!(days.at_end_of("2026-11-30".parse().unwrap(), &head), behind[2]);
    }
}
